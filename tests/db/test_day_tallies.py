"""What happened on each day is counted as it happens, and equals a recount."""

import random
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from service.db.models import CheckTally, Comment, DayTally
from service.db.store import Store
from service.domain.errors import ForbiddenMove
from service.domain.status import Actor, Status
from service.operations.answer import answer
from service.operations.day_tallies import (
    WAITS,
    WHAT,
    day_counts,
    held_by_day,
    wait_class,
)
from service.operations.labels import add_label
from service.operations.moderators import Role
from service.operations.retention import TALLIES_KEPT, forget_tallies
from tests.db.acts import Acts
from tests.queue_seeds import Seeds

P, PUB, H, S, T = Status
Counts = dict[tuple[str, str], int]

_migration: Any = import_module("service.db.migrations.versions.20261128_day_tallies")


def counted(store: Store) -> Counts:
    """All counters that are not 0, by what and day."""
    rows = store.read(lambda s: s.execute(select(DayTally.__table__)).all())
    return {(row.what, row.day): row.total for row in rows if row.total}


def recount(store: Store) -> Counts:
    """The same, made anew from comments, moves and labels by the migration."""

    def act(session: Session) -> None:
        session.execute(delete(DayTally))
        for statement in _migration.so_far(store.engine.dialect.name):
            session.execute(text(statement))

    store.write(act)
    return counted(store)


def today(acts: Acts) -> str:
    return acts.clock().date().isoformat()


def test_present_states_are_counted_by_the_day_of_the_comment(acts: Acts) -> None:
    sent = today(acts)
    made = acts.say("One.", H)
    acts.say("Two.", P)
    acts.clock.advance(days=3)
    assert counted(acts.store) == {("is:held", sent): 1, ("judged:held", sent): 1}
    acts.move(made, T)
    found = counted(acts.store)
    assert found["is:trashed", sent] == 1
    assert ("is:held", sent) not in found


@pytest.mark.parametrize("actor", [Actor.MODERATOR, Actor.OPERATOR])
def test_first_decision_of_a_person_on_a_held_comment_is_a_wait(
    acts: Acts, actor: Actor
) -> None:
    held, passed = acts.say("One.", H), acts.say("Two.", PUB)
    acts.clock.advance(hours=2)
    acts.move(held, PUB, actor)
    acts.move(passed, H, actor)
    acts.clock.advance(hours=2)
    acts.move(held, H, actor)
    acts.move(held, S, actor)
    acts.move(passed, S, actor)
    waits = {k: n for k, n in counted(acts.store).items() if k[0].startswith("wait")}
    assert waits == {("wait:2", today(acts)): 1}


def test_writer_who_takes_a_comment_back_decides_nothing(acts: Acts) -> None:
    held = acts.say("One.", H)
    acts.move(held, T, Actor.WRITER)
    found = counted(acts.store)
    assert not [what for what, _ in found if what.startswith("wait")]
    assert found["is:trashed", today(acts)] == 1


@pytest.mark.parametrize("place", range(len(WAITS)))
def test_class_of_a_wait_ends_where_the_next_begins(place: int) -> None:
    end = WAITS[place]
    assert wait_class(end - timedelta(microseconds=1)) == place
    assert wait_class(end) == place + 1


def test_migration_has_the_same_classes() -> None:
    assert [timedelta(seconds=n) for n in _migration.WAIT_ENDS] == list(WAITS)


def said_of(acts: Acts) -> Counts:
    found = counted(acts.store)
    return {k: n for k, n in found.items() if k[0].startswith(("good:", "spam:"))}


def test_last_answer_counts_on_the_day_of_the_verdict_and_undo_takes_it_back(
    acts: Acts,
) -> None:
    day = today(acts)
    made = acts.say("One.", S)
    acts.clock.advance(days=2)
    acts.move(made, PUB)
    assert said_of(acts) == {("good:spam", day): 1}
    acts.move(made, S)
    assert said_of(acts) == {}, "taken back within the hour"
    acts.clock.advance(hours=2)
    acts.move(made, PUB)
    acts.clock.advance(hours=2)
    acts.move(made, S)
    assert said_of(acts) == {("spam:spam", day): 1}, "later it is a decision"


