"""What is kept is given as it is, compressed, or as "not modified"."""

import gzip

import pytest

from service.web.front.bridge import SERVER, Answer, Header
from service.web.front.kept import LEAST_COMPRESSED, Form, Kept, takes_gzip
from service.web.front.subject import Marks, Subject

SUBJECT = Subject(7, Marks(1, 1))
POLICY = b"default-src 'none'; sandbox"
HEADERS: list[Header] = [
    SERVER,
    (b"content-type", b"application/json"),
    (b"content-length", b"999"),
    (b"etag", b'"tag"'),
    (b"cache-control", b"public, no-cache"),
    (b"content-security-policy", POLICY),
    (b"access-control-allow-origin", b"*"),
]
LONG = b"Rye wants patience. " * 50


def of(
    body: bytes = LONG,
    *more: Header,
    etag: bytes = b'"tag"',
    status: int = 200,
    subject: Subject | None = SUBJECT,
    moved: bool = False,
) -> Kept | None:
    headers = [
        (n, etag if n == b"etag" else v) for n, v in HEADERS if etag or n != b"etag"
    ]
    return Kept.of(Answer(status, [*headers, *more], body, subject, moved), 1.0)


def kept(body: bytes = LONG, etag: bytes = b'"tag"') -> Kept:
    made = of(body, etag=etag)
    assert made is not None
    return made


def squeezed(made: Kept) -> Form:
    assert made.squeezed is not None
    return made.squeezed


# --- What is kept ---------------------------------------------------------------------


def test_answer_that_may_be_given_again_is_kept() -> None:
    made = kept()
    assert (made.subject, made.tag, made.true_at) == (SUBJECT, b'"tag"', 1.0)


@pytest.mark.parametrize("status", [201, 204, 206, 301, 304, 404, 422, 503])
def test_only_200_is_kept(status: int) -> None:
    assert of(status=status) is None


def test_answer_without_subject_or_tag_or_after_a_move_is_not_kept() -> None:
    assert of(subject=None) is None
    assert of(etag=b"") is None
    assert of(LONG, (b"etag", b'"other"')) is None
    assert of(moved=True) is None


@pytest.mark.parametrize("name", [b"set-cookie", b"vary", b"content-encoding"])
def test_answer_that_is_not_the_same_for_everybody_is_not_kept(name: bytes) -> None:
    assert of(LONG, (name, b"x")) is None


# --- Headers --------------------------------------------------------------------------


def test_headers_are_flasks_with_a_true_length() -> None:
    made = kept()
    expected = {**dict(HEADERS), b"content-length": b"%d" % len(LONG)}
    expected[b"vary"] = b"Accept-Encoding"
    assert dict(made.plain.headers) == expected
    assert len(made.plain.headers) == len(expected)
    expected[b"content-length"] = b"%d" % len(squeezed(made).body)
    expected[b"content-encoding"] = b"gzip"
    expected[b"etag"] = b'"tag-gzip"'
    assert dict(squeezed(made).headers) == expected
    assert len(squeezed(made).headers) == len(expected)


def test_unmodified_says_nothing_of_a_body_that_is_not_sent() -> None:
    made = kept()
    for form, tag in ((made.plain, b'"tag"'), (squeezed(made), b'"tag-gzip"')):
        assert dict(form.unmodified) == {
            b"server": b"foyer",
            b"etag": tag,
            b"cache-control": b"public, no-cache",
            b"content-security-policy": POLICY,
            b"access-control-allow-origin": b"*",
            b"vary": b"Accept-Encoding",
        }


# --- Compression ----------------------------------------------------------------------


def test_bodies_worth_it_are_compressed() -> None:
    assert kept(b"x" * (LEAST_COMPRESSED - 1)).squeezed is None
    made = kept(b"x" * LEAST_COMPRESSED)
    assert gzip.decompress(squeezed(made).body) == made.plain.body


def test_equal_bodies_are_equal_when_compressed() -> None:
    # An entity tag promises it, from one process and moment to another.
    assert squeezed(kept()).body == squeezed(kept()).body


def test_size_counts_both_forms() -> None:
    made = kept()
    both = len(made.plain.body) + len(squeezed(made).body)
    assert both < made.size < both + 8192
    assert kept(bytes(10**6)).size > 10**6
    assert kept(b"").size > 0


@pytest.mark.parametrize(
    ("accepted", "is_taken"),
    [
        (b"gzip", True),
        (b"GZIP", True),
        (b"x-gzip", True),
        (b"br, gzip", True),
        (b"deflate,gzip;q=0.5,br", True),
        (b" gzip ; q=1.0 ", True),
        (b"gzip;q=0.001", True),
        (b"gzip\t;\tq=0", False),
        (b"gzip;q=0", False),
        (b"gzip; Q=0", False),
        (b"gzip;q=0.000, br", False),
        (b"", False),
        (b"identity", False),
        (b"br;q=1.0, *;q=0.1", False),
        (b"gzipped", False),
        (b"br;gzip", False),
    ],
)
def test_gzip_is_sent_to_whoever_names_it(accepted: bytes, *, is_taken: bool) -> None:
    assert takes_gzip(accepted) is is_taken
    made = kept()
    assert made.form_for(accepted) is (made.squeezed if is_taken else made.plain)


def test_short_body_is_sent_as_it_is() -> None:
    made = kept(b"short")
    assert made.form_for(b"gzip") is made.plain


# --- Entity tags ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "is_known"),
    [
        (b'"tag"', True),
        (b'W/"tag"', True),
        (b'"tag-gzip"', True),
        (b'W/"tag-gzip"', True),
        (b'"a", "tag"', True),
        (b'"a",W/"tag-gzip" ,"b"', True),
        (b"*", True),
        (b" * ", True),
        (b"", False),
        (b'"other"', False),
        (b"tag", False),
        (b'"tag', False),
        (b'"TAG"', False),
        (b'w/"tag"', False),
        (b'"tag-gzip-gzip"', False),
        (b'"*"', False),
    ],
)
@pytest.mark.parametrize("etag", [b'"tag"', b'W/"tag"'], ids=["strong", "weak"])
def test_tags_that_a_client_has(etag: bytes, said: bytes, *, is_known: bool) -> None:
    assert kept(etag=etag).is_known_by(said) is is_known
