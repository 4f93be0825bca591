"""The shelf gives nothing that may be false, and nothing old after something new."""

from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)
from typing_extensions import override

from service.web.front import shelf as shelf_module
from service.web.front.board import Board
from service.web.front.bridge import Answer
from service.web.front.kept import Kept
from service.web.front.shelf import RECENT_SECONDS, TRUE_SECONDS, Key, Shelf
from service.web.front.subject import Marks, Subject
from tests.web.front.driving import Moment

A, B, C = (b"host", b"/a", b""), (b"host", b"/b", b""), (b"host", b"/c", b"")
SHORT_BODY = b"body"


def kept(
    thread: int = 7,
    version: int = 1,
    policy: int = 1,
    *,
    at: float = 1000.0,
    until: float = float("inf"),
    body: bytes = SHORT_BODY,
    tag: bytes = b'"tag"',
) -> Kept:
    subject = Subject(thread, Marks(version, policy), until)
    made = Kept.of(Answer(200, [(b"etag", tag)], body, subject), at)
    assert made is not None
    return made


@dataclass(slots=True)
class Stand:
    """A shelf and its clocks."""

    clock: Moment = field(default_factory=Moment)
    wall: Moment = field(default_factory=Moment)

    def shelf(self, max_bytes: int = 10**6) -> Shelf:
        return Shelf(max_bytes, self.clock, self.wall)


@pytest.fixture
def stand() -> Stand:
    return Stand()


def confirm(shelf: Shelf, at: float, **marks: Marks) -> None:
    """``t7=Marks(1, 1)``: this is how far thread 7 had come at that moment."""
    found = {int(name[1:]): each for name, each in marks.items()}
    shelf.confirm(at, found, found)


# --- For how long ---------------------------------------------------------------------


def test_nothing_is_given_for_what_was_never_put(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept())
    assert shelf.get(B) is None


def test_answer_is_given_until_it_is_no_more_surely_true(stand: Stand) -> None:
    shelf, there = stand.shelf(), kept()
    shelf.put(A, there)
    stand.clock.now += TRUE_SECONDS - 0.01
    assert shelf.get(A) is there
    stand.clock.now += 0.02
    assert shelf.get(A) is None


def test_answer_that_was_long_made_is_not_given(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept(at=stand.clock.now - TRUE_SECONDS))
    assert shelf.get(A) is None


def test_answer_changes_by_itself_at_its_time(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept(until=stand.wall.now + 0.5))
    assert shelf.get(A) is not None
    stand.wall.now += 0.5
    assert shelf.get(A) is None
    confirm(shelf, stand.clock.now, t7=Marks(1, 1))
    assert shelf.get(A) is None
    # What comes after it has the same marks, and takes its place.
    stand.clock.now += 0.1
    confirm(shelf, stand.clock.now, t7=Marks(1, 1))
    shelf.put(A, after := kept(at=stand.clock.now - 0.05))
    assert shelf.get(A) is after


def test_what_is_confirmed_is_true_from_then_on(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept())
    shelf.put(B, kept(8))
    stand.clock.now += 0.9
    confirm(shelf, stand.clock.now - 0.1, t7=Marks(1, 1))
    stand.clock.now += 0.8
    assert shelf.get(A) is not None
    assert shelf.get(B) is None
    stand.clock.now += 0.1
    assert shelf.get(A) is None


def test_late_word_does_not_make_an_answer_older(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept())
    confirm(shelf, stand.clock.now - 5.0, t7=Marks(1, 1))
    assert shelf.get(A) is not None


def test_answer_of_no_thread_is_never_confirmed(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept(0, 0, 0))
    confirm(shelf, stand.clock.now + 0.9, t0=Marks(0, 0))
    assert shelf.recent() == []
    stand.clock.now += TRUE_SECONDS
    assert shelf.get(A) is None


# --- Never old after new --------------------------------------------------------------


@pytest.mark.parametrize("found", [Marks(2, 1), Marks(1, 2), Marks(2, 2)])
def test_what_has_moved_on_is_dropped(stand: Stand, found: Marks) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept())
    shelf.put(B, kept(8))
    confirm(shelf, stand.clock.now, t7=found)
    assert shelf.get(A) is None
    assert shelf.get(B) is not None
    # It does not come back, however new it looks.
    late = kept(at=stand.clock.now)
    assert shelf.is_old(late)
    shelf.put(A, late)
    assert shelf.get(A) is None


