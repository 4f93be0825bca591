"""What moderators decide is learned: at once, once, and not for ever."""

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from service.db.models import (
    Comment,
    FindingRow,
    Job,
    SiteModelRow,
    TrainedModel,
    VerdictRow,
)
from service.db.store import Store
from service.domain.status import Status
from service.jobs import Kind
from service.operations.claim import claim
from service.operations.labels import PROBATION, UNDONE_WITHIN
from service.operations.model_upkeep import MANY_LABELS, owe_upkeep
from service.operations.model_versions import (
    KEPT_VERSIONS,
    StaleModel,
    VersionView,
    model_state,
    roll_back,
    versions,
)
from service.operations.owe import owe
from tests.campaign_texts import GOOD, MORE_GOOD, campaign
from tests.needs import ROOT
from tests.worker.laboratory import Laboratory
from tests.worker.school import School
from worker.pipeline import do_all
from worker.training.anew import RETRAINED_MOST, Figures, build, store_built
from worker.training.counting import BULK_MOST, BULK_WEIGHT, DAILY_MOST
from worker.training.steps import train


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
    assert seen[0] is Status.PUBLISHED
    assert {school.laboratory.status(n) for n in good} == {Status.PUBLISHED}
    more = school.say_all(MORE_GOOD)
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
    school.teach(number, Status.PUBLISHED, who=school.person("Otto", "owner"))
    assert school.log_odds(SPAM[0]) < 0


def test_own_move_taken_back_says_what_was_said_before(school: School) -> None:
    untouched, praised = school.say_all(SPAM[:2])
    school.teach(untouched, Status.SPAM)
    school.teach(untouched, Status.PUBLISHED)
    assert [label.is_spam for label in school.labels()] == [True, None]
    assert school.log_odds(SPAM[0]) == 0
    school.decide(praised, Status.HELD)
    school.decide(praised, Status.PUBLISHED, who=school.person("Otto", "owner"))
    school.decide(praised, Status.SPAM)
    school.decide(praised, Status.PUBLISHED)
    assert [label.is_spam for label in school.labels()][2:] == [False, True, False]


def test_own_move_reversed_later_is_a_decision(school: School) -> None:
    number = school.say(SPAM[0])
    school.teach(number, Status.SPAM)
    school.laboratory.clock.advance(UNDONE_WITHIN)
    school.teach(number, Status.PUBLISHED)
    assert [label.is_spam for label in school.labels()] == [True, False]


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


_KILLED = """
import os, signal, sys
from service.db.store import Store, make_engine
from service.privacy.keyring import Keyring, generate
from worker.pipeline import Doors, drain
from worker.resolver import DomainResolver
import worker.training.steps as steps

steps.note_taken = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
store = Store(make_engine(sys.argv[1]))
keyring = Keyring.from_text(generate())
drain(Doors(store=store, keyring=keyring, resolver=DomainResolver(0)))
"""
"""A worker that is killed once the new version is written, and not yet committed."""


def test_kill_9_leaves_the_old_model_serving_and_the_labels(school: School) -> None:
    first, second = school.say_all(SPAM[:2])
    school.teach(first, Status.SPAM)
    before, said = school.version(), school.log_odds(LATER_SPAM)
    school.decide(second, Status.SPAM)
    url = school.laboratory.store.engine.url.render_as_string(hide_password=False)
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, url], cwd=ROOT, check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert (school.version(), school.log_odds(LATER_SPAM)) == (before, said)
    assert [label.taken_number for label in school.labels()] == [1, None]
    # The dead one's lease ends by the true time.
    school.laboratory.clock.now = datetime.now(UTC) + timedelta(seconds=16)
    school.work()
    assert [label.taken_number for label in school.labels()] == [1, 2]
    assert school.version() == before + 1


def test_erased_text_teaches_nothing(school: School) -> None:
    number = school.say(SPAM[0])
    school.decide(number, Status.SPAM)
    school.laboratory.store.write(
        lambda s: s.execute(
            update(Comment).where(Comment.id == number).values(text="", name="")
        )
    )
    school.work()
    assert school.weights() == [0.0]
    assert school.version() == 0


@dataclass(slots=True)
class Overtaken:
    """A store on which another one writes first, once."""

    store: Store
    other: Callable[[], object]

    @property
    def read(self) -> Any:
        """Read as ever."""
        return self.store.read

    def write(self, act: Any) -> Any:
        """Write, after the other one."""
        self.other()
        return self.store.write(act)


