"""A short wait for the checks, so that Isso's client can show what they published."""

import time
from collections.abc import Callable
from threading import BoundedSemaphore

WAIT_SECONDS = 0.8
"""Checks of an idle installation take a tenth of that."""
_LOOK_SECONDS = 0.05
MOST_AT_ONCE = 2
"""Of the threads of a process that may wait; a flood is told at once that it waits."""

_seats = BoundedSemaphore(MOST_AT_ONCE)


def wait_for(is_settled: Callable[[], bool]) -> None:
    """Return when it is settled, when the time is over, or at once if others wait."""
    if not _seats.acquire(blocking=False):
        return
    try:
        end = time.monotonic() + WAIT_SECONDS
        while not is_settled() and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)
    finally:
        _seats.release()
