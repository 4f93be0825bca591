"""Threads work for the event loop, and nothing that happens in them stops either."""

import asyncio
import gc
import weakref
from collections.abc import Callable, Iterator
from threading import Barrier, Event, current_thread

import pytest

from service.web.front.pool import Pool
from tests.web.front.driving import SECONDS, until


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool("test", 2)
    yield made
    made.close()


def test_result_comes_back(pool: Pool) -> None:
    async def test() -> None:
        assert await pool.run(lambda: 42) == 42

    asyncio.run(test())


def test_calls_run_beside_each_other_in_threads_that_hold_up_no_end(pool: Pool) -> None:
    both = Barrier(2)

    def call() -> tuple[str, bool]:
        both.wait(SECONDS)
        return current_thread().name, current_thread().daemon

    async def test() -> None:
        got = await asyncio.gather(pool.run(call), pool.run(call))
        assert sorted(got) == [("test-0", True), ("test-1", True)]

    asyncio.run(test())


def raising(err: BaseException) -> Callable[[], None]:
    def call() -> None:
        raise err

    return call


def test_error_comes_through(pool: Pool) -> None:
    async def test() -> None:
        for _ in range(5):
            with pytest.raises(KeyError, match="x"):
                await pool.run(raising(KeyError("x")))
        assert await pool.run(lambda: 1) == 1

    asyncio.run(test())


@pytest.mark.parametrize("kind", [StopIteration, SystemExit, KeyboardInterrupt])
def test_what_no_future_can_bear_is_an_error(
    pool: Pool, kind: type[BaseException]
) -> None:
    async def test() -> None:
        for _ in range(5):
            with pytest.raises(RuntimeError, match=kind.__name__) as caught:
                await pool.run(raising(kind("private")))
            assert "private" not in str(caught.value)
        assert await pool.run(lambda: 1) == 1

    asyncio.run(test())


def test_cancelled_call_is_not_begun() -> None:
    pool, let_go, begun = Pool("test", 1), Event(), []

    async def test() -> None:
        first = asyncio.create_task(pool.run(lambda: let_go.wait(SECONDS)))
        await until(lambda: bool(pool._threads) and pool.waiting == 0)
        second = asyncio.create_task(pool.run(lambda: begun.append(2)))
        third = asyncio.create_task(pool.run(lambda: begun.append(3)))
        await asyncio.sleep(0)
        assert pool.waiting == 2
        second.cancel()
        await asyncio.sleep(0)
        let_go.set()
        assert await first
        await third
        assert begun == [3]
        assert pool.waiting == 0

    asyncio.run(test())
    pool.close()


def test_cancelled_call_that_runs_ends_unheard(pool: Pool) -> None:
    let_go, begun = Event(), Event()

    def call() -> None:
        begun.set()
        assert let_go.wait(SECONDS)

    async def test() -> None:
        task = asyncio.create_task(pool.run(call))
        await until(begun.is_set)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        let_go.set()
        assert await asyncio.gather(*(pool.run(lambda: 1) for _ in range(4))) == [1] * 4

    asyncio.run(test())


def test_call_that_outlives_its_loop_ends_quietly() -> None:
    pool, let_go, begun = Pool("test", 1), Event(), Event()

    def call() -> None:
        begun.set()
        assert let_go.wait(SECONDS)

    async def test() -> None:
        task = asyncio.create_task(pool.run(call))
        await until(begun.is_set)
        task.cancel()

    asyncio.run(test())
    let_go.set()
    pool._threads[0].join(SECONDS)
    assert not pool._threads[0].is_alive()


def test_nothing_of_a_call_is_held_while_no_other_comes(pool: Pool) -> None:
    class Large:
        """What a request brings with it."""

    async def test() -> None:
        large = Large()
        held = weakref.ref(large)

        def call(large: Large = large) -> Large:
            return large

        del large
        await pool.run(call)
        del call
        await until(lambda: gc.collect() >= 0 and held() is None)

    asyncio.run(test())


def test_threads_end_when_all_is_done() -> None:
    async def test() -> None:
        pool = Pool("test", 2)
        assert await pool.run(lambda: 1) == 1
        pool.close()
        for thread in pool._threads:
            thread.join(SECONDS)
            assert not thread.is_alive()

    asyncio.run(test())
    Pool("test", 2).close()
