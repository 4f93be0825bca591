"""Signing in with a code, and the pages by which it is set up and switched off."""

import re
from datetime import timedelta
from html import unescape

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.operations.moderators import ModeratorView
from service.operations.second_factor import CODE_TRIES, RECOVERY_CODES, STEP_SECONDS
from service.operations.sign_in_links import make_link
from service.operations.sign_in_steps import MAX_TRIES
from service.web.context import Context
from tests.doubles import FrozenClock
from tests.queue_seeds import PASSWORD
from tests.web.moderation.visitor import Visitor

EMAIL = "grace@example.com"
PAGE = "/account/second-factor"
STEP = timedelta(seconds=STEP_SECONDS)


class Phone:
    """The app that makes Grace's codes."""

    def __init__(self, moderator: Visitor, clock: FrozenClock) -> None:
        self.moderator, self.clock = moderator, clock
        self.recovery: list[str] = []
        self.secret = ""

    def begin(self) -> str:
        answer = self.moderator.send(PAGE, f"{PAGE}/begin", old=PASSWORD)
        assert (answer.status_code, answer.location) == (303, PAGE)
        page = self.moderator.get(PAGE).text
        shown = re.search(r'<code dir="ltr">([A-Z2-7 ]+)</code>', page)
        assert shown is not None
        self.secret = shown[1].replace(" ", "")
        return page

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.clock.now)

    def set_up(self) -> None:
        self.begin()
        answer = self.moderator.send(PAGE, f"{PAGE}/confirm", code=self.code())
        assert answer.status_code == 200
        self.recovery = re.findall(r'<code dir="ltr">([a-z2-7-]+)</code>', answer.text)
        self.clock.advance(STEP)


@pytest.fixture
def phone(moderator: Visitor, clock: FrozenClock) -> Phone:
    return Phone(moderator, clock)


@pytest.fixture
def newcomer(app: Flask) -> Visitor:
    return Visitor(app.test_client())


def _has_session(visitor: Visitor) -> bool:
    return visitor.get("/queue").status_code == 200


def test_it_takes_the_password_to_begin_and_a_code_to_hold(phone: Phone) -> None:
    refused = phone.moderator.send(PAGE, f"{PAGE}/begin", old="not the password")
    assert refused.status_code == 422
    assert "This is not your present password." in refused.text
    phone.begin()
    wrong = phone.moderator.send(PAGE, f"{PAGE}/confirm", code="nonsense")
    assert wrong.status_code == 422
    assert "This code is not right" in wrong.text
    phone.set_up()
    assert len(phone.recovery) == RECOVERY_CODES
    page = phone.moderator.get(PAGE).text
    assert "10 recovery codes are left." in page
    # Neither secret nor recovery codes are ever shown again.
    assert phone.secret not in page.replace(" ", "")
    assert phone.recovery[0] not in page


