"""Threads that wait for the database so that the event loop need not."""

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
Order = tuple[Callable[[], Any], "Future[Any]", AbstractEventLoop]
"""A call, and where its caller waits for it."""
Told = tuple[AbstractEventLoop, "Future[Any]", Any, Exception | None]
"""What became of a call, and who is to be told."""


class Pool:
    """A fixed number of threads, started on first use.

    They are daemons, unlike those of `concurrent.futures`: one that hangs does not hold
    up the end of the process.

    :param size: how many.
    """

    def __init__(self, name: str, size: int) -> None:
        self._name, self._size = name, size
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._threads: list[Thread] = []

    async def run(self, call: Callable[[], T]) -> T:
        """What ``call`` returns; whatever it raises comes through."""
        if not self._threads:
            self._start()
        loop = asyncio.get_running_loop()
        done: Future[T] = loop.create_future()
        self._orders.put((call, done, loop))
        return await done

    @property
    def waiting(self) -> int:
        """How many calls no thread has begun yet."""
        return self._orders.qsize()

    def _start(self) -> None:
        for number in range(self._size):
            thread = Thread(
                target=self._work, name=f"{self._name}-{number}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """End the threads when all that was asked for is done."""
        for _ in self._threads:
            self._orders.put(None)

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            told: list[Told] = []
            do(order, told)
            # Kept in this frame, they would live until the next order comes.
            del order
            if not tell(told):
                return
            del told


def do(order: Order, told: list[Told]) -> None:
    """Make the call, unless nobody waits for it any more."""
    call, done, loop = order
    if done.cancelled():
        return
    result, error = None, None
    try:
        result = call()
    except BaseException as err:  # noqa: BLE001  # it is the caller's
        error = _bearable(err)
    told.append((loop, done, result, error))


def tell(told: list[Told]) -> bool:
    """Tell the callers; False if their loop has ended, and nobody waits any more."""
    if told:
        try:
            # One message for all: each one wakes the loop.
            told[0][0].call_soon_threadsafe(_settle, told)
        except RuntimeError:
            return False
    return True


def _bearable(err: BaseException) -> Exception:
    """What a future may hold, and may raise without ending the event loop."""
    if isinstance(err, Exception) and not isinstance(err, StopIteration):
        return err
    return RuntimeError(f"a call ended by {type(err).__name__}")


def _settle(told: list[Told]) -> None:
    for _, done, result, error in told:
        if done.done():
            continue  # nobody waits for it any more
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)
