"""What moderators decide is learned: at once, once, and not for ever."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from service.db.models import (
    Comment,
    FindingRow,
    Job,
    Label,
    Membership,
    Moderator,
    SiteModelRow,
    TrainedModel,
    VerdictRow,
)
from service.domain.status import Actor, Status
from service.jobs import Kind
from service.operations.claim import Lease, claim
from service.operations.labels import PROBATION
from service.operations.model_versions import (
    KEPT_VERSIONS,
    StaleModel,
    active_version,
    roll_back,
    versions,
)
from service.operations.move import move
from tests.campaign_texts import GOOD, campaign
from tests.worker.laboratory import Laboratory
from worker.pipeline import Doors, do, do_all, drain
from worker.training.counting import BULK_MOST, BULK_WEIGHT, DAILY_MOST
from worker.training.steps import train

_FIRST = ("Ana", "Ben", "Carla", "Dario", "Ewa", "Finn", "Gita", "Hugo")
_LAST = ("Lopes", "Marsh", "Novak", "Olsen", "Petit", "Rossi", "Sato")


@dataclass(slots=True, kw_only=True)
class School:
    """A site with moderators, and a worker that learns from them."""

    laboratory: Laboratory
    doors: Doors
    pages: int = 0
    people: dict[str, int] = field(default_factory=dict)

    def say(self, text: str) -> int:
        """A comment that the checks have settled, by another writer each time."""
        self.pages += 1
        number = self.laboratory.submit(
            text,
            page=f"/p{self.pages}",
            email=f"w{self.pages}@example.org",
            name=f"{_FIRST[self.pages % 8]} {_LAST[self.pages % 7]}",
            ip=f"198.51.{self.pages // 250}.{self.pages % 250}",
        )
        self.work()
        return number

    def say_all(self, texts: Sequence[str]) -> list[int]:
        """Several comments that the checks have settled."""
        return [self.say(text) for text in texts]

    def person(self, name: str, role: str, since: timedelta = timedelta(90)) -> int:
        """A moderator of the site, there for so long."""

        def act(session: Session) -> int:
            row = Moderator(
                name=name,
                email_sealed=b"sealed",
                email_index=name.encode().ljust(16)[:16],
                index_key=1,
                created_at=self.laboratory.clock() - since,
            )
            session.add(row)
            session.flush()
            session.add(
                Membership(
                    moderator_id=row.id, site_id=self.laboratory.site.id, role=role
                )
            )
            return row.id

        if name not in self.people:
            self.people[name] = self.laboratory.store.write(act)
        return self.people[name]

    def decide(
        self, number: int, new: Status, who: int | None = None, bulk_size: int = 1
    ) -> None:
        """Have a moderator move a comment; by default the owner."""
        who = self.person("Olga", "owner") if who is None else who

        def act(session: Session) -> None:
            move(
                session,
                session.get_one(Comment, number),
                new,
                actor=Actor.MODERATOR,
                moderator_id=who,
                bulk_size=bulk_size,
                now=self.laboratory.clock(),
            )

        self.laboratory.store.write(act)

    def work(self) -> None:
        """Do all that is due."""
        drain(self.doors)

    def teach(self, number: int, new: Status, **more: Any) -> None:
        """Have a moderator decide, and the worker learn it."""
        self.decide(number, new, **more)
        self.work()

    def log_odds(self, text: str) -> float:
        """What the site's model says of a text by what it has learned alone."""
        from service.text.reading import read

        model = self.laboratory.store.read(
            lambda s: self.doors.models.of(s, self.laboratory.site.id)
        )
        return model.log_odds(read(name="Ana Lopes", website="", text=text))[1]

    def labels(self) -> list[Label]:
        """All labels, by row number."""
        return self.laboratory.store.read(
            lambda s: list(s.scalars(select(Label).order_by(Label.id)))
        )

    def weights(self) -> list[float | None]:
        """How much each label counted."""
        return [label.weight for label in self.labels()]

    def version(self) -> int:
        """The version that acts."""
        return self.laboratory.store.read(
            lambda s: active_version(s, self.laboratory.site.id)
        )

    def everything(self) -> list[Any]:
        """All that training has written."""

        def act(session: Session) -> list[Any]:
            connection = session.connection()
            return [
                connection.execute(select(table).order_by(*table.primary_key)).all()
                for model in (Label, TrainedModel, SiteModelRow)
                for table in (model.__table__,)
            ]

        return self.laboratory.store.read(act)


