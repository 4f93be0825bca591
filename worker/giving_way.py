"""How a worker gives way to those who submit and read on the same machine.

A low priority alone does harm on SQLite: a worker that holds the one write lock, and
gets no processor for it, keeps every submission waiting. So it works at full speed or
not at all: on a busy machine it pauses between batches, while it holds nothing.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

CROWDED = 1.25
"""Time that passes for each second of work, from which on the machine is busy."""
PAUSES_A_BATCH = 8.0
"""Length of a pause, in batches."""
LONGEST_SECONDS = 0.4
"""So that some 70 comments a second are checked, however busy the machine is."""


@dataclass(slots=True)
class GivingWay:
    """Sees whether others wait for a processor, and pauses then.

    :param passed: seconds by a clock that only goes on.
    :param worked: seconds for which the present thread had a processor.
    """

    passed: Callable[[], float] = time.monotonic
    worked: Callable[[], float] = time.thread_time
    sleep: Callable[[float], None] = time.sleep
    _waited: float = 0.0
    """How much longer than `CROWDED` allows it all took since the last pause."""

    @contextmanager
    def working(self) -> Iterator[None]:
        """For what needs a processor, and waits for nothing else."""
        passed, worked = self.passed(), self.worked()
        try:
            yield
        finally:
            allowed = CROWDED * (self.worked() - worked)
            self._waited += self.passed() - passed - allowed

    def pause(self, batch_seconds: float) -> None:
        """Pause if the machine was busy while a batch was worked on.

        :param batch_seconds: how long that took.
        """
        waited, self._waited = self._waited, 0.0
        if waited > 0:
            self.sleep(min(PAUSES_A_BATCH * batch_seconds, LONGEST_SECONDS))
