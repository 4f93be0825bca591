"""The real application behind the front: the same answers, and none of them too old."""

import asyncio
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import pytest

from service.domain.status import Status
from service.operations.threads import open_thread, thread_versions
from service.web.front.app import Front
from service.web.front.bridge import Header
from service.web.front.refusals import HEADER_BYTES
from service.web.front.shelf import TRUE_SECONDS
from service.web.front.subject import MOVED_HEADER, SUBJECT_HEADER, Marks
from tests.db.acts import Acts
from tests.web.front.driving import Got, Moment, ask
from tests.web.public.reader import API, BASE, GOOD, House, Reader

THREAD = f"{API}/thread?page=/a"
COUNTS = f"{API}/counts?page=/a"
FORM: list[Header] = [(b"content-type", b"application/x-www-form-urlencoded")]


@dataclass(slots=True)
class Behind:
    """Asks the application through a front that another process knows nothing of."""

    house: House
    clock: Moment = field(default_factory=Moment)
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    asked: int = 0
    """How often the application was asked."""

    def __post_init__(self) -> None:
        app, store = self.house.app(), self.house.context.store

        def counting(environ: dict[str, Any], start_response: Any) -> Any:
            self.asked += 1
            return app(environ, start_response)

        def versions(threads: list[int]) -> Mapping[int, Marks]:
            found = store.read(lambda s: thread_versions(s, threads))
            return {thread: Marks(*marks) for thread, marks in found.items()}

        def wall() -> float:
            return self.house.context.clock().timestamp()

        self.front = Front(counting, versions, self.clock, wall)

    front: Front = field(init=False)

    def ask(
        self, target: str, method: str = "GET", *headers: Header, **more: Any
    ) -> Got:
        """What a client gets."""
        got: Got = self.runner.run(ask(self.front, target, method, headers, **more))
        return got

    def texts(self, target: str = THREAD, *headers: Header) -> list[str]:
        """The comments of a thread, or "removed"."""
        comments = orjson.loads(self.ask(target, "GET", *headers).body)["comments"]
        return [each.get("html", "removed") for each in comments]

    def count(self) -> int:
        return int(orjson.loads(self.ask(COUNTS).body)["counts"]["/a"])

    def is_open(self) -> bool:
        return bool(orjson.loads(self.ask(THREAD).body)["open"])

    def refresh(self) -> None:
        """Let the front ask how far threads have come, and take in the answer."""
        self.runner.run(self.front._look())

    def wait(self) -> None:
        """Let so much time pass that nothing is known to be true any more."""
        self.clock.now += TRUE_SECONDS


@pytest.fixture
def behind(house: House, acts: Acts) -> Iterator[Behind]:
    assert acts.site.key == "blog"
    made = Behind(house)
    yield made
    made.runner.close()


# --- The same as without --------------------------------------------------------------

PLACES = [
    ("GET", THREAD),
    ("GET", f"{API}/thread?page=/none"),
    ("GET", f"{API}/thread?page=/a&limit=x"),
    ("GET", f"{API}/thread?page=/%C3%A4&sort=newest"),
    ("GET", COUNTS),
    ("GET", f"{API}/counts"),
    ("GET", "/api/v1/sites/nobody/thread?page=/a"),
    ("GET", "/healthz"),
    ("GET", "/static/page.css"),
    ("GET", "/nowhere"),
    ("GET", "/a%00b"),
    ("HEAD", THREAD),
    ("HEAD", "/static/page.css"),
    ("OPTIONS", f"{API}/comments"),
    ("OPTIONS", THREAD),
    ("POST", THREAD),
    ("PUT", "/nowhere"),
    ("DELETE", f"{API}/comments/x"),
    ("POST", "/queue/x"),
]
WHO: dict[str, list[Header]] = {
    "program": [],
    "browser": [(b"accept", b"text/html")],
    "somebody": [(b"accept", b"text/html"), (b"cookie", b"foyer=x")],
}
OF_THE_SERVER = {"server", "date"}


