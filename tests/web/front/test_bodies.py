"""Bodies are read whole, within limits of size, time and memory."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson
import pytest

from service.web.front import bodies as bodies_module
from service.web.front.asked import Asked
from service.web.front.bodies import Bodies, Body, Receive
from service.web.front.bridge import Answer
from service.web.front.refusals import BODY_BYTES, Refused
from tests.web.front.driving import SECONDS, giving, scope_of


class _TooLarge(Exception):
    """What came is refused, and nothing of it is kept."""


async def read(
    body: bytes | Sequence[bytes | None],
    length: bytes | None = None,
    bodies: Bodies | None = None,
    *,
    waits: bool = False,
) -> bytes:
    headers = [] if length is None else [(b"content-length", length)]
    if waits:
        headers.append((b"expect", b"100-continue"))
    held = Body()
    where = bodies or Bodies()
    try:
        await where.read(held, Asked(headers), giving(body))
        if held.is_too_large:
            raise _TooLarge
        return held.take()
    finally:
        if bodies is None:
            where.release(held)
            assert where._bytes == 0


def is_too_large(*given: Any, **more: Any) -> bool:
    with suppress(_TooLarge):
        asyncio.run(read(*given, **more))
        return False
    return True


def refusal(*given: Any, **more: Any) -> Answer:
    async def test() -> Answer:
        with pytest.raises(Refused) as caught:
            await read(*given, **more)
        return caught.value.answer()

    answer = asyncio.run(test())
    assert orjson.loads(answer.body)["status"] == answer.status
    return answer


def stopping(pieces: Sequence[bytes]) -> Receive:
    """Gives these pieces, says that more will come, and never gives it."""
    left = iter(pieces)

    async def receive() -> dict[str, Any]:
        for piece in left:
            return {"type": "http.request", "body": piece, "more_body": True}
        await asyncio.Event().wait()
        raise AssertionError

    return receive


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies_module, "FORGET_SECONDS", 0.01)
    monkeypatch.setattr(bodies_module, "BODY_SECONDS", 0.01)


@pytest.mark.parametrize(
    "pieces", [[b""], [b"abc"], [b"a", b"", b"bc"], [b"x" * BODY_BYTES]]
)
def test_pieces_are_put_together(pieces: list[bytes]) -> None:
    assert asyncio.run(read(pieces)) == b"".join(pieces)


@pytest.mark.parametrize("length", [b"3", b"003", b"0" * 40 + b"3", b"0", b"000000"])
def test_length_may_be_written_in_odd_ways(length: bytes) -> None:
    body = b"abc" if length.endswith(b"3") else b""
    assert asyncio.run(read(body, length)) == body


@pytest.mark.parametrize(
    "length", [b"262145", b"0262145", b"1000000", b"9" * 18, b"9" * 10_000]
)
def test_length_over_the_limit_is_refused_unread(length: bytes) -> None:
    assert BODY_BYTES == 262_144
    assert is_too_large(b"abc", length)
    # Who waits to be told sends nothing that would have to be read before.
    assert is_too_large([], length, waits=True)


def test_body_over_the_limit_is_refused_as_soon_as_it_is_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies_module, "FORGET_SECONDS", SECONDS)
    assert is_too_large([b"x" * BODY_BYTES, b"x"])
    assert is_too_large([b"x" * BODY_BYTES, b"x", b"y"])


def test_time_for_what_is_forgotten_is_not_that_of_the_body(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies_module, "FORGET_SECONDS", 0.25)
    monkeypatch.setattr(bodies_module, "BODY_SECONDS", 0.2)
    receive = stopping([b"x" * BODY_BYTES, b"x"])

    async def test() -> None:
        body = Body()
        await Bodies().read(body, Asked([]), receive)
        assert body.is_too_large

    asyncio.run(test())


@pytest.mark.usefixtures("_short")
def test_client_that_claims_and_does_not_send_is_answered() -> None:
    assert is_too_large([], b"1000000")


@pytest.mark.usefixtures("_short")
def test_client_that_sends_on_and_on_is_answered() -> None:
    piece = b"x" * BODY_BYTES
    assert is_too_large([piece] * 1000, b"1000000")


@pytest.mark.usefixtures("_short")
@pytest.mark.parametrize("pieces", [[], [b""], [b"ab", b""]])
def test_body_that_does_not_come_is_refused(pieces: list[bytes]) -> None:
    async def test() -> None:
        receive = stopping(pieces)
        with pytest.raises(Refused) as caught:
            await Bodies().read(Body(), Asked([]), receive)
        assert caught.value.answer().status == 408

    asyncio.run(test())


def test_client_that_leaves_is_refused() -> None:
    assert refusal([b"ab", None]).status == 400


def test_all_bodies_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies_module, "ALL_BODIES_BYTES", 10)

    async def test() -> None:
        bodies, held, second = Bodies(), Body(), Body()
        await bodies.read(held, Asked([]), giving(b"12345678"))
        # What a request has taken out counts until it is answered.
        assert held.take() == b"12345678"
        with pytest.raises(Refused) as caught:
            await bodies.read(second, Asked([]), giving(b"123"))
        answer = caught.value.answer()
        assert answer.status == 503
        assert (b"retry-after", b"5") in answer.headers
        bodies.release(second)
        bodies.release(held)
        await bodies.read(held := Body(), Asked([]), giving(b"1234567890"))
        assert held.take() == b"1234567890"

    asyncio.run(test())


def test_body_in_tiny_pieces_takes_no_more_memory_than_a_whole_one() -> None:
    body = Body()
    for number in range(10_000):
        body.add(b"%02d" % (number % 100))
    assert body.size == 20_000
    held = [getattr(body, name) for name in Body.__slots__]
    assert sum(map(sys.getsizeof, held)) < 2 * body.size
    assert not any(isinstance(each, list) for each in held)
    assert len(body.take()) == 20_000


@pytest.mark.parametrize(
    ("method", "length", "has_body"),
    [
        ("GET", None, False),
        ("HEAD", None, False),
        ("OPTIONS", None, False),
        ("POST", None, True),
        ("DELETE", None, True),
        ("GET", b"0", False),
        ("POST", b"0", False),
        ("GET", b"3", True),
        ("POST", b"3", True),
    ],
)
def test_body_is_read_where_one_may_come(
    method: str, length: bytes | None, *, has_body: bool
) -> None:
    headers = [] if length is None else [(b"content-length", length)]
    assert Asked(headers).has_body(scope_of(method, "/", headers)) is has_body
