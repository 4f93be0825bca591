"""The comment that a moderator acts on, as it is now, and whether that is allowed."""

from sqlalchemy.orm import Session

from service.db.models import Comment
from service.domain.errors import Forbidden
from service.operations.moderators import ModeratorView, moderator_by_id
from service.operations.queue import comment_for


def comment_to_act_on(
    session: Session, moderator: ModeratorView, public_id: str
) -> Comment:
    """The stored comment, locked, if the moderator may decide on it.

    What the moderator may do is asked again, inside the transaction that acts, where
    the answer cannot grow old.

    :raises Unknown: if the comment is not on one of the moderator's sites.
    :raises Forbidden: if the moderator may only look there.
    """
    now = moderator_by_id(session, moderator.id)
    comment = comment_for(session, now, public_id)
    if now.disabled or not now.may_decide(comment.site_id):
        raise Forbidden("You may look at the comments of this site, but not decide.")
    session.refresh(comment, with_for_update=True)
    return comment
