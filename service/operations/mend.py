"""A moderator edits the text of a comment."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from service.db.models import Comment, Revision
from service.domain.errors import Conflict, StaleComment
from service.domain.revisions import REFUSED, TAKEN, WAITING
from service.domain.status import Status
from service.operations.acting import comment_to_act_on
from service.operations.audit import audit
from service.operations.floods import leave_floods
from service.operations.judge import remember
from service.operations.moderators import ModeratorView
from service.operations.move import touch_thread
from service.operations.outside.inquiries import settle
from service.operations.rendering import lay_out
from service.operations.word_index import index_words
from service.text.reading import read


def mend(
    session: Session,
    moderator: ModeratorView,
    public_id: str,
    *,
    text: str,
    seen_version: int,
    now: datetime,
) -> Comment:
    """Give a comment another text, which holds at once; the same text changes nothing.

    It is a revision like a writer's, with the moderator's name on it, and an entry of
    the log. Edits of the writer that still wait are refused: they were made to a text
    that is gone. A pending comment is checked as it reads now.

    :param text: clean, 1 to 10,000 characters.
    :param seen_version: version of the comment that the moderator saw.
    :raises Unknown: if the comment is not on one of the moderator's sites.
    :raises Forbidden: if the moderator may only look there.
    :raises StaleComment: if it was moved or edited since.
    :raises Conflict: if its writer was erased.
    """
    comment = comment_to_act_on(session, moderator, public_id)
    if comment.text == text:
        # A second click finds what the first has done.
        return comment
    if comment.version != seen_version:
        raise StaleComment("This comment was moved or edited since you saw it.")
    if comment.erased_at is not None:
        raise Conflict("Its writer was erased, so nothing is to be changed any more.")
    number = _add_revision(session, comment, text, moderator.id, now)
    comment.text, comment.edited_at = text, now
    comment.version += 1
    if comment.status != Status.PENDING:
        _show(session, comment)
        # A person has taken it on: no answer from outside settles it any more.
        settle(session, [comment.id], {})
    session.flush()
    audit(
        session,
        "comment-edited",
        now=now,
        moderator_id=moderator.id,
        site_id=comment.site_id,
        detail={"comment": public_id, "edit": number},
    )
    return comment


def _add_revision(
    session: Session, comment: Comment, text: str, moderator_id: int, now: datetime
) -> int:
    mine = Revision.comment_id == comment.id
    session.execute(
        update(Revision).where(mine, Revision.state == WAITING).values(state=REFUSED)
    )
    last = session.execute(
        select(func.coalesce(func.max(Revision.number), 0)).where(mine)
    ).scalar_one()
    revision = Revision(
        comment_id=comment.id,
        number=last + 1,
        text=text,
        state=TAKEN,
        moderator_id=moderator_id,
        created_at=now,
    )
    session.add(revision)
    return revision.number


def _show(session: Session, comment: Comment) -> None:
    """What follows from the new text for readers, and for later comments' checks."""
    lay_out(comment)
    reading = read(name=comment.name, website=comment.website, text=comment.text)
    comment.normal_hash = reading.normal_hash
    comment.group_key = reading.group_key[:300]
    remember(session, [(comment, reading)])
    session.flush()
    index_words(session, [comment.id])
    # What made it alike others may be gone; who has just looked at it groups nothing.
    leave_floods(session, [comment.id])
    session.expire(comment, ["flood_key"])
    if comment.status == Status.PUBLISHED:
        touch_thread(session, comment.thread_id)
