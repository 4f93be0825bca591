"""A worker pauses while others wait for a processor, and only then."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.worker.laboratory import Laboratory
from worker.giving_way import LONGEST_SECONDS, PAUSES_A_BATCH, GivingWay
from worker.pipeline import MOST_TOGETHER, drain


class Failed(Exception):
    """What is worked on raises it."""


class Machine:
    """Clocks that go on as they are told, and the pauses that were made."""

    def __init__(self) -> None:
        self.passed = self.worked = 0.0
        self.pauses: list[float] = []
        self.giving_way = GivingWay(
            lambda: self.passed, lambda: self.worked, self.pauses.append
        )

    def work(self, passed: float, worked: float) -> None:
        with self.giving_way.working():
            self.passed += passed
            self.worked += worked

    def fail(self, passed: float) -> None:
        with self.giving_way.working():
            self.passed += passed
            raise Failed


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_idle_machine_is_used_at_full_speed(machine: Machine) -> None:
    machine.work(0.011, 0.010)
    machine.work(0.010, 0.010)
    machine.giving_way.pause(0.05)
    assert machine.pauses == []


def test_busy_machine_is_left_to_others_for_a_multiple_of_the_batch(
    machine: Machine,
) -> None:
    machine.work(0.010, 0.010)
    machine.work(0.030, 0.010)
    machine.giving_way.pause(0.02)
    assert machine.pauses == [pytest.approx(PAUSES_A_BATCH * 0.02)]


def test_what_waits_is_checked_before_long(machine: Machine) -> None:
    machine.work(9.0, 1.0)
    machine.giving_way.pause(10.0)
    assert machine.pauses == [LONGEST_SECONDS]


def test_each_batch_is_seen_for_itself(machine: Machine) -> None:
    machine.work(0.030, 0.010)
    machine.giving_way.pause(0.02)
    machine.work(0.010, 0.010)
    machine.giving_way.pause(0.02)
    assert len(machine.pauses) == 1


def test_what_fails_is_counted(machine: Machine) -> None:
    with pytest.raises(Failed):
        machine.fail(1.0)
    machine.giving_way.pause(0.02)
    assert len(machine.pauses) == 1


@pytest.mark.parametrize(("share", "pauses"), [(1.0, 0), (0.5, 2)])
def test_worker_pauses_between_batches(
    laboratory: Laboratory, share: float, pauses: int
) -> None:
    for number in range(MOST_TOGETHER + 1):
        laboratory.submit(f"Comment number {number}.")
    giving_way = GivingWay(_ticks(1.0), _ticks(share), (made := list[float]()).append)
    doors = replace(laboratory.doors(), giving_way=giving_way)
    assert drain(doors) == MOST_TOGETHER + 1
    assert len(made) == pauses


def _ticks(length: float) -> Callable[[], float]:
    """A clock that goes on by so much whenever it is looked at."""
    numbers = itertools.count()
    return lambda: length * next(numbers)
