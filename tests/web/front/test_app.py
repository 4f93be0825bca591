"""The front gives an answer again while it is true, and only to whom it may."""

import asyncio
import gzip
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import orjson
import pytest

from service.logs import set_up
from service.web.front import app as app_module
from service.web.front.app import MAX_ALONE, Front
from service.web.front.refusals import HEADER_BYTES
from service.web.front.shelf import TRUE_SECONDS
from service.web.front.subject import SHORT, Marks
from tests.web.front.driving import (
    MOVED,
    SECONDS,
    Got,
    Little,
    Moment,
    ask,
    shown,
    until,
)

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run the body of a test."""

    async def in_time() -> None:
        async with asyncio.timeout(SECONDS):
            await test

    asyncio.run(in_time())


def nothing(_: list[int]) -> Mapping[int, Marks]:
    return {}


def make(little: Any, clock: Moment | None = None) -> Front:
    return Front(little, nothing, clock or Moment())


def thread(**headers: str) -> Little:
    """An application whose ``/t`` shows thread 7, and to which ``POST /t`` moves it."""
    return Little({"/t": shown("7:1:1:inf", **headers), "POST /t": MOVED})


async def bodies(front: Front, *targets: str, **given: Any) -> list[bytes]:
    return [(await ask(front, target, **given)).body for target in targets]


# --- Giving again ---------------------------------------------------------------------


def test_answer_is_given_again_while_it_is_true() -> None:
    async def test() -> None:
        clock, little = Moment(), thread()
        front = make(little, clock)
        assert await bodies(front, "/t", "/t") == [b"1", b"1"]
        clock.now += TRUE_SECONDS - 0.01
        assert await bodies(front, "/t") == [b"1"]
        clock.now += 0.02
        assert await bodies(front, "/t", "/t") == [b"2", b"2"]

    run(test())


def test_answer_that_shows_no_subject_is_never_given_again() -> None:
    async def test() -> None:
        front = make(Little())
        assert await bodies(front, "/x", "/x") == [b"1", b"2"]

    run(test())


@pytest.mark.parametrize(
    "header", [("Set-Cookie", "a=1"), ("Vary", "Cookie"), ("Content-Encoding", "br")]
)
def test_answer_for_one_client_is_not_given_to_others(header: tuple[str, str]) -> None:
    async def test() -> None:
        front = make(Little({"/t": [*shown("7:1:1:inf"), header]}))
        assert await bodies(front, "/t", "/t") == [b"1", b"2"]

    run(test())


def test_host_path_and_query_tell_answers_apart() -> None:
    async def test() -> None:
        little = Little({"/t": shown(SHORT), "/T": shown(SHORT)})
        front = make(little)
        first = ["/t", "/t?a=1", "/t?a=2", "/T", "/%74"]
        assert await bodies(front, *first) == [b"1", b"2", b"3", b"4", b"5"]
        other = [(b"host", b"other")]
        assert await bodies(front, "/t", headers=other) == [b"6"]
        assert await bodies(front, "/t", "/t?a=1") == [b"1", b"2"]
        assert await bodies(front, "/t", headers=other) == [b"6"]

    run(test())


def asking(languages: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"accept-language", languages)]


@pytest.mark.parametrize("subject", ["7:1:1:inf", SHORT])
def test_languages_tell_pages_apart_and_nothing_else(subject: str) -> None:
    async def test() -> None:
        page = shown(subject, Vary="Accept-Language")
        front = make(Little({"/t.html": page, "/t": shown("8:1:1:inf")}))
        for _ in range(2):
            assert await bodies(front, "/t.html", headers=asking(b"de")) == [b"1"]
            assert await bodies(front, "/t.html", headers=asking(b"fr")) == [b"2"]
            assert await bodies(front, "/t.html") == [b"3"]
            assert await bodies(front, "/t", headers=asking(b"de")) == [b"4"]
            assert await bodies(front, "/t", headers=asking(b"fr")) == [b"4"]
        got = await ask(front, "/t.html", headers=asking(b"de"))
        assert got.header(b"vary") == b"Accept-Language, Accept-Encoding"

    run(test())


def test_what_is_no_page_may_not_differ_by_language() -> None:
    async def test() -> None:
        front = make(thread(Vary="Accept-Language"))
        assert await bodies(front, "/t", "/t", headers=asking(b"de")) == [b"1", b"2"]

    run(test())


def test_hosts_of_two_headers_do_not_make_up_a_known_one() -> None:
    async def test() -> None:
        little = thread()
        front = make(little)
        assert await bodies(front, "/t", headers=[(b"host", b"ab")]) == [b"1"]
        for hosts in ((b"a", b"b"), (b"ab", b""), (b"", b"ab"), (b"ab", b"ab")):
            got = await ask(front, "/t", headers=[(b"host", host) for host in hosts])
            assert got.status == 400
        assert little.times == 1

    run(test())


def test_bad_query_does_not_stop_sharing_of_its_path() -> None:
    async def test() -> None:
        little = thread()
        little.status["/t?limit=x"] = "422 Unprocessable"
        little.headers["/t"] = []
        front = make(little)
        assert (await ask(front, "/t?limit=x")).status == 422
        little.headers["/t"] = shown("7:1:1:inf")
        assert await bodies(front, "/t", "/t") == [b"2", b"2"]

    run(test())


# --- Forms ----------------------------------------------------------------------------


class Long:
    """Answers with the same long text, for whoever asks."""

    text = b"Rye wants patience. " * 100

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        del environ
        length = str(len(self.text))
        start_response("200 OK", [*shown("7:1:1:inf"), ("Content-Length", length)])
        return [self.text]


SQUEEZED = [(b"accept-encoding", b"br, gzip")]
WHOEVER: list[list[tuple[bytes, bytes]]] = [[], [(b"cookie", b"a=1")]]


@pytest.mark.parametrize("who", WHOEVER, ids=["anybody", "somebody"])
def test_answer_is_compressed_for_whoever_takes_it(
    who: list[tuple[bytes, bytes]],
) -> None:
    async def test() -> None:
        front = make(Long())
        for _ in range(2):
            plain = await ask(front, "/t", headers=who)
            assert (plain.status, plain.body) == (200, Long.text)
            assert plain.header(b"content-encoding") is None
            got = await ask(front, "/t", headers=[*who, *SQUEEZED])
            assert gzip.decompress(got.body) == Long.text
            assert got.header(b"content-encoding") == b"gzip"
            assert got.header(b"content-length") == str(len(got.body)).encode()
            for each in (plain, got):
                assert each.header(b"vary") == b"Accept-Encoding"
            assert plain.header(b"etag") == b'"tag"'
            assert got.header(b"etag") == b'"tag-gzip"'

    run(test())


@pytest.mark.parametrize("who", WHOEVER, ids=["anybody", "somebody"])
def test_what_a_client_has_is_not_sent(who: list[tuple[bytes, bytes]]) -> None:
    async def test() -> None:
        front = make(Long())
        for _ in range(2):
            known = [*who, (b"if-none-match", b'"other", W/"tag"')]
            got = await ask(front, "/t", headers=known)
            assert (got.status, got.body) == (304, b"")
            assert got.header(b"etag") == b'"tag"'
            assert got.header(b"content-length") is None
        stale = [*who, (b"if-none-match", b'"other"')]
        assert (await ask(front, "/t", headers=stale)).status == 200

    run(test())


def test_refused_range_is_the_whole() -> None:
    async def test() -> None:
        front = make(Long())
        for _ in range(2):
            got = await ask(front, "/t", headers=[(b"range", b"bytes=0-9")])
            assert (got.status, got.body) == (200, Long.text)

    run(test())


def test_internal_headers_reach_nobody() -> None:
    async def test() -> None:
        front = make(thread())
        asked = [("GET", "/t"), ("GET", "/t"), ("HEAD", "/t"), ("POST", "/t")]
        for method, target in asked:
            got = await ask(front, target, method)
            names = {name for name, _ in got.headers}
            assert not {name for name in names if name.startswith(b"foyer-")}
            assert got.header(b"server") == b"foyer"

    run(test())


# --- Methods --------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "get"])
def test_other_methods_are_asked_of_the_application(method: str) -> None:
    async def test() -> None:
        little = Little({"/t": shown("7:1:1:inf")})
        front = make(little)
        first = await ask(front, "/t", method)
        assert first.status == 200
        # Nothing of it is kept for GET, and nothing kept is given to it.
        assert await bodies(front, "/t", "/t") == [b"2", b"2"]
        assert (await ask(front, "/t", method)).body == b"3"

    run(test())


# --- Asking together ------------------------------------------------------------------


async def together(little: Little, *asked: Any) -> list[Got]:
    """What those get who ask while the first of them is being answered."""
    tasks = [asyncio.create_task(asked[0])]
    await until(lambda: little.times == 1)
    tasks += [asyncio.create_task(each) for each in asked[1:]]
    # One turn of the loop for each to come as far as it can.
    for _ in range(10):
        await asyncio.sleep(0)
    little.let_go.set()
    return list(await asyncio.gather(*tasks))


def test_many_who_ask_at_once_are_one_question() -> None:
    async def test() -> None:
        little = thread()
        little.holding = {"/t"}
        front = make(little)
        got = await together(little, *(ask(front, "/t") for _ in range(20)))
        assert {each.body for each in got} == {b"1"}
        assert little.times == 1

    run(test())


def test_who_waited_in_vain_gets_an_answer_of_its_own() -> None:
    async def test() -> None:
        little = Little(holding={"/x"})
        front = make(little)
        got = await together(little, *(ask(front, "/x") for _ in range(5)))
        assert sorted(each.body for each in got) == [b"1", b"2", b"3", b"4", b"5"]
        # From now on nobody waits for another there.
        little.let_go.clear()
        tasks = [asyncio.create_task(ask(front, "/x")) for _ in range(3)]
        await until(lambda: little.times == 8)
        little.let_go.set()
        await asyncio.gather(*tasks)

    run(test())


@pytest.mark.parametrize(
    "header",
    [(b"cookie", b"a=1"), (b"authorization", b"Bearer x"), (b"content-length", b"4")],
    ids=["cookie", "authorization", "body"],
)
@pytest.mark.parametrize("is_first", [True, False], ids=["before", "after"])
def test_who_is_somebody_or_sends_a_body_asks_alone(
    header: tuple[bytes, bytes], *, is_first: bool
) -> None:
    async def test() -> None:
        little = thread()
        little.holding = {"/t"}
        front = make(little)
        somebody = ask(front, "/t", headers=[header], body=b"body")
        asked = [somebody, ask(front, "/t")]
        tasks = [asyncio.create_task(each) for each in asked[:: 1 if is_first else -1]]
        await until(lambda: little.times == 2)
        little.let_go.set()
        assert {got.body for got in await asyncio.gather(*tasks)} == {b"1", b"2"}

    run(test())


def test_answer_to_somebody_is_not_kept_for_others() -> None:
    async def test() -> None:
        front = make(thread())
        cookie = [(b"cookie", b"session=x")]
        assert await bodies(front, "/t", headers=cookie) == [b"1"]
        assert await bodies(front, "/t") == [b"2"]
        # What is the same for everybody is for somebody, too.
        assert await bodies(front, "/t", headers=cookie) == [b"2"]

    run(test())


def test_slow_body_holds_up_nobody() -> None:
    async def test() -> None:
        front = make(thread())
        length = [(b"content-length", b"4")]
        slow = asyncio.create_task(ask(front, "/t", headers=length, body=[]))
        await asyncio.sleep(0)
        assert await bodies(front, "/t") == [b"1"]
        slow.cancel()

    run(test())


def test_flight_whose_client_left_leaves_nobody_behind() -> None:
    async def test() -> None:
        little = thread()
        little.holding = {"/t"}
        front = make(little)
        first = asyncio.create_task(ask(front, "/t"))
        await until(lambda: little.times == 1)
        others = [asyncio.create_task(ask(front, "/t")) for _ in range(3)]
        await asyncio.sleep(0)
        first.cancel()
        little.let_go.set()
        await asyncio.gather(*others)
        times = little.times
        assert len(set(await bodies(front, "/t", "/t"))) == 1
        assert little.times == times

    run(test())


def test_follower_that_leaves_takes_nobody_with_it() -> None:
    async def test() -> None:
        little = thread()
        little.holding = {"/t"}
        front = make(little)
        tasks = [asyncio.create_task(ask(front, "/t"))]
        await until(lambda: little.times == 1)
        tasks += [asyncio.create_task(ask(front, "/t")) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0)
        little.let_go.set()
        rest = await asyncio.gather(tasks[0], *tasks[2:])
        assert {got.body for got in rest} == {b"1"}

    run(test())


def test_paths_that_nobody_shares_are_remembered_within_bounds() -> None:
    async def test() -> None:
        front = make(Little())
        for number in range(MAX_ALONE + 10):
            await ask(front, f"/{number}")
        assert len(front._alone) <= MAX_ALONE  # not to be seen outside
        assert not front._flights

    run(test())


# --- Who decided sees it --------------------------------------------------------------


def test_who_has_moved_something_sees_it_at_once() -> None:
    async def test() -> None:
        front = make(thread())
        assert await bodies(front, "/t", "/t") == [b"1", b"1"]
        await ask(front, "/t", "POST")
        assert await bodies(front, "/t") == [b"3"]

    run(test())


def test_request_that_moved_nothing_casts_no_doubt() -> None:
    async def test() -> None:
        little = thread()
        front = make(little)
        assert await bodies(front, "/t") == [b"1"]
        await ask(front, "/x", "POST")
        assert await bodies(front, "/t") == [b"1"]

    run(test())


def test_answer_begun_before_a_move_is_not_given_after_it() -> None:
    async def test() -> None:
        clock, little = Moment(), thread()
        little.holding = {"/t"}
        little.headers["POST /p"] = MOVED
        front = make(little, clock)
        first = asyncio.create_task(ask(front, "/t"))
        await until(lambda: little.times == 1)
        clock.now += 0.1
        await ask(front, "/p", "POST")
        clock.now += 0.1
        others = [asyncio.create_task(ask(front, "/t")) for _ in range(10)]
        await asyncio.sleep(0)
        little.let_go.set()
        assert (await first).body == b"1"
        # They ask once more, and together.
        assert {got.body for got in await asyncio.gather(*others)} == {b"3"}
        assert little.times == 3

    run(test())


def test_who_waits_is_not_kept_waiting_by_one_move_after_another() -> None:
    async def test() -> None:
        clock = Moment()

        def moving(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            # Whatever is answered is in doubt by then.
            clock.now += TRUE_SECONDS
            del environ
            start_response("200 OK", shown(SHORT))
            return [b"ok"]

        front = make(moving, clock)
        asked = [ask(front, "/t") for _ in range(10)]
        assert {got.body for got in await asyncio.gather(*asked)} == {b"ok"}

    run(test())


def test_older_answer_is_asked_for_anew() -> None:
    async def test() -> None:
        little = Little({"/a": shown("7:1:1:inf"), "/b": shown("7:2:1:inf")})
        little.holding = {"/a"}
        front = make(little)
        slow = asyncio.create_task(ask(front, "/a"))
        await until(lambda: little.times == 1)
        # Even if only somebody has seen the newer one.
        await ask(front, "/b", headers=[(b"cookie", b"a=1")])
        little.headers["/a"] = shown("7:2:1:inf")
        little.let_go.set()
        assert (await slow).body == b"3"

    run(test())


# --- Threads of Flask's ---------------------------------------------------------------


def test_request_too_many_is_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app_module, "THREADS", 1)
    monkeypatch.setattr(app_module, "MAX_WAITING", 2)

    async def test() -> None:
        little = Little(holding={"/x"})
        front = make(little)
        tasks = [asyncio.create_task(ask(front, "/x", "POST"))]
        await until(lambda: little.times == 1)
        tasks += [asyncio.create_task(ask(front, "/x", "POST")) for _ in range(2)]
        await asyncio.sleep(0)
        got = await ask(front, "/x", "POST")
        assert got.status == 503
        assert got.header(b"retry-after") == b"5"
        assert got.header(b"content-type") == b"application/problem+json"
        # What is busy now is not a path that nobody shares.
        assert (await ask(front, "/t")).status == 503
        little.let_go.set()
        assert {each.status for each in await asyncio.gather(*tasks)} == {200}
        little.headers["/t"] = shown(SHORT)
        assert await bodies(front, "/t", "/t") == [b"4", b"4"]

    run(test())


def test_answer_is_as_young_as_its_thread_of_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app_module, "THREADS", 1)

    async def test() -> None:
        clock, little = Moment(), thread()
        little.holding = {"/x"}
        front = make(little, clock)
        tasks = [asyncio.create_task(ask(front, "/x"))]
        await until(lambda: little.times == 1)
        tasks.append(asyncio.create_task(ask(front, "/t")))
        await asyncio.sleep(0)
        clock.now += 5.0
        little.let_go.set()
        await asyncio.gather(*tasks)
        assert await bodies(front, "/t") == [b"2"]

    run(test())


class Crashing:
    """Raises when it is asked, or while it is read, with a value in the text."""

    def __init__(self, err: BaseException) -> None:
        self.err = err

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        del environ, start_response
        raise self.err


@pytest.mark.parametrize(
    "err",
    [
        ValueError("ana@example.org"),
        StopIteration("ana@example.org"),
        SystemExit("ana@example.org"),
        KeyboardInterrupt("ana@example.org"),
    ],
    ids=lambda err: type(err).__name__,
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_crash_is_answered_without_detail_and_logged_without_values(
    err: BaseException, method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def test() -> None:
        front = make(Crashing(err))
        length = [(b"content-length", b"6")]
        got = await ask(front, "/a?b=secret", method, length, b"secret")
        assert got.status == 500
        assert got.header(b"content-type") == b"application/problem+json"
        assert got.header(b"cache-control") == b"no-store"
        problem = orjson.loads(got.body)
        assert (problem["status"], problem["type"]) == (500, "about:blank")
        assert b"example" not in got.body
        assert type(err).__name__.encode() not in got.body

    set_up("DEBUG")
    run(test())
    written = capsys.readouterr().err
    assert "a request failed" in written
    assert "example.org" not in written
    assert "secret" not in written


@pytest.mark.parametrize("status", ["", "none"])
def test_application_without_a_status_is_a_crash(status: str) -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        del environ
        if status:
            start_response(status, [])
        return [b"ok"]

    async def test() -> None:
        assert (await ask(make(broken), "/")).status == 500

    run(test())


# --- Refusals -------------------------------------------------------------------------


def test_large_headers_reach_nobody() -> None:
    async def test() -> None:
        little = thread()
        front = make(little)
        large = [(b"x", b"y" * HEADER_BYTES)]
        got = await ask(front, "/t", headers=large)
        assert (got.status, little.times) == (431, 0)

    run(test())


def test_other_kinds_of_connection_are_left_alone() -> None:
    async def test() -> None:
        little = Little()
        sent: list[Any] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        async def receive() -> dict[str, Any]:
            raise AssertionError

        await make(little)({"type": "websocket"}, receive, send)
        assert (sent, little.times) == ([], 0)

    run(test())


# --- Knowing what is true -------------------------------------------------------------


class Living:
    """A front that lives from startup to shutdown."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[str] = []

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message["type"])

    async def __aenter__(self) -> Front:
        scope = {"type": "lifespan"}
        call = self.front(scope, self.messages.get, self._send)
        self.task = asyncio.create_task(call)
        await self.messages.put({"type": "lifespan.startup"})
        await until(lambda: self.sent == ["lifespan.startup.complete"])
        return self.front

    async def __aexit__(self, *_: object) -> None:
        await self.messages.put({"type": "lifespan.shutdown"})
        await self.task
        assert self.sent[1:] == ["lifespan.shutdown.complete"]


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "REFRESH_SECONDS", 0.001)


