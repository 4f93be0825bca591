"""Requests that no honest client sends, as bytes on the wire, and what they deserve."""

import gzip
import json
from dataclasses import dataclass, field
from functools import partial

from tests.journey.wire import FORM, JSON, SUBMIT

SITE = "/api/v1/sites/demo"
EVERY_HIGH_BYTE = bytes(range(0x80, 0x100))
_MULTIPART = "multipart/form-data; boundary=b"
_FORM = FORM["Content-Type"]
_JSON = JSON["Content-Type"]


@dataclass(frozen=True, slots=True)
class Odd:
    """A request and the statuses that may answer it."""

    name: str
    raw: bytes = field(repr=False)
    allowed: frozenset[int]


def _fields(comment: str, **more: object) -> bytes:
    given = {"page": "/odd", "name": "Ana", "email": "ana@example.org"}
    return json.dumps({**given, "comment": comment, **more}).encode()


def post(
    name: str,
    body: bytes,
    *allowed: int,
    kind: str = _JSON,
    headers: bytes = b"",
    length: str | None = None,
    path: str = SUBMIT,
) -> Odd:
    """A POST whose ``Content-Length`` says ``length``; by default the truth."""
    said = str(len(body)) if length is None else length
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
    if said:
        head += f"Content-Length: {said}\r\n"
    raw = head.encode() + headers + b"Connection: close\r\n\r\n" + body
    return Odd(name, raw, frozenset(allowed))


def get(
    name: str,
    path: bytes,
    *allowed: int,
    headers: bytes = b"",
    host: bytes = b"localhost",
) -> Odd:
    """A GET of a path that need not be one."""
    raw = b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\n" + headers
    return Odd(name, raw + b"Connection: close\r\n\r\n", frozenset(allowed))


def _chunked(name: str, body: bytes, *allowed: int) -> Odd:
    coding = b"Transfer-Encoding: chunked\r\n"
    return post(name, body, *allowed, headers=coding, length="")


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n" % len(data) + data + b"\r\n0\r\n\r\n"


_form = partial(post, kind=_FORM)
_parts = partial(post, kind=_MULTIPART)


def _part(name: str, data: bytes, more: str = "") -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n{more}\r\n'
    return head.encode() + data + b"\r\n"


_TRUE = _fields("Said oddly, but rightly.")

BODIES = [
    post("100000-arrays", b"[" * 100_000, 400),
    post("40000-objects", b'{"a":' * 40_000, 400),
    post("integer-of-400-digits", b'{"page":1' + b"0" * 400 + b"}", 400),
    post("integer-of-200000-digits", b'{"page":' + b"9" * 200_000 + b"}", 400),
    post("number-beyond-floats", b'{"page":1e999}', 400),
    post("nan", b'{"page":NaN}', 400),
    post("infinity", b'{"page":-Infinity}', 400),
    post("key-twice", b'{"page":"/a","page":"/b"}', 400),
    post("nothing", b"", 400),
    post("array", b"[]", 400),
    post("null", b"null", 400),
    post("lone-surrogates", b'{"page":"/","comment":"\\ud800","name":"\\udfff"}', 422),
    post("surrogate-as-a-key", b'{"\\ud800":1}', 422),
    post("overlong-utf-8", b'{"page":"\xc0\xaf"}', 400),
    post("nul-inside", _fields("Nul\0 inside."), 202),
    post("nul-only", _fields("\0"), 422),
    post("utf-16", _TRUE.decode().encode("utf-16"), 400),
    post("byte-order-mark", b"\xef\xbb\xbf" + _fields("Marked."), 202),
    _form("10000-fields", b"&".join(b"f%d=x" % n for n in range(10_000)), 400),
    _form("field-10000-times", b"comment=x&" * 10_000, 400),
    _form("overlong-in-form", b"page=%C0%AF&comment=%ED%A0%80&name=%FF", 422),
    _form("raw-bytes-in-form", b"page=\xc0\xaf&comment=\xff&name=\x80", 422),
    _form("broken-escapes", b"page=%&comment=%z&name=%u0041&%=%&&&=&==", 422),
    _form("semicolons", b"page=/a;comment=x;name=y", 422),
    _form("only-ampersands", b"&" * 200_000, 400, 422),
    _parts("3000-parts", _part("x", b"y") * 3_000 + b"--b--\r\n", 400, 413),
    _parts("other-charset", _part("comment", b"+AGE-\xff", "X: y\r\n"), 422),
    _parts("header-of-60-kb", _part("comment", b"x", f"X: {'y' * 60_000}\r\n"), 422),
    _parts("never-ends", _part("comment", b"x" * 100_000), 422),
    _parts("no-parts", b"--b--\r\n", 422),
    _parts("other-boundary", b"--c\r\n\r\n\r\n--c--", 422),
    post("no-boundary", _part("x", b"y"), 400, 422, kind="multipart/form-data"),
    post("long-boundary", b"x", 400, 422, kind=_MULTIPART + "b" * 5_000),
    post("gzip", gzip.compress(_TRUE), 415, headers=b"Content-Encoding: gzip\r\n"),
    post("300-kb", b'{"page":"' + b"x" * 300_000 + b'"}', 413),
    _form("300-kb-form", b"comment=" + b"x" * 300_000, 413),
    _parts("300-kb-parts", _part("comment", b"x" * 300_000), 413),
    post("10-mb", b"x" * 10_000_000, 413),
    _form("300-kb-to-sign-in", b"x" * 300_000, 413, path="/login"),
    post("no-kind", _TRUE, 415, kind=""),
    post("kind-of-5-kb", _TRUE, 415, kind="x" * 5_000),
    post("two-kinds", _TRUE, 415, kind="application/json, text/html"),
    post("kind-with-quote", b"{", 400, kind='application/json; charset="'),
    post("unknown-charset", b"{", 400, kind="application/json; charset=utf-99"),
]
"""Bodies."""

