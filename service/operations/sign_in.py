"""Signing in: by password, into sessions of which only digests are stored."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from service.db.models import Moderator, SignInSession, SignInStep
from service.domain.errors import Forbidden
from service.domain.network import network_of
from service.domain.rates import Rate
from service.operations.allow import charge
from service.operations.audit import audit
from service.operations.moderators import (
    NO_SITE,
    ModeratorView,
    moderator_by_id,
    moderator_row,
    row_by_address,
)
from service.operations.second_factor import has_second_factor
from service.privacy.address import BadAddress, parse_address
from service.privacy.blind_index import address_index, network_index
from service.privacy.keyring import Keyring
from service.privacy.tokens import random_token, token_digest

IDLE = timedelta(hours=2)
"""A session that nobody uses for so long is over."""
ABSOLUTE = timedelta(hours=12)
"""A session is over after this, used or not."""
STEP_KEPT = timedelta(minutes=10)
"""How long a right password waits for the code of the second factor."""
TRIES = Rate(10, 15 * 60)
"""Tries to sign in, per network and per account."""
MAX_BROWSER_CHARS = 60

_TOUCH_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A browser that is signed in, and as whom."""

    digest: bytes = field(repr=False)
    """Names the session in the store."""
    moderator: ModeratorView
    to_touch: bool
    """True when the store should be told that the session is in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a password is compared with; both None for an address nobody has."""

    moderator_id: int | None = None
    password_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What a right password or link opens: a session, or a step before it."""

    token: str = field(repr=False)
    """Of the session or the step, for the browser's cookie."""
    awaits_code: bool
    """True for a step, which asks for the code of the second factor."""


def _canonical(email: str) -> str:
    try:
        return parse_address(email).canonical
    except BadAddress:
        return email.strip().casefold()


def charge_try(
    session: Session, keyring: Keyring, *, email: str, client_ip: str, now: datetime
) -> None:
    """Count a try to sign in against its network and its account.

    An address nobody has is counted alike, so that limits do not tell who exists.

    :raises TooManyRequests: saying when the next try can succeed.
    """
    network = network_index(keyring, NO_SITE, network_of(client_ip)).hex()
    account = address_index(keyring, NO_SITE, _canonical(email)).hex()
    charge(session, f"sign-in-network:{network}", TRIES, now)
    charge(session, f"sign-in-account:{account}", TRIES, now)


def charge_network(
    session: Session, keyring: Keyring, *, client_ip: str, now: datetime
) -> None:
    """Count a try against its network alone: of a one-time link, or an old password.

    :raises TooManyRequests: saying when the next try can succeed.
    """
    network = network_index(keyring, NO_SITE, network_of(client_ip)).hex()
    charge(session, f"sign-in-network:{network}", TRIES, now)


def credentials(session: Session, keyring: Keyring, email: str) -> Credentials:
    """What to compare a password with; empty for unknown and disabled moderators."""
    try:
        address = parse_address(email)
    except BadAddress:
        return Credentials()
    row = row_by_address(session, keyring, address)
    if row is None or row.disabled_at is not None:
        return Credentials()
    return Credentials(moderator_id=row.id, password_hash=row.password_hash)


def own_credentials(session: Session, moderator_id: int) -> Credentials:
    """What a signed-in moderator's present password is compared with.

    :raises Unknown: if there is no such moderator.
    """
    row = moderator_row(session, moderator_id)
    return Credentials(moderator_id=row.id, password_hash=row.password_hash)


def open_session(
    session: Session, moderator_id: int, *, now: datetime, browser: str = ""
) -> str:
    """Sign a moderator in and return the token for the browser's cookie.

    Whoever calls it has asked for the second factor's code; else call `admit`.

    :param browser: its family, such as ``Firefox/Linux``, at most 60 characters.
    :raises Forbidden: if the moderator is disabled.
    """
    row = _may_enter(session, moderator_id)
    session.execute(delete(SignInSession).where(SignInSession.expires_at <= now))
    token = random_token()
    session.add(
        SignInSession(
            digest=token_digest(token),
            moderator_id=row.id,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
            browser=browser[:MAX_BROWSER_CHARS],
        )
    )
    audit(session, "signed-in", now=now, moderator_id=row.id)
    return token


def admit(
    session: Session, moderator_id: int, *, now: datetime, browser: str = ""
) -> Admission:
    """A session; or with a second factor, a step that opens one by a code.

    :param browser: as for `open_session`.
    :raises Forbidden: if the moderator is disabled.
    """
    row = _may_enter(session, moderator_id)
    if not has_second_factor(session, row.id):
        token = open_session(session, row.id, now=now, browser=browser)
        return Admission(token=token, awaits_code=False)
    session.execute(delete(SignInStep).where(SignInStep.expires_at <= now))
    token = random_token()
    session.add(
        SignInStep(
            digest=token_digest(token),
            moderator_id=row.id,
            browser=browser[:MAX_BROWSER_CHARS],
            expires_at=now + STEP_KEPT,
        )
    )
    return Admission(token=token, awaits_code=True)


def admit_by_password(
    session: Session,
    checked: Credentials,
    *,
    now: datetime,
    browser: str = "",
    renewed_hash: str | None = None,
) -> Admission:
    """What opens after the password was found right.

    :param browser: as for `open_session`.
    :param renewed_hash: replaces a hash that was made with other costs.
    :raises Forbidden: if the password was changed, or the moderator disabled, since.
    """
    row = session.get(Moderator, checked.moderator_id)
    if row is None or row.password_hash != checked.password_hash:
        raise Forbidden("The password was changed meanwhile. Sign in again.")
    if renewed_hash is not None:
        row.password_hash = renewed_hash
    return admit(session, row.id, now=now, browser=browser)


def _may_enter(session: Session, moderator_id: int) -> Moderator:
    row = session.get(Moderator, moderator_id)
    if row is None or row.disabled_at is not None:
        raise Forbidden("This moderator cannot sign in.")
    return row


_S: Any = SignInSession.__table__
_OPENED = select(_S.c.moderator_id, _S.c.expires_at, _S.c.seen_at).where(
    _S.c.digest == bindparam("digest")
)


def signed_in(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """Who is signed in with this cookie, or None."""
    digest = token_digest(token)
    row = session.connection().execute(_OPENED, {"digest": digest}).first()
    if row is None or row.expires_at <= now or row.seen_at + IDLE <= now:
        return None
    moderator = moderator_by_id(session, row.moderator_id)
    if moderator.disabled:
        return None
    return SignedIn(
        digest=digest,
        moderator=moderator,
        to_touch=now - row.seen_at >= _TOUCH_AFTER,
    )


def touch_session(session: Session, digest: bytes, *, now: datetime) -> None:
    """Note that the session is in use, so that it does not idle out."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.digest == digest, SignInSession.seen_at < now)
        .values(seen_at=now)
    )


def close_session(session: Session, token: str) -> None:
    """End the session of this cookie, if there is one."""
    session.execute(
        delete(SignInSession).where(SignInSession.digest == token_digest(token))
    )