def names(headers: Any) -> dict[str, str]:
    found = {
        (n if isinstance(n, str) else n.decode()).lower(): (
            v if isinstance(v, str) else v.decode()
        )
        for n, v in headers
    }
    return {name: value for name, value in found.items() if name not in OF_THE_SERVER}


def expires_of(headers: dict[str, str]) -> datetime:
    """When an answer expires, taken out of its headers; long ago if it does not say."""
    return parsedate_to_datetime(
        headers.pop("expires", "Thu, 01 Jan 1970 00:00:00 GMT")
    )


@pytest.mark.parametrize(
    ("method", "target"), PLACES, ids=[" ".join(each) for each in PLACES]
)
@pytest.mark.parametrize("who", WHO.values(), ids=WHO)
def test_answer_is_the_same_as_without_a_front(
    behind: Behind,
    reader: Reader,
    acts: Acts,
    method: str,
    target: str,
    who: list[Header],
) -> None:
    acts.say("Rye wants patience.")
    headers = {name.decode(): value.decode() for name, value in who}
    direct = reader.client.open(
        target, method=method, base_url=BASE, headers=headers, buffered=True
    )
    for _ in range(2):
        got = behind.ask(target, method, *who)
        assert (got.status, got.body) == (direct.status_code, direct.data)
        through, plain = names(got.headers), names(direct.headers.items())
        # Of what the front packs itself, Flask does not know that it may be.
        if through.get("vary") == "Accept-Encoding" and "vary" not in plain:
            assert method == "GET"
            assert through.pop("vary") == "Accept-Encoding"
        # It counts from when each was asked, which may fall into two seconds.
        later = expires_of(through) - expires_of(plain)
        assert timedelta(0) <= later < timedelta(seconds=30)
        assert through == plain
        assert len({name for name, _ in got.headers}) == len(got.headers)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("who", WHO.values(), ids=WHO)
def test_what_a_reader_has_is_not_sent_with_or_without_a_front(
    behind: Behind, reader: Reader, acts: Acts, method: str, who: list[Header]
) -> None:
    acts.say()
    tag = behind.ask(THREAD).header(b"etag")
    assert tag
    direct = reader.request(method, THREAD, headers={"If-None-Match": tag.decode()})
    got = behind.ask(THREAD, method, (b"if-none-match", tag), *who)
    assert direct.status_code == got.status == 304
    assert direct.data == got.body == b""
    assert direct.headers["ETag"].encode() == got.header(b"etag") == tag
    for name in ("Content-Security-Policy", "Cache-Control"):
        assert direct.headers[name].encode() == got.header(name.lower().encode())


@pytest.mark.parametrize(("method", "target"), PLACES)
def test_internal_headers_reach_no_client(
    behind: Behind, reader: Reader, acts: Acts, method: str, target: str
) -> None:
    acts.say()
    internal = {SUBJECT_HEADER.lower(), MOVED_HEADER.lower()}
    asking = {"Foyer-Subject": "7:1:1:inf", "Foyer-Front": "1", "foyer.front": "1"}
    direct = reader.client.open(
        target, method=method, base_url=BASE, headers=asking, buffered=True
    )
    assert internal.isdisjoint(names(direct.headers.items()))
    given = [(n.lower().encode(), v.encode()) for n, v in asking.items()]
    for _ in range(2):
        got = behind.ask(target, method, *given)
        assert internal.isdisjoint(names(got.headers))


def test_long_thread_is_compressed(behind: Behind, acts: Acts) -> None:
    for number in range(5):
        acts.say(f"Rye wants patience, {number} times.")
    plain = behind.ask(THREAD)
    got = behind.ask(THREAD, "GET", (b"accept-encoding", b"gzip"))
    assert gzip.decompress(got.body) == plain.body
    assert behind.asked == 1


