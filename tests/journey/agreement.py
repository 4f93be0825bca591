"""Whether what readers see agrees with what was decided, and how soon."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from urllib.parse import urlencode

from tests.journey.wire import Answer, Wire

AGREED_SECONDS = 1.0
"""From a decision's answer by one process to what all others show."""
THREAD = "/api/v1/sites/demo/thread"
COUNTS = "/api/v1/sites/demo/counts"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision, when it was asked for and when it was answered."""

    begun: float
    answered: float
    shown: bool
    """True if it publishes the comment."""


@dataclass(frozen=True, slots=True)
class Look:
    """One answer to a reader."""

    what: str
    """``thread`` or ``counts``."""
    begun: float
    ended: float
    shown: bool
    """True if it tells of the comment."""


@dataclass(slots=True)
class Reader:
    """Reads a page that holds one comment, again and again, on a connection of its own.

    :param pause: seconds between two looks at thread and counts.
    :param asks_again: send the ``ETag`` of the last answer along, as browsers do.
    """

    port: int
    page: str
    public_id: str
    pause: float
    asks_again: bool = False
    looks: list[Look] = field(default_factory=list)
    stop: Event = field(default_factory=Event)
    _last: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def run(self) -> None:
        """Read until `stop` is set."""
        query = urlencode({"page": self.page})
        with Wire(self.port) as wire:
            while not self.stop.wait(self.pause):
                self._look(wire, "thread", f"{THREAD}?{query}", self._in_thread)
                self._look(wire, "counts", f"{COUNTS}?{query}", self._in_counts)

    def _look(
        self, wire: Wire, what: str, path: str, tells: Callable[[Answer], bool]
    ) -> None:
        tag, before = self._last.get(what, ("", False))
        headers = {"If-None-Match": tag} if tag and self.asks_again else {}
        begun = time.monotonic()
        answer = wire.get(path, headers)
        ended = time.monotonic()
        assert answer.status in {200, 304}, answer.text
        shown = tells(answer) if answer.status == 200 else before
        if answer.status == 200:
            self._last[what] = (answer.header("ETag"), shown)
        self.looks.append(Look(what, begun, ended, shown))

    def _in_thread(self, answer: Answer) -> bool:
        thread = answer.json
        shown = self.public_id in {each["id"] for each in thread["comments"]}
        assert thread["count"] == int(shown), "the thread contradicts itself"
        return shown

    def _in_counts(self, answer: Answer) -> bool:
        return bool(answer.json["counts"][self.page])

    def saw(self, decision: Decision) -> bool:
        """True if thread and counts have agreed with a decision since its answer."""
        agreed = {
            look.what
            for look in self.looks
            if look.begun > decision.answered and look.shown is decision.shown
        }
        return agreed == {"thread", "counts"}


@contextmanager
def reading(readers: list[Reader]) -> Iterator[None]:
    """All of them read until the context is left.

    :raises AssertionError: naming it, if one of them ended before.
    """
    threads = [Thread(target=reader.run) for reader in readers]
    for thread in threads:
        thread.start()
    try:
        yield
        ended = [thread.name for thread in threads if not thread.is_alive()]
    finally:
        for reader in readers:
            reader.stop.set()
        for thread in threads:
            thread.join()
    assert ended == [], "a reader has failed"


def _spans(decisions: list[Decision]) -> Iterator[tuple[Decision, float]]:
    """Each decision, and when the next one began."""
    ends = [each.begun for each in decisions[1:]] + [float("inf")]
    return zip(decisions, ends, strict=True)


def _during(looks: list[Look], what: str, decision: Decision, end: float) -> list[Look]:
    return [
        look
        for look in looks
        if look.what == what and look.begun > decision.begun and look.ended < end
    ]


def seconds_to_agree(decisions: list[Decision], looks: list[Look]) -> list[float]:
    """From each decision's answer to the first look at each thing that agrees."""
    found = []
    for decision, end in _spans(decisions):
        for what in ("thread", "counts"):
            agreed = [
                look.ended
                for look in _during(looks, what, decision, end)
                if look.shown is decision.shown
            ]
            found.append(max(0.0, min(agreed) - decision.answered))
    return found


def disagreements(decisions: list[Decision], looks: list[Look]) -> list[str]:
    """Where somebody saw what is older than it may be, or older than seen before.

    It matters not who saw the newer state: once one answer has told of it, no request
    that is sent later may get the older one.
    """
    found = []
    for decision, end in _spans(decisions):
        for what in ("thread", "counts"):
            during = _during(looks, what, decision, end)
            news = [look.ended for look in during if look.shown is decision.shown]
            first_new = min(news, default=float("inf"))
            for look in during:
                if look.shown is decision.shown:
                    continue
                age = look.begun - decision.answered
                if age > AGREED_SECONDS:
                    found.append(f"still old after {age:.2f} s: {look}")
                if look.begun > first_new:
                    found.append(f"old after new: {look} {decision}")
    return found
