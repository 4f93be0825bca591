"""Whatever is sent, the answer is never 5xx, comes within a second, and loses nothing.

The payloads are those that others have collected, sent over HTTP to the real product
with limits off. What is accepted is read back from the database and compared byte for
byte with what the border makes of it.
"""

import html
import json
import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from service.domain.errors import InvalidInput
from service.domain.pages import page_key
from service.domain.policy import SitePolicy
from service.domain.submission import (
    MAX_COMMENT_CHARS,
    MAX_NAME_CHARS,
    MAX_PAGE_CHARS,
)
from service.privacy.address import BadAddress, parse_address
from service.text.border import clean_line, clean_text, has_lone_surrogate
from service.text.plain import is_blank
from tests.journey import odd_requests, payloads
from tests.journey.odd_requests import Odd
from tests.journey.payloads import RawBody
from tests.journey.wire import (
    BROWSER,
    FORM,
    JSON,
    SUBMIT,
    Answer,
    Wire,
    in_parallel,
    raw_exchange,
)
from tests.running import Running, running
from tests.servers import wait_until

MAX_SECONDS = 1.0
SITE = "/api/v1/sites/demo"
PAGES_PER_COUNT = 25
DRAIN_SECONDS = 240.0

Fields = Mapping[str, str]


@pytest.fixture(scope="module")
def foyer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product, with limits off."""
    with running(tmp_path_factory.mktemp("attack")) as started:
        yield started


@pytest.fixture(scope="module")
def texts(shared: Path) -> list[str]:
    found = payloads.texts(shared)
    assert len(found) > 1_000
    return found


def fields(comment: str, **more: str) -> dict[str, str]:
    given = {"page": "/attack", "name": "Ana", "email": "ana@example.org"}
    return {**given, "comment": comment, **more}


def stored(foyer: Running, column: str) -> dict[str, bytes]:
    """A column of all comments as it is in the database, by public id."""
    path = foyer.data / "foyer.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        rows = database.execute(
            f"SELECT public_id, CAST({column} AS BLOB) FROM comment"  # noqa: S608
        )
        return dict(rows.fetchall())


def stored_pages(foyer: Running) -> dict[str, bytes]:
    path = foyer.data / "foyer.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT c.public_id, CAST(t.page AS BLOB) FROM comment c "
            "JOIN thread t ON t.id = c.thread_id"
        )
        return dict(rows.fetchall())


NO_REQUEST = {400, 414, 431}
"""How the server refuses what is no request it can read, before ours comes to it."""


def check(answer: Answer, sent: object) -> Answer:
    """The answer, if it is none of those that must never come."""
    assert answer.status < 500, (answer, sent)
    if answer.status in NO_REQUEST and not answer.body:
        assert answer.header("Connection") == "close", (answer, sent)
    elif answer.status >= 400:
        assert answer.kind in {"application/problem+json", "text/html"}, (answer, sent)
        assert answer.header("Cache-Control") == "no-store", (answer, sent)
    if answer.kind == "application/problem+json":
        assert answer.json["status"] == answer.status, (answer, sent)
    if answer.status == 422 and answer.kind != "text/html":
        assert answer.json["errors"], (answer, sent)
    return answer


def timely(answer: Answer, sent: object) -> None:
    """Fail if the answer took longer than any may."""
    assert answer.seconds <= MAX_SECONDS, sent


# --- Bodies that others have collected ---------------------------------------------


def sent_raw(foyer: Running, bodies: list[RawBody]) -> dict[str, Answer]:
    answers = in_parallel(
        foyer.port,
        lambda wire, raw: wire.send(
            "POST", SUBMIT, raw.body, {"Content-Type": raw.kind}
        ),
        bodies,
    )
    for raw, answer in zip(bodies, answers, strict=True):
        check(answer, raw.name)
        assert answer.seconds <= MAX_SECONDS, raw.name
    return {raw.name: answer for raw, answer in zip(bodies, answers, strict=True)}


def test_json_test_suite(foyer: Running, shared: Path) -> None:
    """Broken JSON is refused as such, and what is JSON is read as JSON.

    Our rule: a body is one object. Any other value, though it is JSON, gets a 400 that
    says what it is; an object is read, and then misses its fields (422).
    """
    answers = sent_raw(foyer, payloads.json_bodies(shared))
    print(Counter((name[0], answer.status) for name, answer in answers.items()))
    for name, answer in answers.items():
        detail = answer.json["detail"]
        if name.startswith("n_"):
            assert answer.status == 400, name
        elif name.startswith("y_object"):
            assert answer.status == 422, name
            assert set(answer.json["errors"]) == {"page", "comment", "name", "email"}
        elif name.startswith("y_"):
            assert answer.status == 400, name
            assert detail.startswith(("The body is an array", "The body is a single"))
    assert len(answers) == 150


def test_multipart_test_suite(foyer: Running, shared: Path) -> None:
    answers = sent_raw(foyer, payloads.multipart_bodies(shared))
    print(Counter(answer.status for answer in answers.values()))
    assert {answer.status for answer in answers.values()} <= {400, 413, 422}
    assert len(answers) == 15


# --- Texts in every field ----------------------------------------------------------


def is_comment(text: str) -> bool:
    cleaned = clean_text(text)
    return (
        not has_lone_surrogate(text)
        and not is_blank(cleaned)
        and len(cleaned) <= MAX_COMMENT_CHARS
    )


def is_name(text: str) -> bool:
    cleaned = clean_line(text)
    try:
        parse_address(cleaned)
    except BadAddress:
        return not is_blank(cleaned) and len(cleaned) <= MAX_NAME_CHARS
    return False


def key_of_page(text: str) -> str | None:
    """The thread's key; None if the text names no page."""
    cleaned = clean_line(text)
    if is_blank(cleaned) or len(cleaned) > MAX_PAGE_CHARS:
        return None
    try:
        return page_key(cleaned, SitePolicy())
    except InvalidInput:
        return None


