"""Jobs done together: judged as one after another, and no harm to each other."""

import os
import signal
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, func, insert, select, update
from sqlalchemy.orm import Session

from service.db.models import Comment, FindingRow, Job, Thread, VerdictRow
from service.db.store import Store, make_engine
from service.domain.checking import CheckInput
from service.domain.errors import Unavailable
from service.domain.findings import Finding
from service.domain.status import Actor, Status
from service.operations.claim import LEASE, MAX_ATTEMPTS, Lease, claim
from service.operations.judge import UNFINISHED, judge_all
from service.operations.move import move
from service.operations.own_comment import edit
from tests.worker.laboratory import Broken, Laboratory
from worker import pipeline
from worker.pipeline import MOST_TOGETHER, Doors, do_all, drain
from worker.resolver import DomainResolver

P, PUB, H, S, T = Status

FLOOD = (
    "Dear friends, our little shop has the finest rubber boots of the whole valley, "
    "and this week every second pair is free for readers of this lovely page. "
)


def submitted(laboratory: Laboratory, count: int) -> list[int]:
    """Row numbers of so many pending comments."""
    return [laboratory.submit(f"jar number {n}") for n in range(count)]


def claimed(laboratory: Laboratory, limit: int = MOST_TOGETHER) -> list[Lease]:
    return laboratory.store.write(lambda s: claim(s, laboratory.clock(), limit))


def attempts(laboratory: Laboratory) -> dict[int, int]:
    """How often the check of each comment that still waits was claimed."""
    return {job.subject: job.attempts for job in laboratory.jobs()}


def checking(
    laboratory: Laboratory, number: int, act: Callable[[Session, Comment], object]
) -> Callable[[CheckInput], Finding | None]:
    """A check during whose first run somebody does something to the comment."""
    done: list[bool] = []

    def check(given: CheckInput) -> Finding | None:  # noqa: ARG001  # as checks are
        if not done:
            done.append(True)
            laboratory.store.write(lambda s: act(s, s.get_one(Comment, number)))
        return None

    return check


def test_all_of_a_batch_are_settled(laboratory: Laboratory) -> None:
    numbers = submitted(laboratory, 7)
    assert do_all(laboratory.doors(), claimed(laboratory)) == 7
    assert [laboratory.moves(n) for n in numbers] == [[(PUB, "checks")]] * 7
    assert [laboratory.verdicts(n) for n in numbers] == [[PUB]] * 7
    assert laboratory.jobs() == []


def test_thread_counts_all_that_a_batch_publishes(laboratory: Laboratory) -> None:
    submitted(laboratory, 7)
    drain(laboratory.doors())
    thread = laboratory.store.read(lambda s: s.execute(select(Thread)).scalar_one())
    assert thread.published_count == 7
    assert thread.version == 2, "it changes once, for all of them"


def test_retried_job_comes_alone(laboratory: Laboratory) -> None:
    numbers = submitted(laboratory, 5)
    laboratory.store.write(
        lambda s: s.execute(
            update(Job).where(Job.subject == numbers[2]).values(attempts=1)
        )
    )
    shares = []
    while leases := claimed(laboratory):
        shares.append([lease.subject for lease in leases])
    assert shares == [numbers[:2], numbers[2:3], numbers[3:]]


def test_comment_that_kills_its_worker_takes_nobody_along(
    laboratory: Laboratory,
) -> None:
    """Each worker dies the hard way as soon as it begins to check the one."""
    numbers = submitted(laboratory, 6)
    poison = numbers[3]
    text = laboratory.comment(poison).text

    def kills(given: CheckInput) -> Finding | None:
        if given.reading.text == text:
            os.kill(os.getpid(), signal.SIGKILL)
        return None

    doors, deaths, seen = laboratory.doors(kills), 0, dict[int, int]()
    while laboratory.jobs():
        if dies(doors):
            deaths += 1
            laboratory.clock.advance(LEASE)
        for number, times in attempts(laboratory).items():
            seen[number] = max(seen.get(number, 0), times)
    assert deaths == MAX_ATTEMPTS
    assert laboratory.status(poison) is H
    assert laboratory.findings(poison) == [UNFINISHED.check]
    others = [n for n in numbers if n != poison]
    assert {laboratory.status(n) for n in others} == {PUB}
    assert max(seen[n] for n in others) <= 2
    assert {len(laboratory.moves(n)) for n in numbers} == {1}


def dies(doors: Doors) -> bool:
    """Drain in a process of its own, on connections of its own; True if it died."""
    with warnings.catch_warnings():
        # The child uses nothing that the threads of its parent may hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        url = doors.store.engine.url
        drain(replace(doors, store=Store(make_engine(url.render_as_string(False)))))
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


