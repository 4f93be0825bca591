"""An act that somebody waits for, and what became of it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

from sqlalchemy.orm import Session

from service.db.prepared import Quick
from service.domain.errors import Unavailable

_THREADS = 8
"""Orders that are run beside each other."""

Outcome = tuple[Any, BaseException | None]
"""What an act returned, or what it raised."""


class Order:
    """An act to be run, and how its caller learns what became of it.

    :param act: run in a session, in a transaction.
    :param quick: tried first; None where there is no quicker way.
    """

    __slots__ = ("_begun", "_done", "_outcome", "act", "after", "quick")

    def __init__(
        self,
        act: Callable[[Session], Any],
        quick: Quick[Any] | None = None,
    ) -> None:
        self.act = act
        self.quick = quick
        self.after: Sequence[Callable[[], None]] = ()
        """What is called when it is done and stored."""
        # Of those who take it, writer and caller, the first decides what becomes of it.
        self._begun = Lock()
        self._done = Lock()
        self._done.acquire()
        self._outcome: Outcome = (None, None)

    def begin(self) -> bool:
        """True if the caller has not given up, and will wait to the end."""
        return self._begun.acquire(blocking=False)

    def finish(self, result: Any, error: BaseException | None) -> None:
        """Tell the caller what became of it, which is for certain now."""
        if error is None:
            for call in self.after:
                call()
        self._outcome = (result, error)
        self._done.release()

    def wait(self, begin_seconds: float) -> Any:
        """What the act returned; what it raised is raised here.

        :raises Unavailable: if it could not begin in time.
        """
        if not self._done.acquire(timeout=begin_seconds):
            if self.begin():
                raise Unavailable("The store is busy; nothing was written.")
            # It has begun: what became of it is known in a moment, and must be told.
            self._done.acquire()
        return self.outcome()

    def outcome(self) -> Any:
        """What a finished act returned; what it raised is raised here."""
        result, error = self._outcome
        if error is not None:
            raise error
        return result


def beside_each_other(orders: list[Order], run: Callable[[Order], Any]) -> None:
    """Finish orders by what ``run`` returns for them, or raises."""

    def finish(order: Order) -> None:
        try:
            result = run(order)
        except BaseException as err:  # noqa: BLE001  # it is the caller's
            order.finish(None, err)
        else:
            order.finish(result, None)

    if len(orders) == 1:
        finish(orders[0])
    elif orders:
        with ThreadPoolExecutor(min(len(orders), _THREADS)) as threads:
            list(threads.map(finish, orders))
