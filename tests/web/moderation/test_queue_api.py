"""The queue for programs: by token, and within what token and moderator may."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # no types
from werkzeug.test import TestResponse

from service.db.models import Comment
from service.domain.findings import Finding
from service.domain.status import Status
from service.operations.api_tokens import REQUESTS, Scope, make_token
from service.operations.decide_listed import MOST
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.sites import SiteView
from service.web.context import Context
from service.web.contract.schemas import SCHEMAS
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds

FOUND = Finding(check="links", log_odds=1.2, reason="Two links.")
Ask = Callable[..., Comment]


class Script:
    """A program with a token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client, self.token = client, token

    def _open(self, method: str, path: str, **more: Any) -> TestResponse:
        return self.client.open(
            f"/api/v1/queue{path}",
            method=method,
            base_url="http://localhost:8000",
            headers={"Authorization": f"Bearer {self.token}"},
            **more,
        )

    def get(self, path: str = "") -> TestResponse:
        return self._open("GET", path)

    def post(self, path: str, body: object) -> TestResponse:
        return self._open("POST", path, json=body)

    def decide(self, comment: Comment, decision: str, version: int) -> TestResponse:
        body = {"decision": decision, "version": version}
        return self.post(f"/{comment.public_id}/decision", body)


@pytest.fixture
def comment(context: Context, site: SiteView, clock: FrozenClock) -> Ask:
    def act(text: str = "Some words", status: Status = Status.HELD) -> Comment:
        return context.store.write(
            lambda s: Seeds(session=s, keyring=context.keyring, now=clock.now).comment(
                site, text, status=status, findings=[FOUND]
            )
        )

    return act


@pytest.fixture
def made(context: Context, grace: ModeratorView) -> Callable[[Scope], str]:
    def act(scope: Scope) -> str:
        return context.store.write(
            lambda s: make_token(
                s, grace.id, name="script", scope=scope, now=context.clock()
            )
        )

    return act


@pytest.fixture
def script(client: FlaskClient, made: Callable[[Scope], str]) -> Script:
    return Script(client, made(Scope.DECIDE))


@pytest.fixture
def reader(client: FlaskClient, made: Callable[[Scope], str]) -> Script:
    return Script(client, made(Scope.READ))


def conforms(answer: TestResponse, schema: str) -> Any:
    root = {
        "$ref": f"#/components/schemas/{schema}",
        "components": {"schemas": SCHEMAS},
    }
    value = answer.json
    found = [error.message for error in Draft202012Validator(root).iter_errors(value)]
    assert found == []
    return value


def test_list_has_comments_with_findings_moves_and_masked_addresses(
    script: Script, comment: Ask
) -> None:
    waiting = comment()
    answer = script.get()
    told = conforms(answer, "QueueListing")
    [card] = told["comments"]
    assert card["id"] == waiting.public_id
    assert card["findings"][0]["reason"] == "Two links."
    assert [(m["from"], m["to"]) for m in card["moves"]] == [("pending", "held")]
    assert card["address"] == "a…@example.org"
    assert "ada@" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_list_goes_on_page_by_page_in_the_order_of_the_tab(
    script: Script, comment: Ask
) -> None:
    ids = [comment(f"Note {number}").public_id for number in range(5)]
    seen, after = [], ""
    while True:
        told = script.get(f"?limit=2{after}").json
        assert told is not None
        seen += [card["id"] for card in told["comments"]]
        if told["next"] is None:
            break
        after = f"&after={told['next']}"
    assert seen == ids


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=nothing", "status"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("after=-1", "after"),
        ("after=99999999999999999", "after"),
    ],
)
def test_what_cannot_be_asked_for_is_named(
    script: Script, query: str, field: str
) -> None:
    answer = script.get(f"?{query}")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert set(answer.json["errors"]) == {field}


def test_counts_and_log_hold_their_schemas(script: Script, comment: Ask) -> None:
    comment()
    spam = comment("Buy", Status.SPAM)
    assert conforms(script.get("/counts"), "QueueCounts")["counts"]["held"] == 1
    log = conforms(script.get("/log?to=spam"), "QueueLog")
    assert [e["move"]["comment"] for e in log["entries"]] == [spam.public_id]
    first = conforms(script.get("/log?limit=1"), "QueueLog")
    rest = conforms(script.get(f"/log?after={first['next']}"), "QueueLog")
    assert first["entries"][0] not in rest["entries"]


def test_decision_moves_the_comment_and_is_in_the_log_under_its_moderator(
    script: Script, comment: Ask, context: Context
) -> None:
    waiting = comment()
    told = conforms(script.decide(waiting, "published", 2), "QueuedComment")
    assert (told["status"], told["version"]) == ("published", 3)
    assert told["moves"][0]["who"] == "Grace"
    assert context.bell.rings == 1  # type: ignore[attr-defined]  # a double


def test_stale_decision_gets_the_comment_as_it_is_now(
    script: Script, comment: Ask
) -> None:
    waiting = comment()
    assert script.decide(waiting, "spam", 2).status_code == 200
    answer = script.decide(waiting, "published", 2)
    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    told = conforms(answer, "DecisionConflict")
    assert told["comment"]["status"] == "spam"
    assert script.get(f"/{waiting.public_id}").json == told["comment"]