def test_flood_that_comes_at_once_is_noticed(laboratory: Laboratory) -> None:
    numbers = [
        laboratory.submit(f"{FLOOD} Ask for {name}.", email=f"{name}@example.org")
        for name in ("bob", "eve", "ida", "ina")
    ]
    do_all(laboratory.doors(), claimed(laboratory))
    assert [repeats(laboratory, n).get("near") for n in numbers] == [None, 1, 2, 3]


def test_same_words_at_once_are_noticed(laboratory: Laboratory) -> None:
    numbers = [
        laboratory.submit(FLOOD, page=f"/{page}", email=f"{page}@example.org")
        for page in ("a", "b", "c")
    ]
    do_all(laboratory.doors(), claimed(laboratory))
    found = [repeats(laboratory, n) for n in numbers]
    assert [each.get("same_other_pages") for each in found] == [None, 1, 2]


def repeats(laboratory: Laboratory, number: int) -> dict[str, int]:
    """What the finding on repeats counted; empty without one."""
    return laboratory.store.read(
        lambda s: (
            s.execute(
                select(FindingRow.detail).where(
                    FindingRow.comment_id == number, FindingRow.check == "repeats"
                )
            ).scalar_one_or_none()
            or {}
        )
    )


def test_together_they_are_judged_as_one_after_another(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"{FLOOD} See https://boots{n % 3}.example {n % 2}" for n in range(9)]

    def found() -> list[list[tuple[str, float, str]]]:
        numbers = [
            laboratory.submit(text, page=f"/{n}", email=f"w{n % 4}@example.org")
            for n, text in enumerate(texts)
        ]
        # A moderator was quicker than the checks for one of them.
        laboratory.store.write(
            lambda s: move(
                s,
                s.get_one(Comment, numbers[1]),
                S,
                actor=Actor.MODERATOR,
                now=laboratory.clock(),
            )
        )
        drain(laboratory.doors())
        return [
            laboratory.store.read(
                lambda s, n=n: [  # type: ignore[misc]  # its own one
                    (row.check, row.log_odds, row.reason)
                    for row in s.scalars(
                        select(FindingRow)
                        .where(FindingRow.comment_id == n)
                        .order_by(FindingRow.id)
                    )
                ]
            )
            for n in numbers
        ]

    together = found()
    monkeypatch.setattr(pipeline, "MOST_TOGETHER", 1)
    laboratory.use_another_site()
    assert found() == together
    assert any(check == "hosts" for each in together for check, _, _ in each)


def test_lost_lease_hinders_no_other(laboratory: Laboratory) -> None:
    numbers = submitted(laboratory, 4)
    leases = claimed(laboratory)
    laboratory.store.write(
        lambda s: s.execute(
            update(Job).where(Job.subject == numbers[1]).values(lease_token="other")
        )
    )
    do_all(laboratory.doors(), leases)
    assert [laboratory.status(n) for n in numbers] == [PUB, P, PUB, PUB]
    assert laboratory.verdicts(numbers[1]) == []
    assert laboratory.job().lease_token == "other"


def test_edit_meanwhile_hinders_no_other(laboratory: Laboratory) -> None:
    numbers = submitted(laboratory, 4)

    def improve(session: Session, comment: Comment) -> None:
        edit(session, laboratory.site, comment, "A *lid*.", now=laboratory.clock())

    doors = laboratory.doors(checking(laboratory, numbers[1], improve))
    do_all(doors, claimed(laboratory))
    assert [laboratory.status(n) for n in numbers] == [PUB, P, PUB, PUB]
    job = laboratory.job()
    assert (job.attempts, job.due_at) == (0, laboratory.clock()), "again, and at once"
    drain(doors)
    assert laboratory.comment(numbers[1]).html == "<p>A <em>lid</em>.</p>\n"


def test_decision_meanwhile_hinders_no_other(laboratory: Laboratory) -> None:
    numbers = submitted(laboratory, 4)

    def trash(session: Session, comment: Comment) -> None:
        now = laboratory.clock()
        move(session, comment, T, actor=Actor.MODERATOR, now=now)

    do_all(
        laboratory.doors(checking(laboratory, numbers[1], trash)), claimed(laboratory)
    )
    assert [laboratory.status(n) for n in numbers] == [PUB, T, PUB, PUB]
    assert laboratory.moves(numbers[1]) == [(T, "moderator")]
    assert [laboratory.verdicts(n) for n in numbers] == [[PUB]] * 4


