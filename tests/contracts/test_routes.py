"""What holds for every route there is, also for those of tomorrow."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, inspect, text
from werkzeug.routing import Rule

from service.domain.status import Status
from service.operations.api_tokens import Scope, make_token
from service.operations.listing import Wanted, list_by_comment
from service.operations.moderators import Role
from service.operations.second_factor import begin_factor
from service.operations.sign_in_links import make_link, spend_link
from service.operations.sites import set_policy, site_by_key
from service.operations.tickets import make_ticket
from service.privacy.tokens import edit_token, feed_token
from service.web.app import create_app
from service.web.compat import BLUEPRINTS as COMPAT
from service.web.context import Context
from service.web.contract import BLUEPRINTS as CONTRACT
from service.web.contract.document import document
from service.web.moderation import BLUEPRINTS as MODERATION
from service.web.moderation import PROGRAMS
from service.web.public import BLUEPRINTS as NATIVE
from tests.queue_seeds import Seeds

PUBLIC = (*NATIVE, *CONTRACT, *COMPAT)
PAGE = {"Accept": "text/html"}
READING = {"GET", "HEAD", "OPTIONS"}
_ARGUMENT = re.compile(r"<(?:[^<>:]+:)?(\w+)>")
_NAMES = {
    "site_key": "site",
    "comment_id": "id",
    "public_id": "id",
    "number": "id",
}
_DESCRIBED = (
    "/1.1/",
    "/api/",
    "/healthz",
    "/readyz",
    "/sites/<site_key>/isso/",
    "/sites/<site_key>/wp-",
)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as opened:
        yield opened


@pytest.fixture
def seeded(context: Context) -> dict[str, str]:
    """Something behind each kind of argument that an address can have."""
    now = context.clock()
    found: dict[str, str] = {
        "site_key": "demo",
        "name": "rain",
        "filename": "palette.css",
        "view_id": "1",
        "language": "de",
    }

    def act(session: Any) -> None:
        seeds = Seeds(session=session, keyring=context.keyring, now=now)
        site = site_by_key(session, "demo")
        for status in (Status.PUBLISHED, Status.SPAM):
            seeds.comment(site, f"It is {status.value}.", status=status)
        comment = seeds.comment(site, "It waits.", status=Status.HELD)
        found["number"] = str(comment.id)
        moderator = seeds.moderator("ada@example.org", demo=(site.id, Role.OWNER))
        found["comment_id"] = found["public_id"] = comment.public_id
        wanted = Wanted(what="text", list_name="hold", text="rain", mode="log")
        found["rule_id"] = str(
            list_by_comment(
                *(session, context.keyring, moderator, comment.public_id, wanted),
                now=now,
            )
        )
        found["ticket"] = make_ticket(
            session, comment.public_id, proven=True, return_to="", now=now
        )
        found["cookie"] = spend_link(
            session, make_link(session, moderator.id, now=now), now=now
        ).token
        found["token"] = make_link(session, moderator.id, now=now)
        found["moderator"] = str(moderator.id)
        found["feed"] = feed_token(context.keyring, moderator.id, moderator.feed_epoch)
        found["edit"] = edit_token(context.keyring, comment.public_id)
        found["number"] = str(comment.id)
        begin_factor(session, context.keyring, moderator.id, now=now)
        found["api"] = make_token(
            session, moderator.id, name="script", scope=Scope.DECIDE, now=now
        )
        found["token_id"], found["session_name"] = "1", "0" * 16

    context.store.write(act)
    return found


def is_public(rule: Rule) -> bool:
    return rule.endpoint.partition(".")[0] in {bp.name for bp in PUBLIC}


def is_for_programs(rule: Rule) -> bool:
    return rule.endpoint.partition(".")[0] in {bp.name for bp in PROGRAMS}


def address(rule: Rule, seeded: dict[str, str]) -> str:
    """An address that this route answers, with real things in it."""
    path = _ARGUMENT.sub(lambda m: seeded[m[1]], rule.rule)
    if "/wp-json/" in path:
        # Its queries are read strictly, and mean other things.
        return path
    return (
        f"{path}?page=/&uri=/&limit=5&moderator={seeded['moderator']}&token={seeded['feed']}"
        f"&done={seeded['public_id']}"
    )


def bearer(rule: Rule, seeded: dict[str, str]) -> dict[str, str]:
    """The token of the kind that the route takes."""
    is_wordpress = "/wp-json/" in rule.rule
    kind = "api" if is_for_programs(rule) or is_wordpress else "edit"
    return {"Authorization": f"Bearer {seeded[kind]}"}


def dump(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table; but not what tells of reading alone."""
    found = {}
    with engine.connect() as connection:
        for table in set(inspect(engine).get_table_names()) - COUNTED:
            columns = [c["name"] for c in inspect(engine).get_columns(table)]
            kept = [f'"{c}"' for c in columns if (table, c) not in SEEN]
            rows = connection.execute(text(f'SELECT {", ".join(kept)} FROM "{table}"'))  # noqa: S608
            found[table] = sorted((tuple(row) for row in rows), key=repr)
    return found


