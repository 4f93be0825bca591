"""What a trainer reads before it learns, and the version that it makes after."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from service.db.store import Store
from service.domain.budget import MAX_HAM_SCORES
from service.operations.label_facts import (
    Before,
    learned_of_bulk,
    learned_on,
    taken_before,
)
from service.operations.label_subjects import is_outside
from service.operations.labels import owners
from service.operations.lately import Lately, published_lately, said
from service.operations.lessons import Lesson, due_lessons, standing_lessons
from service.operations.model_versions import (
    MadeBy,
    ModelState,
    NewModel,
    StoredModel,
    model_state,
    stored_model,
)
from worker.filter.hashing import Ids
from worker.filter.pupil import Pupil, ids_of_text
from worker.filter.storage import header_of, to_bytes
from worker.training.counting import (
    BULK_MOST,
    DAILY_MOST,
    Counting,
    bulk_of,
    day_of,
)

TAKEN_AT_ONCE = 200
"""Labels that are taken in one go; more wait for the next."""
READ_AT_ONCE = 500
"""Labels that are in memory at once, with the texts they are about."""
QUIET_EACH = 3
"""Published comments that are looked at again for each decision for spam."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Labels to be learned, and all that it takes to weigh them."""

    state: ModelState
    model: StoredModel | None
    """The version that acts; None for none, or one that is not kept."""
    lessons: Sequence[Lesson]
    before: Mapping[int, Before]
    counting: Counting
    lately: Lately


def look(session: Session, site_id: int, now: datetime) -> Due:
    """What there is to learn on a site."""
    state = model_state(session, site_id)
    lessons = due_lessons(session, site_id, now, TAKEN_AT_ONCE)
    return Due(
        state=state,
        model=stored_model(session, site_id, state.active_version),
        lessons=lessons,
        before=taken_before(session, [each.comment_id for each in lessons]),
        counting=counted_before(session, site_id, lessons),
        lately=published_lately(session, site_id),
    )


def counted_before(
    session: Session, site_id: int, lessons: Sequence[Lesson]
) -> Counting:
    """What has counted so far of the days and bulk decisions of these labels."""
    counting = Counting(owners=frozenset(owners(session, site_id)))
    for lesson in lessons:
        day, bulk = day_of(lesson), bulk_of(lesson)
        if day is not None and day not in counting.by_day:
            counting.by_day[day] = learned_on(
                session, site_id, day[0], lesson.created_at, DAILY_MOST
            )
    bulks = {bulk for lesson in lessons if (bulk := bulk_of(lesson)) is not None}
    for moderator_id, at in bulks:
        groups = learned_of_bulk(
            session, site_id, moderator_id, at, DAILY_MOST * BULK_MOST
        )
        counting.note_bulk((moderator_id, at), groups)
    return counting


def standing(store: Store, site_id: int, after: int) -> Iterator[list[Lesson]]:
    """All labels that stand with a higher number, some hundred at a time, in order."""
    while True:
        lessons, after = store.read(
            lambda s, after=after: standing_lessons(s, site_id, after, READ_AT_ONCE)  # type: ignore[misc]  # bound now
        )
        if after == 0:
            return
        yield lessons


@dataclass(slots=True)
class Quiet:
    """Published comments that nobody has objected to."""

    store: Store
    comment_ids: Sequence[int]
    """In the order in which they were written."""
    _read: dict[int, Ids] = field(default_factory=dict)

    def beside(self, lesson: Lesson, number: int) -> list[Ids]:
        """A few that are older than a comment, others for each label.

        They are the same whenever the label is learned again, as far as they can be.
        """
        # A question from outside has no place among them, so it is the newest.
        known = (
            len(self.comment_ids)
            if is_outside(lesson.comment_id)
            else bisect_left(self.comment_ids, lesson.comment_id)
        )
        if known == 0:
            return []
        begin = number * QUIET_EACH
        wanted = {self.comment_ids[(begin + n) % known] for n in range(QUIET_EACH)}
        missing = sorted(wanted - self._read.keys())
        if missing:
            for each in self.store.read(lambda s: said(s, missing)):
                self._read[each.comment_id] = ids_of_text(
                    name=each.name, website=each.website, text=each.text
                )
        return [self._read[n] for n in sorted(wanted) if n in self._read]


def teach(
    pupil: Pupil, quiet: Quiet, lesson: Lesson, ids: Ids, number: int, weight: float
) -> None:
    """Have a pupil learn a label, and look again at good comments after spam.

    :param ids: of the comment, as the model looks at it.
    :param number: the label's place among those of the site.
    :param weight: how much it counts, 0.0-1.0.
    """
    # An erased text has nothing to teach any more.
    if lesson.is_spam is None or weight <= 0 or not lesson.text:
        return
    pupil.learn(ids, lesson.findings, is_spam=lesson.is_spam, weight=weight)
    if lesson.is_spam:
        for good in quiet.beside(lesson, number):
            pupil.keep_good(good, weight)


def made_of(
    pupil: Pupil,
    *,
    parent: int | None,
    made_by: MadeBy,
    last_number: int,
    lately: Lately,
    more: Mapping[str, object] | None = None,
) -> NewModel:
    """The pupil as a version to be stored.

    :param more: figures beside the counts.
    """
    blob = to_bytes(pupil.site)
    scores = [score for score in reversed(lately.log_odds) if score is not None]
    return NewModel(
        parent=parent,
        made_by=made_by,
        last_number=last_number,
        header=header_of(blob),
        blob=blob,
        weighing=pupil.weighing.to_json(),
        ham_scores=[round(score, 6) for score in scores[-MAX_HAM_SCORES:]],
        figures={
            "spam": pupil.spam,
            "good": pupil.good,
            "base": pupil.base.name,
            **(more or {}),
        },
    )