def test_verdict_that_cannot_be_stored_hinders_no_other(
    laboratory: Laboratory,
) -> None:
    numbers, now = submitted(laboratory, 4), laboratory.clock()
    # What nobody foresaw: there is a verdict, and no comment may have two.
    row = {"comment_id": numbers[1], "revision": 0, "status": H, "created_at": now}
    laboratory.store.write(lambda s: s.execute(insert(VerdictRow), [row]))
    do_all(laboratory.doors(), claimed(laboratory))
    assert [laboratory.status(n) for n in numbers] == [PUB, P, PUB, PUB]
    job = laboratory.job()
    assert (job.subject, job.attempts) == (numbers[1], 1)
    assert (job.lease_token, job.last_error) == (None, "IntegrityError")


def test_comment_that_is_gone_hinders_no_other(laboratory: Laboratory) -> None:
    numbers = submitted(laboratory, 3)
    laboratory.store.write(
        lambda s: s.execute(
            update(Job).where(Job.subject == numbers[1]).values(subject=404)
        )
    )
    assert do_all(laboratory.doors(), claimed(laboratory)) == 3
    assert laboratory.jobs() == []
    assert [laboratory.status(n) for n in numbers] == [PUB, P, PUB]


def test_store_that_fails_gives_all_back_and_no_verdict_is_lost(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers, down = submitted(laboratory, 3), [True, True]

    def unreachable(session: Session, *given: object, **named: object) -> object:
        if down:
            down.pop()
            raise Unavailable("The store cannot be written now.")
        return judge_all(session, *given, **named)  # type: ignore[arg-type]  # as given

    monkeypatch.setattr(pipeline, "judge_all", unreachable)
    do_all(laboratory.doors(), claimed(laboratory))
    assert attempts(laboratory) == dict.fromkeys(numbers, 1)
    assert {job.lease_token for job in laboratory.jobs()} == {None}
    laboratory.clock.advance(seconds=2)
    drain(laboratory.doors())
    assert [laboratory.moves(n) for n in numbers] == [[(PUB, "checks")]] * 3


@pytest.fixture
def slow_dns(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> Doors:
    """Doors to a DNS that takes a second for each answer, by the clock of this test."""
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def ask(domain: str, seconds: float) -> bool:
        now[0] += seconds
        return domain.startswith("mail")

    resolver = DomainResolver(1.0, clock=lambda: now[0], ask=ask)
    return replace(laboratory.doors(), resolver=resolver)


def test_slow_answers_of_dns_do_not_outlast_the_lease(
    laboratory: Laboratory, slow_dns: Doors
) -> None:
    numbers = [laboratory.submit(f"jar {n}", email=f"a@mail{n}.org") for n in range(9)]
    began = time.monotonic()
    done = do_all(slow_dns, claimed(laboratory))
    spent = timedelta(seconds=time.monotonic() - began)
    assert 1 <= done < len(numbers)
    assert spent < LEASE / 2
    assert attempts(laboratory) == dict.fromkeys(numbers[done:], 0)
    assert {job.lease_token for job in laboratory.jobs()} == {None}
    while drain(slow_dns):
        pass
    assert {laboratory.status(n) for n in numbers} == {PUB}


def test_one_domain_is_asked_about_once_for_a_batch(
    laboratory: Laboratory, slow_dns: Doors
) -> None:
    for n in range(9):
        laboratory.submit(f"jar {n}", email=f"a{n}@mail.org")
    began = time.monotonic()
    assert do_all(slow_dns, claimed(laboratory)) == 9
    assert time.monotonic() - began == 1.0


def statements_of(laboratory: Laboratory, doors: Doors) -> int:
    """Statements that one claim and what follows from it take."""
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(laboratory.store.engine, "before_cursor_execute", note)
    do_all(doors, claimed(laboratory))
    event.remove(laboratory.store.engine, "before_cursor_execute", note)
    return len(asked)


def test_many_take_as_few_statements_as_some(laboratory: Laboratory) -> None:
    doors = laboratory.doors()
    submitted(laboratory, 4)
    some = statements_of(laboratory, doors)
    for n in range(MOST_TOGETHER):
        laboratory.submit(f"lid number {n}", page=f"/{n}")
    assert statements_of(laboratory, doors) <= some
    left: Sequence[Job] = laboratory.jobs()
    assert left == []
    assert (
        laboratory.store.read(
            lambda s: s.execute(select(func.count(VerdictRow.id))).scalar_one()
        )
        == MOST_TOGETHER + 4
    )


def test_failing_check_of_one_hinders_no_other(laboratory: Laboratory) -> None:
    def chokes(given: CheckInput) -> Finding | None:
        if "number 1" in given.reading.text:
            raise Broken
        return None

    numbers = submitted(laboratory, 3)
    do_all(laboratory.doors(chokes), claimed(laboratory))
    assert [laboratory.status(n) for n in numbers] == [PUB, P, PUB]
    assert laboratory.job().last_error == Broken.__name__
