"""The browsers in which a moderator is signed in, and ending them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.db.models import SignInSession
from service.domain.errors import Unknown
from service.operations.access import end_sessions
from service.operations.audit import audit
from service.operations.sign_in import IDLE

NAME_CHARS = 16
"""A session is named by the beginning of its digest, which opens nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A browser that is signed in."""

    name: str
    """Names it among the moderator's own."""
    browser: str
    """Its family, such as ``Firefox/Linux``; empty where that is not known."""
    since: datetime
    seen_at: datetime
    """To the minute."""
    is_this: bool
    """True for the one that asks."""


def sessions_of(
    session: Session, moderator_id: int, *, now: datetime, this: bytes
) -> list[OpenSession]:
    """Where the moderator is signed in: this browser first, then as last seen.

    :param this: digest of the session that asks.
    """
    rows = session.scalars(
        select(SignInSession)
        .where(
            SignInSession.moderator_id == moderator_id,
            SignInSession.expires_at > now,
            SignInSession.seen_at > now - IDLE,
        )
        .order_by(SignInSession.seen_at.desc(), SignInSession.digest)
    )
    found = [
        OpenSession(
            name=_name(row.digest),
            browser=row.browser,
            since=row.created_at,
            seen_at=row.seen_at,
            is_this=row.digest == this,
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: not each.is_this)


def end_session(
    session: Session, moderator_id: int, name: str, *, now: datetime
) -> None:
    """Sign one of the moderator's browsers out.

    :param name: `OpenSession.name`.
    :raises Unknown: if there is no such session, or it is somebody else's.
    """
    own = select(SignInSession.digest).where(SignInSession.moderator_id == moderator_id)
    digest = next((d for d in session.scalars(own) if _name(d) == name), None)
    if digest is None:
        raise Unknown("This session is over already.")
    session.execute(delete(SignInSession).where(SignInSession.digest == digest))
    audit(session, "session-ended", now=now, moderator_id=moderator_id)


def end_other_sessions(
    session: Session, moderator_id: int, *, this: bytes, now: datetime
) -> None:
    """Sign the moderator out everywhere but here.

    :param this: digest of the session that stays.
    """
    end_sessions(session, moderator_id, but=this)
    audit(session, "sessions-ended", now=now, moderator_id=moderator_id)


def _name(digest: bytes) -> str:
    return digest.hex()[:NAME_CHARS]