@pytest.fixture
def school(laboratory: Laboratory) -> School:
    return School(laboratory=laboratory, doors=laboratory.doors())


SPAM, LATER_SPAM = campaign(31)[:30], campaign(31)[30]


def test_campaign_is_learned_and_the_next_of_it_is_spam(school: School) -> None:
    good = school.say_all(GOOD)
    assert {school.laboratory.status(n) for n in good} == {Status.PUBLISHED}
    seen = []
    for text in SPAM:
        number = school.say(text)
        seen.append(school.laboratory.status(number))
        if seen[-1] is not Status.SPAM:
            school.teach(number, Status.SPAM)
    last = school.say(LATER_SPAM)
    assert school.laboratory.status(last) is Status.SPAM
    assert Status.HELD in seen
    assert {school.laboratory.status(n) for n in good} == {Status.PUBLISHED}
    more = school.say_all([f"{text} Greetings from Porto." for text in GOOD[:20]])
    assert {school.laboratory.status(n) for n in more} == {Status.PUBLISHED}
    reason = _finding(school, last).reason
    assert reason.startswith("Reads like spam, after ")
    assert "bitcoin" in reason or "crypto" in reason or "recover" in reason


def _finding(school: School, number: int) -> FindingRow:
    return school.laboratory.store.read(
        lambda s: s.scalars(
            select(FindingRow).where(
                FindingRow.comment_id == number, FindingRow.check == "model"
            )
        ).one()
    )


def _verdict(school: School, number: int) -> VerdictRow:
    return school.laboratory.store.read(
        lambda s: s.scalars(
            select(VerdictRow).where(VerdictRow.comment_id == number)
        ).one()
    )


def test_thirty_decisions_undone_are_undone(school: School) -> None:
    school.say_all(GOOD[:40])
    kept = school.say(GOOD[50])
    school.teach(kept, Status.SPAM)
    before = school.log_odds(LATER_SPAM), school.log_odds(GOOD[3])
    numbers = school.say_all(SPAM[:12])
    for number in numbers:
        school.decide(number, Status.SPAM)
        if number % 3 == 0:
            school.work()
    school.work()
    assert school.log_odds(LATER_SPAM) > before[0] + 1
    for number in numbers:
        school.teach(number, Status.HELD)
    after = school.log_odds(LATER_SPAM), school.log_odds(GOOD[3])
    assert after == pytest.approx(before, abs=0.15)


def test_all_decisions_undone_leave_nothing(school: School) -> None:
    numbers = school.say_all(SPAM[:5])
    for number in numbers:
        school.teach(number, Status.SPAM)
    for number in numbers:
        school.teach(number, Status.HELD)
    assert school.log_odds(LATER_SPAM) == 0


def test_decision_the_other_way_counts_as_if_it_were_the_only_one(
    school: School,
) -> None:
    number = school.say(SPAM[0])
    school.teach(number, Status.SPAM)
    assert school.log_odds(SPAM[0]) > 0
    school.teach(number, Status.PUBLISHED)
    assert school.log_odds(SPAM[0]) < 0


def test_trashed_is_no_label_and_takes_one_back(school: School) -> None:
    first, second = school.say_all(SPAM[:2])
    school.teach(first, Status.TRASHED)
    assert school.labels() == []
    school.teach(second, Status.SPAM)
    assert school.log_odds(LATER_SPAM) != 0
    school.teach(second, Status.TRASHED)
    assert school.log_odds(LATER_SPAM) == 0


def test_repeated_task_changes_nothing(school: School) -> None:
    for number in school.say_all(SPAM[:3]):
        school.decide(number, Status.SPAM)
    school.work()
    before = school.everything()
    lab = school.laboratory
    for _ in range(3):
        lab.store.write(lambda s: _owe_again(s, lab.site.id, lab.clock()))
        school.work()
    assert school.everything() == before
    assert _jobs(school) == []


def _owe_again(session: Session, site_id: int, now: datetime) -> None:
    session.add(Job(kind=Kind.TRAIN.value, subject=site_id, due_at=now, created_at=now))


def _jobs(school: School) -> list[str]:
    return [job.kind for job in school.laboratory.jobs()]


