"""What tokens prove, and that nothing else proves it."""

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.privacy.keyring import Keyring, generate
from service.privacy.tokens import (
    edit_token,
    feed_token,
    form_token,
    is_edit_token,
    is_feed_token,
    public_id,
    random_token,
    read_form_token,
    token_digest,
)

OLD = generate(1)
KEYRING = Keyring.from_text(f"{OLD}\n{generate(2)}")
BEFORE = Keyring.from_text(OLD)
STRANGER = Keyring.from_text(f"{generate(1)}\n{generate(2)}")
NOW = 1_700_000_000.25
URL_SAFE = re.compile(r"[A-Za-z0-9_.-]+")
ANY_TEXT = st.text(st.characters())


def test_edit_token_opens_its_comment_only() -> None:
    token = edit_token(KEYRING, "Xk2")
    assert is_edit_token(KEYRING, "Xk2", token)
    assert not is_edit_token(KEYRING, "Xk3", token)
    assert not is_edit_token(STRANGER, "Xk2", token)
    assert edit_token(KEYRING, "Xk2") == token
    assert URL_SAFE.fullmatch(token)


def test_feed_token_opens_one_moderators_feed_until_revoked() -> None:
    token = feed_token(KEYRING, 1, 12)
    assert is_feed_token(KEYRING, 1, 12, token)
    assert not is_feed_token(KEYRING, 1, 13, token)
    assert not is_feed_token(KEYRING, 2, 12, token)
    assert not is_feed_token(KEYRING, 11, 2, token)
    assert not is_feed_token(STRANGER, 1, 12, token)


def test_token_of_one_kind_is_none_of_another() -> None:
    feed = feed_token(KEYRING, 1, 12)
    assert not is_edit_token(KEYRING, "1.12", feed)
    assert not is_feed_token(KEYRING, 1, 12, edit_token(KEYRING, "1.12"))
    form = form_token(KEYRING, "demo", "/a/", NOW)
    assert not is_edit_token(KEYRING, form, form)


def test_tokens_outlive_a_new_key_but_not_their_own() -> None:
    edit = edit_token(BEFORE, "Xk2")
    form = form_token(BEFORE, "demo", "/a/", NOW)
    assert is_edit_token(KEYRING, "Xk2", edit)
    assert read_form_token(KEYRING, form, "demo", "/a/", NOW)[0] == "good"
    after = Keyring.from_text(generate(2))
    assert not is_edit_token(after, "Xk2", edit)
    assert read_form_token(after, form, "demo", "/a/", NOW) == ("forged", None)


def test_form_token_tells_its_age() -> None:
    token = form_token(KEYRING, "demo", "/a/", NOW)
    kind, age = read_form_token(KEYRING, token, "demo", "/a/", NOW + 12.5)
    assert kind == "good"
    assert age == pytest.approx(12.5, abs=0.002)


def test_age_is_never_negative() -> None:
    token = form_token(KEYRING, "demo", "/a/", NOW)
    assert read_form_token(KEYRING, token, "demo", "/a/", NOW - 60) == ("good", 0.0)


@pytest.mark.parametrize(
    ("site_key", "page"),
    [("demo", "/b/"), ("other", "/a/"), ("dem", "o|/a/"), ("", ""), ("demo", "/a")],
)
def test_form_token_of_another_place_is_foreign(site_key: str, page: str) -> None:
    token = form_token(KEYRING, "demo", "/a/", NOW)
    assert read_form_token(KEYRING, token, site_key, page, NOW) == ("foreign", None)


def test_no_token_is_missing() -> None:
    assert read_form_token(KEYRING, "", "demo", "/a/", NOW) == ("missing", None)


def test_form_token_of_another_installation_is_forged() -> None:
    token = form_token(STRANGER, "demo", "/a/", NOW)
    assert read_form_token(KEYRING, token, "demo", "/a/", NOW) == ("forged", None)


@given(ANY_TEXT, ANY_TEXT, st.floats(0, 1e11), st.floats(0, 1e6))
def test_form_token_comes_back_good_for_any_place(
    site_key: str, page: str, now: float, later: float
) -> None:
    token = form_token(KEYRING, site_key, page, now)
    assert len(token) <= 200
    assert URL_SAFE.fullmatch(token)
    kind, age = read_form_token(KEYRING, token, site_key, page, now + later)
    assert kind == "good"
    assert age == pytest.approx(later, abs=0.002)


def changes(token: str) -> list[str]:
    return [
        token[:at] + other + token[at + 1 :]
        for at in range(len(token))
        for other in "A1_." + token[at].swapcase()
        if other != token[at]
    ] + [token + "A", token + "=", token + "\n", " " + token, token[:-1], token * 5]


def test_changed_form_token_is_forged() -> None:
    token = form_token(KEYRING, "demo", "/a/", NOW)
    for changed in changes(token):
        found = read_form_token(KEYRING, changed, "demo", "/a/", NOW)
        assert found == ("forged", None), changed


def test_changed_edit_token_opens_nothing() -> None:
    for changed in changes(edit_token(KEYRING, "Xk2")):
        assert not is_edit_token(KEYRING, "Xk2", changed), changed


@given(ANY_TEXT)
@example("\ud800")
@example("2.9999999999999999." + "A" * 22 + "." + "A" * 43)
@example("9999999999.1." + "A" * 22 + "." + "A" * 43)
@example("٢.1." + "A" * 22 + ".é")
@example("2." + "9" * 5000)
@example("A" * 1_000_000)
def test_readers_take_any_text(text: str) -> None:
    assert not is_edit_token(KEYRING, text, text)
    assert not is_feed_token(KEYRING, 1, 1, text)
    kind, age = read_form_token(KEYRING, text, text, text, NOW)
    assert kind == ("forged" if text else "missing")
    assert age is None
    assert len(token_digest(text)) == 32


def test_digest_stands_for_one_token() -> None:
    assert token_digest("a") == token_digest("a") != token_digest("b")


@pytest.mark.parametrize(("make", "characters"), [(random_token, 43), (public_id, 22)])
def test_random_texts_are_url_safe_and_all_different(
    make: Callable[[], str], characters: int
) -> None:
    made = {make() for _ in range(2_000)}
    assert len(made) == 2_000
    assert all(re.fullmatch(rf"[\w-]{{{characters}}}", text, re.ASCII) for text in made)


def test_public_id_never_looks_like_an_option() -> None:
    assert not any(public_id()[0] in "-_" for _ in range(2_000))
