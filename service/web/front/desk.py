"""One thread for requests that end in a write: they take turns, and write together."""

from collections.abc import Iterator
from functools import partial
from queue import Empty

from typing_extensions import override

from service.db.together import Together
from service.web.front.pool import Order, Pool, Told, do, tell

MOST_TOGETHER = 32
"""Calls that are begun before what they want to write is written; with more, the first
would wait long."""


class Desk(Pool):
    """A thread that begins the next call where one waits for the store.

    `service.db.together` says why. A call that works long holds up all others.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, 1)

    @override
    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            together, told = Together(), list[Told]()
            for each in self._with_others(order):
                together.begin(partial(do, each, told))
            together.finish()
            # Kept in this frame, they would live until the next order comes.
            del order, each, together
            if not tell(told):
                return
            del told

    def _with_others(self, order: Order) -> Iterator[Order]:
        yield order
        for _ in range(MOST_TOGETHER - 1):
            try:
                other = self._orders.get_nowait()
            except Empty:
                return
            if other is None:
                self._orders.put(None)  # the end comes after these
                return
            yield other
