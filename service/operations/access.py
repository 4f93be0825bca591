"""What opens and shuts the door to a moderator: password, feed address, account."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from service.db.models import Moderator, SignInLink, SignInSession, SignInStep
from service.operations.audit import audit
from service.operations.moderators import moderator_row


def end_sessions(
    session: Session, moderator_id: int, *, but: bytes | None = None
) -> None:
    """Sign the moderator out everywhere; whoever is half-way in must begin again.

    :param but: digest of the one session that stays.
    """
    session.execute(delete(SignInStep).where(SignInStep.moderator_id == moderator_id))
    query = delete(SignInSession).where(SignInSession.moderator_id == moderator_id)
    if but is not None:
        query = query.where(SignInSession.digest != but)
    session.execute(query)


def set_password(
    session: Session,
    moderator_id: int,
    new_hash: str,
    *,
    now: datetime,
    keep: bytes | None = None,
    by_operator: bool = False,
) -> None:
    """Store a hash from `service.operations.passwords`; old sessions and links end.

    :param keep: digest of the session in which it was set, which goes on.
    :raises Unknown: if there is no such moderator.
    """
    row = moderator_row(session, moderator_id)
    row.password_hash = new_hash
    session.execute(delete(SignInLink).where(SignInLink.moderator_id == row.id))
    end_sessions(session, row.id, but=keep)
    audit(
        session,
        "password-set",
        now=now,
        moderator_id=None if by_operator else row.id,
        detail={"moderator": row.id},
    )


def disable_moderator(session: Session, moderator_id: int, *, now: datetime) -> None:
    """Shut a moderator out at once; decisions made stay in the log.

    :raises Unknown: if there is no such moderator.
    """
    row = moderator_row(session, moderator_id)
    row.disabled_at = now
    end_sessions(session, row.id)
    audit(session, "moderator-disabled", now=now, detail={"moderator": row.id})


def set_language(session: Session, moderator_id: int, language: str) -> None:
    """Let pages speak this language to the moderator.

    :param language: a tag of a language that there are texts in; empty for the
        browser's own.
    :raises Unknown: if there is no such moderator.
    """
    moderator_row(session, moderator_id).language = language


def renew_feed(session: Session, moderator_id: int, *, now: datetime) -> None:
    """Make the address of the moderator's private feed worthless; a new one holds.

    :raises Unknown: if there is no such moderator.
    """
    row = moderator_row(session, moderator_id)
    session.execute(
        update(Moderator)
        .where(Moderator.id == row.id)
        .values(feed_epoch=Moderator.feed_epoch + 1)
    )
    audit(session, "feed-renewed", now=now, moderator_id=row.id)
