"""Rates: so many times in so much time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many times in so many seconds."""

    times: int
    """How many, at least 1; also how many may come at once."""
    seconds: int
    """In how long."""

    @property
    def interval(self) -> float:
        """Seconds that one use costs."""
        return self.seconds / self.times
