"""A request becomes what PEP 3333 says, and an answer comes back whole."""

import io
import sys
from collections.abc import Iterator
from typing import Any
from wsgiref.validate import validator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Request

from service.web.front import bridge
from service.web.front.bridge import Answer, Header, Wsgi, ask, environ_of
from service.web.front.subject import (
    FRONT_KEY,
    MOVED_HEADER,
    SHORT,
    SUBJECT_HEADER,
    Marks,
    Subject,
)
from tests.web.front.driving import scope_of


def environ(
    *headers: Header, target: str = "/", body: bytes = b"", **other: Any
) -> dict[str, Any]:
    return environ_of(scope_of("POST", target, headers, **other), body)


# --- The environment ------------------------------------------------------------------


def test_environment_names_the_request() -> None:
    made = environ((b"host", b"a:1"), target="/p/q?x=1&y=%20", body=b"abc")
    errors, body = made.pop("wsgi.errors"), made.pop("wsgi.input")
    assert errors is sys.stderr
    assert body.read() == b"abc"
    assert made == {
        "HTTP_HOST": "a:1",
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/p/q",
        "QUERY_STRING": "x=1&y=%20",
        "CONTENT_LENGTH": "3",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "40000",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        FRONT_KEY: True,
    }


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("/a%20b", "/a b"),
        ("/%C3%A4", "/\xc3\xa4"),
        ("/%ff", "/\xff"),
        ("/a%2Fb", "/a/b"),
        ("/%2e%2e//x", "/..//x"),
        ("/100%", "/100%"),
        ("/%zz", "/%zz"),
        ("/a%00b", "/a\x00b"),
        ("", ""),
        ("*", "*"),
    ],
)
def test_path_is_its_bytes_as_latin_1(raw: str, path: str) -> None:
    assert environ(target=raw)["PATH_INFO"] == path


@given(st.text(max_size=20))
def test_path_reaches_flask_as_it_was_meant(text: str) -> None:
    quoted = "".join(f"%{byte:02X}" for byte in text.encode())
    assert Request(environ(target=f"/x{quoted}")).path == f"/x{text}"


def test_headers_of_the_same_name_are_one() -> None:
    made = environ(
        (b"x-forwarded-for", b"1.1.1.1"),
        (b"cookie", b"a=1"),
        (b"x-forwarded-for", b"2.2.2.2, 3.3.3.3"),
        (b"cookie", b"b=2"),
        (b"accept", b"text/html"),
        (b"accept", b""),
    )
    assert made["HTTP_X_FORWARDED_FOR"] == "1.1.1.1,2.2.2.2, 3.3.3.3"
    assert made["HTTP_COOKIE"] == "a=1; b=2"
    assert made["HTTP_ACCEPT"] == "text/html,"
    assert dict(Request(made).cookies) == {"a": "1", "b": "2"}


def test_header_with_an_underscore_is_not_taken_for_another() -> None:
    made = environ(
        (b"x_forwarded_for", b"6.6.6.6"),
        (b"x-forwarded_for", b"6.6.6.6"),
        (b"content_type", b"text/html"),
        (b"content_length", b"99"),
    )
    assert "6.6.6.6" not in made.values()
    assert "CONTENT_TYPE" not in made
    assert made["CONTENT_LENGTH"] == ""


def test_length_is_that_of_the_body_however_it_came() -> None:
    made = environ(
        (b"transfer-encoding", b"chunked"), (b"content-length", b"99"), body=b"abcd"
    )
    assert made["CONTENT_LENGTH"] == "4"
    names = {name for name in made if "LENGTH" in name or "TRANSFER" in name}
    assert names == {"CONTENT_LENGTH"}


def test_kind_of_the_body_has_no_prefix() -> None:
    made = environ((b"content-type", b"text/plain; charset=utf-8"))
    assert made["CONTENT_TYPE"] == "text/plain; charset=utf-8"
    assert "HTTP_CONTENT_TYPE" not in made


def test_two_kinds_are_none_that_anybody_takes() -> None:
    made = environ((b"content-type", b"text/plain"), (b"content-type", b"a/json"))
    assert made["CONTENT_TYPE"] == "text/plain,a/json"


