"""A thread beside the checks, which asks outside while they go on.

It is there only while something is due, so that a worker whose sites ask nobody has no
such thread.
"""

import logging
from collections.abc import Callable
from threading import Lock, Thread

log = logging.getLogger(__name__)


class Asker:
    """Runs errands from a thread of its own when it is told that some are due.

    :param work: does what is due, and returns how many that were.
    :param ring: says that checks are owed, after some were done; must not raise.
    """

    def __init__(self, work: Callable[[], int], ring: Callable[[], None]) -> None:
        self._work = work
        self._ring = ring
        self._lock = Lock()
        self._thread: Thread | None = None
        self._again = False

    def wake(self) -> None:
        """Say that something is due; returns at once."""
        with self._lock:
            self._again = True
            if self._thread is None:
                self._thread = Thread(target=self._run, name="asker", daemon=True)
                self._thread.start()

    def join(self, seconds: float) -> None:
        """Wait until nothing is due any more, at most so long."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _goes_on(self) -> bool:
        with self._lock:
            goes_on, self._again = self._again, False
            if not goes_on:
                self._thread = None
            return goes_on

    def _run(self) -> None:
        while self._goes_on():
            try:
                if self._work():
                    self._ring()
            except Exception as err:  # noqa: BLE001  # it must be able to begin again
                log.warning("asking outside failed: %s", type(err).__name__)