SEEN = {("sign_in_session", "seen_at"), ("api_token", "used_at")}
"""When a session or a token was in use last."""
COUNTED = {"allowance"}
"""How often a token was used, to limit it."""


_OF_THE_BLOG, _FOREIGN = "https://blog.example", "https://stranger.example"


@pytest.mark.parametrize("origin", [_OF_THE_BLOG, _FOREIGN, "null", ""])
def test_no_public_answer_is_for_a_foreign_page(
    app: Flask, context: Context, seeded: dict[str, str], origin: str
) -> None:
    def let_blog_in(session: Any) -> None:
        site = site_by_key(session, "demo")
        policy = replace(site.policy, origins=(*site.policy.origins, _OF_THE_BLOG))
        set_policy(session, site.id, policy, changed_by="test", now=context.clock())

    context.store.write(let_blog_in)
    readable, with_credentials = set(), set()
    for rule in filter(is_public, app.url_map.iter_rules()):
        for method in READING & (rule.methods or set()):
            headers = bearer(rule, seeded) | ({"Origin": origin} if origin else {})
            with app.test_client() as client:
                client.set_cookie(seeded["number"], seeded["edit"])
                answer = client.open(
                    address(rule, seeded), method=method, headers=headers
                )
                answer.close()
            told, about = answer.headers, (rule, method)
            allowed = told.get("Access-Control-Allow-Origin")
            assert allowed in {None, "*", _OF_THE_BLOG}, about
            if allowed:
                readable.add(rule.endpoint)
            if allowed == _OF_THE_BLOG:
                assert origin == _OF_THE_BLOG, about
                assert "Origin" in answer.vary, about
            if "Access-Control-Allow-Credentials" in told:
                assert allowed == _OF_THE_BLOG, about
                with_credentials.add(rule.endpoint.partition(".")[0])
            assert int(told.get("Access-Control-Max-Age", 0)) <= 600, about
            if method == "GET":
                assert told.get("Cache-Control"), about
    assert with_credentials == ({"isso"} if origin == _OF_THE_BLOG else set())
    assert {"threads.thread", "feeds.site_json", "embed.embed"} <= readable


