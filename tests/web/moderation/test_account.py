from html import unescape

import pytest
from flask import Flask

from service.domain.errors import InvalidInput
from service.operations.access import disable_moderator, set_password
from service.operations.moderators import ModeratorView, Role, add_moderator
from service.operations.passwords import check_new_password
from service.operations.sites import SiteView
from service.web.context import Context
from service.web.language import LANGUAGES
from service.web.moderation.account_forms import PASSWORD_PROBLEMS
from tests.queue_seeds import PASSWORD
from tests.web.moderation.visitor import Visitor, forms_of

NEW = "eight loud foghorns"


def _feed_path(page: str) -> str:
    value = page.split('id="feed"')[1].split('value="')[1].split('"', maxsplit=1)[0]
    return unescape(value).removeprefix("http://localhost:8000")


def test_password_is_changed_with_the_old_one_and_ends_other_sessions(
    moderator: Visitor, app: Flask, context: Context, grace: ModeratorView
) -> None:
    other = Visitor(app.test_client()).with_session(context, grace.id)
    answer = moderator.send("/account", "/account", old=PASSWORD, password=NEW)
    assert (answer.status_code, answer.location) == (303, "/account?saved=password")
    assert "Your new password holds." in moderator.get(answer.location).text
    assert other.get("/queue").status_code == 303
    newcomer = Visitor(app.test_client())
    assert newcomer.sign_in("grace@example.com", PASSWORD).status_code == 422
    assert newcomer.sign_in("grace@example.com", NEW).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", NEW, "This is not your present password."),
        ("not the old one", NEW, "This is not your present password."),
        (PASSWORD, "short", "Use at least 12 characters"),
        (PASSWORD, "password1234", "one of the first passwords"),
        (PASSWORD, "", "Enter a new password."),
    ],
    ids=["no old", "wrong old", "short", "common", "no new"],
)
def test_bad_change_is_named_at_its_field(
    moderator: Visitor, old: str, new: str, told: str
) -> None:
    answer = moderator.send("/account", "/account", old=old, password=new)
    assert answer.status_code == 422
    assert told in answer.text


def test_first_password_needs_no_old_one(app: Flask, context: Context) -> None:
    number = context.store.write(
        lambda s: add_moderator(
            s,
            context.keyring,
            "tove@example.com",
            name="Tove",
            roles={},
            now=context.clock(),
        )
    )
    visitor = Visitor(app.test_client()).with_session(context, number)
    page = visitor.get("/account").text
    assert "Set a password" in page
    assert "Present password" not in page
    assert visitor.send("/account", "/account", password=NEW).status_code == 303
    assert visitor.send("/account", "/account", password=NEW).status_code == 422


def test_account_shows_the_own_address_masked(moderator: Visitor) -> None:
    page = moderator.get("/account").text
    assert "g…@example.com" in page
    assert "grace@" not in page


def test_new_feed_address_kills_the_old_one(moderator: Visitor) -> None:
    old = _feed_path(moderator.get("/account").text)
    assert moderator.get(old).status_code == 200
    answer = moderator.send("/account", "/account/feed")
    assert answer.location == "/account?saved=feed"
    new = _feed_path(moderator.get(answer.location).text)
    assert moderator.get(old).status_code == 404
    assert moderator.get(new).status_code == 200