def test_client_cannot_set_anything_else() -> None:
    names = (FRONT_KEY, "wsgi.url_scheme", "REMOTE_ADDR", "PATH_INFO", "SCRIPT_NAME")
    made = environ(*((name.lower().encode(), b"evil") for name in names))
    plain = environ()
    for name in names:
        assert made[name] == plain[name]


@pytest.mark.parametrize(
    ("version", "protocol"),
    [("1", "HTTP/1.0"), ("1.0", "HTTP/1.0"), ("1.1", "HTTP/1.1")],
)
def test_protocol_has_two_numbers(version: str, protocol: str) -> None:
    assert environ(http_version=version)["SERVER_PROTOCOL"] == protocol


def test_names_of_headers_are_remembered_within_bounds() -> None:
    for number in range(1000):
        environ((b"x-%d" % number, b"1"))
    assert bridge._variable.cache_info().currsize <= 256


# --- The answer -----------------------------------------------------------------------


class Chunks:
    """An iterable that says whether it was closed, and may fail."""

    def __init__(self, *chunks: bytes, err: Exception | None = None) -> None:
        self.chunks, self.err = chunks, err
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks
        if self.err is not None:
            raise self.err

    def close(self) -> None:
        self.closed += 1


def answering(chunks: Any, *headers: tuple[str, str], status: str = "200 OK") -> Wsgi:
    def app(environ: dict[str, Any], start_response: Any) -> Any:
        del environ
        start_response(status, list(headers))
        return chunks

    return app


def answer(*headers: tuple[str, str], status: str = "200 OK") -> Answer:
    return ask(answering([b"a", b"", b"b"], *headers, status=status), environ())


def test_answer_is_whole() -> None:
    got = answer(("X-Y", "z"), ("X-Y", "w"), status="418 I'm a Teapot")
    assert got == Answer(
        418, [(b"server", b"foyer"), (b"x-y", b"z"), (b"x-y", b"w")], b"ab"
    )


def test_iterable_is_closed_once() -> None:
    chunks = Chunks(b"a", b"b")
    assert ask(answering(chunks), environ()).body == b"ab"
    assert chunks.closed == 1


def test_iterable_that_fails_is_closed_too() -> None:
    chunks = Chunks(b"a", err=OSError("x"))
    with pytest.raises(OSError, match="x"):
        ask(answering(chunks), environ())
    assert chunks.closed == 1


def test_status_may_come_as_late_as_the_first_piece() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        del environ
        start_response("201 Created", [("X", "y")])
        yield b"late"

    got = ask(app, environ())
    assert (got.status, got.headers[1:], got.body) == (201, [(b"x", b"y")], b"late")


def test_last_status_counts() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        del environ
        start_response("200 OK", [("X", "y")])
        start_response("500 Oh", [], (ValueError, ValueError(), None))
        return [b"no"]

    got = ask(app, environ())
    assert (got.status, len(got.headers)) == (500, 1)


def test_crash_comes_through() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        del environ, start_response
        raise KeyError("x")

    with pytest.raises(KeyError):
        ask(app, environ())


@pytest.mark.parametrize("write", [str, str.lower, str.upper])
def test_internal_headers_go_no_further(write: Any) -> None:
    subject = Subject(7, Marks(2, 3), 1.5)
    got = answer((write(SUBJECT_HEADER), subject.text()), (write(MOVED_HEADER), "1"))
    assert got.headers == [(b"server", b"foyer")]
    assert got.subject == subject
    assert got.moved


def test_answer_that_says_nothing_is_about_nothing() -> None:
    got = answer()
    assert got.subject is None
    assert not got.moved


def test_subject_of_no_thread() -> None:
    subject = Subject.parse(SHORT)
    assert subject == Subject(0, Marks(0, 0), float("inf"))
    assert subject.text() == SHORT


def test_bridge_keeps_to_the_protocol() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(10)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [body]

    made = environ((b"content-type", b"text/plain"), target="/p?q=1", body=b"body")
    # The validator takes only what is a stream for text in its own eyes.
    made["wsgi.errors"] = io.StringIO()
    assert ask(validator(app), made).body == b"body"