def test_move_that_the_table_forbids_is_a_conflict(
    script: Script, comment: Ask
) -> None:
    waiting = comment(status=Status.PENDING)
    answer = script.decide(waiting, "published", 1)
    assert conforms(answer, "DecisionConflict")["comment"]["status"] == "pending"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"decision", "version"}),
        ({"decision": "pending", "version": 1}, {"decision"}),
        ({"decision": ["spam"], "version": 1}, {"decision"}),
        ({"decision": "spam", "version": True}, {"version"}),
        ({"decision": "spam", "version": 0}, {"version"}),
        ({"decision": "spam", "version": 2**40}, {"version"}),
        ({"decision": "spam", "version": 1.5}, {"version"}),
        ({"decision": "spam", "version": 2, "status": "held"}, {"body"}),
    ],
)
def test_wrong_decision_is_named_and_changes_nothing(
    script: Script, comment: Ask, body: object, fields: set[str]
) -> None:
    waiting = comment()
    answer = script.post(f"/{waiting.public_id}/decision", body)
    assert answer.status_code == 422
    assert answer.json is not None
    assert set(answer.json["errors"]) == fields
    told = script.get(f"/{waiting.public_id}").json
    assert told is not None
    assert told["version"] == 2


def test_many_at_once_leave_stale_and_unknown_ones_alone(
    script: Script, comment: Ask
) -> None:
    first, second, third = (comment(f"Note {number}") for number in range(3))
    script.decide(second, "trashed", 2)
    nobody = "A0b1C2d3E4f5G6h7I8j9Kw"
    seen = [{"id": c.public_id, "version": 2} for c in (first, second, third)]
    answer = script.post(
        "/decisions",
        {"decision": "spam", "comments": [*seen, {"id": nobody, "version": 2}]},
    )
    told = conforms(answer, "DecisionOutcome")
    assert [d["id"] for d in told["decided"]] == [first.public_id, third.public_id]
    assert told["stale"] == [
        {
            "id": second.public_id,
            "version": 3,
            "status": "trashed",
            "actor": "moderator",
            "who": "Grace",
        }
    ]
    assert told["refused"] == [{"id": nobody, "why": "unknown"}]
    log = script.get("/log?to=spam").json
    assert log is not None
    assert {e["move"]["decided_at_once"] for e in log["entries"]} == {4}


@pytest.mark.parametrize(
    "comments",
    [
        None,
        [],
        "all",
        [{"id": "x", "version": 1}],
        [{"id": "A0b1C2d3E4f5G6h7I8j9Kw"}],
        [{"id": "A0b1C2d3E4f5G6h7I8j9Kw", "version": 1}] * 2,
        [{"id": f"A0b1C2d3E4f5G6h7I8{n:04}", "version": 1} for n in range(MOST + 1)],
    ],
    ids=["none", "empty", "text", "bad id", "no version", "twice", "too many"],
)
def test_wrong_list_is_named(script: Script, comments: object) -> None:
    answer = script.post("/decisions", {"decision": "spam", "comments": comments})
    assert answer.status_code == 422
    assert answer.json is not None
    assert set(answer.json["errors"]) == {"comments"}


def test_token_for_reading_decides_nothing(reader: Script, comment: Ask) -> None:
    waiting = comment()
    assert reader.get().status_code == 200
    assert reader.decide(waiting, "spam", 2).status_code == 403
    body = {"decision": "spam", "comments": [{"id": waiting.public_id, "version": 2}]}
    assert reader.post("/decisions", body).status_code == 403
    told = reader.get(f"/{waiting.public_id}").json
    assert told is not None
    assert told["status"] == "held"


def test_viewer_reads_and_decides_nothing_whatever_the_token(
    script: Script,
    comment: Ask,
    context: Context,
    grace: ModeratorView,
    site: SiteView,
) -> None:
    waiting = comment()
    context.store.write(
        lambda s: set_role(s, grace.id, site.id, Role.VIEWER, now=context.clock())
    )
    told = script.get(f"/{waiting.public_id}").json
    assert told is not None
    assert told["may_decide"] is False
    assert script.decide(waiting, "spam", 2).status_code == 403
    body = {"decision": "spam", "comments": [{"id": waiting.public_id, "version": 2}]}
    outcome = conforms(script.post("/decisions", body), "DecisionOutcome")
    assert outcome["refused"] == [{"id": waiting.public_id, "why": "forbidden"}]


def test_nothing_of_other_sites_is_told(
    script: Script, comment: Ask, context: Context, grace: ModeratorView, site: SiteView
) -> None:
    waiting = comment()
    context.store.write(
        lambda s: set_role(s, grace.id, site.id, None, now=context.clock())
    )
    assert script.get("?site=demo").status_code == 404
    assert script.get(f"/{waiting.public_id}").status_code == 404
    assert script.decide(waiting, "spam", 2).status_code == 404
    listing = script.get().json
    assert listing is not None
    assert listing["comments"] == []


def test_body_must_be_json(script: Script, comment: Ask) -> None:
    path = f"/{comment().public_id}/decision"
    form = script._open("POST", path, data={"decision": "spam", "version": "2"})
    assert form.status_code == 415
    broken = script._open(
        "POST", path, data=b'{"decision": ', content_type="application/json"
    )
    assert broken.status_code == 400


def test_token_is_limited_and_says_when_to_come_back(
    script: Script, reader: Script
) -> None:
    answers = [script.get("/counts").status_code for _ in range(REQUESTS.times + 1)]
    assert answers == [200] * REQUESTS.times + [429]
    assert int(script.get("/counts").headers["Retry-After"]) >= 1
    assert reader.get("/counts").status_code == 200
