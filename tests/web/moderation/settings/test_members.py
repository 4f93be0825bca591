"""The members of a site in the browser."""

import re
from typing import Any

import pytest
from flask import Flask

from service.operations.moderators import (
    ModeratorView,
    Role,
    moderator_by_email,
    moderator_by_id,
)
from service.operations.sites import SiteView
from service.web.context import Context
from tests.web.moderation.settings.conftest import Join
from tests.web.moderation.settings.page import fields, text_of
from tests.web.moderation.visitor import Visitor

PATH = "/settings/demo/members"
EMAIL = "new@example.org"


def join_by_page(visitor: Visitor, email: str = EMAIL, **given: str) -> Any:
    data = fields(visitor.get(PATH).text, 'name="email"')
    return visitor.post(PATH, data | {"email": email, "name": "New"} | given)


def row(visitor: Visitor, member: ModeratorView, marker: str = "") -> dict[str, str]:
    """The first form about this member, or the one with ``marker`` in it."""
    page = visitor.get(PATH).text
    for form in re.findall(r"<form\b.*?</form>", page, re.DOTALL):
        if f'name="member" value="{member.id}"' in form and marker in form:
            return fields(form, 'name="member"')
    raise AssertionError("There is no such form.")


def roles(context: Context, member: ModeratorView) -> dict[int, Role]:
    return dict(context.store.read(lambda s: moderator_by_id(s, member.id)).roles)


def test_new_member_signs_in_by_a_link_that_is_shown_once(
    owner: Visitor, app: Flask, context: Context, site: SiteView
) -> None:
    answer = join_by_page(owner, role="viewer")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    link = re.search(r"http://localhost:8000(/login/link/[\w-]{20,})", answer.text)
    assert link
    assert "A link for New" in answer.text
    assert EMAIL not in answer.text
    assert "/login/link/" not in owner.get(PATH).text
    new = Visitor(app.test_client())
    signed = new.send(link[1], "")
    assert signed.status_code == 303
    assert "demo demo Viewer" in text_of(new.get("/settings").text)
    made = context.store.read(lambda s: moderator_by_email(s, context.keyring, EMAIL))
    assert made.roles == {site.id: Role.VIEWER}


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"email": "new"}, 422, ""),
        ({"email": ""}, 422, "Fill this in."),
        ({"name": " "}, 422, "Fill this in."),
        ({"name": "x" * 81}, 422, "1-80 characters"),
        ({"role": "king"}, 422, "Not a valid choice"),
        ({"email": "ada@example.org"}, 409, "has a role here already"),
    ],
)
def test_wrong_member_is_named(
    owner: Visitor, given: dict[str, str], status: int, words: str
) -> None:
    answer = join_by_page(owner, **given)
    assert answer.status_code == status
    assert words in text_of(answer.text)
    assert 'class="problem"' in answer.text
    assert owner.get(PATH).text.count('name="seen"') == 1


def test_whoever_has_an_account_gets_no_link(
    owner: Visitor, context: Context, grace: ModeratorView, site: SiteView
) -> None:
    data = row(owner, grace, "Remove")
    assert owner.post(f"{PATH}/remove", data).status_code == 303
    answer = join_by_page(owner, "grace@example.com")
    assert answer.status_code == 303
    page = owner.get(answer.headers["Location"]).text
    assert "signs in as usual" in page
    assert "/login/link/" not in page
    assert roles(context, grace) == {site.id: Role.MODERATOR}


def test_role_is_changed_and_not_overwritten(
    owner: Visitor, context: Context, grace: ModeratorView, site: SiteView
) -> None:
    mine = row(owner, grace, 'name="role"')
    assert (mine["role"], mine["seen"]) == ("moderator", "moderator")
    answer = owner.post(f"{PATH}/role", mine | {"role": "viewer"})
    assert answer.status_code == 303
    assert "The role is changed" in owner.get(answer.headers["Location"]).text
    stale = owner.post(f"{PATH}/role", mine | {"role": "owner"})
    assert stale.status_code == 409
    assert "nothing was overwritten" in stale.text
    assert roles(context, grace) == {site.id: Role.VIEWER}


def test_last_owner_cannot_go(
    owner: Visitor, context: Context, ada: ModeratorView, site: SiteView
) -> None:
    mine = row(owner, ada, 'name="role"') | {"role": "viewer"}
    for answer in (
        owner.post(f"{PATH}/role", mine),
        owner.post(f"{PATH}/remove", row(owner, ada, "Remove")),
    ):
        assert answer.status_code == 409
        assert "A site needs an owner." in answer.text
    assert roles(context, ada) == {site.id: Role.OWNER}


def test_owner_who_leaves_goes_back_to_the_list_of_sites(
    owner: Visitor, join: Join, ada: ModeratorView
) -> None:
    join("bob", Role.OWNER)
    answer = owner.post(f"{PATH}/remove", row(owner, ada, "Remove"))
    assert answer.headers["Location"] == "/settings"
    assert "You belong to no site yet." in owner.get("/settings").text
    assert owner.get(PATH).status_code == 404


def test_link_is_made_anew_for_whoever_has_no_password(
    owner: Visitor, join: Join, ada: ModeratorView, grace: ModeratorView
) -> None:
    bob = join("bob", Role.MODERATOR)
    data = row(owner, bob, "New link")
    answer = owner.post(f"{PATH}/link", data)
    assert answer.status_code == 200
    assert "A link for Bob" in answer.text
    assert "/login/link/" in answer.text
    for other in (ada, grace):
        refused = owner.post(f"{PATH}/link", data | {"member": str(other.id)})
        assert refused.status_code == 409
        assert "/login/link/" not in refused.text


def test_moderator_sees_names_and_no_addresses(
    moderator: Visitor, owner: Visitor, ada: ModeratorView, context: Context
) -> None:
    assert "a…@example.org" in owner.get(PATH).text
    page = moderator.get(PATH).text
    assert "Ada Owner" in text_of(page)
    assert "@example" not in page
    token = fields(page, "csrf_token")
    tries = (
        ("", {"email": EMAIL, "name": "New", "role": "owner"}),
        ("/role", {"member": str(ada.id), "role": "viewer", "seen": "owner"}),
        ("/remove", {"member": str(ada.id)}),
        ("/link", {"member": str(ada.id)}),
    )
    for what, data in tries:
        assert moderator.post(PATH + what, token | data).status_code == 403
    assert Role.OWNER in roles(context, ada).values()


@pytest.mark.parametrize("what", ["role", "remove", "link"])
@pytest.mark.parametrize("member", ["", "0", "x", "99", "9" * 30])
def test_nobody_is_refused(owner: Visitor, what: str, member: str) -> None:
    data = fields(owner.get(PATH).text, 'name="seen"') | {"member": member}
    expected = 404 if member == "99" else 422
    assert owner.post(f"{PATH}/{what}", data).status_code == expected
