"""The list of changes in the browser."""

import pytest
from sqlalchemy.orm import Session

from service.operations.audit import audit
from service.operations.moderators import ModeratorView
from service.operations.sites import SiteView
from service.web.context import Context
from tests.web.moderation.settings.page import section, text_of
from tests.web.moderation.visitor import Visitor

PATH = "/settings/demo/changes"


def test_change_is_listed_with_who_and_both_values(owner: Visitor) -> None:
    data = section(owner, "moderation") | {"mode": "all", "budget": "50"}
    owner.post("/settings/demo", data)
    words = text_of(owner.get(PATH).text)
    assert "UTC · Ada Which comments wait" in words
    assert "wait for a moderator from Only doubtful ones wait to Everything" in words
    assert "at most 1 in from 1 in 100 to 1 in 50" in words
    assert "the operator The first settings that are kept" in words


@pytest.mark.parametrize(
    ("action", "detail", "words"),
    [
        ("site-renamed", {"from": "a", "to": "<b>"}, "Name: a became <b>"),
        (
            "list-added",
            {"list": "spam", "field": "text", "entry": "casino"},
            "Put on the list Spam: casino (looked for in: the text)",
        ),
        (
            "list-removed",
            {"list": "hold", "field": "any", "entry": "casino"},
            "Taken off the list Hold: casino (looked for in: anywhere)",
        ),
        (
            "list-imported",
            {"list": "hold", "field": "any", "added": 7},
            "7 entries were put on the list Hold",
        ),
        ("thread-opened", {"page": "/a/"}, "Opened: /a/"),
        ("thread-closed", {"page": "/a/"}, "Closed: /a/"),
        (
            "thread-titled",
            {"page": "/a/", "from": "", "to": "Rye"},
            "Title of /a/: \N{EN DASH} became Rye",
        ),
        ("emptied", {"state": "spam", "comments": 1}, "1 comment called spam was"),
        ("emptied", {"state": "trashed", "comments": 2}, "2 comments in the trash"),
        ("something-new", {}, "something new"),
    ],
)
def test_everything_else_is_told_in_words(
    owner: Visitor,
    context: Context,
    site: SiteView,
    action: str,
    detail: dict[str, object],
    words: str,
) -> None:
    context.store.write(
        lambda s: audit(s, action, now=context.clock(), site_id=site.id, detail=detail)
    )
    page = text_of(owner.get(PATH).text)
    plain = page.replace("\N{FIRST STRONG ISOLATE}", "")
    assert words in plain.replace("\N{POP DIRECTIONAL ISOLATE}", "")


@pytest.mark.parametrize(
    ("role", "words"),
    [("viewer", "Role of Ada: Viewer"), (None, "Ada is no member any more")],
)
def test_roles_are_told_with_names(
    owner: Visitor,
    ada: ModeratorView,
    context: Context,
    site: SiteView,
    role: str | None,
    words: str,
) -> None:
    detail = {"moderator": ada.id, "role": role}
    context.store.write(
        lambda s: audit(
            s, "role-set", now=context.clock(), site_id=site.id, detail=detail
        )
    )
    page = text_of(owner.get(PATH).text)
    plain = page.replace("\N{FIRST STRONG ISOLATE}", "")
    assert words in plain.replace("\N{POP DIRECTIONAL ISOLATE}", "")


def test_pages_lead_to_the_first_change(
    owner: Visitor, context: Context, site: SiteView
) -> None:
    def fill(session: Session) -> None:
        for number in range(60):
            detail = {"page": f"/{number}/"}
            audit(
                *(session, "thread-opened"),
                now=context.clock(),
                site_id=site.id,
                detail=detail,
            )

    context.store.write(fill)
    first = owner.get(PATH).text
    assert "/59/" in first
    assert "/0/" not in first
    start = first.index('rel="next" href="') + len('rel="next" href="')
    url = first[start : first.index('"', start)].replace("&amp;", "&")
    last = owner.get(url).text
    assert "/0/" in last
    assert "The first settings that are kept" in last
    assert f'href="{PATH}"' in last
    assert owner.get(f"{PATH}?entry=x&version=9").status_code == 200


def test_moderator_sees_the_changes(moderator: Visitor) -> None:
    assert "The first settings that are kept" in moderator.get(PATH).text
