"""The threads of a site in the browser."""

from typing import Any

import pytest

from service.operations.sites import SiteView
from service.operations.threads import thread_head
from service.web.context import Context
from tests.web.moderation.settings.page import fields, text_of
from tests.web.moderation.visitor import Visitor

PATH = "/settings/demo/threads"


def head(context: Context, site: SiteView, page: str = "/a/") -> Any:
    return context.store.read(lambda s: thread_head(s, site, page, context.clock()))


def act(visitor: Visitor, page: str, what: str) -> Any:
    data = fields(visitor.get(PATH).text, 'id="page"')
    return visitor.post(PATH, data | {"page": page, "act": what})


def test_thread_is_closed_and_opened(
    owner: Visitor, context: Context, site: SiteView
) -> None:
    answer = act(owner, "https://demo.example/a/?utm=1", "close")
    page = owner.get(answer.headers["Location"]).text
    assert "The thread is closed" in page
    assert "/a/ closed" in text_of(page)
    assert not head(context, site).open
    row = fields(page, 'value="open"')
    assert row["page"] == "/a/"
    answer = owner.post(PATH, row | {"act": "open"})
    assert "The thread is open" in owner.get(answer.headers["Location"]).text
    assert head(context, site).open


@pytest.mark.parametrize(
    ("page", "what"),
    [("", "close"), ("https://far.example/", "close"), ("/a/", "burn")],
)
def test_wrong_page_or_act_is_refused(
    owner: Visitor, context: Context, site: SiteView, page: str, what: str
) -> None:
    assert act(owner, page, what).status_code == 422
    assert head(context, site).id is None


def test_title_is_set_and_not_overwritten(
    owner: Visitor, context: Context, site: SiteView
) -> None:
    act(owner, "/a/", "open")
    row = fields(owner.get(PATH).text, 'name="title"')
    assert row["page"] == "/a/"
    title = f"{PATH}/title"
    assert owner.post(title, row | {"title": "Rye & <i>"}).status_code == 303
    stale = owner.post(title, row | {"title": "Wheat"})
    assert stale.status_code == 409
    assert "now: Rye & <i> yours: Wheat" in text_of(stale.text)
    assert head(context, site).title == "Rye & <i>"
    again = fields(stale.text, 'name="seen" value="Rye')
    assert again["title"] == "Wheat"
    assert owner.post(title, again).status_code == 303
    assert head(context, site).title == "Wheat"
    long = owner.post(title, again | {"seen": "Wheat", "title": "x" * 301})
    assert long.status_code == 422
    assert "at most 300 characters" in long.text


def test_list_begins_where_it_is_asked_to(owner: Visitor) -> None:
    for page in ("/a/", "/b/"):
        act(owner, page, "open")
    shown = owner.get(f"{PATH}?start=/b").text
    assert 'value="/b/"' in shown
    assert 'value="/a/"' not in shown
    assert owner.get(f"{PATH}?start=%00&after=%00").status_code == 200


def test_moderator_sees_and_changes_nothing(
    owner: Visitor, moderator: Visitor, context: Context, site: SiteView
) -> None:
    act(owner, "/a/", "open")
    page = moderator.get(PATH).text
    assert "/a/" in page
    assert 'name="act"' not in page
    token = fields(page, "csrf_token")
    closing = token | {"page": "/a/", "act": "close"}
    assert moderator.post(PATH, closing).status_code == 403
    naming = token | {"page": "/a/", "seen": "", "title": "x"}
    assert moderator.post(f"{PATH}/title", naming).status_code == 403
    assert head(context, site).open
