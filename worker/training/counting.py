"""How much a label counts: fully, little, or not at all (SPAM.md 3.6 and 4.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from service.operations.lessons import Lesson
from worker.filter.guard import learning_weight

DAILY_MOST = 200
"""Labels of one moderator that count on one day; an owner's all do."""
BULK_WEIGHT = 0.1
"""How much a label counts that is one of several given at once."""
BULK_MOST = 20
"""Of the alike comments of one bulk decision so many count."""

Day = tuple[int, date]
Bulk = tuple[int | None, datetime]


def day_of(lesson: Lesson) -> Day | None:
    """Whose day it counts for; None for nobody's."""
    if lesson.moderator_id is None:
        return None
    return lesson.moderator_id, lesson.created_at.date()


def bulk_of(lesson: Lesson) -> Bulk | None:
    """The bulk decision that it is part of; None for one given alone."""
    if lesson.bulk_size <= 1:
        return None
    return lesson.moderator_id, lesson.created_at


@dataclass(slots=True, kw_only=True)
class Counting:
    """What has counted so far, by moderator's day and by bulk decision."""

    owners: frozenset[int]
    by_day: dict[Day, int] = field(default_factory=dict)
    by_bulk: dict[tuple[Bulk, str], int] = field(default_factory=dict)

    def note_bulk(self, bulk: Bulk, groups: Mapping[str, int]) -> None:
        """Take over what has counted of a bulk decision before."""
        for group, count in groups.items():
            self.by_bulk[bulk, group] = count

    def is_trusted(self, lesson: Lesson) -> bool:
        """True for an owner's labels, and the operator's moves: they count fully."""
        if lesson.moderator_id is None:
            return lesson.source == "move"
        return lesson.moderator_id in self.owners

    def is_guarded(self, lesson: Lesson, log_odds: float) -> bool:
        """True if the label contradicts what is known, and nobody has confirmed it."""
        doubted = learning_weight(bool(lesson.is_spam), log_odds) < 1
        return doubted and not self.is_trusted(lesson)

    def weight(self, lesson: Lesson, log_odds: float, *, is_confirmed: bool) -> float:
        """How much the label counts, 0.0-1.0, and note that it does.

        :param log_odds: of spam, before it is learned.
        :param is_confirmed: another label says the same of an alike comment.
        """
        if lesson.is_spam is None or not (lesson.text or lesson.name):
            return 0.0
        weight = 1.0
        if not is_confirmed and not self.is_trusted(lesson):
            weight = learning_weight(lesson.is_spam, log_odds)
        if weight > 0 and self._has_room(lesson):
            self._note(lesson)
            return min(weight, BULK_WEIGHT) if lesson.bulk_size > 1 else weight
        return 0.0

    def _has_room(self, lesson: Lesson) -> bool:
        day, bulk = day_of(lesson), bulk_of(lesson)
        is_owner = lesson.moderator_id in self.owners
        if day is not None and not is_owner and self.by_day.get(day, 0) >= DAILY_MOST:
            return False
        # Comments without a group are alike to none.
        is_alone = bulk is None or not lesson.group_key
        return is_alone or self.by_bulk.get((bulk, lesson.group_key), 0) < BULK_MOST  # type: ignore[arg-type]  # a bulk where it is not alone

    def _note(self, lesson: Lesson) -> None:
        day, bulk = day_of(lesson), bulk_of(lesson)
        if day is not None:
            self.by_day[day] = self.by_day.get(day, 0) + 1
        if bulk is not None:
            key = (bulk, lesson.group_key)
            self.by_bulk[key] = self.by_bulk.get(key, 0) + 1