def compare(
    foyer: Running,
    column: str,
    expected: list[str | None],
    answers: list[Answer],
) -> None:
    """Accepted is what should be, and it is stored as it should be, byte for byte."""
    found = stored_pages(foyer) if column == "page" else stored(foyer, column)
    for want, answer in zip(expected, answers, strict=True):
        assert (answer.status == 202) is (want is not None), (answer.body, want)
        if want is None:
            assert column in {*answer.json["errors"], "text"}, answer.body
        else:
            assert found[answer.json["id"]] == want.encode(), want


def test_text_as_a_comment_in_json_is_stored_as_normalised(
    foyer: Running, texts: list[str]
) -> None:
    def act(wire: Wire, text: str) -> Answer:
        body = json.dumps(fields(text, page="/json")).encode()
        answer = check(wire.send("POST", SUBMIT, body, JSON), text)
        timely(answer, ("POST", SUBMIT, body))
        return answer

    answers = in_parallel(foyer.port, act, texts)
    expected = [clean_text(text) if is_comment(text) else None for text in texts]
    compare(foyer, "text", expected, answers)
    print(Counter(answer.status for answer in answers), slowest(answers))


def slowest(answers: list[Answer]) -> str:
    return f"slowest {max(answer.seconds for answer in answers):.3f} s"


def test_text_as_a_name_in_a_form_is_stored_as_normalised(
    foyer: Running, texts: list[str]
) -> None:
    """The same text goes along where nothing is refused: title, token, where to go."""

    def act(wire: Wire, numbered: tuple[int, str]) -> Answer:
        number, text = numbered
        more = {"title": text, "return_to": text, "token": text, "writer_token": text}
        given = fields(f"Comment {number}.", page="/form", name=text, **more)
        key = {"Idempotency-Key": quote(text, safe="")[:255]}
        send = wire.submit_multipart if number % 2 else wire.submit_form
        return check(send(given, {**key, "User-Agent": quote(text)[:2_000]}), text)

    names = texts[::2]
    answers = in_parallel(foyer.port, act, list(enumerate(names)))
    expected = [clean_line(text) if is_name(text) else None for text in names]
    compare(foyer, "name", expected, answers)
    assert max(answer.seconds for answer in answers) <= MAX_SECONDS
    print(Counter(answer.status for answer in answers), slowest(answers))


def test_text_as_a_page_is_stored_as_normalised(
    foyer: Running, texts: list[str]
) -> None:
    pages = texts[1::4]

    def act(wire: Wire, text: str) -> Answer:
        return check(wire.submit(fields("On an odd page.", page=text)), text)

    answers = in_parallel(foyer.port, act, pages)
    compare(foyer, "page", [key_of_page(text) for text in pages], answers)


def test_text_as_website_parent_and_address_is_taken_or_named(
    foyer: Running, texts: list[str]
) -> None:
    def act(wire: Wire, text: str) -> Answer:
        given = fields("Who am I?", website=text, parent=text, email=text)
        return check(wire.submit(given), text)

    answers = in_parallel(foyer.port, act, texts)
    for text, answer in zip(texts, answers, strict=True):
        assert answer.status == 422, text
        assert set(answer.json["errors"]) <= {"website", "parent", "email"}
        assert "email" in answer.json["errors"], text
    assert max(answer.seconds for answer in answers) <= MAX_SECONDS


