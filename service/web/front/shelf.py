"""Where answers are kept, and until when each of them is the truth."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from service.web.front.board import Board
from service.web.front.kept import Kept
from service.web.front.subject import Marks

V = TypeVar("V")
Key = tuple[bytes, ...]
"""What tells requests apart whose answers differ."""

TRUE_SECONDS = 0.95
"""How long an answer may be given after it was last known to be true.

What is published or trashed by any process is seen so by readers within a second
(design decision 9.13); the rest of the second is for the answer's way.
"""
RECENT_SECONDS = 10.0
"""A thread that nobody has asked for so long is not asked after either."""
MAX_BYTES = 32 * 2**20
"""The least recently used answers go first."""
MAX_THREADS = 10_000
"""Threads whose newest marks are remembered, and so much of the like."""


def _remember(known: OrderedDict[int, V], about: int, value: V) -> None:
    """What was remembered longest ago is forgotten first."""
    known[about] = value
    known.move_to_end(about)
    while len(known) > MAX_THREADS:
        known.popitem(last=False)


def _size(key: Key, kept: Kept) -> int:
    # An address can be longer than its answer.
    return sum(map(len, key)) + kept.size


class Shelf:
    """Kept answers; to be used from one thread.

    :param max_bytes: how much is kept.
    :param clock: seconds, monotonic.
    :param wall: Unix time.
    :param board: shared with other processes on this port.
    """

    def __init__(
        self,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        board: Board | None = None,
    ) -> None:
        self._board = board or Board()
        self._max_bytes = max_bytes
        self._clock = clock
        self._wall = wall
        self._bytes = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._by_thread: dict[int, set[Key]] = {}
        self._newest: OrderedDict[int, Marks] = OrderedDict()
        self._tags: OrderedDict[int, bytes] = OrderedDict()
        self._told: OrderedDict[int, float] = OrderedDict()
        self._asked_for: dict[int, float] = {}

    @property
    def bytes(self) -> int:
        """How much is kept now."""
        return self._bytes

    def get(self, key: Key) -> Kept | None:
        """The answer to give, or None if there is none that is surely true."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        now = self._clock()
        if kept.subject.thread:
            self._asked_for[kept.subject.thread] = now
        if not self.is_true(kept):
            return None
        self._kept.move_to_end(key)
        return kept

    def is_true(self, kept: Kept) -> bool:
        """True if the answer is surely what Flask would say now."""
        return (
            kept.true_at > self._board.doubted_at
            and not self._is_overtaken(kept)
            and self._clock() - kept.true_at < TRUE_SECONDS
            and self._wall() < kept.subject.until
        )

    def is_old(self, kept: Kept) -> bool:
        """True if somebody may have seen something newer."""
        return self._is_behind(kept) or self._is_overtaken(kept)

    def _is_behind(self, kept: Kept) -> bool:
        """True if its thread is known to have come further."""
        newest = self._newest.get(kept.subject.thread)
        return newest is not None and kept.subject.marks.is_before(newest)

    def _is_overtaken(self, kept: Kept) -> bool:
        """True if another process has shown something new about it since."""
        news_at = self._board.news_at(kept.about)
        return kept.true_at <= news_at and news_at != self._told.get(kept.about)

    def put(self, key: Key, kept: Kept) -> None:
        """Keep an answer in the place of the one before, unless it is old already."""
        self.learn(kept)
        size = _size(key, kept)
        if self.is_old(kept) or self._overtook(key, kept) or size > self._max_bytes:
            return
        self.drop(key)
        thread = kept.subject.thread
        if thread:
            self._by_thread.setdefault(thread, set()).add(key)
            self._asked_for[thread] = self._clock()
        self._kept[key] = kept
        self._bytes += size
        while self._bytes > self._max_bytes:
            self.drop(next(iter(self._kept)))

    def _overtook(self, key: Key, kept: Kept) -> bool:
        """True if what is kept for this key was asked for later than ``kept``."""
        there = self._kept.get(key)
        if there is None or there.true_at <= kept.true_at:
            return False
        # Of the same thread the marks say it better: a moment is only a lower bound.
        return (
            there.subject.thread != kept.subject.thread or there.subject == kept.subject
        )

    def learn(self, kept: Kept) -> None:
        """Remember what an answer shows, which is about to be given.

        If it is new here, it may be so for other processes, which are told.
        """
        if self._is_behind(kept):
            return
        if kept.subject.thread:
            self._learn(kept.subject.thread, kept.subject.marks)
        elif not self._is_overtaken(kept) and self._tags.get(kept.about) != kept.tag:
            _remember(self._tags, kept.about, kept.tag)
            self._tell(kept.about)

    def _tell(self, about: int) -> None:
        now = self._clock()
        _remember(self._told, about, now)
        self._board.tell(about, now)

    def drop(self, key: Key) -> None:
        """Forget the answer for this key, if there is one."""
        kept = self._kept.pop(key, None)
        if kept is None:
            return
        self._bytes -= _size(key, kept)
        keys = self._by_thread.get(kept.subject.thread)
        if keys is not None:
            keys.discard(key)
            if not keys:
                del self._by_thread[kept.subject.thread]
                self._asked_for.pop(kept.subject.thread, None)

    def _learn(self, thread: int, marks: Marks) -> None:
        """Remember how far a thread has come; what shows it less far, is dropped."""
        is_new = self._newest.get(thread) != marks
        _remember(self._newest, thread, marks)
        for key in tuple(self._by_thread.get(thread, ())):
            if self._kept[key].subject.marks.is_before(marks):
                self.drop(key)
        if is_new:
            self._tell(thread)

    def recent(self) -> list[int]:
        """Threads that somebody has asked for lately and that are kept."""
        since = self._clock() - RECENT_SECONDS
        return [thread for thread, at in self._asked_for.items() if at >= since]

    def confirm(
        self, asked_at: float, threads: Iterable[int], marks: Mapping[int, Marks]
    ) -> None:
        """Take in how far threads had come at a moment.

        :param asked_at: the moment, monotonic; not later than the question.
        :param threads: what was asked after.
        :param marks: what was found; a thread without marks is gone.
        """
        for thread in threads:
            found = marks.get(thread)
            if found is None:
                for key in tuple(self._by_thread.get(thread, ())):
                    self.drop(key)
                self._newest.pop(thread, None)
                continue
            newest = self._newest.get(thread)
            # An answer may have overtaken the question.
            if newest is None or not found.is_before(newest):
                self._learn(thread, found)
            for key in self._by_thread.get(thread, ()):
                kept = self._kept[key]
                if kept.subject.marks == found:
                    kept.true_at = max(kept.true_at, asked_at)

    def doubt(self) -> None:
        """Give nothing again that was not found true after this moment."""
        self._board.doubt(self._clock())