FRAMES = [
    post("shorter-than-sent", _TRUE, 400, length=str(len(_TRUE) - 5)),
    post("negative-length", _TRUE, 400, length="-1"),
    post("length-is-no-number", _TRUE, 400, length="abc"),
    post("length-with-sign", _TRUE, 400, length="+12"),
    post("length-of-30-digits", _TRUE, 400, length="9" * 30),
    post("two-lengths", _TRUE, 400, headers=b"Content-Length: 3\r\n"),
    post("no-length", _TRUE, 400, length=""),
    _chunked("chunked", _chunk(_fields("In one chunk.")), 202),
    _chunked("chunk-size-no-hex", b"zz\r\nabc\r\n0\r\n\r\n", 400),
    _chunked("chunk-size-negative", b"-1\r\nabc\r\n0\r\n\r\n", 400),
    post(
        "unknown-coding",
        b"0\r\n\r\n",
        400,
        headers=b"Transfer-Encoding: chunky\r\n",
        length="",
    ),
    _chunked("chunks-of-300-kb", _chunk(b"x" * 300_000), 413),
    _chunked("chunks-of-400-kb", _chunk(b"x" * 400_000), 413),
    get(
        "header-of-100-kb", b"/healthz", 431, headers=b"X: " + b"x" * 100_000 + b"\r\n"
    ),
    get("20000-headers", b"/healthz", 431, headers=b"X: y\r\n" * 20_000),
    get("header-without-colon", b"/healthz", 400, headers=b"X\r\n"),
    get("space-before-colon", b"/healthz", 400, headers=b"X : y\r\n"),
    get("nul-in-header", b"/healthz", 400, headers=b"X: a\0b\r\n"),
    get("bare-return-in-header", b"/healthz", 400, headers=b"X: a\rb\r\n"),
    get("path-of-60-kb", b"/" + b"x" * 60_000, 404),
    get("raw-bytes-in-path", b"/api/\xff\xc0", 400),
    get("asterisk", b"*", 400, 404),
    Odd("no-http", b"\x16\x03\x01\x00\xa5\r\n\r\n", frozenset({400})),
    Odd("method-of-bytes", b"G\xc3\xa4T / HTTP/1.1\r\n\r\n", frozenset({400})),
    Odd("version-99", b"GET / HTTP/99.99\r\n\r\n", frozenset({400})),
]
"""How the request itself is put together."""

_HOSTS = [
    *(b"evil.example", b"localhost@evil.example", b"localhost/../", b"[::1", b"["),
    *(b"", b"a b", b"..", b"localhost, evil.example", b"\xff", b"localhost:99999"),
    *(b"localhost:abc", b"localhost:-1", b"[::1]x", b"[v1.x]", b"x" * 300),
]
HOSTS = [
    get(f"host-{number}", b"/demo/", 400, host=host)
    for number, host in enumerate(_HOSTS)
]
"""Names that are not this service's."""

