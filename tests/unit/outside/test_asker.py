"""The thread that asks outside: there when something is due, gone when nothing is."""

from threading import Event, current_thread

from worker.outside.asker import Asker
from worker.outside.errands import LEFT_ALONE_SECONDS, SILENT_AFTER, Patience


class Work:
    """Work that waits until it may end."""

    def __init__(self) -> None:
        self.may_end, self.began = Event(), Event()
        self.times, self.threads = 0, set[str]()

    def __call__(self) -> int:
        self.times += 1
        self.threads.add(current_thread().name)
        self.began.set()
        assert self.may_end.wait(5)
        return 1


def test_work_is_done_elsewhere_and_rung_for() -> None:
    work, rung = Work(), list[bool]()
    asker = Asker(work, lambda: rung.append(True))
    asker.wake()
    assert work.began.wait(5), "whoever wakes does not wait"
    work.may_end.set()
    asker.join(5)
    assert (work.times, rung, work.threads) == (1, [True], {"asker"})


def test_being_woken_while_at_work_makes_it_look_once_more() -> None:
    work = Work()
    asker = Asker(work, lambda: None)
    asker.wake()
    assert work.began.wait(5)
    for _ in range(3):
        asker.wake()
    work.may_end.set()
    asker.join(5)
    assert work.times == 2


def test_it_begins_again_after_it_was_done_or_failed() -> None:
    failures = [True, False]

    def work() -> int:
        if failures.pop(0):
            raise ValueError("secret")
        return 0

    asker = Asker(work, lambda: None)
    for _ in range(2):
        asker.wake()
        asker.join(5)
    assert failures == []


def test_service_is_left_alone_for_a_minute_after_three_silences() -> None:
    now = [0.0]
    patience = Patience(clock=lambda: now[0])
    which = ("blog", "akismet")
    for _ in range(SILENT_AFTER - 1):
        patience.silent(which, "status")
    assert patience.why_left_alone(which) == ""
    patience.silent(which, "status")
    assert patience.why_left_alone(which) == "status"
    assert patience.why_left_alone(("other", "akismet")) == ""
    now[0] = LEFT_ALONE_SECONDS
    assert patience.why_left_alone(which) == ""
    patience.silent(which, "status")
    assert patience.why_left_alone(which), "one more silence is enough now"
    patience.answered(which)
    assert patience.why_left_alone(which) == ""
    patience.silent(which, "status")
    assert patience.why_left_alone(which) == ""
