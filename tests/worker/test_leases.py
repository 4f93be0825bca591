"""Who gets a job, and when it can be had again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from service.jobs import Kind
from service.operations.claim import (
    FURTHEST,
    LEASE,
    RETENTION_PAUSE,
    Lease,
    LeaseLost,
    anything_due,
    carry_on,
    claim,
    finish,
    mend_clock,
    put_back,
)
from service.operations.owe import owe
from tests.worker.laboratory import Laboratory

CLAIMERS = 4
JOBS = 60


def _owe(laboratory: Laboratory, *subjects: int) -> None:
    for subject in subjects:
        laboratory.store.write(
            lambda s, n=subject: owe(s, Kind.CHECK, n, now=laboratory.clock())  # type: ignore[misc]  # one act each
        )


def test_no_two_claimers_get_the_same_job(laboratory: Laboratory) -> None:
    _owe(laboratory, *range(JOBS))
    together = Barrier(CLAIMERS)

    def claimer() -> list[int]:
        mine: list[int] = []
        together.wait()
        while leases := laboratory.store.write(lambda s: claim(s, laboratory.clock())):
            mine += [lease.subject for lease in leases]
        return mine

    with ThreadPoolExecutor(CLAIMERS) as pool:
        shares = [pool.submit(claimer) for _ in range(CLAIMERS)]
    got = [subject for share in shares for subject in share.result()]
    assert sorted(got) == list(range(JOBS))


def test_longest_due_comes_first(laboratory: Laboratory) -> None:
    now = laboratory.clock()
    for subject, minutes in ((1, 1), (2, 3), (3, 2)):
        due_at = now - timedelta(minutes=minutes)
        laboratory.store.write(
            lambda s, n=subject, at=due_at: owe(s, Kind.CHECK, n, now=now, due_at=at)  # type: ignore[misc]  # one act each
        )
    assert [laboratory.claim().subject for _ in range(3)] == [2, 3, 1]


def test_limit_is_kept(laboratory: Laboratory) -> None:
    _owe(laboratory, 1, 2, 3)
    leases = laboratory.store.write(lambda s: claim(s, laboratory.clock(), 2))
    assert [lease.subject for lease in leases] == [1, 2]


def test_leased_job_comes_free_when_the_lease_ends(laboratory: Laboratory) -> None:
    _owe(laboratory, 1)
    first = laboratory.claim()
    laboratory.clock.advance(LEASE - timedelta(microseconds=1))
    assert not laboratory.store.read(lambda s: anything_due(s, laboratory.clock()))
    laboratory.clock.advance(microseconds=1)
    assert laboratory.store.read(lambda s: anything_due(s, laboratory.clock()))
    again = laboratory.claim()
    assert (first.attempts, again.attempts) == (1, 2)
    with pytest.raises(LeaseLost):
        laboratory.store.write(lambda s: finish(s, first))
    laboratory.store.write(lambda s: finish(s, again))
    assert laboratory.jobs() == []


def test_putting_one_back_leaves_the_others_alone(laboratory: Laboratory) -> None:
    _owe(laboratory, 1, 2, 3)
    now = laboratory.clock()
    leases = laboratory.store.write(lambda s: claim(s, now, 2))
    later = now + timedelta(seconds=4)
    laboratory.store.write(lambda s: put_back(s, leases[0], "Broken", later))
    first, second, third = laboratory.jobs()
    assert (first.due_at, first.lease_token, first.last_error) == (
        later,
        None,
        "Broken",
    )
    assert (second.due_at, second.lease_token) == (now + LEASE, leases[1].token)
    assert (third.due_at, third.lease_token, third.attempts) == (now, None, 0)


@pytest.mark.parametrize(
    "give_back",
    [
        lambda s, lease, at: put_back(s, lease, "Late", at),
        carry_on,
    ],
    ids=["put_back", "carry_on"],
)
def test_nothing_is_given_back_under_a_lost_lease(
    laboratory: Laboratory, give_back: Callable[[Session, Lease, datetime], None]
) -> None:
    _owe(laboratory, 1)
    late = laboratory.claim()
    laboratory.clock.advance(LEASE)
    other = laboratory.claim()
    laboratory.store.write(lambda s: give_back(s, late, laboratory.clock()))
    assert laboratory.job().lease_token == other.token


def test_carried_on_job_counts_as_untried(laboratory: Laboratory) -> None:
    _owe(laboratory, 1)
    lease = laboratory.claim()
    laboratory.store.write(lambda s: carry_on(s, lease, laboratory.clock()))
    assert laboratory.claim().attempts == 1


def test_same_is_owed_once(laboratory: Laboratory) -> None:
    together = Barrier(CLAIMERS)

    def ower() -> None:
        together.wait()
        laboratory.store.write(
            lambda s: owe(
                s, Kind.RETENTION, 0, now=laboratory.clock(), dedupe_key="retention"
            )
        )

    with ThreadPoolExecutor(CLAIMERS) as pool:
        for done in [pool.submit(ower) for _ in range(CLAIMERS)]:
            done.result()
    assert laboratory.job().kind == Kind.RETENTION
    _owe(laboratory, 1, 1)
    assert len(laboratory.jobs()) == 3, "without a key all are owed"


MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("kind", "ahead", "is_mended"),
    [
        (Kind.CHECK, FURTHEST, False),
        (Kind.CHECK, FURTHEST + MOMENT, True),
        (Kind.CHECK_REVISION, FURTHEST + MOMENT, True),
        (Kind.RETENTION, RETENTION_PAUSE, False),
        (Kind.RETENTION, RETENTION_PAUSE + FURTHEST + MOMENT, True),
    ],
    ids=["soon", "too-far", "revision-too-far", "next-retention", "retention-too-far"],
)
def test_job_from_a_clock_that_was_wrong_is_made_due(
    laboratory: Laboratory, kind: Kind, ahead: timedelta, is_mended: bool
) -> None:
    now = laboratory.clock()
    laboratory.store.write(lambda s: owe(s, kind, 1, now=now, due_at=now + ahead))
    laboratory.store.write(lambda s: mend_clock(s, now))
    assert laboratory.job().due_at == (now if is_mended else now + ahead)


def test_lease_from_a_clock_that_was_wrong_ends(laboratory: Laboratory) -> None:
    _owe(laboratory, 1)
    right = laboratory.clock()
    laboratory.clock.advance(days=365)
    wrong = laboratory.claim()
    laboratory.store.write(lambda s: mend_clock(s, right))
    with pytest.raises(LeaseLost):
        laboratory.store.write(lambda s: finish(s, wrong))
    (lease,) = laboratory.store.write(lambda s: claim(s, right))
    assert isinstance(lease, Lease)
