"""Numbers that no store can be asked for, on each kind of store."""

from dataclasses import replace

import pytest

from service.db.store import Store
from service.operations.moderators import Role
from service.privacy.keyring import Keyring
from service.web.app import create_app
from service.web.context import Context
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds
from tests.web.moderation.settings.page import fields, section
from tests.web.moderation.visitor import Visitor

HUGE = ("2147483648", "9007199254740993", "9" * 16, "9" * 40)


@pytest.fixture
def owner(
    context: Context, store: Store, keyring: Keyring, clock: FrozenClock
) -> Visitor:
    """The owner of ``demo`` on a store of each kind in turn."""
    context = replace(context, store=store)

    def act(seeds: Seeds) -> int:
        site = seeds.site("demo")
        return seeds.moderator("ada@example.org", a=(site.id, Role.OWNER)).id

    number = store.write(
        lambda s: act(Seeds(session=s, keyring=keyring, now=clock.now))
    )
    client = create_app(context).test_client()
    return Visitor(client).with_session(context, number)


@pytest.mark.parametrize("number", HUGE)
def test_page_of_a_number_that_is_too_large_is_shown(
    owner: Visitor, number: str
) -> None:
    for address in (
        f"lists?before={number}",
        f"changes?entry={number}&version={number}",
        "lists?search=%00&list=%00",
        "threads?start=%00&after=%00",
    ):
        assert owner.get(f"/settings/demo/{address}").status_code == 200


@pytest.mark.parametrize("number", HUGE)
def test_form_with_a_number_that_is_too_large_is_refused(
    owner: Visitor, number: str
) -> None:
    data = section(owner, "moderation") | {"seen": number}
    assert owner.post("/settings/demo", data).status_code == 422
    token = fields(owner.get("/settings/demo/members").text, "csrf_token")
    for what, name in (
        ("lists/remove", "entry"),
        ("members/remove", "member"),
        ("members/link", "member"),
    ):
        answer = owner.post(f"/settings/demo/{what}", token | {name: number})
        assert answer.status_code == 422


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800"])
def test_text_that_cannot_be_stored_does_no_harm(owner: Visitor, text: str) -> None:
    name = section(owner, "name") | {"name": text}
    forms = (
        ("", name),
        ("", section(owner, "pages") | {"query_keys": text, "origins": text}),
        ("", section(owner, "pages") | {"query_keys": text}),
        ("/threads", {"page": text, "act": "close"}),
        ("/threads/title", {"page": "/a/", "seen": "", "title": text}),
        ("/lists/add", {"list_name": "spam", "field": "any", "text": text}),
        ("/lists/search", {"list": text, "search": text}),
        ("/members", {"email": "new@example.org", "name": text, "role": "viewer"}),
        ("/members", {"email": text, "name": "New", "role": "viewer"}),
    )
    for path, data in forms:
        token = {"csrf_token": name["csrf_token"]}
        sent = {
            key: value.encode("utf-8", "surrogatepass")
            for key, value in (data | token).items()
        }
        answer = owner.post(f"/settings/demo{path}", sent)  # type: ignore[arg-type]  # bytes as a browser might send
        assert answer.status_code in {200, 303, 422}, path
