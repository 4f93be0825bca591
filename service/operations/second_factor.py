"""A moderator's second factor: one-time codes by TOTP (RFC 6238), and recovery codes.

The secret lies sealed in its row. A code holds for the time step in which it was made
and the ones before and after, and no step's code is taken twice. Recovery codes are
random, so a fast digest is enough to store them by, as for tokens.
"""

import secrets
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from pyotp.utils import strings_equal
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from service.db.models import RecoveryCode, SecondFactor
from service.domain.errors import Conflict
from service.domain.rates import Rate
from service.operations.allow import charge
from service.operations.audit import audit
from service.operations.moderators import moderator_row
from service.privacy.keyring import Keyring
from service.privacy.sealing import SealBroken, seal, unseal
from service.privacy.tokens import token_digest

CODE_TRIES = Rate(10, 60 * 60)
"""Codes that may be tried per account: of a million, three are right at a time."""
STEP_SECONDS = 30
RECOVERY_CODES = 10
MAX_CODE_CHARS = 40
"""More than any code with its spaces has; what is longer is none."""

_RECOVERY_BYTES = 10
_WINDOW = (0, -1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """How a moderator's second factor stands."""

    is_on: bool
    """True once a first code was right; then signing in asks for one."""
    is_begun: bool
    """True while a secret waits for its first code."""
    recovery_left: int
    """Recovery codes that were not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """What the moderator's phone must know, while it waits for its first code."""

    secret: str = field(repr=False)
    """Base32."""
    address: str = field(repr=False)
    """The ``otpauth:`` address that a QR code holds."""


def _bound_to(moderator_id: int) -> str:
    return f"second-factor|{moderator_id}"


def has_second_factor(session: Session, moderator_id: int) -> bool:
    """True if signing in as this moderator takes a code."""
    row = session.get(SecondFactor, moderator_id)
    return row is not None and row.confirmed_at is not None


def factor_of(session: Session, moderator_id: int) -> Factor:
    """How the moderator's second factor stands."""
    row = session.get(SecondFactor, moderator_id)
    is_on = row is not None and row.confirmed_at is not None
    left = session.execute(
        select(func.count()).where(
            RecoveryCode.moderator_id == moderator_id, RecoveryCode.used_at.is_(None)
        )
    ).scalar_one()
    return Factor(
        is_on=is_on,
        is_begun=row is not None and not is_on,
        recovery_left=left if is_on else 0,
    )


def charge_code(session: Session, moderator_id: int, *, now: datetime) -> None:
    """Count a try of a code against its account.

    :raises TooManyRequests: saying when the next try can succeed.
    """
    charge(session, f"second-factor:{moderator_id}", CODE_TRIES, now)


def begin_factor(
    session: Session, keyring: Keyring, moderator_id: int, *, now: datetime
) -> None:
    """Make a secret, which holds only after `confirm_factor`; an older try is void.

    :raises Unknown: if there is no such moderator.
    :raises Conflict: if the second factor is on.
    """
    moderator = moderator_row(session, moderator_id)
    _refuse_if_on(session, moderator.id)
    session.execute(
        delete(SecondFactor).where(
            SecondFactor.moderator_id == moderator.id,
            SecondFactor.confirmed_at.is_(None),
        )
    )
    sealed = seal(keyring, pyotp.random_base32(), _bound_to(moderator.id))
    session.execute(
        insert(SecondFactor).values(
            moderator_id=moderator.id, secret_sealed=sealed, created_at=now
        )
    )
    session.expire_all()


def new_secret(
    session: Session, keyring: Keyring, moderator_id: int, *, issuer: str
) -> NewSecret | None:
    """The secret that waits for its first code; None if none does.

    After that code it is never told again.

    :param issuer: names this service in the moderator's phone.
    """
    row = session.get(SecondFactor, moderator_id)
    if row is None or row.confirmed_at is not None:
        return None
    try:
        secret = unseal(keyring, row.secret_sealed, _bound_to(moderator_id))
    except SealBroken:
        return None
    # The moderator's name stands for the account: an address would lie open there.
    name = moderator_row(session, moderator_id).name
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)
    return NewSecret(secret=secret, address=address)


