"""Stand-ins for what lies outside of the house: the time, and who hears the bell."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class FrozenClock:
    """A clock that moves only when told to; calling it gives the time."""

    now: datetime = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time now."""
        return self.now

    def advance(self, by: timedelta = timedelta(), /, **units: float) -> datetime:
        """The time now, after this much has passed: ``advance(minutes=11)``."""
        self.now += by + timedelta(**units)
        return self.now


@dataclass(slots=True)
class RememberingBell:
    """A bell that counts how often it was rung."""

    rings: int = 0

    def ring(self) -> None:
        """Remember."""
        self.rings += 1