@pytest.mark.parametrize(
    "hosts", [[b"evil.example"], [b""], [b"localhost", b"evil.example"]]
)
def test_unknown_host_is_refused_though_its_path_is_kept(
    behind: Behind, acts: Acts, hosts: list[bytes]
) -> None:
    acts.say()
    assert behind.ask(THREAD).status == 200
    got = behind.ask(THREAD, "GET", *((b"host", host) for host in hosts))
    assert got.status == 400 or hosts == [b""]
    # And its refusal is for nobody else.
    assert behind.ask(THREAD).status == 200


def test_refusal_of_the_front_has_the_headers_of_one_of_the_application(
    behind: Behind,
) -> None:
    large = (b"x", b"y" * HEADER_BYTES)
    front = behind.ask(f"{API}/comments", "POST", large)
    flask = behind.ask(f"{API}/thread", "POST")
    assert (front.status, flask.status, behind.asked) == (431, 405, 1)
    of_the_method = {"allow", "content-length", "vary"}
    expected = names(flask.headers)
    got = names(front.headers)
    assert {name: got.get(name) for name in expected.keys() - of_the_method} == {
        name: expected[name] for name in expected.keys() - of_the_method
    }


# --- Not too old ----------------------------------------------------------------------


def test_page_becomes_a_thread(behind: Behind, acts: Acts) -> None:
    assert behind.texts() == []
    assert behind.count() == 0
    acts.say("One.")
    behind.wait()
    assert behind.texts() == ["<p>One.</p>\n"]
    assert behind.count() == 1


def test_what_another_process_publishes_and_trashes_is_seen(
    behind: Behind, acts: Acts
) -> None:
    acts.say("One.")
    assert len(behind.texts()) == 1
    two = acts.say("Two.")
    behind.refresh()
    assert len(behind.texts()) == 2
    acts.move(two, Status.TRASHED)
    behind.wait()
    assert len(behind.texts()) == 1
    assert behind.count() == 1


def test_what_has_not_changed_is_not_asked_for_again(
    behind: Behind, acts: Acts
) -> None:
    acts.say("One.")
    assert len(behind.texts()) == 1
    for _ in range(3):
        behind.clock.now += 0.9
        behind.refresh()
        assert len(behind.texts()) == 1
    assert behind.asked == 1


def test_all_windows_of_a_thread_are_of_one_age(behind: Behind, acts: Acts) -> None:
    acts.say("One.")
    newest = f"{THREAD}&sort=newest"
    assert len(behind.texts()) == len(behind.texts(newest)) == 1
    acts.say("Two.")
    # Somebody sees the new one, so nobody sees the old one any more.
    assert len(behind.texts(f"{THREAD}&limit=5")) == 2
    assert len(behind.texts()) == len(behind.texts(newest)) == 2


def test_change_of_policy_is_seen(behind: Behind, acts: Acts) -> None:
    acts.say("One.")
    assert behind.is_open()
    acts.clock.advance(days=3)
    acts.set_policy(close_after_days=2)
    behind.refresh()
    assert not behind.is_open()
    acts.set_policy(close_after_days=0)
    behind.wait()
    assert behind.is_open()


def test_thread_closed_by_hand_is_seen(behind: Behind, acts: Acts) -> None:
    acts.say("One.")
    assert behind.is_open()
    acts.store.write(
        lambda s: open_thread(s, acts.site, "/a", is_open=False, now=acts.clock())
    )
    behind.refresh()
    assert not behind.is_open()


def test_thread_closes_by_age_to_the_moment(behind: Behind, acts: Acts) -> None:
    acts.set_policy(close_after_days=14)
    acts.say("One.")
    acts.clock.advance(days=14, seconds=-1)
    assert behind.is_open()
    acts.clock.advance(milliseconds=999)
    assert behind.is_open()
    assert behind.asked == 1
    acts.clock.advance(milliseconds=1)
    assert not behind.is_open()
    assert not behind.is_open()
    assert behind.asked == 2


