"""Learn what was labelled on a site, a few online steps at a time.

A job may run twice, at once or again, and be killed anywhere: until the one transaction
at its end the old model serves and no label is taken, and after it none is left.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from service.db.store import Store
from service.operations.claim import Lease, LeaseLost, carry_on, finish_all, holding
from service.operations.label_facts import AlikeLabel, alike_labels
from service.operations.label_notes import (
    Note,
    hasten,
    note_confirmed,
    note_taken,
)
from service.operations.lessons import (
    Lesson,
    is_any_due,
    lessons_of,
)
from service.operations.model_versions import (
    MadeBy,
    StoredModel,
    stored_model,
    switch,
    version_before,
)
from worker.filter.model import Base
from worker.filter.pupil import Pupil, ids_of_text
from worker.site_models import opened
from worker.training.desk import Due, Quiet, look, made_of, standing, teach

log = logging.getLogger(__name__)

REPLAYED_MOST = 3_000
"""Labels that are learned again at once when one is taken back, some 5 s of work. One
from further back is taken back when the site's model is built anew."""


@dataclass(frozen=True, slots=True)
class Taught:
    """What a job has learned."""

    version: int
    """The version that acts now."""
    last: Lesson | None
    """The last label that counted; None if none did."""


@dataclass(slots=True)
class _Steps:
    """The labels of one job, and what is to be noted on them."""

    due: Due
    pupil: Pupil
    parent: int | None
    known: int
    """The pupil knows labels up to this number."""
    made_by: MadeBy = "steps"
    notes: list[Note] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)
    hastened: list[int] = field(default_factory=list)
    last: Lesson | None = None


def train(
    store: Store, base: Base, lease: Lease, clock: Callable[[], datetime]
) -> Taught | None:
    """Learn labels of the site that are due, and have the new version act.

    :returns: None if there was nothing to learn.
    :raises LeaseLost: if the lease is no longer the caller's; then nothing is written.
    :raises StaleModel: if another process has trained the site meanwhile; the same.
    """
    site_id = lease.subject
    due = store.read(lambda s: look(s, site_id, clock()))
    if not due.lessons:
        store.write(lambda s: _go_on_or_finish(s, lease, clock()))
        return None
    steps, quiet = _begun(store, base, due), _quiet(store, due)
    for lesson in due.lessons:
        _take(store, steps, quiet, lesson)
    version = store.write(lambda s: _stored(s, lease, steps, clock()))
    return Taught(version, steps.last)


def _begun(store: Store, base: Base, due: Due) -> _Steps:
    """The pupil as far as it was, or before what is taken back now was learned."""
    back_to, state = _taken_back(due), due.state
    pupil = _pupil(due, base)
    if back_to is not None:
        start = store.read(lambda s: _start(s, state.site_id, back_to))
        last_number = start.last_number if start else 0
        if state.next_number - last_number <= REPLAYED_MOST:
            return _replayed(store, base, due, start)
        log.info("a label of site %d is taken back by retraining", state.site_id)
    if pupil is None:
        return _replayed(store, base, due, None)
    return _Steps(due, pupil, state.active_version or None, state.next_number)


def _start(session: Session, site_id: int, number: int) -> StoredModel | None:
    """The newest version that has not seen the label with this number."""
    version = version_before(session, site_id, number)
    return stored_model(session, site_id, version) if version else None


def _pupil(due: Due, base: Base) -> Pupil | None:
    """What the version knows that acts; None if it cannot be read any more."""
    if due.state.active_version == 0:
        return Pupil(base)
    return None if due.model is None else pupil_of(due.model, base)


def pupil_of(stored: StoredModel, base: Base) -> Pupil | None:
    """A pupil that knows what a version knows; None if that cannot be read any more."""
    try:
        return Pupil.after(opened(stored, base), stored.figures)
    except ValueError as err:
        log.warning("a site's model is learned anew: %s", type(err).__name__)
        return None


def _taken_back(due: Due) -> int | None:
    """The number of the first label, learned before, that no longer stands."""
    numbers = []
    for lesson in due.lessons:
        before = due.before.get(lesson.comment_id)
        if (
            before is not None
            and before.label_id < lesson.label_id
            and before.weight > 0
            and before.is_spam is not None
            and before.is_spam != lesson.is_spam
        ):
            numbers.append(before.number)
    return min(numbers, default=None)


def _replayed(store: Store, base: Base, due: Due, start: StoredModel | None) -> _Steps:
    """What was known at the start, and every label learned since that still stands.

    A step cannot be taken back by itself: its size hung on all those before it.

    :param start: None for nothing.
    """
    site_id = due.state.site_id
    pupil = None if start is None else pupil_of(start, base)
    if start is None or pupil is None:
        parent, pupil = None, Pupil(base)
        after = due.state.number_back(REPLAYED_MOST)
    else:
        parent, after = start.version, start.last_number
    changed = {lesson.comment_id for lesson in due.lessons}
    quiet = _quiet(store, due)
    for lessons in standing(store, site_id, after):
        for lesson in lessons:
            if lesson.comment_id not in changed:
                _replay(pupil, quiet, lesson)
    return _Steps(due, pupil, parent, after, "replay")