def test_confirmed_audit_is_an_answer(acts: Acts) -> None:
    made = acts.say("One.", PUB)

    def confirm(session: Session) -> None:
        comment = session.execute(
            select(Comment).where(Comment.public_id == made)
        ).scalar_one()
        add_label(session, comment, is_spam=False, source="audit", now=acts.clock())

    acts.store.write(confirm)
    assert said_of(acts) == {("good:published", today(acts)): 1}


@pytest.mark.parametrize("seed", range(3))
def test_counters_equal_a_recount_whatever_happens(acts: Acts, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # nothing secret
    made: list[str] = []
    for number in range(60):
        acts.clock.advance(minutes=chance.choice([1, 50, 400, 3000]))
        if not made or chance.random() < 0.4:
            made.append(acts.say(f"Text {number}.", chance.choice([P, PUB, H, S])))
            continue
        which = chance.choice(made)
        new = chance.choice([PUB, H, S, T])
        actor = chance.choice([Actor.MODERATOR] * 6 + [Actor.OPERATOR, Actor.WRITER])
        try:
            acts.move(which, new, actor)
        except ForbiddenMove:
            if acts.comment(which).status == P:
                acts.judge(which, chance.choice([PUB, H, S]))
    kept = counted(acts.store)
    assert {what for what, _ in kept} <= set(WHAT)
    assert len(kept) > 20
    assert recount(acts.store) == kept


def test_answer_of_a_moderator_hides_nobody_who_waits(acts: Acts) -> None:
    waiting, asked = acts.say("First.", H), acts.say("Second.", PUB)
    grace = acts.store.write(
        lambda s: Seeds(session=s, keyring=acts.keyring, now=acts.clock()).moderator(
            "grace@example.com", a=(acts.site_id, Role.MODERATOR)
        )
    )
    before = counted(acts.store)
    seen = acts.comment(asked).version
    acts.store.write(
        lambda s: answer(
            s,
            acts.keyring,
            grace,
            asked,
            text="Thanks.",
            seen_version=seen,
            now=acts.clock(),
        )
    )
    after = counted(acts.store)
    assert acts.comment(waiting).status == H
    assert after["is:held", today(acts)] == before["is:held", today(acts)] == 1
    assert not [what for what, _ in after if what.startswith("wait")]
    assert recount(acts.store) == after


def test_only_the_days_asked_for_are_read(acts: Acts) -> None:
    first = acts.clock().date()
    acts.say("One.", PUB)
    acts.clock.advance(days=1)
    acts.say("Two.", PUB)
    acts.say("Three.", H)
    second = acts.clock().date()

    def since(day: date) -> dict[str, dict[date, int]]:
        return acts.store.read(lambda s: day_counts(s, acts.site_id, day))

    assert since(first)["is:published"] == {first: 1, second: 1}
    assert since(second) == {
        "is:published": {second: 1},
        "is:held": {second: 1},
        "judged:published": {second: 1},
        "judged:held": {second: 1},
    }
    assert acts.store.read(lambda s: held_by_day(s, acts.site_id)) == {second: 1}


def test_counters_go_when_nobody_is_shown_them_but_the_backlog_stays(
    acts: Acts,
) -> None:
    old = today(acts)
    waits, gone = acts.say("One.", H), acts.say("Two.", H)
    acts.say("Three.", PUB)
    acts.store.write(
        lambda s: s.add_all(
            CheckTally(site_id=acts.site_id, check=check, day=old, mode="on")
            for check in ("links", "hosts", "form")
        )
    )
    forget = partial(forget_tallies, now=acts.clock() + TALLIES_KEPT)
    assert acts.store.write(forget) == 0
    acts.clock.advance(TALLIES_KEPT + timedelta(days=1))
    acts.say("Four.", PUB)
    forget = partial(forget_tallies, now=acts.clock(), limit=2)
    assert [acts.store.write(forget) for _ in range(3)] == [2, 1, 0]
    new = today(acts)
    assert counted(acts.store) == {
        ("is:held", old): 2,
        ("is:published", new): 1,
        ("judged:published", new): 1,
    }
    assert acts.count(CheckTally) == 0
    acts.move(gone, S)
    acts.move(waits, S)
    while acts.store.write(forget):
        pass
    assert not [what for what, day in counted(acts.store) if day == old]
    assert acts.store.read(lambda s: held_by_day(s, acts.site_id)) == {}
