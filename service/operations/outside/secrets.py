"""Keys and secrets of the checks that ask outside: written and used, never shown."""

import base64
import binascii
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.db.models import OutsideSecret
from service.domain.errors import InvalidInput
from service.domain.outside import AKISMET, CUSTOM, OUTSIDE_NAMES
from service.operations.audit import audit
from service.operations.moderators import ModeratorView
from service.operations.own_sites import own_site
from service.privacy.keyring import Keyring
from service.privacy.sealing import SealBroken, seal, unseal

SECRET_PREFIX = "whsec_"  # noqa: S105  # how Standard Webhooks writes secrets
_LEAST_BYTES, _MOST_BYTES = 24, 64
# As Standard Webhooks has it, specification 1.0.0, section "Signature scheme".
_NEW_BYTES = 32
_KEY = re.compile(r"[!-~]{6,200}")


def new_secret() -> str:
    """A fresh secret for the signatures of a custom check."""
    raw = secrets.token_bytes(_NEW_BYTES)
    return SECRET_PREFIX + base64.b64encode(raw).decode()


def secret_bytes(text: str) -> bytes | None:
    """The key that a secret of Standard Webhooks stands for, or None."""
    try:
        raw = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except (ValueError, binascii.Error):
        return None
    return raw if _LEAST_BYTES <= len(raw) <= _MOST_BYTES else None


def _is_akismet_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def _is_custom_secret(text: str) -> bool:
    return text.startswith(SECRET_PREFIX) and secret_bytes(text) is not None


_FITS: Mapping[str, Callable[[str], bool]] = {
    AKISMET: _is_akismet_key,
    CUSTOM: _is_custom_secret,
}
_MENDS: Mapping[str, str] = {
    AKISMET: "Write the key as it was given to you: 6-200 letters, digits and signs.",
    CUSTOM: "Write whsec_ and then 24-64 bytes in base64.",
}


def set_secret(  # noqa: PLR0913  # whose, for which check, and who does it
    session: Session,
    keyring: Keyring,
    who: ModeratorView | None,
    key: str,
    check: str,
    text: str,
    *,
    now: datetime,
) -> None:
    """Give a site's check the key or secret with which it asks.

    :param who: None for the operator.
    :raises Unknown: if there is no such site for this person.
    :raises Forbidden: if this person does not own it.
    :raises InvalidInput: naming ``check`` or ``secret``.
    """
    site = own_site(session, who, key)
    _known(check)
    text = text.strip()
    if not _FITS[check](text):
        raise InvalidInput({"secret": [_MENDS[check]]})
    had = _delete(session, site.id, check)
    session.add(
        OutsideSecret(
            site_id=site.id,
            check=check,
            sealed=seal(keyring, text, _bound_to(site.id, check)),
            created_at=now,
        )
    )
    session.flush()
    _log(session, who, site.id, check, "replaced" if had else "set", now)


def forget_secret(
    session: Session,
    who: ModeratorView | None,
    key: str,
    check: str,
    *,
    now: datetime,
) -> bool:
    """Take the key or secret away; False if there was none.

    :raises Unknown: if there is no such site for this person.
    :raises Forbidden: if this person does not own it.
    :raises InvalidInput: naming ``check``.
    """
    site = own_site(session, who, key)
    _known(check)
    had = _delete(session, site.id, check)
    if had:
        _log(session, who, site.id, check, "forgotten", now)
    return had


def secret_of(
    session: Session, keyring: Keyring, site_id: int, check: str
) -> str | None:
    """The key or secret of a site's check; None without one that can be opened."""
    sealed = session.execute(
        select(OutsideSecret.sealed).where(
            OutsideSecret.site_id == site_id, OutsideSecret.check == check
        )
    ).scalar_one_or_none()
    if sealed is None:
        return None
    try:
        return unseal(keyring, sealed, _bound_to(site_id, check))
    except SealBroken:
        return None


def secrets_since(session: Session, site_id: int) -> dict[str, datetime]:
    """For which checks a key or secret is set, and since when."""
    rows = session.execute(
        select(OutsideSecret.check, OutsideSecret.created_at).where(
            OutsideSecret.site_id == site_id
        )
    )
    return {row.check: row.created_at for row in rows}


def _known(check: str) -> None:
    if check not in OUTSIDE_NAMES:
        known = ", ".join(OUTSIDE_NAMES)
        raise InvalidInput({"check": [f"Choose one of {known}."]})


def _delete(session: Session, site_id: int, check: str) -> bool:
    gone = session.execute(
        delete(OutsideSecret)
        .where(OutsideSecret.site_id == site_id, OutsideSecret.check == check)
        .returning(OutsideSecret.check)
        .execution_options(synchronize_session=False)
    )
    return bool(gone.all())


def _log(  # each is a column of the log
    session: Session,
    who: ModeratorView | None,
    site_id: int,
    check: str,
    what: str,
    now: datetime,
) -> None:
    audit(
        session,
        "outside-key-changed",
        now=now,
        moderator_id=who.id if who else None,
        site_id=site_id,
        detail={"check": check, "key": what},
    )


def _bound_to(site_id: int, check: str) -> str:
    return f"outside|{site_id}|{check}"