def _replay(pupil: Pupil, quiet: Quiet, lesson: Lesson) -> None:
    """Have a pupil learn a label as it counted when it was taken."""
    if lesson.weight and lesson.is_spam is not None:
        ids = ids_of_text(name=lesson.name, website=lesson.website, text=lesson.text)
        teach(pupil, quiet, lesson, ids, lesson.number or 0, lesson.weight)


def _quiet(store: Store, due: Due) -> Quiet:
    changed = {lesson.comment_id for lesson in due.lessons}
    return Quiet(store, sorted(set(due.lately.unlabelled) - changed))


def _take(store: Store, steps: _Steps, quiet: Quiet, lesson: Lesson) -> None:
    """Number one label, and learn it as far as it counts."""
    due, pupil = steps.due, steps.pupil
    number = due.state.next_number + len(steps.notes)
    weight, log_odds = 0.0, None
    if lesson.is_spam is not None and _is_last(due, lesson):
        ids = ids_of_text(name=lesson.name, website=lesson.website, text=lesson.text)
        log_odds = pupil.log_odds(pupil.shares(ids, lesson.findings))
        alike = store.read(lambda s: alike_labels(s, due.state.site_id, lesson))
        weight = due.counting.weight(lesson, log_odds, is_confirmed=bool(alike))
        already = _already(steps, lesson)
        teach(pupil, quiet, lesson, ids, number, weight - already)
        if weight > 0:
            steps.last = lesson
            _confirm(store, steps, lesson, alike)
    steps.notes.append(
        Note(label_id=lesson.label_id, number=number, weight=weight, log_odds=log_odds)
    )


def _is_last(due: Due, lesson: Lesson) -> bool:
    """True if nothing was said of the comment since."""
    before = due.before.get(lesson.comment_id)
    if before is not None and before.label_id > lesson.label_id:
        return False
    return all(
        other.label_id <= lesson.label_id
        for other in due.lessons
        if other.comment_id == lesson.comment_id
    )


def _already(steps: _Steps, lesson: Lesson) -> float:
    """How much the pupil has learned of the same being said of the comment before."""
    before = steps.due.before.get(lesson.comment_id)
    if before is None or before.is_spam != lesson.is_spam:
        return 0.0
    return before.weight if before.number <= steps.known else 0.0


def _confirm(
    store: Store, steps: _Steps, lesson: Lesson, alike: Sequence[AlikeLabel]
) -> None:
    """Let count what was doubted, or had to wait, until somebody else agreed."""
    steps.hastened += [
        each.label_id
        for each in alike
        if not each.is_taken and each.moderator_id != lesson.moderator_id
    ]
    doubted = [e.label_id for e in alike if e.is_taken and (e.weight or 0.0) < 1]
    if not doubted or lesson.bulk_size > 1:
        return
    for other in store.read(lambda s: lessons_of(s, doubted)):
        is_new = other.label_id not in steps.confirmed and other.bulk_size == 1
        guarded = other.log_odds is not None and steps.due.counting.is_guarded(
            other, other.log_odds
        )
        if is_new and guarded and other.is_spam is not None:
            steps.confirmed.append(other.label_id)
            steps.pupil.learn(
                ids_of_text(name=other.name, website=other.website, text=other.text),
                other.findings,
                is_spam=other.is_spam,
                weight=1 - (other.weight or 0.0),
            )


def _stored(session: Session, lease: Lease, steps: _Steps, now: datetime) -> int:
    # The job's row first: whoever labels now waits for it, or is seen below.
    if not holding(session, [lease]):
        raise LeaseLost
    due, last_number = steps.due, steps.notes[-1].number
    has_learned = steps.made_by == "replay" or steps.last is not None
    made = None
    if has_learned:
        made = made_of(
            steps.pupil,
            parent=steps.parent,
            made_by=steps.made_by,
            last_number=last_number,
            lately=due.lately,
        )
    version = switch(session, due.state, made, next_number=last_number + 1, now=now)
    note_taken(session, steps.notes)
    if steps.confirmed:
        note_confirmed(session, steps.confirmed)
    if steps.hastened:
        hasten(session, steps.hastened, now)
    _go_on_or_finish(session, lease, now)
    return version


def _go_on_or_finish(session: Session, lease: Lease, now: datetime) -> None:
    if not holding(session, [lease]):
        raise LeaseLost
    if is_any_due(session, lease.subject, now):
        carry_on(session, lease, now)
    else:
        finish_all(session, [lease])