def test_text_in_a_query_is_answered(foyer: Running, texts: list[str]) -> None:
    def act(wire: Wire, text: str) -> Answer:
        said = quote(text, safe="", errors="replace")[:30_000]
        query = f"page={said}&after={said}&sort={said}"
        check(wire.get(f"{SITE}/thread?{query}"), text)
        return check(wire.get(f"{SITE}/thread?page={said}"), text)

    answers = in_parallel(foyer.port, act, texts)
    assert {answer.status for answer in answers} <= {200, 422}
    for text, answer in zip(texts, answers, strict=True):
        if answer.status == 200:
            assert answer.json["page"] == key_of_page(text)
    groups = [
        texts[n : n + PAGES_PER_COUNT] for n in range(0, len(texts), PAGES_PER_COUNT)
    ]

    def count(wire: Wire, group: list[str]) -> Answer:
        query = "&".join(f"page={quote(text, safe='')[:2_000]}" for text in group)
        return check(wire.get(f"{SITE}/counts?{query}"), group)

    counted = in_parallel(foyer.port, count, groups)
    assert {answer.status for answer in counted} <= {200, 422}


def test_refused_browser_form_keeps_every_text(
    foyer: Running, texts: list[str]
) -> None:
    kept = [text for text in texts[::4] if is_comment(text)]

    def act(wire: Wire, text: str) -> Answer:
        return check(wire.submit_form(fields(text, email="nobody"), BROWSER), text)

    for text, answer in zip(kept, in_parallel(foyer.port, act, kept), strict=True):
        assert (answer.status, answer.kind) == (422, "text/html")
        area = answer.text.partition("<textarea")[2].partition(">\n")[2]
        assert html.unescape(area.partition("</textarea>")[0]) == clean_text(text)


# --- Our own -----------------------------------------------------------------------

ODD = [
    *odd_requests.BODIES,
    *odd_requests.FRAMES,
    *odd_requests.HOSTS,
    *odd_requests.QUERIES,
    *odd_requests.HEADERS,
]


def parsed(raw: bytes, seconds: float) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = [(n, v.strip()) for n, _, v in (line.partition(":") for line in lines)]
    return Answer(int(first.split()[1]), headers, body, seconds)


@pytest.mark.parametrize("odd", ODD, ids=[odd.name for odd in ODD])
def test_odd_request_gets_the_answer_it_deserves(foyer: Running, odd: Odd) -> None:
    started = time.perf_counter()
    raw = raw_exchange(foyer.port, odd.raw)
    answer = parsed(raw, time.perf_counter() - started)
    assert answer.status in odd.allowed, answer.body[:500]
    check(answer, odd.name)
    assert answer.seconds <= MAX_SECONDS


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("broken", b"{", 400),
        ("deep", b"[" * 100_000, 400),
        ("too-large", b"x" * 300_000, 413),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("kind", [JSON, FORM], ids=["json", "form"])
def test_error_for_a_person_is_a_page(
    foyer: Running, name: str, body: bytes, status: int, kind: dict[str, str]
) -> None:
    with Wire(foyer.port) as wire:
        answer = check(wire.send("POST", SUBMIT, body, {**kind, **BROWSER}), name)
    assert answer.kind == "text/html"
    assert answer.status == (422 if kind is FORM and status == 400 else status)
    assert "<h1>" in answer.text


def test_huge_body_is_refused_before_it_is_sent(foyer: Running) -> None:
    head = (
        f"POST {SUBMIT} HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json\r\nContent-Length: 10000000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", foyer.port), timeout=10) as sock:
        sock.sendall(head.encode() + b"{")
        answer = parsed(sock.recv(65_536), 0.0)
    assert answer.status == 413


def test_body_that_ends_early_stores_nothing(foyer: Running) -> None:
    body = json.dumps(fields("Half of it never came.")).encode()
    whole = odd_requests.post("cut", body, length=str(len(body) + 50)).raw
    answer = parsed(raw_exchange(foyer.port, whole, half_close=True), 0.0)
    assert check(answer, "cut").status == 400
    assert b"Half of it never came." not in stored(foyer, "text").values()


def test_every_text_was_checked_and_no_process_fell(foyer: Running) -> None:
    """What was taken in above went through the checks, and none of them failed."""

    def waiting() -> list[str]:
        statuses = stored(foyer, "status")
        return [known for known, status in statuses.items() if status == b"pending"]

    wait_until(lambda: not waiting(), "checking everything", DRAIN_SECONDS)
    path = foyer.data / "foyer.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        (unfinished,) = database.execute(
            "SELECT count(*) FROM verdict WHERE score IS NULL"
        ).fetchone()
    assert unfinished == 0
    assert "Traceback" not in foyer.log
    assert "a request failed" not in foyer.log
    assert "could not be rendered" not in foyer.log
    assert "it starts again" not in foyer.log, "a process has ended"