def test_writer_sees_at_once_what_it_did(behind: Behind, acts: Acts) -> None:
    acts.say("One.")
    kind = (b"content-type", b"application/json")
    body = orjson.dumps({**GOOD, "comment": "Two."})
    length = (b"content-length", b"%d" % len(body))
    got = behind.ask(f"{API}/comments", "POST", kind, length, body=body)
    assert got.status == 202
    made = orjson.loads(got.body)
    acts.judge(made["id"], Status.PUBLISHED)
    assert len(behind.texts()) == 2
    token = (b"authorization", f"Bearer {made['edit_token']}".encode())
    assert behind.ask(f"{API}/comments/{made['id']}", "DELETE", token).status == 200
    assert len(behind.texts()) == 1
    assert behind.count() == 1


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", f"{API}/comments"),
        ("POST", f"{API}/preview"),
        ("POST", "/nowhere"),
        ("POST", THREAD),
        ("PUT", "/"),
        ("DELETE", f"{API}/comments/x"),
        ("PATCH", f"{API}/comments/x"),
        ("POST", "/login"),
        ("POST", "/logout"),
        ("POST", "/login/link/x"),
        ("POST", "/queue/x"),
        ("POST", "/account"),
        ("POST", "/sites/blog/sent/x"),
    ],
)
def test_stranger_cannot_have_everything_asked_for_again(
    behind: Behind, acts: Acts, method: str, target: str
) -> None:
    acts.say("One.")
    assert len(behind.texts()) == 1
    body = b"page=/a&comment=Rye&name=Ana&email=ana@example.org"
    length = (b"content-length", b"%d" % len(body))
    behind.ask(target, method, *FORM, length, body=body)
    assert behind.asked == 2
    assert len(behind.texts()) == 1
    assert behind.asked == 2


# --- Pages and feeds ------------------------------------------------------------------

_PARTS = ["thread.html?page=/a", "thread.atom?page=/a", "thread.json?page=/a"]
_OF_SITE = ["feed.atom", "feed.json"]


@pytest.mark.parametrize("part", [*_PARTS, *_OF_SITE])
def test_pages_and_feeds_are_kept_and_never_too_old(
    behind: Behind, acts: Acts, part: str
) -> None:
    first, path = acts.say("One."), f"{API}/{part}"
    got = behind.ask(path)
    assert (got.status, first.encode() in got.body) == (200, True)
    assert behind.ask(path).body == got.body
    assert behind.asked == 1
    tag = got.header(b"etag") or b""
    assert behind.ask(path, "GET", (b"if-none-match", tag)).status == 304
    assert behind.asked == 1
    acts.move(first, Status.TRASHED)
    behind.wait()
    behind.refresh()
    assert first.encode() not in behind.ask(path).body


@pytest.mark.parametrize("part", _PARTS)
def test_quiet_threads_page_and_feeds_are_true_for_long(
    behind: Behind, acts: Acts, part: str
) -> None:
    acts.say("One.")
    behind.ask(f"{API}/{part}")
    for _ in range(5):
        behind.wait()
        behind.refresh()
        assert behind.ask(f"{API}/{part}").status == 200
    assert behind.asked == 1


def test_page_is_kept_in_each_language_and_a_form_alone_for_nobody(
    behind: Behind, acts: Acts
) -> None:
    acts.say("One.")
    page, form = f"{API}/thread.html?page=/a", "/sites/blog/reply?page=/a"
    german, english = (b"accept-language", b"de"), (b"accept-language", b"en")
    for _ in range(2):
        assert b'lang="de"' in behind.ask(page, "GET", german).body
        assert b'lang="en"' in behind.ask(page, "GET", english).body
    assert behind.asked == 2
    behind.ask(form)
    behind.ask(form)
    assert behind.asked == 4
    # And the forms have not made the page one that is asked for each time.
    behind.ask(page, "GET", german)
    assert behind.asked == 4