def test_qr_code_holds_the_secret_and_is_kept_by_nobody(phone: Phone) -> None:
    assert phone.moderator.get(f"{PAGE}/qr.svg").status_code == 404
    assert f'src="{PAGE}/qr.svg"' in phone.begin()
    answer = phone.moderator.get(f"{PAGE}/qr.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "style" not in answer.text
    phone.set_up()
    assert phone.moderator.get(f"{PAGE}/qr.svg").status_code == 404


def test_other_sessions_end_when_it_is_switched_on(
    phone: Phone, newcomer: Visitor, context: Context, grace: ModeratorView
) -> None:
    newcomer.with_session(context, grace.id)
    assert _has_session(newcomer)
    phone.set_up()
    assert not _has_session(newcomer)
    assert _has_session(phone.moderator)


def test_password_alone_opens_nothing_and_the_code_what_was_wanted(
    phone: Phone, newcomer: Visitor
) -> None:
    phone.set_up()
    away = newcomer.get("/queue?status=spam").location
    answer = newcomer.sign_in(EMAIL, PASSWORD, away)
    assert answer.status_code == 303
    assert answer.location.startswith("/login/code?next=")
    assert not _has_session(newcomer)
    answer = newcomer.send(answer.location, "/login/code", code=phone.code())
    assert (answer.status_code, answer.location) == (303, "/queue?status=spam")
    assert _has_session(newcomer)
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(c.startswith("foyer-step=;") for c in cookies)


def test_code_is_taken_once_only(phone: Phone, newcomer: Visitor, app: Flask) -> None:
    phone.set_up()
    code, pages = phone.code(), []
    for visitor, status in ((newcomer, 303), (Visitor(app.test_client()), 422)):
        visitor.sign_in(EMAIL, PASSWORD)
        answer = visitor.send("/login/code", "/login/code", code=code)
        assert answer.status_code == status
        pages.append(answer.text)
    assert "This code is not right, or was used before." in pages[-1]


def test_recovery_code_signs_in_once(
    phone: Phone, newcomer: Visitor, app: Flask
) -> None:
    phone.set_up()
    for visitor, status in ((newcomer, 303), (Visitor(app.test_client()), 422)):
        visitor.sign_in(EMAIL, PASSWORD)
        given = phone.recovery[0].upper()
        answer = visitor.send("/login/code", "/login/code", code=given)
        assert answer.status_code == status


def test_wrong_codes_lead_back_to_the_password(phone: Phone, newcomer: Visitor) -> None:
    phone.set_up()
    newcomer.sign_in(EMAIL, PASSWORD)
    for _ in range(MAX_TRIES - 1):
        answer = newcomer.send("/login/code", "/login/code", code="000 000 000")
        assert answer.status_code == 422
    answer = newcomer.send("/login/code", "/login/code", code="000 000 000")
    assert answer.location == "/login?next=/queue"
    assert newcomer.get("/login/code").status_code == 303


def test_codes_are_limited_over_all_steps(phone: Phone, app: Flask) -> None:
    phone.set_up()
    statuses = []
    for _ in range(CODE_TRIES.times + 10):
        visitor = Visitor(app.test_client())
        phone.clock.advance(minutes=2)
        visitor.sign_in(EMAIL, PASSWORD)
        answer = visitor.send("/login/code", "/login/code", code="nonsense")
        statuses.append(answer.status_code)
    assert statuses[0] == 422
    assert 429 in statuses


def test_one_time_link_asks_for_the_code(
    phone: Phone, newcomer: Visitor, context: Context, grace: ModeratorView
) -> None:
    phone.set_up()
    token = context.store.write(lambda s: make_link(s, grace.id, now=context.clock()))
    path = f"/login/link/{token}"
    answer = newcomer.send(path, "")
    assert answer.location == "/login/code?next=/account"
    assert not _has_session(newcomer)
    answer = newcomer.send(answer.location, "/login/code", code=phone.code())
    assert answer.location == "/account"


def test_nobody_gives_a_code_without_a_step(client: FlaskClient) -> None:
    visitor = Visitor(client)
    assert visitor.get("/login/code").location == "/login?next=/queue"


@pytest.mark.parametrize(
    ("password", "has_code", "told"),
    [
        ("not the password", True, "This is not your present password."),
        (PASSWORD, False, "This code is not right"),
    ],
)
def test_switching_it_off_takes_password_and_code(
    phone: Phone, password: str, has_code: bool, told: str
) -> None:
    phone.set_up()
    code = phone.code() if has_code else "nonsense"
    fields = {"off-old": password, "off-code": code}
    answer = phone.moderator.send(PAGE, f"{PAGE}/off", **fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert "Switch it off" in phone.moderator.get(PAGE).text


def test_switched_off_the_password_is_enough(phone: Phone, newcomer: Visitor) -> None:
    phone.set_up()
    fields = {"off-old": PASSWORD, "off-code": phone.code()}
    answer = phone.moderator.send(PAGE, f"{PAGE}/off", **fields)
    assert answer.location == "/account?saved=second-factor-off"
    assert "takes no code any more" in phone.moderator.get(answer.location).text
    newcomer.sign_in(EMAIL, PASSWORD)
    assert _has_session(newcomer)


def test_new_recovery_codes_take_a_code(phone: Phone) -> None:
    phone.set_up()
    refused = phone.moderator.send(PAGE, f"{PAGE}/codes", **{"renew-code": "nonsense"})
    assert refused.status_code == 422
    answer = phone.moderator.send(PAGE, f"{PAGE}/codes", **{"renew-code": phone.code()})
    assert answer.status_code == 200
    assert phone.recovery[0] not in unescape(answer.text)
    assert answer.text.count('<code dir="ltr">') == RECOVERY_CODES
