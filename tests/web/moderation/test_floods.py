"""Many at once, floods, writers and rules, as a browser and a script see them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from service.db.models import AuditEntry, Comment, ListEntry
from service.domain.status import Status
from service.operations.floods import Moved, count_moved
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.sites import SiteView
from service.web.context import Context
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds
from tests.web.moderation.visitor import Visitor, forms_of

JSON = {"Accept": "application/json"}
Add = Callable[..., Comment]


@pytest.fixture
def add(context: Context, site: SiteView, clock: FrozenClock) -> Add:
    def act(text: str = "Some words", **fields: Any) -> Comment:
        return context.store.write(
            lambda s: Seeds(session=s, keyring=context.keyring, now=clock.now).comment(
                site, text, **fields
            )
        )

    return act


@pytest.fixture
def flood(context: Context, site: SiteView, add: Add) -> list[Comment]:
    """Three held comments that link to one host."""
    made = [add(f"Number {n} https://spam.example") for n in range(3)]

    def act(session: Any) -> None:
        key = "host:spam.example"
        ids = [each.id for each in made]
        session.execute(
            update(Comment).where(Comment.id.in_(ids)).values(flood_key=key)
        )
        count_moved(session, [Moved(site.id, key, "", Status.HELD)] * 3)

    context.store.write(act)
    return made


def _json(answer: TestResponse) -> Any:
    return answer.get_json(force=True)


def states(context: Context, comments: list[Comment]) -> list[str]:
    ids = [each.id for each in comments]
    return context.store.read(
        lambda s: list(
            s.scalars(
                select(Comment.status).where(Comment.id.in_(ids)).order_by(Comment.id)
            )
        )
    )


def token(moderator: Visitor, page: str = "/account") -> dict[str, str]:
    (fields, *_) = [f.fields for f in forms_of(moderator.get(page).text)]
    return {"csrf_token": fields["csrf_token"]}


def test_ticked_comments_are_decided_as_one_and_taken_back(
    moderator: Visitor, add: Add, context: Context
) -> None:
    comments = [add(f"Number {n}") for n in range(3)]
    data: dict[str, Any] = token(moderator) | {
        "decision": "spam",
        "tab": "held",
        "comment": [f"{each.public_id}:{each.version}" for each in comments[:2]],
    }
    answer = moderator.post("/queue/decide", data)
    assert answer.status_code == 303
    assert states(context, comments) == ["spam", "spam", "held"]
    page = moderator.get(answer.location).text
    assert "Marked 2 comments as spam." in page
    undone = moderator.send(answer.location, "/queue/undo")
    assert states(context, comments) == ["held"] * 3
    assert (
        "Took back the decision on 2 comments." in moderator.get(undone.location).text
    )


def test_stale_one_is_named_with_who_moved_it(
    moderator: Visitor,
    add: Add,
    app: Flask,
    context: Context,
    site: SiteView,
) -> None:
    comments = [add(f"Number {n}") for n in range(2)]
    data: dict[str, Any] = token(moderator) | {
        "decision": "published",
        "tab": "held",
        "comment": [f"{each.public_id}:{each.version}" for each in comments],
    }
    tove = context.store.write(
        lambda s: Seeds(
            session=s, keyring=context.keyring, now=context.clock()
        ).moderator("tove@example.com", a=(site.id, Role.OWNER))
    )
    other = Visitor(app.test_client()).with_session(context, tove.id)
    other.send("/queue", f"/queue/{comments[0].public_id}", "spam")
    answer = moderator.post("/queue/decide", data)
    assert states(context, comments) == ["spam", "published"]
    page = moderator.get(answer.location).text
    assert "Published “" in page
    assert "was left alone" in page
    assert "\u2068Tove\u2069 has moved it (now: spam)." in page
    again = moderator.post("/queue/decide", data, **JSON)
    assert _json(again)["stale"] == [
        {
            "id": comments[0].public_id,
            "version": comments[0].version + 1,
            "status": "spam",
            "who": "Tove",
        }
    ]


@pytest.mark.parametrize("ticked", [[], ["x"], ["a" * 22], [f"{'a' * 22}:0"]], ids=str)
def test_ticks_that_are_none_change_nothing(
    moderator: Visitor, ticked: list[str]
) -> None:
    data: dict[str, Any] = token(moderator) | {"decision": "spam", "comment": ticked}
    assert moderator.post("/queue/decide", data).status_code == 422


def test_script_gets_json_of_a_decision_and_of_its_undo(
    moderator: Visitor, add: Add
) -> None:
    comment = add()
    path = f"/queue/{comment.public_id}"
    data = token(moderator) | {"seen": str(comment.version), "decision": "published"}
    answer = moderator.post(path, data, **JSON)
    assert answer.status_code == 200
    assert _json(answer)["decided"] == [
        {
            "id": comment.public_id,
            "version": comment.version + 1,
            "status": "published",
        }
    ]
    assert _json(answer)["words"] == "Published “\u2068Some words\u2069”."
    undone = moderator.post(
        "/queue/undo", token(moderator) | {"batch": _json(answer)["batch"]}, **JSON
    )
    assert _json(undone)["decided"][0]["status"] == "held"
    stale = moderator.post(path, data | {"decision": "spam"}, **JSON)
    assert stale.status_code == 409
    assert stale.mimetype == "application/problem+json"
    assert _json(stale)["stale"][0]["who"] == "Grace"
    wrong = moderator.post("/queue/undo", token(moderator) | {"batch": "x"}, **JSON)
    assert (wrong.status_code, wrong.mimetype) == (404, "application/problem+json")


def test_flood_is_one_card_with_one_decision_for_all(
    moderator: Visitor, flood: list[Comment], context: Context
) -> None:
    page = moderator.get("/queue").text
    assert page.count('<article class="card"') == 1
    assert "3 alike" in page
    assert "All link to \u2068spam.example\u2069." in page
    path = f"/queue/{flood[0].public_id}/alike"
    opened = moderator.get(path).text
    for each in flood:
        assert f'value="{each.public_id}:{each.version}"' in opened
    answer = moderator.send("/queue", path, "spam")
    assert states(context, flood) == ["spam"] * 3
    done = moderator.get(answer.location).text
    assert "Marked 3 comments as spam." in done
    moderator.send(answer.location, "/queue/undo")
    assert states(context, flood) == ["held"] * 3


def test_flood_that_is_gone_is_a_conflict_and_lone_comments_have_none(
    moderator: Visitor, flood: list[Comment], add: Add
) -> None:
    path = f"/queue/{flood[0].public_id}/alike"
    form = next(f for f in forms_of(moderator.get("/queue").text) if f.action == path)
    for each in flood:
        single = f"/queue/{each.public_id}"
        moderator.send(single, single, "trashed")
    answer = moderator.post(path, form.fields | {"decision": "spam"})
    assert answer.status_code == 409
    lone = moderator.get(f"/queue/{add('Alone').public_id}/alike").text
    assert "No other comment in the same state is alike this one." in lone
    assert moderator.get(f"{path}?from=x").status_code == 404


def test_writer_panel_blocks_trusts_and_takes_back(
    moderator: Visitor, add: Add, context: Context
) -> None:
    comment = add(email="jane@mail.example")
    path = f"/queue/{comment.public_id}/writer"
    page = moderator.get(path).text
    assert "j…@mail.example" in page
    assert "jane@mail.example" not in page
    assert page.count(f'action="{path}/list"') == 5
    answer = moderator.send(path, f"{path}/list")
    page = moderator.get(answer.location).text
    assert "The address is blocked from now on." in page
    assert "The address is blocked: its comments are spam." in page
    rows = context.store.read(
        lambda s: [(r.list_name, r.field) for r in s.scalars(select(ListEntry))]
    )
    assert rows == [("spam", "address")]
    moderator.send(path, f"{path}/unlist")
    assert context.store.read(lambda s: s.scalars(select(ListEntry)).all()) == []
    data = token(moderator, path) | {"what": "network", "list_name": "hold"}
    scripted = moderator.post(f"{path}/list", data, **JSON)
    assert _json(scripted)["words"] == "Comments from this network wait from now on."
    refused = moderator.post(f"{path}/list", data | {"list_name": "trust"})
    assert refused.status_code == 409


def test_address_is_shown_once_by_a_button_and_logged(
    moderator: Visitor,
    add: Add,
    context: Context,
    grace: ModeratorView,
    site: SiteView,
) -> None:
    comment = add(email="jane@mail.example")
    path = f"/queue/{comment.public_id}/writer"
    answer = moderator.send(path, f"{path}/reveal")
    assert "jane@mail.example" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "jane@mail.example" not in moderator.get(path).text
    actions = context.store.read(lambda s: list(s.scalars(select(AuditEntry.action))))
    assert actions.count("address-revealed") == 1
    data = token(moderator, path)
    context.store.write(
        lambda s: set_role(s, grace.id, site.id, Role.VIEWER, now=context.clock())
    )
    assert "/reveal" not in moderator.get(path).text
    assert moderator.post(f"{path}/reveal", data).status_code == 403


def test_rule_is_made_tried_let_to_act_stopped_and_removed(
    moderator: Visitor, add: Add
) -> None:
    good = add("A fine page https://shop.example", status=Status.PUBLISHED)
    comment = add("Buy at https://shop.example/a")
    start = f"/queue/{comment.public_id}/rule"
    assert 'value="shop.example"' in moderator.get(start).text
    data = {"what": "text", "list_name": "spam", "text": "fine page"}
    answer = moderator.send(start, start, **data)
    assert answer.status_code == 303
    path = answer.location
    page = moderator.get(path).text
    assert "only logs" in page
    assert "Good comments it would have hit (1)" in page
    assert f'href="/queue/{good.public_id}"' in page
    moderator.post(f"{path}/mode", token(moderator, path) | {"mode": "on"})
    assert "Stop it: only log" in moderator.get(path).text
    moderator.post(f"{path}/mode", token(moderator, path) | {"mode": "log"})
    assert "Let it act" in moderator.get(path).text
    assert "fine page" in moderator.get("/rules").text
    gone = moderator.send(path, f"{path}/remove")
    assert "The rule was removed." in moderator.get(gone.location).text
    assert moderator.get(path).status_code == 404
    assert moderator.get("/rules/99999999999999").status_code == 404
    assert moderator.get("/rules?after=x").status_code == 404


def test_rule_that_cannot_be_names_what_is_wrong(moderator: Visitor, add: Add) -> None:
    start = f"/queue/{add('Words').public_id}/rule"
    answer = moderator.send(start, start, what="host", list_name="spam", host="nothing")
    assert answer.status_code == 422
    assert "Write a host such as spam.example." in answer.text
    assert 'value="nothing"' in answer.text
    assert moderator.send(start, start, what="x", list_name="spam").status_code == 422
