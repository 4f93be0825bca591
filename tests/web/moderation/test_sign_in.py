import json
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.db.models import Moderator as ModeratorRow
from service.operations.moderators import ModeratorView
from service.operations.sign_in import TRIES, charge_try
from service.operations.sign_in_links import make_link
from service.web.context import Context
from service.web.moderation.signed_in import local_path
from tests.doubles import FrozenClock
from tests.queue_seeds import PASSWORD
from tests.web.moderation.visitor import Visitor, forms_of

EMAIL = "grace@example.com"


def _cookies(answer: TestResponse) -> list[str]:
    return answer.headers.getlist("Set-Cookie")


def test_password_opens_the_page_that_was_wanted(
    visitor: Visitor, grace: ModeratorView
) -> None:
    away = visitor.get("/queue?status=spam")
    assert away.status_code == 303
    assert away.location == "/login?next=/queue?status%3Dspam"
    answer = visitor.sign_in(EMAIL, PASSWORD, away.location)
    assert (answer.status_code, answer.location) == (303, "/queue?status=spam")
    page = visitor.get("/queue?status=spam")
    assert page.status_code == 200
    assert grace.name in page.text


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "not the password"),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
    ],
    ids=["wrong password", "unknown", "no address"],
)
@pytest.mark.usefixtures("grace")
def test_refusals_are_alike_whoever_it_is(
    visitor: Visitor, email: str, password: str
) -> None:
    answer = visitor.sign_in(email, password)
    assert answer.status_code == 422
    assert "The address or the password is not right." in answer.text
    assert password not in answer.text
    assert "foyer" not in {cookie.split("=")[0] for cookie in _cookies(answer)}


def test_moderator_without_a_password_cannot_sign_in_with_any(
    visitor: Visitor, context: Context, grace: ModeratorView
) -> None:
    context.store.write(
        lambda s: setattr(s.get_one(ModeratorRow, grace.id), "password_hash", None)
    )
    assert visitor.sign_in(EMAIL, PASSWORD).status_code == 422


def test_empty_form_names_each_field(visitor: Visitor) -> None:
    answer = visitor.sign_in("", "")
    assert answer.status_code == 422
    assert "Enter your e-mail address." in answer.text
    assert "Enter your password." in answer.text


