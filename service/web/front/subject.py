"""What an answer is about, as Flask says in a header that goes no further."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

SUBJECT_HEADER = "Foyer-Subject"
"""On answers that may be given again: `Subject.text`."""
MOVED_HEADER = "Foyer-Moved"
"""On answers to requests that may have changed what readers see."""
FRONT_KEY = "foyer.front"
"""In the WSGI environment of requests that come through the front."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How far a thread has come; each number only ever grows."""

    version: int
    """Of the thread: raised whenever its readers must be told something new."""
    policy: int
    """Version of the policy of its site."""

    def is_before(self, other: Self) -> bool:
        """True if something has happened since that `other` knows of."""
        return self.version < other.version or self.policy < other.policy


@dataclass(frozen=True, slots=True)
class Subject:
    """The one thread that an answer shows, and as of when."""

    thread: int
    marks: Marks
    until: float = float("inf")
    """Unix time at which the answer changes by itself."""

    @classmethod
    def of(
        cls, thread: int, version: int, policy: int, changes_at: datetime | None
    ) -> Self:
        """The subject with these parts."""
        until = changes_at.timestamp() if changes_at else float("inf")
        return cls(thread, Marks(version, policy), until)

    def text(self) -> str:
        """For the header."""
        return f"{self.thread}:{self.marks.version}:{self.marks.policy}:{self.until}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `text` made; `SHORT` gives a subject of no thread."""
        thread, version, policy, until = text.split(":")
        return cls(int(thread), Marks(int(version), int(policy)), float(until))


SHORT = "0:0:0:inf"
"""For answers that no one thread's version covers: they are true for a moment only."""