def test_two_trainers_at_once_learn_each_label_once(school: School) -> None:
    school.decide(school.say(SPAM[0]), Status.SPAM)
    lab, base = school.laboratory, school.doors.models.base
    lease = lab.claim()
    lab.store.write(lambda s: _owe_again(s, lab.site.id, lab.clock()))
    (other,) = lab.store.write(lambda s: claim(s, lab.clock()))
    overtaken: Any = Overtaken(
        lab.store, lambda: train(lab.store, base, other, lab.clock)
    )
    with pytest.raises(StaleModel):
        train(overtaken, base, lease, lab.clock)
    assert [label.taken_number for label in school.labels()] == [1]
    assert school.version() == 1


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
    (doubted,) = school.weights()
    assert doubted is not None
    assert doubted < 0.35
    said = school.log_odds(good)
    school.teach(second, Status.SPAM, who=who)
    assert school.weights() == [1.0, 1.0]
    assert school.log_odds(good) > 2 * said


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
    # The guard takes a little of what contradicts the base a little.
    assert school.weights() == pytest.approx([1.0, 1.0, 0.0], abs=0.2)
    school.laboratory.clock.advance(timedelta(days=1))
    school.teach(school.say(SPAM[9]), Status.SPAM, who=who)
    assert school.weights()[-1] == pytest.approx(1.0, abs=0.2)


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


def _retrain(school: School) -> None:
    lab = school.laboratory
    lab.store.write(
        lambda s: owe(s, Kind.RETRAIN, lab.site.id, now=lab.clock(), dedupe_key="r")
    )
    school.work()


def _last(school: School) -> VersionView:
    known = school.laboratory.store.read(
        lambda s: versions(s, school.laboratory.site.id)
    )
    return known[-1]


def test_model_built_anew_acts_if_it_is_no_worse(school: School) -> None:
    for text in SPAM[:6]:
        school.teach(school.say(text), Status.SPAM)
    otto = school.person("Otto", "owner")
    for number in school.say_all(GOOD[:3]):
        school.decide(number, Status.SPAM)
        school.decide(number, Status.PUBLISHED, who=otto)
    school.work()
    said = school.log_odds(LATER_SPAM)
    _retrain(school)
    last = _last(school)
    assert (last.made_by, last.active, last.parent) == ("retrain", True, None)
    assert (last.figures["spam"], last.figures["good"]) == (6, 3)
    assert last.figures["auc"] is not None
    assert school.log_odds(LATER_SPAM) == pytest.approx(said, abs=1.5)
    assert _jobs(school) == []


def test_model_built_anew_that_is_worse_is_left(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in SPAM[:3]:
        school.teach(school.say(text), Status.SPAM)
    before = school.version()
    monkeypatch.setattr(Figures, "is_worse_than", lambda *_: True)
    _retrain(school)
    assert (school.version(), _last(school).made_by) == (before, "steps")
    state = school.laboratory.store.read(
        lambda s: model_state(s, school.laboratory.site.id)
    )
    assert state.retrained_number == 3
    assert _jobs(school) == []


def test_flood_of_spam_does_not_drown_the_good_ones(school: School) -> None:
    numbers = school.say_all([f"{text} Number {n}." for n, text in enumerate(SPAM)])
    for number in numbers:
        if school.laboratory.status(number) is not Status.SPAM:
            school.decide(number, Status.SPAM)
    kept = school.say(MORE_GOOD[0])
    school.decide(kept, Status.HELD)
    school.teach(kept, Status.PUBLISHED, who=school.person("Otto", "owner"))
    lab, base = school.laboratory, school.doors.models.base
    built = build(lab.store, lab.site.id, base, RETRAINED_MOST)
    store_built(lab.store, built, "rebuild", now=lab.clock())
    assert _last(school).made_by == "rebuild"
    assert school.laboratory.status(school.say(MORE_GOOD[4])) is Status.PUBLISHED


@pytest.mark.parametrize(
    ("labels", "age", "owed"),
    [(0, 0, False), (1, 0, False), (MANY_LABELS, 0, True), (1, 24, True)],
)
def test_models_are_built_anew_after_many_labels_or_a_day(
    school: School, labels: int, age: int, owed: bool
) -> None:
    lab = school.laboratory
    now = lab.clock()
    since = now - timedelta(hours=age)

    def act(session: Session) -> None:
        session.add(
            SiteModelRow(
                site_id=lab.site.id,
                next_number=101 + labels,
                retrained_number=100,
                retrained_at=since,
            )
        )
        session.flush()
        owe_upkeep(session, school.doors.models.base.name, now)

    lab.store.write(act)
    assert (Kind.RETRAIN in _jobs(school)) is owed


def test_model_on_another_base_is_built_anew(school: School) -> None:
    school.teach(school.say(SPAM[0]), Status.SPAM)
    _retrain(school)
    lab = school.laboratory
    for base, owed in ((school.doors.models.base.name, []), ("x", [Kind.RETRAIN])):
        lab.store.write(lambda s, b=base: owe_upkeep(s, b, lab.clock()))  # type: ignore[misc]  # bound now
        assert _jobs(school) == owed