_LIMITS = [
    *(b"-1", b"0", b"1001", b"9" * 400, b"1e3", b"1.5", b"+1", b"", b"%00", b"%FF"),
    b"%EF%BC%91",  # a full-width digit
]
_BAD_UTF8 = b"%FF%C0%AF%ED%A0%80"
_THREAD = SITE.encode() + b"/thread?page=/odd&"
QUERIES = [
    *(
        get(f"limit-{number}", _THREAD + b"limit=" + limit, 422)
        for number, limit in enumerate(_LIMITS)
    ),
    get("sort-unknown", _THREAD + b"sort=" + _BAD_UTF8, 422),
    get("after-unknown", _THREAD + b"after=aaaaaaaaaaaaaaaaaaaaaa", 200, 422),
    get("after-no-utf-8", _THREAD + b"after=" + _BAD_UTF8, 200, 422),
    get("page-twice", _THREAD + b"page=/b", 200),
    get("page-missing", SITE.encode() + b"/thread", 422),
    get("page-nul", SITE.encode() + b"/thread?page=%00", 422),
    get("page-no-utf-8", SITE.encode() + b"/thread?page=" + _BAD_UTF8, 200, 422),
    get("form-no-utf-8", SITE.encode() + b"/form?page=" + _BAD_UTF8, 200, 422),
    get("counts-no-utf-8", SITE.encode() + b"/counts?page=" + _BAD_UTF8, 200, 422),
    get("counts-of-nothing", SITE.encode() + b"/counts", 422),
    get("counts-of-101", SITE.encode() + b"/counts?" + b"page=a&" * 101, 422),
    get("counts-of-9000", SITE.encode() + b"/counts?" + b"page=a&" * 9_000, 422),
    get("site-no-utf-8", b"/api/v1/sites/" + _BAD_UTF8 + b"/thread?page=a", 404),
    get("site-nul", b"/api/v1/sites/%00/thread?page=a", 404),
    get(
        "comment-no-utf-8", SITE.encode() + b"/comments/" + _BAD_UTF8 + b"/status", 403
    ),
    get("ticket-no-utf-8", b"/sites/demo/sent/" + _BAD_UTF8, 404),
    get("reply-to-no-utf-8", b"/demo/?reply=" + _BAD_UTF8, 200),
    get("demo-page-no-utf-8", b"/demo/" + _BAD_UTF8, 404),
    get("link-no-utf-8", b"/login/link/" + _BAD_UTF8, 404),
    get("next-no-utf-8", b"/login?next=" + _BAD_UTF8, 200),
    get("feed-of-huge-number", b"/queue.atom?moderator=" + b"9" * 400, 403, 404),
    get("feed-of-odd-digit", b"/queue.atom?moderator=%C2%B2&token=x", 403, 404),
    get("static-above", b"/static/%2e%2e/app.py", 404),
    get("static-nul", b"/static/%00", 404),
    get("static-no-utf-8", b"/static/" + _BAD_UTF8, 404),
    get("static-long", b"/static/" + b"x" * 5_000, 404),
]
"""Addresses and their queries."""

_HEADERS = {
    b"Idempotency-Key": 202,
    b"Authorization": 202,
    b"Cookie": 202,
    b"User-Agent": 202,
    b"Referer": 202,
    b"Accept": 202,
    b"Accept-Language": 202,
    b"If-None-Match": 202,
    b"If-Modified-Since": 202,
    b"Range": 202,
    b"X-Forwarded-For": 202,
    b"X-Forwarded-Proto": 202,
    b"Expect": 202,
    b"Origin": 403,
    b"Content-Encoding": 415,
}
_ORIGINS = [
    *(b"http://[::1", b"http://localhost:99999", b"http://", b"http://a]b"),
    *(b"http://[v1.a]/", b"null.example", b"file://", b""),
]
HEADERS = [
    *(
        post(
            f"{name.decode()}-of-high-bytes",
            _fields(f"With {name.decode()}."),
            status,
            headers=name + b": " + EVERY_HIGH_BYTE + b"\r\n",
        )
        for name, status in _HEADERS.items()
    ),
    *(
        get(
            f"get-{name.decode()}-of-high-bytes",
            _THREAD,
            *(200, 304),
            headers=name + b": " + EVERY_HIGH_BYTE + b"\r\n",
        )
        for name in _HEADERS
    ),
    *(
        post(
            f"origin-{number}",
            _fields("From nowhere."),
            403,
            headers=b"Origin: " + origin + b"\r\n",
        )
        for number, origin in enumerate(_ORIGINS)
    ),
    post(
        "key-of-300-characters",
        _fields("A long key."),
        422,
        headers=b"Idempotency-Key: " + b"k" * 300 + b"\r\n",
    ),
    *(
        post(
            f"accept-{number}",
            b"{",
            400,
            headers=b"Accept: " + accept + b"\r\n",
        )
        for number, accept in enumerate(
            [b"text/html;q=zz", b"text/html;q=1e999", b";;;", b"," * 500, b'"']
        )
    ),
]
"""Headers that are not what their names promise."""
