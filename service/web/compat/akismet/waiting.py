"""Wait for the answer to a question from outside, not long and not too many at once."""

import time
from threading import BoundedSemaphore

from service.operations.inbound.asking import OutsideAnswer, answer_of
from service.web.context import read

WAIT_SECONDS = 3.0
"""How long a call waits for its checks, which mostly take some tenths of a second."""
LOOK_SECONDS = 0.05
MOST_WAITING = 3
"""Of the eight threads that answer requests so many may wait here; the others stay free
for readers and moderators, however many questions there are."""

_places = BoundedSemaphore(MOST_WAITING)


def wait_for_answer(guid: str) -> OutsideAnswer | None:
    """How far the question has come, once its checks are done or it takes too long.

    No transaction is open while it waits. If too many wait already, it looks once.
    """
    answer = read(lambda s: answer_of(s, guid))
    if not _is_open(answer) or not _places.acquire(blocking=False):
        return answer
    try:
        until = time.monotonic() + WAIT_SECONDS
        while _is_open(answer) and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            answer = read(lambda s: answer_of(s, guid))
    finally:
        _places.release()
    return answer


def _is_open(answer: OutsideAnswer | None) -> bool:
    return answer is not None and answer.state == "waiting"