def test_killed_in_the_middle_leaves_the_old_model_and_the_labels(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = school.say_all(SPAM[:2])
    school.teach(first, Status.SPAM)
    before, said = school.version(), school.log_odds(LATER_SPAM)
    school.decide(second, Status.SPAM)
    lease = school.laboratory.claim()

    class Killed(BaseException):
        """As sudden as a signal."""

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("worker.training.steps.note_taken", kill)
        do(school.doors, lease)
    assert (school.version(), school.log_odds(LATER_SPAM)) == (before, said)
    assert [label.taken_number for label in school.labels()] == [1, None]
    school.laboratory.clock.advance(timedelta(seconds=16))
    school.work()
    assert [label.taken_number for label in school.labels()] == [1, 2]
    assert school.version() == before + 1


def test_two_trainers_at_once_learn_each_label_once(school: School) -> None:
    number = school.say(SPAM[0])
    school.decide(number, Status.SPAM)
    lab = school.laboratory
    lease = lab.claim()
    lab.store.write(lambda s: _owe_again(s, lab.site.id, lab.clock()))
    (other,) = lab.store.write(lambda s: claim(s, lab.clock()))

    def both(session: Session) -> bool:
        # The other one begins and ends between what this one reads and writes.
        train(lab.store, school.doors.models.base, other, lab.clock)
        return True

    with pytest.raises(StaleModel):
        _train_slowly(school, lease, both)
    assert [label.taken_number for label in school.labels()] == [1]
    assert school.version() == 1


def _train_slowly(
    school: School, lease: Lease, meanwhile: Callable[[Any], object]
) -> None:
    lab = school.laboratory

    class Slow:
        """A clock that lets something else happen before it tells the time again."""

        asked = 0

        def __call__(self) -> datetime:
            self.asked += 1
            if self.asked == 2:
                meanwhile(None)
            return lab.clock()

    slow = Slow()
    store = lab.store

    class Between:
        """The store, with something happening before the write."""

        read = staticmethod(store.read)

        @staticmethod
        def write(act: Any) -> Any:
            meanwhile(None)
            return store.write(act)

    train(Between(), school.doors.models.base, lease, lab.clock)  # type: ignore[arg-type]  # a store with something happening in between
    assert slow.asked == 0


def test_label_given_while_its_site_trains_is_learned_next(school: School) -> None:
    first, second = school.say_all(SPAM[:2])
    school.decide(first, Status.SPAM)
    lease = school.laboratory.claim()
    school.decide(second, Status.SPAM)
    do_all(school.doors, [lease])
    school.work()
    assert [label.taken_number for label in school.labels()] == [1, 2]
    assert _jobs(school) == []


def test_doubted_label_counts_once_another_says_the_same(school: School) -> None:
    who = school.person("Mo", "moderator")
    good = "I baked this rye bread on Sunday and it was lovely with butter and honey."
    first = school.say(good)
    second = school.say(f"{good} Thanks a lot!")
    school.teach(first, Status.SPAM, who=who)
    assert school.weights() == [0.0]
    assert school.log_odds(good) == 0
    school.teach(second, Status.SPAM, who=who)
    assert school.weights() == [1.0, 1.0]
    assert school.log_odds(good) > 0.5


def test_owner_is_never_doubted(school: School) -> None:
    number = school.say(GOOD[0])
    school.teach(number, Status.SPAM)
    assert school.weights() == [1.0]


def test_new_moderator_waits_for_a_day(school: School) -> None:
    who = school.person("Nia", "moderator", since=timedelta(hours=1))
    number = school.say(SPAM[5])
    school.teach(number, Status.SPAM, who=who)
    assert [label.taken_number for label in school.labels()] == [None]
    school.laboratory.clock.advance(PROBATION)
    lab = school.laboratory
    lab.store.write(
        lambda s: s.add(
            Job(
                kind=Kind.MODELS.value,
                subject=0,
                due_at=lab.clock(),
                created_at=lab.clock(),
            )
        )
    )
    school.work()
    assert [label.taken_number for label in school.labels()] == [1]


def test_new_moderator_needs_no_wait_when_another_agrees(school: School) -> None:
    who = school.person("Nia", "moderator", since=timedelta(hours=1))
    text = SPAM[5]
    first, second = school.say(text), school.say(f"{text} Thanks!")
    school.teach(first, Status.SPAM, who=who)
    school.teach(second, Status.SPAM)
    assert sorted(label.taken_number or 0 for label in school.labels()) == [1, 2]


def test_bulk_decisions_count_little_and_few(school: School) -> None:
    count = BULK_MOST + 5
    numbers = [
        school.laboratory.submit(
            f"{SPAM[0]} {n}", page=f"/b{n}", email=f"b{n}@example.org"
        )
        for n in range(count)
    ]
    school.work()
    for number in numbers:
        school.decide(number, Status.SPAM, bulk_size=count)
    school.work()
    assert sorted(school.weights(), key=lambda w: w or 0) == (
        [0.0] * 5 + [BULK_WEIGHT] * BULK_MOST
    )


def test_day_of_a_moderator_counts_so_often_and_no_more(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.training.counting.DAILY_MOST", 2)
    monkeypatch.setattr("worker.training.desk.DAILY_MOST", 2)
    assert DAILY_MOST == 200
    who = school.person("Mo", "moderator")
    numbers = school.say_all([SPAM[2], SPAM[5], SPAM[7]])
    for number in numbers:
        school.teach(number, Status.SPAM, who=who)
    assert school.weights() == [1.0, 1.0, 0.0]
    school.laboratory.clock.advance(timedelta(days=1))
    school.teach(school.say(SPAM[9]), Status.SPAM, who=who)
    assert school.weights()[-1] == 1.0


def test_held_comment_tells_what_a_decision_did_to_it(school: School) -> None:
    first, second = school.say(SPAM[2]), school.say(SPAM[8])
    _hold(school, second)
    before = school.laboratory.comment(second).score
    assert before is not None
    school.teach(first, Status.SPAM)
    after = school.laboratory.comment(second)
    said = _verdict(school, second).rescored
    assert said is not None
    assert after.score is not None
    assert after.score > before
    assert (said["score"], said["was"]) == (after.score, before)
    assert said["decision"] == school.laboratory.comment(first).public_id
    assert said["model_version"] == school.version()
    assert after.status == Status.HELD


def _hold(school: School, number: int) -> None:
    school.laboratory.store.write(
        lambda s: s.execute(
            update(Comment).where(Comment.id == number).values(status=Status.HELD.value)
        )
    )


def test_ten_versions_are_kept_dense_near_the_newest(school: School) -> None:
    for number in school.say_all([f"{text} {n}" for n, text in enumerate(SPAM[:16])]):
        school.teach(number, Status.SPAM)
    known = school.laboratory.store.read(
        lambda s: versions(s, school.laboratory.site.id)
    )
    assert len(known) == KEPT_VERSIONS
    assert [v.version for v in known][-4:] == [13, 14, 15, 16]
    assert known[0].last_number <= 5
    assert [v.version for v in known if v.active] == [16]


def test_rollback_has_the_version_before_act(school: School) -> None:
    first, second = school.say_all(SPAM[:2])
    school.teach(first, Status.SPAM)
    said = school.log_odds(LATER_SPAM)
    school.teach(second, Status.SPAM)
    assert school.log_odds(LATER_SPAM) != said
    lab = school.laboratory
    gone_to = lab.store.write(lambda s: roll_back(s, lab.site.id, now=lab.clock()))
    assert (gone_to, school.version()) == (1, 1)
    assert school.log_odds(LATER_SPAM) == said
    lab.store.write(lambda s: roll_back(s, lab.site.id, to=2, now=lab.clock()))
    assert school.version() == 2


def test_torn_model_is_left_out_and_learned_anew(
    school: School, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = school.say_all(SPAM[:2])
    school.teach(first, Status.SPAM)
    lab = school.laboratory
    lab.store.write(
        lambda s: s.execute(update(TrainedModel).values(blob=b"FOYERMDL torn"))
    )
    school.doors = lab.doors()
    assert school.log_odds(LATER_SPAM) == 0
    assert "cannot be used: TornModel" in caplog.text
    school.teach(second, Status.SPAM)
    assert school.log_odds(LATER_SPAM) > 0
    assert _count(school, TrainedModel) == 2


def _count(school: School, model: Any) -> int:
    return school.laboratory.store.read(
        lambda s: s.execute(select(func.count()).select_from(model)).scalar_one()
    )


def test_model_alone_does_not_call_spam_before_there_are_enough_good_comments(
    school: School,
) -> None:
    for text in SPAM[:12]:
        school.teach(school.say(text), Status.SPAM)
    last = school.say(LATER_SPAM)
    verdict = _verdict(school, last)
    assert verdict.score is not None
    assert verdict.score > 0.9
    assert verdict.status == Status.HELD
    assert verdict.thresholds is not None
    assert verdict.thresholds["by_budget"] is False