@pytest.mark.usefixtures("_quick")
def test_what_has_not_moved_is_given_on_and_what_has_is_not() -> None:
    async def test() -> None:
        clock, little = Moment(), thread()
        little.headers["/u"] = shown("8:1:1:inf")
        marks = {7: Marks(1, 1), 8: Marks(1, 1)}
        asked: list[list[int]] = []

        def versions(threads: list[int]) -> Mapping[int, Marks]:
            asked.append(threads)
            return dict(marks)

        async with Living(Front(little, versions, clock)) as front:
            assert await bodies(front, "/t", "/u") == [b"1", b"2"]
            clock.now += 0.9
            times = len(asked)
            await until(lambda: len(asked) >= times + 2)
            clock.now += 0.9
            assert await bodies(front, "/t", "/u") == [b"1", b"2"]
            marks[7] = Marks(2, 1)
            little.headers["/t"] = shown("7:2:1:inf")
            times = len(asked)
            await until(lambda: len(asked) >= times + 2)
            assert await bodies(front, "/t", "/u") == [b"3", b"2"]
            assert [7, 8] in asked

    run(test())


@pytest.mark.usefixtures("_quick")
def test_when_versions_cannot_be_read_nothing_is_known(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def test() -> None:
        clock, little = Moment(), thread()
        working = False
        times = 0

        def versions(_: list[int]) -> Mapping[int, Any]:
            nonlocal times
            times += 1
            if working:
                return {7: Marks(1, 1)}
            if times % 2:
                raise OSError("postgresql://ana:secret@db")
            return {7: "no marks"}

        async with Living(Front(little, versions, clock)) as front:
            assert await bodies(front, "/t") == [b"1"]
            await until(lambda: times >= 4)
            clock.now += TRUE_SECONDS
            assert await bodies(front, "/t") == [b"2"]
            working = True
            seen = times
            await until(lambda: times >= seen + 2)
            clock.now += 0.9
            seen = times
            await until(lambda: times >= seen + 2)
            clock.now += 0.9
            assert await bodies(front, "/t") == [b"2"]

    with caplog.at_level(logging.WARNING):
        run(test())
    assert "versions cannot be read: OSError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.usefixtures("_quick")
def test_nobody_is_asked_about_threads_that_nobody_reads() -> None:
    async def test() -> None:
        clock, asked = Moment(), 0

        def versions(_: list[int]) -> Mapping[int, Marks]:
            nonlocal asked
            asked += 1
            return {7: Marks(1, 1)}

        async with Living(Front(thread(), versions, clock)) as front:
            await asyncio.sleep(0.01)
            assert asked == 0
            await ask(front, "/t")
            await until(lambda: asked > 0)
            clock.now += 11.0
            await asyncio.sleep(0.005)
            seen = asked
            await asyncio.sleep(0.01)
            assert asked == seen

    run(test())


def test_front_ends_without_having_begun() -> None:
    async def test() -> None:
        living = Living(make(Little()))
        call = living.front({"type": "lifespan"}, living.messages.get, living._send)
        await living.messages.put({"type": "lifespan.shutdown"})
        await call
        assert living.sent == ["lifespan.shutdown.complete"]

    run(test())
