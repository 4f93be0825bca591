from html import unescape

import pytest
from flask import Flask

from service.operations.access import disable_moderator, set_password
from service.operations.moderators import ModeratorView, add_moderator
from service.web.context import Context
from tests.queue_seeds import PASSWORD
from tests.web.moderation.visitor import Visitor

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
