"""What is wanted of a tab of the queue, beside its site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement

from service.db.models import Comment
from service.domain.check_names import reasons_of
from service.domain.search_term import Term

_HALF_PERCENT = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which comments of a tab are wanted; all of them as it stands."""

    page: str = ""
    """Key of their thread."""
    reason: str = ""
    """Name of a check that said something of them."""
    score_from: int | None = None
    """Percent, as shown."""
    score_to: int | None = None
    older: timedelta | None = None
    """They came in at least so long ago."""
    newer: timedelta | None = None
    """They came in at most so long ago."""
    terms: Sequence[Term] = ()
    """Words that each of them holds."""
    writer: Mapping[int, Sequence[bytes]] | None = field(default=None, repr=False)
    """Blind indexes of the address that sent them, by site."""

    def conditions(self, now: datetime | None) -> list[ColumnElement[bool]]:
        """What the index of a tab can answer by itself."""
        found: list[ColumnElement[bool]] = []
        if self.score_from is not None:
            found.append(Comment.score >= self.score_from / 100 - _HALF_PERCENT)
        if self.score_to is not None:
            found.append(Comment.score < self.score_to / 100 + _HALF_PERCENT)
        if self.older is not None or self.newer is not None:
            found += self._of_age(now)
        if self.reason:
            bits: Any = Comment.reasons.bitwise_and(reasons_of([self.reason]))
            found.append(bits != 0)
        return found

    def _of_age(self, now: datetime | None) -> list[ColumnElement[bool]]:
        if now is None:
            raise ValueError("An age is counted from some time.")
        found: list[ColumnElement[bool]] = []
        if self.older is not None:
            found.append(Comment.created_at <= now - self.older)
        if self.newer is not None:
            found.append(Comment.created_at >= now - self.newer)
        return found


EVERYTHING = Wanted()
"""All comments of a tab."""