def test_api_is_documented_route_by_route(app: Flask) -> None:
    # HEAD comes with each GET, and OPTIONS is what browsers ask by themselves.
    there = {
        (method, _ARGUMENT.sub(lambda m: f"{{{_NAMES[m[1]]}}}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(_DESCRIBED)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    promised = {
        (method.upper(), path)
        for path, methods in document("https://foyer.example")["paths"].items()
        for method in methods
    }
    assert there == promised


def test_each_route_belongs_to_a_known_part(app: Flask) -> None:
    known = {bp.name for bp in (*PUBLIC, *PROGRAMS, *MODERATION)} | {"static"}
    parts = {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules()}
    assert parts == known


def test_whoever_is_not_public_asks_for_a_csrf_token(
    app: Flask, client: FlaskClient, context: Context, seeded: dict[str, str]
) -> None:
    client.set_cookie("foyer", seeded["cookie"])
    before = dump(context.store.engine)
    asked = 0
    for rule in app.url_map.iter_rules():
        if is_public(rule) or is_for_programs(rule):
            continue
        for method in (rule.methods or set()) - READING:
            for token in ({}, {"csrf_token": "forged"}):
                answer = client.open(address(rule, seeded), method=method, data=token)
                assert answer.status_code == 400, (rule, method)
                asked += 1
    assert asked >= 10
    assert dump(context.store.engine) == before


def test_no_public_route_asks_for_a_csrf_token(
    app: Flask, client: FlaskClient, seeded: dict[str, str]
) -> None:
    for rule in filter(is_public, app.url_map.iter_rules()):
        for method in (rule.methods or set()) - READING:
            answer = client.open(address(rule, seeded), method=method, headers=PAGE)
            assert "form is too old" not in answer.text, (rule, method)


def test_programs_are_known_by_their_token_and_never_by_a_cookie(
    app: Flask, client: FlaskClient, context: Context, seeded: dict[str, str]
) -> None:
    # Without a token to ask for, there must be nothing that a browser brings by itself.
    client.set_cookie("foyer", seeded["cookie"])
    before = dump(context.store.engine)
    asked = 0
    for rule in filter(is_for_programs, app.url_map.iter_rules()):
        for method in rule.methods or set():
            for headers in ({}, {"Authorization": f"Bearer {seeded['cookie']}"}):
                answer = client.open(
                    address(rule, seeded), method=method, headers=headers
                )
                assert answer.status_code == 401, (rule, method)
                assert answer.headers["WWW-Authenticate"] == "Bearer"
                asked += 1
    assert asked >= 20
    assert dump(context.store.engine) == before


def test_programs_need_no_cookie(
    app: Flask, client: FlaskClient, seeded: dict[str, str]
) -> None:
    for rule in filter(is_for_programs, app.url_map.iter_rules()):
        answer = client.open(
            address(rule, seeded),
            method="GET" if "GET" in (rule.methods or set()) else "POST",
            headers=bearer(rule, seeded),
        )
        assert answer.status_code in {200, 415}, rule
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("signed_in", [True, False], ids=["signed-in", "stranger"])
def test_reading_changes_nothing(
    app: Flask,
    context: Context,
    seeded: dict[str, str],
    accept: str,
    signed_in: bool,
) -> None:
    before = dump(context.store.engine)
    answered = set()
    for rule in app.url_map.iter_rules():
        for method in READING & (rule.methods or set()):
            # A browser of its own for each, since one page may sign another out.
            with app.test_client() as client:
                # Isso's client shows by such a cookie that a comment is its own.
                client.set_cookie(seeded["number"], seeded["edit"])
                if signed_in:
                    client.set_cookie("foyer", seeded["cookie"])
                answer = client.open(
                    address(rule, seeded),
                    method=method,
                    headers={"Accept": accept, **bearer(rule, seeded)},
                )
                answer.close()
            assert answer.status_code < 400, (rule, method, answer.status)
            answered.add(rule.endpoint)
            assert dump(context.store.engine) == before, (rule, method)
    assert len(answered) == len(
        {r.endpoint for r in app.url_map.iter_rules() if READING & (r.methods or set())}
    )


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_crash_says_nothing_and_still_carries_the_headers(
    app: Flask, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    def crash() -> str:
        raise RuntimeError("canary@example.org")

    app.add_url_rule("/crash", view_func=crash)
    with app.test_client() as client:
        answer = client.get("/crash", headers={"Accept": accept})
    assert answer.status_code == 500
    assert "canary" not in answer.text
    assert "RuntimeError" not in answer.text
    for name in (
        "Content-Security-Policy",
        "X-Content-Type-Options",
        "X-Frame-Options",
    ):
        assert answer.headers[name]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "a request failed" in caplog.text


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_limit_says_when_to_come_back(context: Context, accept: str) -> None:
    limited = replace(context.settings, submit_limit=(1, 60))
    app = create_app(replace(context, settings=limited))
    form = {
        "page": "/",
        "name": "Ana",
        "email": "ana@example.org",
        "comment": "Once more.",
    }
    with app.test_client() as client:
        answers = [
            client.post(
                "/api/v1/sites/demo/comments",
                data={**form, "comment": f"Again, {number}."},
                headers={"Accept": accept},
            )
            for number in range(3)
        ]
    answer = answers[-1]
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["Content-Security-Policy"]
    if accept == "text/html":
        # What was typed is not lost.
        assert "Again, 2." in answer.text
    else:
        assert answer.mimetype == "application/problem+json"