@pytest.mark.usefixtures("grace")
def test_eleventh_try_must_wait(
    visitor: Visitor, context: Context, clock: FrozenClock
) -> None:
    for _ in range(TRIES.times):
        context.store.write(
            lambda s: charge_try(
                s, context.keyring, email=EMAIL, client_ip="192.0.2.1", now=clock.now
            )
        )
    answer = visitor.sign_in(EMAIL, PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 90
    clock.advance(seconds=int(answer.headers["Retry-After"]))
    assert visitor.sign_in(EMAIL, PASSWORD).status_code == 303


def test_signing_in_again_ends_the_session_before(
    visitor: Visitor, moderator: Visitor, app: Flask
) -> None:
    old = moderator.client.get_cookie("foyer")
    assert old is not None
    page = visitor.get("/login")
    form = forms_of(page.text)[0]
    visitor.client.set_cookie("foyer", old.value)
    answer = visitor.post(
        "/login", form.fields | {"email": EMAIL, "password": PASSWORD}
    )
    assert answer.status_code == 303
    new = visitor.client.get_cookie("foyer")
    assert new is not None
    assert new.value != old.value
    third = Visitor(app.test_client())
    third.client.set_cookie("foyer", old.value)
    assert third.get("/queue").status_code == 303


def test_whoever_is_signed_in_is_not_asked_again(moderator: Visitor) -> None:
    assert moderator.get("/login?next=/account").location == "/account"


def test_signing_out_ends_the_session_in_the_store(
    moderator: Visitor, app: Flask
) -> None:
    cookie = moderator.client.get_cookie("foyer")
    assert cookie is not None
    assert moderator.send("/queue", "/logout").location == "/login"
    assert moderator.client.get_cookie("foyer") is None
    thief = Visitor(app.test_client())
    thief.client.set_cookie("foyer", cookie.value)
    assert thief.get("/queue").status_code == 303


def test_link_page_has_one_button_and_changes_nothing(
    visitor: Visitor, context: Context, grace: ModeratorView, clock: FrozenClock
) -> None:
    link = context.store.write(lambda s: make_link(s, grace.id, now=clock.now))
    for _ in range(2):
        page = visitor.get(f"/login/link/{link}")
        assert page.status_code == 200
        assert len(forms_of(page.text)) == 1
    answer = visitor.send(f"/login/link/{link}", "")
    assert (answer.status_code, answer.location) == (303, "/account")
    assert visitor.get("/account").status_code == 200
    assert visitor.get(f"/login/link/{link}").status_code == 404


def test_used_link_opens_nothing(
    visitor: Visitor, context: Context, grace: ModeratorView, clock: FrozenClock
) -> None:
    link = context.store.write(lambda s: make_link(s, grace.id, now=clock.now))
    form = forms_of(visitor.get(f"/login/link/{link}").text)[0]
    assert visitor.post(f"/login/link/{link}", form.fields).status_code == 303
    again = forms_of(visitor.get("/login/link/none").text)
    assert not again
    fields = forms_of(visitor.get("/account").text)[0].fields
    assert visitor.post(f"/login/link/{link}", fields).status_code == 404


def test_over_https_behind_a_proxy_the_cookie_is_bound_to_the_host(
    https_app: Flask, grace: ModeratorView
) -> None:
    visitor = Visitor(https_app.test_client(), "https://foyer.example.com")
    answer = visitor.sign_in(EMAIL, PASSWORD)
    assert answer.status_code == 303
    cookie = next(c for c in _cookies(answer) if c.startswith("__Host-foyer="))
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert visitor.get("/login").headers["Referrer-Policy"] == "same-origin"
    assert grace.name in visitor.get("/queue").text


def test_over_https_a_form_without_or_from_a_foreign_referrer_is_refused(
    https_app: Flask,
) -> None:
    visitor = Visitor(https_app.test_client(), "https://foyer.example.com")
    form = forms_of(visitor.get("/login").text)[0]
    for referrer in ("", "https://evil.example/"):
        answer = visitor.post("/login", form.fields, Referer=referrer)
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/login", "/logout", "/login/link/x", "/account", "/account/feed", "/queue/x"],
)
def test_post_without_csrf_token_is_refused(moderator: Visitor, path: str) -> None:
    assert moderator.post(path, {}).status_code == 400


@pytest.mark.parametrize(
    "path", ["/login", "/logout", "/account", "/account/feed", "/queue/x"]
)
def test_post_that_another_site_caused_is_refused_even_with_a_token(
    moderator: Visitor, path: str
) -> None:
    token = forms_of(moderator.get("/queue").text)[0].fields
    answer = moderator.post(path, token, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/queue", "/queue/x", "/account"])
def test_nobody_gets_in_without_a_session(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status_code == 303
    token = forms_of(visitor.get("/login").text)[0].fields
    assert visitor.post("/queue/x", token).location.startswith("/login")


def test_next_never_leads_to_another_host(app: Flask, shared: Path) -> None:
    folder = shared / "attack"
    wanted = {"//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil"}
    for name in (
        "fuzz/redirect-urls-template.json",
        "url/open_redirect_payloadbox.json",
    ):
        wanted |= {
            str(text).replace("{target}", "evil.example")
            for text in json.loads((folder / name).read_text(encoding="utf-8"))
        }
    assert len(wanted) > 25
    with app.test_request_context():
        for text in wanted:
            path = local_path(text)
            joined = urlsplit(urljoin("https://foyer.example.com/login", path))
            assert (joined.scheme, joined.netloc) == ("https", "foyer.example.com"), (
                text
            )
        assert (
            local_path("/queue?status=spam&site=demo") == "/queue?status=spam&site=demo"
        )