def test_newer_answer_drops_older_ones_of_its_thread(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept())
    shelf.put(B, kept(version=2))
    shelf.put(C, kept())
    assert shelf.get(A) is None
    assert shelf.get(B) is not None
    assert shelf.get(C) is None


def test_answer_that_somebody_else_got_drops_older_ones(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept())
    shelf.learn(kept(version=2))
    assert shelf.get(A) is None
    shelf.learn(kept())
    assert shelf.is_old(kept())


def test_answer_that_overtook_the_question_stays(stand: Stand) -> None:
    shelf, there = stand.shelf(), kept(version=2)
    shelf.put(A, there)
    confirm(shelf, stand.clock.now, t7=Marks(1, 1))
    assert shelf.get(A) is there
    assert not shelf.is_old(there)
    assert shelf.is_old(kept())


@pytest.mark.parametrize("thread", [0, 7], ids=["none", "7"])
def test_answer_asked_for_earlier_does_not_replace_a_later_one(
    stand: Stand, thread: int
) -> None:
    # Of a page without a thread there are no marks that would tell.
    shelf, later = stand.shelf(), kept(thread, thread, thread, at=stand.clock.now)
    shelf.put(A, later)
    shelf.put(A, kept(0, 0, 0, at=stand.clock.now - 0.1))
    assert shelf.get(A) is later


def test_answer_that_shows_more_replaces_what_was_confirmed_later(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept())
    confirm(shelf, stand.clock.now + 0.1, t7=Marks(1, 1))
    shelf.put(A, more := kept(version=2))
    assert shelf.get(A) is more


def test_doubt_stops_everything_until_it_is_found_true(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept())
    stand.clock.now += 0.1
    confirm(shelf, stand.clock.now, t7=Marks(1, 1))
    shelf.doubt()
    assert shelf.get(A) is None
    # Asked for before the doubt, at the same moment, and after it.
    shelf.put(A, kept(at=stand.clock.now - 0.05))
    assert shelf.get(A) is None
    shelf.put(A, kept(at=stand.clock.now))
    assert shelf.get(A) is None
    stand.clock.now += 0.1
    confirm(shelf, stand.clock.now, t7=Marks(1, 1))
    assert shelf.get(A) is not None


# --- Beside other processes -----------------------------------------------------------


@dataclass(slots=True)
class Siblings:
    """The shelves of two processes on one port, and of one on another."""

    one: Shelf
    two: Shelf
    stranger: Shelf


@pytest.fixture
def siblings() -> Siblings:
    clock, wall, board = Clock(), Moment(), Board()
    return Siblings(
        Shelf(clock=clock, wall=wall, board=board),
        Shelf(clock=clock, wall=wall, board=board),
        Shelf(clock=clock, wall=wall),
    )


@pytest.mark.parametrize("by", ["answer", "question"])
def test_what_a_sibling_shows_is_old_is_asked_for_anew(
    siblings: Siblings, by: str
) -> None:
    for shelf in (siblings.one, siblings.two, siblings.stranger):
        shelf.put(A, kept())
        shelf.put(B, kept(8))
    assert siblings.two.get(A) is not None
    if by == "answer":
        siblings.one.learn(kept(version=2, at=1000.5))
    else:
        confirm(siblings.one, 1000.5, t7=Marks(2, 1))
    assert siblings.two.get(A) is None
    assert siblings.two.get(B) is not None
    assert siblings.stranger.get(A) is not None
    # Found true after that, it is fine.
    siblings.two.put(A, kept(version=2, at=1000.5))
    assert siblings.two.get(A) is not None


def test_answer_of_no_thread_is_old_when_a_sibling_shows_another(
    siblings: Siblings,
) -> None:
    siblings.one.put(A, kept(0, 0, 0, tag=b'"old"'))
    siblings.two.put(A, new := kept(0, 0, 0, at=1000.5, tag=b'"new"'))
    assert siblings.one.get(A) is None
    assert siblings.two.get(A) is new
    # Made before that, and shown after it.
    late = kept(0, 0, 0, tag=b'"old"')
    assert siblings.one.is_old(late)
    siblings.one.put(B, late)
    assert siblings.two.get(A) is new


