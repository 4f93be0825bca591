"""A moderator confirms what the checks settled alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.db.models import Comment
from service.domain.errors import Forbidden, StaleComment
from service.domain.status import Status
from service.operations.cards import excerpt
from service.operations.labels import add_label
from service.operations.moderators import ModeratorView, moderator_by_id
from service.operations.outside.reports import want_report
from service.operations.queue import comment_for, find_comment

_FIRST_WORDS_CHARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What was found right."""

    public_id: str
    first_words: str
    status: Status


def confirm(
    session: Session,
    moderator: ModeratorView,
    public_id: str,
    *,
    seen_version: int,
    now: datetime,
) -> Confirmed:
    """Say that the checks were right about a comment that is to be audited.

    It stays where it is and is labelled, so that the filter learns from it. Confirming
    again changes nothing.

    :param seen_version: version of the comment that the moderator saw.
    :raises Unknown: if the comment is not on one of the moderator's sites.
    :raises Forbidden: if the moderator may only look there.
    :raises StaleComment: if it was moved or edited since.
    """
    moderator = moderator_by_id(session, moderator.id)
    comment = comment_for(session, moderator, public_id)
    if moderator.disabled or not moderator.may_decide(comment.site_id):
        raise Forbidden("You may look at the comments of this site, but not decide.")
    if comment.version != seen_version:
        raise StaleComment("This comment was moved or edited since you saw it.")
    # Ask and set in one statement: of two who confirm at once, one is counted.
    was_asked = session.execute(
        update(Comment)
        .where(Comment.id == comment.id, Comment.audit, Comment.version == seen_version)
        .values(audit=False)
        .returning(Comment.id)
        .execution_options(synchronize_session="fetch")
    ).scalar_one_or_none()
    if was_asked is not None:
        is_spam = Status(comment.status) is Status.SPAM
        add_label(
            session,
            comment,
            is_spam,
            source="audit",
            moderator_id=moderator.id,
            now=now,
        )
        want_report(session, comment.id, Status(comment.status), now=now)
    return _confirmed(comment)


def just_confirmed(
    session: Session, moderator: ModeratorView, public_id: str
) -> Confirmed | None:
    """The comment, if it is on one of the moderator's sites and no audit is open."""
    comment = find_comment(session, moderator, public_id)
    return None if comment is None or comment.audit else _confirmed(comment)


def _confirmed(comment: Comment) -> Confirmed:
    return Confirmed(
        public_id=comment.public_id,
        first_words=excerpt(comment.text, _FIRST_WORDS_CHARS),
        status=Status(comment.status),
    )
