"""What `/openapi.json` promises is what the running service does."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # no types
from openapi_spec_validator import validate

from service.web.contract.schemas import SCHEMAS
from tests.journey import contract_run
from tests.journey.visitor import Visitor
from tests.journey.wire import BROWSER, FORM, JSON, SUBMIT, Answer, Wire
from tests.running import Running, running
from tests.servers import wait_until

SITE = "/api/v1/sites/demo"
EMAIL = "moderator@demo.example"
PASSWORD = "seven quiet lanterns"
SECONDS = 30.0

ON_EVERY_ANSWER = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
}
ON_DATA = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
ON_PAGES = {"Cross-Origin-Resource-Policy": "same-origin", "X-Robots-Tag": "noindex"}
IN_POLICY_OF_PAGES = (
    "default-src 'none'",
    "script-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
)


@pytest.fixture(scope="module")
def foyer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product, with a day to edit and a moderator who can sign in."""
    with running(tmp_path_factory.mktemp("contract")) as started:
        for command in (
            ("site", "set", "demo", "--edit-seconds", "86400"),
            # Generated requests may call comments of the tests' writer spam; what she
            # says afterwards must be published all the same.
            ("site", "set", "demo", "--spam-from", "1", "--held-from", "0.99"),
            ("moderator", "password", EMAIL, "--password-stdin"),
        ):
            done = started.command(*command, text=f"{PASSWORD}\n")
            assert done.returncode == 0, done.stderr
        # The post of the examples.
        done = started.command("site", "map-posts", "demo", "-", text="17,/contract\n")
        assert done.returncode == 0, done.stderr
        yield started


@pytest.fixture
def wire(foyer: Running) -> Iterator[Wire]:
    with Wire(foyer.port) as opened:
        yield opened


def fields(comment: str, **more: object) -> dict[str, object]:
    given = {"page": "/contract", "name": "Ana", "email": "ana@example.org"}
    return {**given, "comment": comment, **more}


def submitted(wire: Wire, comment: str, **more: object) -> dict[str, str]:
    answer = wire.submit(fields(comment, **more))
    assert answer.status == 202, answer.text
    receipt: dict[str, str] = answer.json
    return receipt