def test_siblings_doubt_together(siblings: Siblings) -> None:
    for shelf in (siblings.one, siblings.two, siblings.stranger):
        shelf.put(A, kept())
    assert siblings.two.get(A) is not None
    siblings.one.doubt()
    assert siblings.two.get(A) is None
    assert siblings.stranger.get(A) is not None


# --- Bounds ---------------------------------------------------------------------------


def test_least_recently_used_go_first(stand: Stand) -> None:
    size = kept().size + sum(map(len, A))
    shelf = stand.shelf(max_bytes=2 * size)
    shelf.put(A, kept(1))
    shelf.put(B, kept(2))
    assert shelf.get(A)
    shelf.put(C, kept(3))
    assert shelf.get(B) is None
    assert shelf.get(A)
    assert shelf.get(C)
    assert shelf.bytes == 2 * size


def test_long_addresses_count(stand: Stand) -> None:
    shelf = stand.shelf(max_bytes=100_000)
    for number in range(10):
        shelf.put((b"host", b"/a", b"%d" % number * 30_000), kept(number))
    assert len(shelf._kept) == 3
    assert shelf.bytes > 90_000


def test_answer_larger_than_all_is_not_kept(stand: Stand) -> None:
    shelf = stand.shelf(max_bytes=20_000)
    shelf.put(A, kept(1))
    shelf.put(B, kept(2, body=bytes(30_000)))
    assert shelf.get(A)
    assert shelf.get(B) is None


def test_answer_in_the_place_of_another_counts_once(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept(body=bytes(2000)))
    shelf.put(A, kept(at=1000.1))
    assert shelf.bytes == kept().size + sum(map(len, A))
    shelf.drop(A)
    shelf.drop(A)
    assert shelf.bytes == 0


def test_thread_that_is_gone_is_forgotten(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept(version=5))
    shelf.confirm(stand.clock.now, [7], {})
    assert shelf.get(A) is None
    assert shelf.bytes == 0
    assert shelf.recent() == []
    # Another one may have its number.
    shelf.put(A, there := kept(version=1))
    assert shelf.get(A) is there


def test_marks_are_remembered_of_so_many_threads(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "MAX_THREADS", 10)
    shelf = stand.shelf()
    for thread in range(1, 30):
        shelf.learn(kept(thread, 2))
    assert [
        thread for thread in range(1, 30) if shelf.is_old(kept(thread, at=1001.0))
    ] == [*range(20, 30)]


def test_recent_threads_are_those_asked_for_lately(stand: Stand) -> None:
    shelf = stand.shelf()
    shelf.put(A, kept(1))
    shelf.put(B, kept(2))
    shelf.put(C, kept(0, 0, 0))
    assert shelf.recent() == [1, 2]
    stand.clock.now += RECENT_SECONDS - 1
    # Asked for, though what is there is no longer true.
    assert shelf.get(A) is None
    stand.clock.now += 2
    assert shelf.recent() == [1]
    stand.clock.now += RECENT_SECONDS
    assert shelf.recent() == []


# --- Against a model ------------------------------------------------------------------

THREADS = (1, 2)
KEYS: tuple[Key, ...] = tuple((b"h", b"/%d" % n, b"") for n in range(3))
PROCESSES = 2
ANY_PROCESS = st.integers(0, PROCESSES - 1)
TIMES = (0.01, 0.1, 0.4, 0.9)
MOST = 3 * (kept().size + 10)


@dataclass(slots=True)
class Flight:
    """A question on its way, and what was true when the store was read for it."""

    process: int
    key: Key
    began_at: float
    read: Marks | None = None

    @property
    def thread(self) -> int:
        return THREADS[KEYS.index(self.key) % len(THREADS)]

    def kept(self) -> Kept:
        assert self.read is not None
        return kept(self.thread, self.read.version, self.read.policy, at=self.began_at)


class Clock(Moment):
    """Is never read twice at the same moment."""

    @override
    def __call__(self) -> float:
        self.now += 1e-6
        return self.now