def confirm_factor(
    session: Session, keyring: Keyring, moderator_id: int, code: str, *, now: datetime
) -> tuple[str, ...]:
    """Let the second factor hold, if the code is right.

    :returns: the recovery codes, to be shown once; nothing for a wrong code.
    :raises Conflict: if it is on already.
    """
    _refuse_if_on(session, moderator_id)
    if not _spend_step(session, keyring, moderator_id, code, now=now):
        return ()
    session.execute(
        update(SecondFactor)
        .where(SecondFactor.moderator_id == moderator_id)
        .values(confirmed_at=now)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    audit(session, "second-factor-on", now=now, moderator_id=moderator_id)
    return _new_codes(session, moderator_id)


def spend_code(
    session: Session, keyring: Keyring, moderator_id: int, code: str, *, now: datetime
) -> bool:
    """True if the code is right, of the phone or for recovery; it is used up then."""
    if not has_second_factor(session, moderator_id) or len(code) > MAX_CODE_CHARS:
        return False
    if _spend_step(session, keyring, moderator_id, code, now=now):
        return True
    spent = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.moderator_id == moderator_id,
            RecoveryCode.digest == _digest(moderator_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.moderator_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if spent is None:
        return False
    audit(session, "recovery-code-used", now=now, moderator_id=moderator_id)
    return True


def renew_codes(
    session: Session, moderator_id: int, *, now: datetime
) -> tuple[str, ...]:
    """New recovery codes, to be shown once; the older ones are dead.

    :raises Conflict: if the second factor is off.
    """
    if not has_second_factor(session, moderator_id):
        raise Conflict("The second factor is off.")
    audit(session, "recovery-codes-made", now=now, moderator_id=moderator_id)
    return _new_codes(session, moderator_id)


def drop_factor(
    session: Session, moderator_id: int, *, now: datetime, by_operator: bool = False
) -> bool:
    """Sign in without a code from now on; the recovery codes are dead, too.

    :returns: False if there was no second factor.
    """
    was_on = has_second_factor(session, moderator_id)
    for model in (SecondFactor, RecoveryCode):
        session.execute(delete(model).where(model.moderator_id == moderator_id))
    session.expire_all()
    if was_on:
        audit(
            session,
            "second-factor-off",
            now=now,
            moderator_id=None if by_operator else moderator_id,
            detail={"moderator": moderator_id},
        )
    return was_on


def _refuse_if_on(session: Session, moderator_id: int) -> None:
    if has_second_factor(session, moderator_id):
        raise Conflict("The second factor is on already.")


def _spend_step(
    session: Session, keyring: Keyring, moderator_id: int, code: str, *, now: datetime
) -> bool:
    row = session.get(SecondFactor, moderator_id)
    given = "".join(code.split())
    if row is None or not (given.isascii() and given.isdecimal()):
        return False
    try:
        secret = unseal(keyring, row.secret_sealed, _bound_to(moderator_id))
    except SealBroken:
        return False
    step = _step_of(secret, given, now)
    if step is None:
        return False
    # Ask and set in one statement: of two that bring the same code, one finds no row.
    taken = session.execute(
        update(SecondFactor)
        .where(SecondFactor.moderator_id == moderator_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.moderator_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    session.expire(row)
    return taken is not None


def _step_of(secret: str, given: str, now: datetime) -> int | None:
    made = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    # All are compared before any answer, so that the time tells nothing.
    fits = [
        present + offset
        for offset in _WINDOW
        if strings_equal(made.generate_otp(present + offset), given)
    ]
    return fits[0] if fits else None


def _new_codes(session: Session, moderator_id: int) -> tuple[str, ...]:
    codes = tuple(_random_code() for _ in range(RECOVERY_CODES))
    session.execute(
        delete(RecoveryCode).where(RecoveryCode.moderator_id == moderator_id)
    )
    session.execute(insert(RecoveryCode), _rows(moderator_id, codes))
    return codes


def _rows(moderator_id: int, codes: Sequence[str]) -> list[dict[str, object]]:
    return [
        {"moderator_id": moderator_id, "digest": _digest(moderator_id, code)}
        for code in codes
    ]


def _random_code() -> str:
    """80 random bits as four groups that are easy to copy from paper."""
    text = b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode("ascii").lower()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def _digest(moderator_id: int, code: str) -> bytes:
    plain = "".join(filter(str.isalnum, code.casefold()))
    return token_digest(f"{moderator_id}|{plain}")