def bearer(receipt: Mapping[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {receipt['edit_token']}"}


def own(receipt: Mapping[str, str]) -> str:
    return f"{SITE}/comments/{receipt['id']}"


def submitted_as_isso(wire: Wire, text: str) -> tuple[str, str]:
    """Number and cookie of a comment that came through Isso's door."""
    said = {"text": text, "author": "Ana", "email": "ana@example.org"}
    path = "/sites/demo/isso/new?uri=/contract"
    answer = wire.send("POST", path, json.dumps(said).encode(), JSON)
    assert answer.status in {201, 202}, answer.text
    return str(answer.json["id"]), answer.header("Set-Cookie").partition(";")[0]


def published(wire: Wire, comment: str, **more: object) -> dict[str, str]:
    """A comment that the checks have published."""
    receipt = submitted(wire, comment, **more)

    def is_published() -> bool:
        told = wire.get(f"{own(receipt)}/status", bearer(receipt)).json
        assert told["status"] in {"pending", "published"}, told
        return bool(told["status"] == "published")

    wait_until(is_published, "publishing", SECONDS)
    return receipt


def conforms(value: object, schema: str) -> None:
    """Fail unless the value is what the schema of that name says, and nothing more."""
    root = {
        "$ref": f"#/components/schemas/{schema}",
        "components": {"schemas": SCHEMAS},
    }
    found = [error.message for error in Draft202012Validator(root).iter_errors(value)]
    assert found == []


def _number(wire: Wire, comment: str) -> str:
    """What WordPress's clients call a comment that the checks have published."""
    published(wire, comment)
    newest = wire.get("/sites/demo/wp-json/wp/v2/comments?per_page=1").json
    return str(newest[0]["id"])


# --- The document ------------------------------------------------------------------


def test_document_is_valid_openapi(wire: Wire) -> None:
    answer = wire.get("/openapi.json")
    assert answer.status == 200
    validate(answer.json)


def test_generated_requests_find_no_breach_of_the_contract(
    foyer: Running, wire: Wire, tmp_path: Path
) -> None:
    receipts = {
        operation: submitted(wire, f"For {operation}.")
        for operation in ("commentStatus", "editComment", "takeBackComment")
    }
    made = foyer.command(
        *("moderator", "token", EMAIL, "--name", "contract", "--scope", "decide")
    )
    assert made.returncode == 0, made.stderr
    # Judged, so that the example's decision on its second version can be made.
    decided = published(wire, "To be decided.")["id"]
    numbered = _number(wire, "By its number.")
    taken = {
        **dict.fromkeys(("getQueued", "decideQueued"), decided),
        **dict.fromkeys(("wordpressComment", "wordpressChange"), numbered),
        **dict.fromkeys(("wordpressPut", "wordpressPatch"), numbered),
        "wordpressTrash": _number(wire, "To be trashed."),
    }
    program = contract_run.Program(made.stdout.strip(), taken)
    isso = {
        operation: submitted_as_isso(wire, f"For {operation}.")
        for operation in ("issoView", "issoEdit", "issoDelete")
    }
    outcome = contract_run.run(
        f"{foyer.base_url}/openapi.json", tmp_path, receipts, program, isso
    )
    for operation, count in sorted(outcome.successes.items()):
        print(f"{count:4} successes: {operation}")
    print(f"{outcome.requests} requests, worst status {outcome.worst_status}")
    assert not outcome.failed, outcome.text
    assert outcome.worst_status < 500
    assert outcome.requests >= 5_000
    operations = {
        f"{method.upper()} {path}"
        for path, methods in wire.get("/openapi.json").json["paths"].items()
        for method in methods
    }
    assert operations - set(outcome.successes) == set()
    assert "Traceback" not in foyer.log


# --- What comes out ----------------------------------------------------------------


def test_every_answer_is_an_allow_list() -> None:
    closed = {
        name
        for name, schema in SCHEMAS.items()
        if schema.get("additionalProperties") is False
    }
    taken_in = {"Submission", "SubmissionForm", "NewText"}
    assert set(SCHEMAS) - closed == taken_in
    assert set(SCHEMAS["Comment"]["properties"]) == {
        *("id", "parent", "name", "website", "html"),
        *("published_at", "edited_at", "by_moderator"),
    }
    assert set(SCHEMAS["Removed"]["properties"]) == {"id", "parent", "removed"}


def test_thread_holds_the_allow_list_also_where_comments_are_gone(wire: Wire) -> None:
    page = "/contract/thread"
    website = "https://ana.example/"
    first = published(wire, "I bake it twice.", page=page, website=website)
    reply = published(wire, "So do I, on stone.", page=page, parent=first["id"])
    gone = wire.send("DELETE", own(first), None, bearer(first))
    assert gone.json["status"] == "removed"
    answers = [
        wire.get(f"{SITE}/thread?page={page}{query}").json
        for query in ("", "&sort=newest", "&limit=1")
    ]
    for answer in answers:
        conforms(answer, "Thread")
    placeholder, shown = answers[0]["comments"]
    assert placeholder == {"id": first["id"], "parent": None, "removed": True}
    assert shown["id"] == reply["id"]
    assert shown["parent"] == first["id"]
    assert answers[0]["count"] == 1


def test_other_answers_hold_their_schemas(wire: Wire) -> None:
    receipt = submitted(wire, "How long must it rest?", notify=True, title="Bread")
    conforms(receipt, "Receipt")
    conforms(wire.get(f"{own(receipt)}/status", bearer(receipt)).json, "OwnComment")
    conforms(wire.get(f"{SITE}/counts?page=/contract&page=/x").json, "Counts")
    conforms(wire.get(f"{SITE}/form?page=/contract").json, "FormConfiguration")
    conforms(wire.get(f"{SITE}/thread?page=/nobody-was-here").json, "Thread")
    conforms(wire.get("/healthz").json, "Health")
    conforms(wire.get("/readyz").json, "Readiness")
    preview = wire.send("POST", f"{SITE}/preview", b'{"comment":"*so*"}', JSON)
    conforms(preview.json, "Preview")


def test_unchanged_thread_is_not_sent_again(wire: Wire) -> None:
    published(wire, "It rises overnight.", page="/contract/etag")
    path = f"{SITE}/thread?page=/contract/etag"
    first = wire.get(path)
    assert first.header("Cache-Control") == "public, no-cache"
    again = wire.get(path, {"If-None-Match": first.header("ETag")})
    assert (again.status, again.body) == (304, b"")
    published(wire, "Mine takes two days.", page="/contract/etag")
    known = {"If-None-Match": first.header("ETag")}
    # Within a second, as tests/journey/test_larger.py measures.
    wait_until(lambda: wire.get(path, known).status == 200, "the new one", SECONDS)


# --- What goes in ------------------------------------------------------------------

Wrong = tuple[str, dict[str, object], set[str]]
_TEXT_FIELDS = ("page", "comment", "name", "email", "website", "parent", "title")
_NO_TEXT: dict[str, object] = {"a-number": 1, "a-list": ["x"], "an-object": {}}
_MISSING: list[Wrong] = [
    (f"{field}-is-{value!r}", {field: value}, {field})
    for field in ("page", "comment", "name", "email")
    for value in (None, "", " \u200b\n")
]
_OF_WRONG_KIND: list[Wrong] = [
    (f"{field}-is-{kind}", {field: value}, {field})
    for field in _TEXT_FIELDS
    for kind, value in _NO_TEXT.items()
]
WRONG: list[Wrong] = [
    *_MISSING,
    *_OF_WRONG_KIND,
    ("notify-is-text", {"notify": "yes"}, {"notify"}),
    ("page-too-long", {"page": "p" * 513}, {"page"}),
    ("page-of-others", {"page": "https://others.example/"}, {"page"}),
    ("comment-too-long", {"comment": "c" * 10_001}, {"comment"}),
    ("name-too-long", {"name": "n" * 81}, {"name"}),
    ("name-is-an-address", {"name": "ana@example.org"}, {"name"}),
    ("email-too-long", {"email": "a" * 250 + "@example.org"}, {"email"}),
    ("email-without-at", {"email": "ana"}, {"email"}),
    ("website-of-a-script", {"website": "javascript:alert(1)"}, {"website"}),
    ("website-too-long", {"website": "https://a.example/" + "a" * 2_048}, {"website"}),
    ("parent-is-no-id", {"parent": "../../etc"}, {"parent"}),
    ("parent-unknown", {"parent": "aaaaaaaaaaaaaaaaaaaaaa"}, {"parent"}),
    (
        "everything",
        {"page": 1, "comment": "", "name": [], "email": "x", "website": "ftp://x"},
        {"page", "comment", "name", "email", "website"},
    ),
]


@pytest.mark.parametrize(
    ("change", "named"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_each_mistake_is_named_at_its_field(
    wire: Wire, change: dict[str, object], named: set[str]
) -> None:
    answer = wire.submit({**fields("Fine."), **change})
    assert answer.status == 422
    assert answer.kind == "application/problem+json"
    conforms(answer.json, "Problem")
    assert set(answer.json["errors"]) == named


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer 1." + "A" * 43],
    ids=["none", "empty", "wrong", "other-scheme", "well-formed"],
)
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_own_comment_needs_its_own_token(
    wire: Wire, method: str, authorization: str
) -> None:
    text = f"Only I may change this: {method} {authorization[:12]}"
    receipt = submitted(wire, text)
    path = f"{own(receipt)}/status" if method == "GET" else own(receipt)
    headers = {"Authorization": authorization} if authorization else {}
    answer = wire.send(method, path, b'{"comment":"Mine now"}', {**JSON, **headers})
    assert answer.status == 403
    conforms(answer.json, "Problem")
    nobody = wire.send(
        method, path.replace(receipt["id"], "aaaaaaaaaaaaaaaaaaaaaa"), None, headers
    )
    assert (nobody.status, nobody.body) == (answer.status, answer.body)
    told = wire.get(f"{own(receipt)}/status", bearer(receipt)).json
    assert told["comment"] == text.rstrip()


# --- Other origins -----------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/comments", "/preview", "/comments/{id}", "/comments/{id}/status"],
)
def test_pages_of_the_site_may_send_what_they_need(
    foyer: Running, wire: Wire, path: str
) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    target = SITE + path.format(id="aaaaaaaaaaaaaaaaaaaaaa")
    mine = wire.send("OPTIONS", target, None, {**asked, "Origin": foyer.base_url})
    assert mine.status == 204
    assert mine.header("Access-Control-Allow-Origin") == foyer.base_url
    allowed = mine.header("Access-Control-Allow-Headers").lower()
    assert {"authorization", "content-type", "idempotency-key"} <= set(
        allowed.split(", ")
    )
    assert mine.header("Access-Control-Allow-Credentials") == ""
    foreign = wire.send("OPTIONS", target, None, {**asked, "Origin": "https://x.test"})
    assert foreign.header("Access-Control-Allow-Origin") == ""


def test_pages_of_the_site_can_read_why_they_were_refused(
    foyer: Running, wire: Wire
) -> None:
    refused = wire.submit(fields(""), {"Origin": foyer.base_url})
    assert refused.status == 422
    assert refused.header("Access-Control-Allow-Origin") == foyer.base_url
    assert "Origin" in refused.header("Vary")


# --- Headers -----------------------------------------------------------------------


def _aged(foyer: Running, public_id: str) -> None:
    """Let the comment be an hour old, so that a repeat is no double click."""
    long_ago = (datetime.now(UTC) - timedelta(hours=1)).replace(tzinfo=None)
    path = foyer.data / "foyer.sqlite3"
    with closing(sqlite3.connect(path, timeout=SECONDS)) as database, database:
        database.execute(
            "UPDATE comment SET created_at = ? WHERE public_id = ?",
            (long_ago.isoformat(" "), public_id),
        )


def _duplicate(foyer: Running, wire: Wire) -> Answer:
    _aged(foyer, submitted(wire, "I said so before.")["id"])
    return wire.submit(fields("I said so before."))


def _busy(foyer: Running, wire: Wire) -> Answer:
    path = foyer.data / "foyer.sqlite3"
    with closing(
        sqlite3.connect(path, timeout=SECONDS, isolation_level=None)
    ) as database:
        database.execute("BEGIN IMMEDIATE")
        answer = wire.submit(fields("Nobody can write now."))
        database.execute("ROLLBACK")
    assert answer.header("Retry-After")
    return answer


def _sent(wire: Wire, headers: dict[str, str], **more: str) -> Answer:
    given = {name: str(value) for name, value in fields("A form's words.").items()}
    return wire.submit_form({**given, **more}, headers)


def _closed(foyer: Running, wire: Wire) -> Answer:
    submitted(wire, "The last word.", page="/contract/closed")
    done = foyer.command("thread", "close", "/contract/closed", "--site", "demo")
    assert done.returncode == 0, done.stderr
    return wire.submit(fields("Too late.", page="/contract/closed"))


ANSWERS: list[tuple[str, int, Callable[[Running, Wire], Answer]]] = [
    ("data", 200, lambda _, w: w.get(f"{SITE}/thread?page=/")),
    ("page", 200, lambda _, w: w.get("/demo/")),
    ("home", 200, lambda _, w: w.get("/")),
    ("style", 200, lambda _, w: w.get("/static/palette.css")),
    ("sign-in", 200, lambda _, w: w.get("/login")),
    ("accepted", 202, lambda _, w: w.submit(fields("Taken in."))),
    ("to-sent", 303, lambda _, w: _sent(w, BROWSER)),
    ("to-login", 303, lambda _, w: w.get("/queue", BROWSER)),
    ("malformed", 400, lambda _, w: w.send("POST", SUBMIT, b"{", JSON)),
    ("malformed-page", 400, lambda _, w: w.send("POST", SUBMIT, b"{", JSON | BROWSER)),
    ("no-csrf-token", 400, lambda _, w: w.send("POST", "/login", b"", FORM | BROWSER)),
    ("unknown-host", 400, lambda _, w: w.get("/demo/", {"Host": "evil.example"})),
    ("closed", 403, _closed),
    (
        "foreign",
        403,
        lambda _, w: w.submit(fields("From afar."), {"Origin": "https://x.test"}),
    ),
    ("nowhere", 404, lambda _, w: w.get("/nowhere")),
    ("nowhere-page", 404, lambda _, w: w.get("/nowhere", BROWSER)),
    ("no-site", 404, lambda _, w: w.get("/api/v1/sites/none/thread?page=/")),
    ("wrong-method", 405, lambda _, w: w.send("PUT", SUBMIT, b"{}", JSON)),
    ("wrong-method-page", 405, lambda _, w: w.send("PUT", "/demo/", None, BROWSER)),
    ("duplicate", 409, _duplicate),
    ("too-large", 413, lambda _, w: w.send("POST", SUBMIT, b"x" * 300_000, JSON)),
    (
        "too-large-page",
        413,
        lambda _, w: w.send("POST", SUBMIT, b"x" * 300_000, FORM | BROWSER),
    ),
    (
        "media",
        415,
        lambda _, w: w.send("POST", SUBMIT, b"x", {"Content-Type": "text/csv"}),
    ),
    ("invalid", 422, lambda _, w: w.submit({})),
    ("invalid-page", 422, lambda _, w: _sent(w, BROWSER, comment="")),
    ("busy", 503, _busy),
]


@pytest.mark.parametrize(
    ("status", "ask"), [a[1:] for a in ANSWERS], ids=[a[0] for a in ANSWERS]
)
def test_every_answer_carries_the_security_headers(
    foyer: Running,
    wire: Wire,
    status: int,
    ask: Callable[[Running, Wire], Answer],
) -> None:
    answer = ask(foyer, wire)
    assert answer.status == status
    is_page = answer.kind == "text/html"
    expected = ON_EVERY_ANSWER | (ON_PAGES if is_page else ON_DATA)
    assert expected == {name: answer.header(name) for name in expected}
    policy = answer.header("Content-Security-Policy")
    assert not is_page or all(part in policy for part in IN_POLICY_OF_PAGES)
    assert answer.header("Permissions-Policy")
    assert answer.header("Cache-Control")
    assert answer.header("Server") == "foyer"  # and no word of what it is made of
    if status >= 400 and not is_page:
        assert answer.kind == "application/problem+json"
        assert answer.header("Cache-Control") == "no-store"
        conforms(answer.json, "Problem")
        assert answer.json["status"] == status


# --- Cookies -----------------------------------------------------------------------

PUBLIC: list[tuple[str, str, bytes | None, dict[str, str]]] = [
    ("GET", f"{SITE}/thread?page=/quiet", None, {}),
    ("GET", f"{SITE}/counts?page=/quiet", None, {}),
    ("GET", f"{SITE}/form?page=/quiet", None, {}),
    ("GET", f"{SITE}/thread?page=", None, {}),
    ("GET", f"{SITE}/comments/aaaaaaaaaaaaaaaaaaaaaa/status", None, {}),
    ("DELETE", f"{SITE}/comments/aaaaaaaaaaaaaaaaaaaaaa", None, {}),
    ("OPTIONS", SUBMIT, None, {}),
    ("POST", f"{SITE}/preview", b'{"comment":"*so*"}', JSON),
    ("POST", SUBMIT, b"{}", JSON),
    ("POST", SUBMIT, b"comment=x&page=/quiet", FORM),
    ("POST", SUBMIT, b"comment=x&page=/quiet", FORM | BROWSER),
    ("POST", "/sites/demo/sent/nothing", b"do=remove", FORM | BROWSER),
    ("GET", "/sites/demo/sent/nothing", None, BROWSER),
    ("GET", "/openapi.json", None, {}),
    ("GET", "/demo/", None, BROWSER),
    ("GET", "/", None, BROWSER),
    ("GET", "/healthz", None, {}),
    ("GET", "/readyz", None, {}),
    ("GET", "/api/nowhere", None, {}),
]
_CHANGING = re.compile(
    rb'(?i)("token":"|name="token" value=")[^"]*"|\r?\n?Date: [^\r\n]*|ETag: [^\r\n]*'
)


def _lasting(answer: Answer) -> tuple[int, bytes]:
    """The answer without form tokens and times, which are new each time."""
    return answer.status, _CHANGING.sub(b"", answer.raw)


@pytest.fixture(scope="module")
def signed_in(foyer: Running) -> str:
    """The ``Cookie`` header of a moderator's browser."""
    with Visitor(foyer.port) as visitor:
        published(visitor, "Something to read.", page="/quiet")
        page = visitor.sign_in(EMAIL, PASSWORD)
        assert page.status == 200
        assert "Queue" in page.text
        return visitor.cookie


@pytest.mark.parametrize(
    ("method", "path", "body", "headers"),
    PUBLIC,
    ids=[f"{n}-{method}-{path}" for n, (method, path, _, _) in enumerate(PUBLIC)],
)
def test_cookies_are_neither_set_nor_read_by_public_views(
    wire: Wire,
    signed_in: str,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
) -> None:
    plain = wire.send(method, path, body, headers)
    for cookie in (signed_in, "foyer=forged; foyer-form=forged; isso=1"):
        other = wire.send(method, path, body, {**headers, "Cookie": cookie})
        assert _lasting(other) == _lasting(plain)
        assert not other.header("Set-Cookie")
    assert not plain.header("Set-Cookie")
    assert "Cookie" not in plain.header("Vary")


def test_submitting_while_signed_in_gives_nothing_of_the_moderator_away(
    wire: Wire, signed_in: str
) -> None:
    answer = wire.submit(fields("By whom?", page="/by-whom"), {"Cookie": signed_in})
    assert answer.status == 202
    assert not answer.header("Set-Cookie")
    conforms(answer.json, "Receipt")
    told: dict[str, Any] = wire.get(
        f"{own(answer.json)}/status", bearer(answer.json)
    ).json
    assert told["status"] in {"pending", "held", "published"}
    thread = wire.get(f"{SITE}/thread?page=/by-whom").json
    assert not any(comment["by_moderator"] for comment in thread["comments"])
