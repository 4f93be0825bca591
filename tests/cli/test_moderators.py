"""`foyer moderator …`."""

import re

import pyotp

from service.cli.doors import opened, utc_now
from service.operations.moderators import moderator_by_email
from service.operations.second_factor import (
    begin_factor,
    confirm_factor,
    new_secret,
)
from tests.cli.conftest import Foyer

EMAIL = "ann@example.org"
PASSWORD = "seven quiet lanterns\n"


def test_new_moderator_gets_a_link(foyer: Foyer) -> None:
    added = foyer("moderator", "add", EMAIL, "--name", "Ann")
    assert added.status == 0
    assert re.search(r"http://localhost:8000/login/link/[\w-]{20,}\n", added.out)
    assert EMAIL not in added.out
    listed = foyer("moderator", "list").out
    assert listed == "Ann\ta…@example.org\tno password\tblog=moderator\n"


def test_password_from_standard_input_is_set(foyer: Foyer) -> None:
    added = foyer("moderator", "add", EMAIL, "--password-stdin", text=PASSWORD)
    assert added.status == 0, added.err
    assert "/login/link/" not in added.out
    assert "password set" in foyer("moderator", "list").out


def test_password_can_be_set_later(foyer: Foyer) -> None:
    foyer("moderator", "add", EMAIL)
    # Case does not count in an address that somebody types.
    later = foyer(
        "moderator", "password", "ANN@example.org", "--password-stdin", text=PASSWORD
    )
    assert later.status == 0, later.err
    assert "password set" in foyer("moderator", "list").out


def test_weak_password_changes_nothing(foyer: Foyer) -> None:
    refused = foyer("moderator", "add", EMAIL, "--password-stdin", text="short\n")
    assert refused.status == 2
    assert "password:" in refused.err
    assert "short\n" not in refused.err
    assert foyer("moderator", "list").out == ""


def test_second_add_is_a_conflict_unless_it_names_a_site(foyer: Foyer) -> None:
    foyer("site", "add", "second", "--origin", "https://second.example")
    foyer("moderator", "add", EMAIL, "--site", "second")
    again = foyer("moderator", "add", EMAIL)
    assert again.status == 1
    assert "already" in again.err
    more = foyer("moderator", "add", EMAIL, "--site", "blog", "--role", "viewer")
    assert more.status == 0
    assert "blog=viewer second=moderator" in foyer("moderator", "list").out


def test_moderator_without_any_site_is_told_what_comes_first(
    bare_foyer: Foyer,
) -> None:
    bare_foyer("migrate")
    refused = bare_foyer("moderator", "add", EMAIL)
    assert refused.status == 1
    assert "foyer site add" in refused.err


def test_token_is_printed_alone_and_never_again(foyer: Foyer) -> None:
    foyer("moderator", "add", EMAIL)
    made = foyer("moderator", "token", EMAIL, "--name", "backup", "--days", "30")
    assert made.status == 0, made.err
    assert re.fullmatch(r"foyer_[\w-]{43}\n", made.out)
    assert made.out.strip() not in foyer("moderator", "list").out


def test_token_wish_that_cannot_be_is_named(foyer: Foyer) -> None:
    foyer("moderator", "add", EMAIL)
    for wish, field in (
        (("--name", " "), "name:"),
        (("--name", "x", "--days", "0"), "days:"),
    ):
        refused = foyer("moderator", "token", EMAIL, *wish)
        assert refused.status == 2
        assert field in refused.err
    assert foyer("moderator", "token", "nobody@example.org", "--name", "x").status == 1


def test_lost_phone_is_helped_by_the_operator(foyer: Foyer) -> None:
    foyer("moderator", "add", EMAIL)
    never = foyer("moderator", "second-factor", EMAIL, "--off")
    assert (never.status, never.out) == (0, "It was off.\n")
    with opened() as doors:
        number = doors.store.read(
            lambda s: moderator_by_email(s, doors.keyring, EMAIL).id
        )
        now = utc_now()
        doors.store.write(lambda s: begin_factor(s, doors.keyring, number, now=now))
        told = doors.store.read(
            lambda s: new_secret(s, doors.keyring, number, issuer="Foyer")
        )
        assert told is not None
        code = pyotp.TOTP(told.secret).at(now)
        assert doors.store.write(
            lambda s: confirm_factor(s, doors.keyring, number, code, now=now)
        )
    done = foyer("moderator", "second-factor", EMAIL, "--off")
    assert done.out == "Signing in takes no code any more.\n"
    assert foyer("moderator", "second-factor", EMAIL, "--off").out == "It was off.\n"
    assert foyer("moderator", "second-factor", EMAIL).status == 2


def test_role_is_changed_and_taken_away(foyer: Foyer) -> None:
    foyer("moderator", "add", EMAIL, "--role", "viewer")
    assert foyer("moderator", "role", EMAIL, "moderator", "--site", "blog").status == 0
    assert "blog=moderator" in foyer("moderator", "list").out
    assert foyer("moderator", "remove", EMAIL, "--site", "blog").status == 0
    assert "no site" in foyer("moderator", "list").out


def test_last_owner_cannot_be_demoted_by_any_command(foyer: Foyer) -> None:
    foyer("moderator", "add", EMAIL, "--role", "owner")
    for command in (
        ("remove", EMAIL, "--site", "blog"),
        ("role", EMAIL, "viewer", "--site", "blog"),
        ("add", EMAIL, "--site", "blog", "--role", "viewer"),
    ):
        refused = foyer("moderator", *command)
        assert refused.status == 1
        assert "A site needs an owner." in refused.err
    assert "blog=owner" in foyer("moderator", "list").out
