"""What becomes of a job, whatever happens meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from markdown_it import MarkdownIt
from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session
from typing_extensions import override

from service.db.models import Comment, Job, Ticket, VerdictRow
from service.db.store import Store, make_engine
from service.domain.check_names import CheckMode
from service.domain.checking import CheckInput
from service.domain.findings import Finding
from service.domain.status import Actor, Status
from service.jobs import Kind
from service.operations import word_backfill
from service.operations.claim import LEASE, MAX_ATTEMPTS, RETENTION_PAUSE, WORDS_PAUSE
from service.operations.erasing import erase_comments
from service.operations.judge import UNFINISHED
from service.operations.move import move
from service.operations.owe import owe
from service.operations.own_comment import edit
from service.operations.retention import BATCH
from service.operations.word_backfill import owe_words
from tests.servers import free_port
from tests.worker.laboratory import Broken, Laboratory, broken
from worker import pipeline
from worker.checks.registry import NamedCheck
from worker.outside import errands
from worker.pipeline import MOST_TOGETHER, do, drain
from worker.resolver import DomainResolver

Meanwhile = Callable[[Session, Comment], None]


def test_clean_comment_is_published(laboratory: Laboratory) -> None:
    number = laboratory.submit()
    assert drain(laboratory.doors()) == 1
    assert laboratory.status(number) is Status.PUBLISHED
    assert laboratory.verdicts(number) == ["published"]
    assert laboratory.moves(number) == [("published", "checks")]
    assert laboratory.jobs() == []
    assert laboratory.comment(number).html == "<p>A jar keeps it fresh for long.</p>\n"


def test_nothing_due_is_nothing_done(laboratory: Laboratory) -> None:
    assert drain(laboratory.doors()) == 0


def test_one_drain_ends_and_the_next_goes_on(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = MOST_TOGETHER + 5
    monkeypatch.setattr(pipeline, "MAX_JOBS", most)
    numbers = [laboratory.submit(f"jar number {n}") for n in range(most + 2)]
    assert drain(laboratory.doors()) == most
    assert drain(laboratory.doors()) == 2
    assert {laboratory.status(n) for n in numbers} == {Status.PUBLISHED}


def test_failing_check_is_tried_again_later_and_later(laboratory: Laboratory) -> None:
    laboratory.submit()
    doors = laboratory.doors(broken)
    for attempt, pause in enumerate([1, 2, 4, 8], start=1):
        assert drain(doors) == 1
        job = laboratory.job()
        wait = job.due_at - laboratory.clock()
        assert timedelta(seconds=pause) <= wait <= timedelta(seconds=pause * 1.5)
        assert (job.attempts, job.lease_token) == (attempt, None)
        assert job.last_error == Broken.__name__
        assert drain(doors) == 0, "it is not due yet"
        laboratory.clock.advance(wait)


def test_check_that_never_works_holds_the_comment(laboratory: Laboratory) -> None:
    number = laboratory.submit()
    doors = laboratory.doors(broken)
    attempts = 0
    while laboratory.jobs():
        attempts += drain(doors)
        laboratory.clock.advance(minutes=1)
    assert attempts == MAX_ATTEMPTS
    assert laboratory.status(number) is Status.HELD
    assert laboratory.findings(number) == [UNFINISHED.check]
    assert laboratory.verdicts(number) == ["held"]
    assert laboratory.moves(number) == [("held", "checks")]


def test_comment_that_kills_every_worker_is_held(laboratory: Laboratory) -> None:
    number = laboratory.submit()
    for _ in range(MAX_ATTEMPTS):
        laboratory.claim()  # and the worker is gone
        laboratory.clock.advance(LEASE)
    assert drain(laboratory.doors()) == 1
    assert laboratory.status(number) is Status.HELD
    assert laboratory.findings(number) == [UNFINISHED.check]
    assert laboratory.jobs() == []


def test_poison_does_not_hinder_others(laboratory: Laboratory) -> None:
    def chokes(given: CheckInput) -> Finding | None:
        if "poison" in given.reading.text:
            raise Broken
        return None

    poison = laboratory.submit("poison")
    others = [laboratory.submit(f"jar number {n}") for n in range(5)]
    assert drain(laboratory.doors(chokes)) == 6
    assert {laboratory.status(n) for n in others} == {Status.PUBLISHED}
    assert laboratory.status(poison) is Status.PENDING


def test_lost_lease_writes_nothing(laboratory: Laboratory) -> None:
    number = laboratory.submit()
    late = laboratory.claim()
    laboratory.clock.advance(LEASE)
    other = laboratory.claim()
    do(laboratory.doors(), late)
    assert laboratory.status(number) is Status.PENDING
    assert laboratory.verdicts(number) == []
    assert laboratory.comment(number).html is None
    do(laboratory.doors(), other)
    assert laboratory.moves(number) == [("published", "checks")]


def test_failing_under_a_lost_lease_leaves_the_job_to_the_other(
    laboratory: Laboratory,
) -> None:
    laboratory.submit()
    late = laboratory.claim()
    laboratory.clock.advance(LEASE)
    other = laboratory.claim()
    do(laboratory.doors(broken), late)
    assert laboratory.job().lease_token == other.token


def _while_checked(
    laboratory: Laboratory, number: int, act: Meanwhile
) -> Callable[[CheckInput], Finding | None]:
    """A check during whose first run somebody does something to the comment."""
    is_done = False

    def check(given: CheckInput) -> Finding | None:  # noqa: ARG001  # as checks are
        nonlocal is_done
        if not is_done:
            is_done = True
            laboratory.store.write(lambda s: act(s, s.get_one(Comment, number)))
        return None

    return check


def test_decision_during_the_checks_wins(laboratory: Laboratory) -> None:
    def trash(session: Session, comment: Comment) -> None:
        now = laboratory.clock()
        move(session, comment, Status.TRASHED, actor=Actor.MODERATOR, now=now)

    number = laboratory.submit()
    assert drain(laboratory.doors(_while_checked(laboratory, number, trash))) == 1
    assert laboratory.status(number) is Status.TRASHED
    assert laboratory.moves(number) == [("trashed", "moderator")]
    assert laboratory.verdicts(number) == ["published"], "it is there for the record"
    assert laboratory.jobs() == []


def test_text_edited_during_the_checks_is_checked_again(
    laboratory: Laboratory,
) -> None:
    def improve(session: Session, comment: Comment) -> None:
        now = laboratory.clock()
        edit(session, laboratory.site, comment, "A *lid* keeps it.", now=now)

    number = laboratory.submit()
    check = _while_checked(laboratory, number, improve)
    assert drain(laboratory.doors(check)) == 2, "at once, not when the lease ends"
    assert laboratory.status(number) is Status.PUBLISHED
    assert laboratory.comment(number).html == "<p>A <em>lid</em> keeps it.</p>\n"
    assert laboratory.verdicts(number) == ["published"]
    assert laboratory.jobs() == []


def test_edit_replaced_during_its_checks_is_never_taken(
    laboratory: Laboratory,
) -> None:
    def say(session: Session, comment: Comment, text: str) -> None:
        edit(session, laboratory.site, comment, text, now=laboratory.clock())

    number = laboratory.submit()
    drain(laboratory.doors())
    laboratory.store.write(lambda s: say(s, s.get_one(Comment, number), "A tin."))
    check = _while_checked(laboratory, number, lambda s, c: say(s, c, "A *lid*."))
    assert drain(laboratory.doors(check)) == 2
    assert laboratory.comment(number).html == "<p>A <em>lid</em>.</p>\n"
    assert laboratory.verdicts(number) == ["published"] * 2, "none on the replaced one"
    assert laboratory.jobs() == []


def test_text_edited_then_held_is_laid_out_as_it_is_now(
    laboratory: Laboratory,
) -> None:
    def improve_and_hold(session: Session, comment: Comment) -> None:
        now = laboratory.clock()
        edit(session, laboratory.site, comment, "A *lid* keeps it.", now=now)
        session.flush()
        move(session, comment, Status.HELD, actor=Actor.MODERATOR, now=now)

    number = laboratory.submit()
    check = _while_checked(laboratory, number, improve_and_hold)
    drain(laboratory.doors(check))
    assert laboratory.comment(number).html == "<p>A <em>lid</em> keeps it.</p>\n"
    assert laboratory.moves(number) == [("held", "moderator")]


def test_person_erased_during_the_checks_is_held(laboratory: Laboratory) -> None:
    def erase(session: Session, comment: Comment) -> None:
        erase_comments(session, [comment.id], with_text=True, now=laboratory.clock())

    number = laboratory.submit("my own words, to be forgotten")
    drain(laboratory.doors(_while_checked(laboratory, number, erase)))
    assert laboratory.status(number) is Status.HELD
    assert laboratory.comment(number).html == ""


def test_text_that_cannot_be_laid_out_is_held(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> str:
        raise RecursionError

    number = laboratory.submit("1 < 2")
    monkeypatch.setattr(MarkdownIt, "render", stumble)
    drain(laboratory.doors())
    assert laboratory.status(number) is Status.HELD
    assert "render" in laboratory.findings(number)
    assert laboratory.comment(number).html == "<p>1 &lt; 2</p>\n"


def test_there_is_work_for_every_kind() -> None:
    assert {*pipeline._WORK, *errands._WORK} == set(Kind)
    assert not {*pipeline._WORK} & {*errands._WORK}


def test_job_of_an_unknown_kind_waits_for_a_newer_version(
    laboratory: Laboratory,
) -> None:
    now = laboratory.clock()
    laboratory.store.write(
        lambda s: s.add(Job(kind="dream", subject=1, due_at=now, created_at=now))
    )
    number = laboratory.submit()
    assert drain(laboratory.doors()) == 1
    assert laboratory.status(number) is Status.PUBLISHED
    assert (laboratory.job().kind, laboratory.job().attempts) == ("dream", 0)


def test_job_whose_comment_is_gone_is_struck_off(laboratory: Laboratory) -> None:
    laboratory.store.write(lambda s: owe(s, Kind.CHECK, 404, now=laboratory.clock()))
    assert drain(laboratory.doors()) == 1
    assert laboratory.jobs() == []


def test_giving_up_that_fails_does_not_hinder_others(laboratory: Laboratory) -> None:
    stuck, now = laboratory.submit("stuck"), laboratory.clock()
    # What nobody foresaw: there is a verdict, and no comment may have two.
    verdict = VerdictRow(comment_id=stuck, revision=0, status="held", created_at=now)
    laboratory.store.write(lambda s: s.add(verdict))
    laboratory.store.write(
        lambda s: s.execute(update(Job).values(attempts=MAX_ATTEMPTS))
    )
    other = laboratory.submit("other")
    assert drain(laboratory.doors()) == 2
    assert laboratory.status(other) is Status.PUBLISHED
    assert laboratory.job().subject == stuck


def test_words_of_older_comments_are_a_job_that_comes_to_its_end(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        laboratory.submit(f"A jar number {number} keeps it fresh for long.")
    drain(laboratory.doors())
    monkeypatch.setattr(word_backfill.make_words, "__defaults__", (2,))
    laboratory.store.write(lambda s: owe_words(s, laboratory.clock()))
    assert drain(laboratory.doors()) == 3
    assert laboratory.jobs() == []
    held = laboratory.store.read(
        lambda s: s.execute(text("SELECT count(*) FROM comment_words")).scalar_one()
    )
    assert held == 5


def test_words_that_cannot_be_made_are_tried_again_later(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    laboratory.submit()
    drain(laboratory.doors())
    laboratory.store.write(lambda s: owe_words(s, laboratory.clock()))
    laboratory.store.write(
        lambda s: s.execute(update(Job).values(attempts=MAX_ATTEMPTS - 1))
    )

    def stumble(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(pipeline, "make_words", stumble)
    assert drain(laboratory.doors()) == 1
    job = laboratory.job()
    assert (job.kind, job.attempts) == (Kind.WORDS, 0)
    assert job.due_at == laboratory.clock() + WORDS_PAUSE


def test_store_that_cannot_be_reached_ends_the_drain(laboratory: Laboratory) -> None:
    nowhere = Store(make_engine(f"postgresql+psycopg://127.0.0.1:{free_port()}/none"))
    assert drain(replace(laboratory.doors(), store=nowhere)) == 0


def test_retention_goes_on_until_nothing_is_left(laboratory: Laboratory) -> None:
    batches = MAX_ATTEMPTS + 2
    now, number = laboratory.clock(), laboratory.submit()
    drain(laboratory.doors())
    rows = [
        {
            "digest": n.to_bytes(32),
            "comment_id": number,
            "proven": True,
            "return_to": "",
            "expires_at": now,
        }
        for n in range(BATCH * batches)
    ]
    laboratory.store.write(lambda s: s.execute(insert(Ticket), rows))
    laboratory.store.write(lambda s: owe(s, Kind.RETENTION, 0, now=now))
    assert drain(laboratory.doors()) == batches + 1
    job = laboratory.job()
    assert (job.attempts, job.due_at) == (0, now + RETENTION_PAUSE)


def _weighty(given: CheckInput) -> Finding | None:  # noqa: ARG001  # as checks are
    return Finding(check="links", log_odds=4.0, reason="Much.", at_least=Status.HELD)


@pytest.mark.parametrize(
    ("mode", "status", "found"),
    [
        ("on", Status.HELD, ["links"]),
        ("log", Status.PUBLISHED, ["links"]),
        ("off", Status.PUBLISHED, []),
    ],
)
def test_check_acts_as_the_site_has_set_it(
    laboratory: Laboratory, mode: CheckMode, status: Status, found: list[str]
) -> None:
    laboratory.set_policy(checks={"links": mode})
    number = laboratory.submit()
    named = (NamedCheck("links", _weighty),)
    drain(replace(laboratory.doors(), checks=named))
    assert laboratory.status(number) is status
    assert laboratory.findings(number) == found


def test_nobody_asks_dns_for_a_check_that_is_off(laboratory: Laboratory) -> None:
    class Asked(DomainResolver):
        @override
        def takes_mail(self, domain: str) -> bool | None:
            raise AssertionError(domain)

    laboratory.set_policy(checks={"address_domain": "off"})
    number = laboratory.submit()
    drain(replace(laboratory.doors(), resolver=Asked(0)))
    assert laboratory.status(number) is Status.PUBLISHED


@pytest.mark.parametrize(
    ("drawn", "is_asked"), [(0.0499, True), (0.05, False)], ids=["drawn", "not drawn"]
)
def test_share_of_what_checks_settle_is_asked_about(
    laboratory: Laboratory, drawn: float, is_asked: bool
) -> None:
    number = laboratory.submit()
    drain(replace(laboratory.doors(), draw=lambda: drawn))
    assert laboratory.status(number) is Status.PUBLISHED
    assert laboratory.comment(number).audit is is_asked


def test_site_may_ask_about_nothing(laboratory: Laboratory) -> None:
    laboratory.set_policy(audit_share=0.0)
    number = laboratory.submit()
    drain(replace(laboratory.doors(), draw=lambda: 0.0))
    assert not laboratory.comment(number).audit
