"""The parts of the queue."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, literal_column

from service.db.models import Comment
from service.domain.status import Status


class Tab(StrEnum):
    """The parts of the queue, in order; pending comments only have a count."""

    HELD = "held"
    AUDIT = "audit"
    """What the checks settled, and a moderator is asked about."""
    SPAM = "spam"
    PUBLISHED = "published"
    TRASHED = "trashed"

    @property
    def is_oldest_first(self) -> bool:
        """True where somebody waits for an answer."""
        return self in {Tab.HELD, Tab.AUDIT}


def is_of(part: Tab | Status) -> ColumnElement[Any]:
    """The condition for comments of a tab, or in a state."""
    if part is Tab.AUDIT:
        # As the partial index has it, or SQLite does not see that it may be used.
        return literal_column("comment.audit")
    return Comment.status == part.value