def test_feed_ends_with_the_account(
    moderator: Visitor, context: Context, grace: ModeratorView
) -> None:
    path = _feed_path(moderator.get("/account").text)
    context.store.write(
        lambda s: set_password(s, grace.id, "a hash", now=context.clock())
    )
    assert moderator.get(path).status_code == 200
    context.store.write(lambda s: disable_moderator(s, grace.id, now=context.clock()))
    assert moderator.get(path).status_code == 404


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_sessions_are_listed_by_browser_and_ended_one_by_one(
    moderator: Visitor, app: Flask
) -> None:
    other, third = Visitor(app.test_client()), Visitor(app.test_client())
    for visitor in (other, third):
        page = visitor.get("/login").text
        token = page.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
        visitor.post(
            "/login",
            {"csrf_token": token, "email": "grace@example.com", "password": PASSWORD},
            **{"User-Agent": FIREFOX},
        )
    page = moderator.get("/account").text
    assert page.count("Firefox on Linux</bdi>") == 2
    assert page.count("this browser") == 1
    assert "rv:140.0" not in page
    ends = [f.action for f in forms_of(page) if "/account/sessions/" in f.action]
    assert len(ends) == 2
    answer = moderator.send("/account", ends[0])
    assert answer.location == "/account?saved=session"
    assert sorted(v.get("/queue").status_code for v in (other, third)) == [200, 303]
    assert moderator.send("/account", "/account/sessions").status_code == 303
    assert {v.get("/queue").status_code for v in (other, third)} == {303}
    assert moderator.get("/queue").status_code == 200


def test_nobody_ends_the_session_of_another(
    moderator: Visitor, app: Flask, context: Context, site: SiteView
) -> None:
    number = context.store.write(
        lambda s: add_moderator(
            s,
            context.keyring,
            "hans@example.com",
            name="Hans",
            roles={site.id: Role.OWNER},
            now=context.clock(),
        )
    )
    hans = Visitor(app.test_client()).with_session(context, number)
    hans_too = Visitor(app.test_client()).with_session(context, number)
    [path] = [
        f.action
        for f in forms_of(hans.get("/account").text)
        if "/account/sessions/" in f.action
    ]
    token = forms_of(moderator.get("/account").text)[0].fields["csrf_token"]
    assert moderator.post(path, {"csrf_token": token}).status_code == 404
    assert hans_too.get("/queue").status_code == 200


def test_token_is_shown_once_and_revoked_by_a_button(
    moderator: Visitor, app: Flask
) -> None:
    path = "/account/tokens"
    answer = moderator.send(path, path, name="Nightly <report>", scope="decide")
    assert answer.status_code == 200
    token = answer.text.split('value="foyer_')[1].split('"')[0]
    assert answer.headers["Cache-Control"] == "no-store"
    page = moderator.get(path).text
    assert token not in page
    assert "Nightly &lt;report&gt;" in page
    client = app.test_client()
    bearer = {"Authorization": f"Bearer foyer_{token}"}

    def status() -> int:
        address = "http://localhost:8000/api/v1/queue"
        return client.get(address, headers=bearer).status_code

    assert status() == 200
    answer = moderator.send(path, f"{path}/1/revoke")
    assert answer.location == f"{path}?saved=revoked"
    assert status() == 401


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "", "Give it a name."),
        ("name", "x" * 61, "Give a name of 1-60 characters."),
        ("days", "0", "Give 1-3650 days, or nothing."),
    ],
)
def test_bad_wish_for_a_token_is_named(
    moderator: Visitor, field: str, value: str, told: str
) -> None:
    wish = {"name": "script", "scope": "read", field: value}
    answer = moderator.send("/account/tokens", "/account/tokens", **wish)
    assert answer.status_code == 422
    assert told in answer.text


def test_language_is_offered_once_there_is_a_choice_and_then_holds(
    moderator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LANGUAGES, "ar", "العربية")
    page = moderator.get("/account")
    assert 'lang="ar"' in page.text
    answer = moderator.send("/account", "/account/language", language="ar")
    assert answer.location == "/account?saved=language"
    assert '<html lang="ar" dir="rtl">' in moderator.get("/queue").text
    refused = moderator.send("/account", "/account/language", language="xx")
    assert refused.status_code == 422
    moderator.send("/account", "/account/language", language="")
    assert '<html lang="en" dir="ltr">' in moderator.get("/queue").text


def test_problems_that_operations_name_can_be_translated() -> None:
    problems = []
    for password in ("short", "x" * 257, "password1234"):
        with pytest.raises(InvalidInput) as caught:
            check_new_password(password)
        problems += caught.value.errors["password"]
    assert problems == list(PASSWORD_PROBLEMS)
