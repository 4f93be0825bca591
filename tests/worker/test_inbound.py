"""The worker answers questions from outside, and learns what is said of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service.db.models import Job, OutsideQuestion, VerdictRow
from service.domain.checking import CheckInput
from service.domain.findings import Finding
from service.domain.status import Status
from service.jobs import Kind
from service.operations.claim import MAX_ATTEMPTS
from service.operations.inbound.asking import OutsideFacts, ask
from service.operations.inbound.keeping import OUTSIDE_KEPT
from service.operations.inbound.teaching import teach_outside
from service.operations.labels import PROBATION
from service.operations.lists import add_entry
from service.operations.owe import owe
from service.operations.retention import retain
from tests.campaign_texts import GOOD, campaign
from tests.worker.laboratory import Laboratory, broken
from tests.worker.school import School
from worker.pipeline import Doors, drain
from worker.training.anew import build

SPAM, LATER_SPAM = campaign(31)[:20], campaign(31)[30]
FACTS = OutsideFacts(
    name="Ana Lopes",
    email="ana@example.org",
    website="",
    text="A jar keeps it fresh for long.",
    client_ip="203.0.113.9",
    agent="Tester/1",
)


@pytest.fixture
def school(laboratory: Laboratory) -> School:
    return School(laboratory=laboratory, doors=laboratory.doors())


class Outside:
    """A program that asks and teaches with the token of somebody in school."""

    def __init__(self, school: School, who: int | None = None) -> None:
        self.school, self.laboratory = school, school.laboratory
        self.who = school.person("Olga", "owner") if who is None else who

    def ask(self, doors: Doors | None = None, **change: Any) -> OutsideQuestion:
        """The question once it is answered."""
        lab = self.laboratory
        guid = lab.store.write(
            lambda s: ask(
                s,
                lab.keyring,
                lab.site,
                replace(FACTS, **change),
                moderator_id=self.who,
                now=lab.clock(),
                afresh=True,
            )
        )
        drain(doors or self.school.doors)
        return self.question(guid)

    def question(self, guid: str) -> OutsideQuestion:
        return self.laboratory.store.read(
            lambda s: s.scalars(
                select(OutsideQuestion).where(OutsideQuestion.public_id == guid)
            ).one()
        )

    def teach(self, text: str, *, is_spam: bool) -> None:
        lab = self.laboratory
        lab.store.write(
            lambda s: teach_outside(
                s,
                lab.keyring,
                lab.site,
                replace(FACTS, text=text),
                is_spam=is_spam,
                moderator_id=self.who,
                now=lab.clock(),
            )
        )
        self.school.work()


def test_question_gets_the_verdict_that_a_comment_gets(school: School) -> None:
    asked = Outside(school).ask()
    number = school.laboratory.submit(FACTS.text)
    school.work()
    assert asked.state == school.laboratory.status(number).value == "published"
    assert asked.score is not None
    verdicts = school.laboratory.store.read(
        lambda s: s.scalars(select(VerdictRow)).all()
    )
    assert len(verdicts) == 1


@pytest.mark.parametrize(
    ("field", "text"),
    [("address", FACTS.email), ("network", FACTS.client_ip), ("agent", "tester")],
)
def test_lists_see_writer_network_and_agent(
    school: School, field: str, text: str
) -> None:
    lab, outside = school.laboratory, Outside(school)
    lab.store.write(
        lambda s: add_entry(
            s, lab.keyring, lab.site.id, "spam", field, text, now=lab.clock()
        )
    )
    asked = outside.ask()
    assert asked.state == "spam"
    assert "lists" in [check for check, _ in asked.findings]


def test_past_of_the_site_counts_and_no_comment_is_taken_for_it(
    school: School,
) -> None:
    # Row numbers of the two tables are alike; neither may hide the other.
    number = school.say("Buy it at http://shop.example/a now.")
    school.decide(number, Status.SPAM)
    seen: list[CheckInput] = []

    def looking(given: CheckInput) -> Finding | None:
        seen.append(given)
        return None

    asked = Outside(school).ask(
        school.laboratory.doors(looking), text="More of http://shop.example/b, dear."
    )
    assert asked.id == number
    assert seen[0].evidence.host_tallies["shop.example"].spam == 1
    assert (seen[0].origin, seen[0].token) == ("registered", "good")


def test_checks_that_never_finish_leave_it_unanswered(school: School) -> None:
    outside = Outside(school)
    doors = school.laboratory.doors(broken)
    asked = outside.ask(doors)
    for _ in range(MAX_ATTEMPTS):
        school.laboratory.clock.advance(minutes=1)
        drain(doors)
    asked = outside.question(asked.public_id)
    assert (asked.state, asked.score) == ("failed", None)
    kinds = school.laboratory.store.read(lambda s: s.scalars(select(Job.kind)).all())
    assert "question" not in kinds


def test_question_that_is_gone_is_no_work(school: School) -> None:
    lab = school.laboratory
    outside = Outside(school)
    lab.store.write(
        lambda s: ask(
            s, lab.keyring, lab.site, FACTS, moderator_id=outside.who, now=lab.clock()
        )
    )
    lab.store.write(
        lambda s: s.execute(
            OutsideQuestion.__table__.delete()  # type: ignore[attr-defined]  # a table
        )
    )
    drain(school.doors)
    kinds = lab.store.read(lambda s: s.scalars(select(Job.kind)).all())
    assert "question" not in kinds


def test_what_is_reported_is_learned(school: School) -> None:
    school.say_all(GOOD)
    before = school.log_odds(LATER_SPAM)
    outside = Outside(school)
    for text in SPAM:
        outside.teach(text, is_spam=True)
    assert school.weights() == [1.0] * len(SPAM)
    assert school.log_odds(LATER_SPAM) > before + 1
    assert outside.ask(text=LATER_SPAM).state in {"held", "spam"}
    # What is good stays so: it is looked at again beside each report.
    assert outside.ask(text=GOOD[0]).state == "published"


def test_what_is_taken_back_is_unlearned(school: School) -> None:
    school.say_all(GOOD[:4])
    outside = Outside(school)
    outside.teach(SPAM[0], is_spam=True)
    learned = school.log_odds(SPAM[0])
    outside.teach(SPAM[0], is_spam=False)
    assert learned > 0 > school.log_odds(SPAM[0])


def test_labels_of_both_kinds_are_replayed_together(school: School) -> None:
    numbers = school.say_all([*GOOD[:3], *SPAM[:2]])
    outside = Outside(school)
    for text in SPAM[2:6]:
        outside.teach(text, is_spam=True)
    school.teach(numbers[3], Status.SPAM)
    outside.teach(SPAM[2], is_spam=False)
    school.teach(numbers[3], Status.PUBLISHED)
    built = build(
        school.laboratory.store, school.laboratory.site.id, school.doors.models.base, 99
    )
    said = {lesson.public_id: lesson.is_spam for lesson, _ in built.said}
    # The comment's own label was taken back, and the reports stand as last said.
    assert sorted(map(bool, said.values())) == [False, True, True, True]
    assert len({lesson.comment_id for lesson, _ in built.said}) == 4


def test_report_of_a_new_moderator_waits(school: School) -> None:
    outside = Outside(school, school.person("Nia", "moderator", since=timedelta()))
    outside.teach(SPAM[0], is_spam=True)
    assert school.weights() == [None]
    lab = school.laboratory
    lab.clock.advance(PROBATION)
    lab.store.write(
        lambda s: owe(s, Kind.MODELS, 0, now=lab.clock(), dedupe_key="models")
    )
    school.work()
    assert school.weights()[0] is not None


def test_report_teaches_nothing_once_it_is_emptied(school: School) -> None:
    outside = Outside(school)
    outside.teach(SPAM[0], is_spam=True)
    lab = school.laboratory
    lab.clock.advance(OUTSIDE_KEPT)
    lab.store.write(lambda s: retain(s, lab.clock()))
    built = build(lab.store, lab.site.id, school.doors.models.base, 99)
    assert (built.pupil.spam, built.pupil.good) == (0, 0)


def test_held_comments_are_told_without_a_link(school: School) -> None:
    lab = school.laboratory
    lab.set_policy(mode="all")
    number = school.say(LATER_SPAM)
    assert lab.status(number) is Status.HELD
    Outside(school).teach(SPAM[0], is_spam=True)
    told = lab.store.read(
        lambda s: s.scalars(
            select(VerdictRow.rescored).where(VerdictRow.comment_id == number)
        ).one()
    )
    assert told is not None
    assert told["decision"] == ""
