"""The desk: requests that end in a write, by one thread that never waits for one."""

import asyncio
from collections.abc import Iterator
from threading import Event, current_thread

import pytest

from service.db.order import Order
from service.db.together import set_aside
from service.web.front.desk import MOST_TOGETHER, Desk
from tests.web.front.driving import SECONDS, until


class Door:
    """Finishes orders, and remembers how many came together."""

    def __init__(self) -> None:
        self.together: list[int] = []

    def open(self, orders: list[Order]) -> None:
        self.together.append(len(orders))
        for order in orders:
            order.finish("written", None)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk("desk")
    yield made
    made.close()


def writing(door: Door) -> str:
    order = Order(lambda _: None)
    set_aside(door.open, order)
    return f"{order.outcome()} by {current_thread().name}"


def test_those_that_wait_are_written_together(desk: Desk) -> None:
    door, let_go = Door(), Event()

    async def test() -> None:
        first = asyncio.create_task(desk.run(lambda: let_go.wait(SECONDS)))
        await until(lambda: bool(desk._threads) and desk.waiting == 0)
        rest = [asyncio.create_task(desk.run(lambda: writing(door))) for _ in range(5)]
        await until(lambda: desk.waiting == 5)
        let_go.set()
        assert await first
        assert await asyncio.gather(*rest) == ["written by desk-0"] * 5

    asyncio.run(test())
    # The first may have begun before the others came.
    assert door.together == [5]


def test_no_more_than_so_many_go_together(desk: Desk) -> None:
    door, let_go = Door(), Event()
    total = MOST_TOGETHER + 3

    async def test() -> None:
        # With this one, which does not write, the first are MOST_TOGETHER.
        first = asyncio.create_task(desk.run(lambda: let_go.wait(SECONDS)))
        await until(lambda: bool(desk._threads) and desk.waiting == 0)
        rest = [
            asyncio.create_task(desk.run(lambda: writing(door))) for _ in range(total)
        ]
        await until(lambda: desk.waiting == total)
        let_go.set()
        assert await first
        await asyncio.gather(*rest)

    asyncio.run(test())
    assert door.together == [MOST_TOGETHER - 1, 4]


def test_error_comes_through_and_stops_nobody(desk: Desk) -> None:
    door = Door()

    def failing() -> None:
        writing(door)
        raise KeyError("x")

    async def test() -> None:
        got = await asyncio.gather(
            desk.run(failing), desk.run(lambda: writing(door)), return_exceptions=True
        )
        assert isinstance(got[0], KeyError)
        assert got[1] == "written by desk-0"

    asyncio.run(test())


def test_desk_ends_when_all_is_done() -> None:
    desk, door, let_go = Desk("desk"), Door(), Event()

    async def test() -> None:
        first = asyncio.create_task(desk.run(lambda: let_go.wait(SECONDS)))
        await until(lambda: bool(desk._threads) and desk.waiting == 0)
        second = asyncio.create_task(desk.run(lambda: writing(door)))
        await until(lambda: desk.waiting == 1)
        desk.close()
        let_go.set()
        assert await first
        assert await second == "written by desk-0"

    asyncio.run(test())
    desk._threads[0].join(SECONDS)
    assert not desk._threads[0].is_alive()