class Readers(RuleBasedStateMachine):
    """Readers of two threads at the processes on one port.

    What they are given was true a moment ago, whichever process answers.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clock, board = Clock(), Board()
        self.shelves = [
            Shelf(MOST, self.clock, Moment(), board) for _ in range(PROCESSES)
        ]
        self.truth: dict[int, list[tuple[float, Marks]]] = {
            thread: [(0.0, Marks(1, 1))] for thread in THREADS
        }
        """When each thread came how far."""
        self.given = dict.fromkeys(THREADS, Marks(0, 0))
        self.flights: list[Flight] = []
        self.questions: dict[int, tuple[float, list[int], dict[int, Marks]]] = {}
        self.doubted_at = 0.0

    def _now(self, thread: int) -> Marks:
        return self.truth[thread][-1][1]

    def _give(self, thread: int, marks: Marks) -> None:
        """What any reader gets is not older than what any reader got before."""
        assert not marks.is_before(self.given[thread])
        self.given[thread] = marks

    @rule(seconds=st.sampled_from(TIMES))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(thread=st.sampled_from(THREADS), by_policy=st.booleans())
    def thread_moves_on(self, thread: int, *, by_policy: bool) -> None:
        marks = self._now(thread)
        moved = (
            Marks(marks.version, marks.policy + 1)
            if by_policy
            else Marks(marks.version + 1, marks.policy)
        )
        self.truth[thread].append((self.clock.now, moved))

    @rule(process=ANY_PROCESS, key=st.sampled_from(KEYS))
    def reader_asks(self, process: int, key: Key) -> None:
        there = self.shelves[process].get(key)
        if there is None:
            self.flights.append(Flight(process, key, self.clock()))
        else:
            self._give(there.subject.thread, there.subject.marks)

    @precondition(lambda self: any(not flight.read for flight in self.flights))
    @rule(data=st.data())
    def store_is_read(self, data: st.DataObject) -> None:
        flight = data.draw(st.sampled_from([f for f in self.flights if not f.read]))
        flight.read = self._now(flight.thread)

    @precondition(lambda self: any(flight.read for flight in self.flights))
    @rule(data=st.data())
    def flight_lands(self, data: st.DataObject) -> None:
        flight = data.draw(st.sampled_from([f for f in self.flights if f.read]))
        self.flights.remove(flight)
        self._land(flight)

    def _land(self, flight: Flight) -> None:
        shelf, key = self.shelves[flight.process], flight.key
        if shelf.is_old(flight.kept()):
            # The front asks anew.
            now = self._now(flight.thread)
            flight = Flight(flight.process, key, self.clock(), now)
        shelf.put(key, flight.kept())
        there = shelf.get(key) or flight.kept()
        self._give(flight.thread, there.subject.marks)

    @rule(process=ANY_PROCESS, key=st.sampled_from(KEYS))
    def reader_is_answered_at_once(self, process: int, key: Key) -> None:
        waiting = len(self.flights)
        self.reader_asks(process, key)
        if len(self.flights) > waiting:
            flight = self.flights.pop()
            flight.read = self._now(flight.thread)
            self._land(flight)

    @rule(process=ANY_PROCESS)
    def versions_are_asked_for(self, process: int) -> None:
        threads = self.shelves[process].recent()
        found = {thread: self._now(thread) for thread in threads}
        self.questions[process] = (self.clock(), threads, found)

    @precondition(lambda self: self.questions)
    @rule(data=st.data())
    def versions_are_told(self, data: st.DataObject) -> None:
        process = data.draw(st.sampled_from(sorted(self.questions)))
        self.shelves[process].confirm(*self.questions.pop(process))

    @rule(process=ANY_PROCESS)
    def somebody_decides(self, process: int) -> None:
        self.shelves[process].doubt()
        self.doubted_at = self.clock.now

    @invariant()
    def whatever_would_be_given_was_the_newest_a_moment_ago(self) -> None:
        for there in (
            each
            for shelf in self.shelves
            for each in filter(shelf.is_true, shelf._kept.values())
        ):
            thread, marks = there.subject.thread, there.subject.marks
            assert not marks.is_before(self.given[thread])
            later = [at for at, each in self.truth[thread] if marks.is_before(each)]
            replaced_at = min(later, default=float("inf"))
            assert self.clock.now - replaced_at < TRUE_SECONDS
            assert replaced_at > self.doubted_at

    @invariant()
    def bytes_add_up(self) -> None:
        for shelf in self.shelves:
            there = shelf._kept
            assert shelf.bytes == sum(
                each.size + sum(map(len, key)) for key, each in there.items()
            )
            assert shelf.bytes <= MOST
            by_thread = shelf._by_thread
            assert set().union(*by_thread.values()) == set(there)
            assert set(shelf._asked_for) == set(by_thread)
            assert all(by_thread.values())


TestReaders = Readers.TestCase
TestReaders.settings = settings(max_examples=100)
