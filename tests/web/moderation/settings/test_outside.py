"""Keys of checks that ask outside, in the browser."""

from typing import Any

import pytest
from sqlalchemy import select

from service.db.models import AuditEntry, OutsideSecret
from service.operations.outside.secrets import secret_of
from service.operations.sites import SiteView
from service.web.context import Context
from tests.outside import KEY, SECRET
from tests.web.moderation.settings.page import section, text_of
from tests.web.moderation.visitor import Visitor

PATH = "/settings/demo/secrets"


def _send(visitor: Visitor, **given: str) -> Any:
    return visitor.post(PATH, section(visitor, "secrets") | given)


def _stored(context: Context, site: SiteView, check: str) -> str | None:
    return context.store.read(lambda s: secret_of(s, context.keyring, site.id, check))


def test_key_is_set_and_never_shown(
    owner: Visitor, context: Context, site: SiteView
) -> None:
    assert "akismet No key is set." in text_of(owner.get("/settings/demo").text)
    answer = _send(owner, check="akismet", secret=f" {KEY} ")
    assert answer.status_code == 303
    assert _stored(context, site, "akismet") == KEY
    assert _stored(context, site, "custom") is None
    for path in ("/settings/demo", "/settings/demo/changes", "/log"):
        page = owner.get(path).text
        assert KEY not in page
    words = text_of(owner.get("/settings/demo?saved=secrets").text)
    assert "akismet A key is set, since March 1, 2026" in words
    assert "Saved." in words
    changes = text_of(owner.get("/settings/demo/changes").text)
    assert "A key was set for the check" in changes


def test_key_is_stored_encrypted_and_logged_without_it(
    owner: Visitor, context: Context
) -> None:
    _send(owner, check="custom", secret=SECRET)
    sealed = context.store.read(lambda s: s.scalars(select(OutsideSecret.sealed)).one())
    assert SECRET.encode() not in sealed
    details = context.store.read(
        lambda s: [
            row.detail
            for row in s.scalars(
                select(AuditEntry).where(AuditEntry.action == "outside-key-changed")
            )
        ]
    )
    assert details == [{"check": "custom", "key": "set"}]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"check": "akismet", "secret": ""}, "Write the key as it was given to you"),
        ({"check": "akismet", "secret": "two words"}, "Write the key as it was given"),
        ({"check": "custom", "secret": KEY}, "Write whsec_ and then 24-64 bytes"),
        ({"check": "custom", "secret": "whsec_YQ=="}, "Write whsec_ and then 24-64"),
    ],
)
def test_mistake_is_named_and_what_was_typed_is_not_given_back(
    owner: Visitor, context: Context, site: SiteView, given: dict[str, str], words: str
) -> None:
    answer = _send(owner, **given)
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert not given["secret"] or f'value="{given["secret"]}"' not in answer.text
    assert _stored(context, site, given["check"]) is None


def test_key_is_replaced_and_taken_away(
    owner: Visitor, context: Context, site: SiteView
) -> None:
    _send(owner, check="akismet", secret=KEY)
    _send(owner, check="akismet", secret="another-key")
    assert _stored(context, site, "akismet") == "another-key"
    assert _send(owner, check="akismet", forget="y").status_code == 303
    assert _stored(context, site, "akismet") is None
    changes = text_of(owner.get("/settings/demo/changes").text)
    assert "was replaced" in changes
    assert "was taken away" in changes


def test_check_that_asks_nobody_has_no_key(owner: Visitor) -> None:
    assert _send(owner, check="links", secret=KEY).status_code == 422


def test_only_owners_set_keys(
    moderator: Visitor, owner: Visitor, context: Context, site: SiteView
) -> None:
    assert 'value="secrets"' not in moderator.get("/settings/demo").text
    data = section(owner, "secrets") | {"check": "akismet", "secret": KEY}
    page = moderator.get("/account").text
    token = page.partition('name="csrf_token"')[2].partition('value="')[2]
    data["csrf_token"] = token.partition('"')[0]
    assert moderator.post(PATH, data).status_code == 403
    assert _stored(context, site, "akismet") is None
