"""A moderator's program changes a comment that it knows by its number."""

from datetime import datetime
from enum import Enum
from typing import Literal

from sqlalchemy.orm import Session

from service.domain.errors import StaleComment
from service.domain.status import Status
from service.operations.batches import last_move
from service.operations.decide import decide
from service.operations.mend import mend
from service.operations.moderators import ModeratorView
from service.operations.site_comments import Numbered
from service.operations.unseen_edit import tell_of_edit

Before = Literal["before"]
"""Whatever the comment was before its last move."""


class Changed(Enum):
    """What became of a change."""

    YES = "yes"
    NO = "no"
    """The comment was so already."""
    UNSEEN = "unseen"
    """Nothing was done: its writer has edited it, and this is how that is told."""


def change_numbered(
    session: Session,
    moderator: ModeratorView,
    found: Numbered,
    *,
    text: str | None,
    status: Status | Before | None,
    now: datetime,
) -> Changed:
    """Give the comment another text, another state, or both.

    What these programs speak names no version that they saw, so the comment is taken as
    it is now: between two of them the last one counts. But what its writer has edited
    is not published before a program was told so; that it was is stored here.

    :param text: clean, 1 to 10,000 characters; None lets it be.
    :raises Forbidden: if the moderator may only look at the site.
    :raises StaleComment: if it was changed by somebody else at the same moment.
    :raises ForbiddenMove: if the table of moves does not allow it.
    """
    comment = found.comment
    before = comment.version
    goal = _earlier(session, found) if status == "before" else status
    # A program that brings a text has said itself what is to be published.
    publishes = goal is Status.PUBLISHED and goal != comment.status and text is None
    if publishes and tell_of_edit(session, comment, now):
        return Changed.UNSEEN
    if text is not None:
        mend(
            session,
            moderator,
            comment.public_id,
            text=text,
            seen_version=comment.version,
            now=now,
        )
    if goal is not None and goal != comment.status:
        decide(
            session,
            moderator,
            comment.public_id,
            seen_version=comment.version,
            decision=Status(goal),
            now=now,
        )
    return Changed.NO if comment.version == before else Changed.YES


def _earlier(session: Session, found: Numbered) -> Status:
    """The state before the last move; held, where the checks have not looked at it."""
    last = last_move(session, found.comment.id)
    if last is None or last.new != found.comment.status:
        raise StaleComment("This comment was moved or edited since you saw it.")
    old = Status(last.old)
    return Status.HELD if old is Status.PENDING else old
