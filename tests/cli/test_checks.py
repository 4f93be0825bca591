"""`foyer check …`, and what `foyer doctor` says of services outside."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Foyer
from tests.outside import KEY, SECRET, Said, Service, service, true_for


@pytest.fixture
def akismet(foyer: Foyer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service that the site ``blog`` asks, with its key set."""
    monkeypatch.setenv("FOYER_OUTSIDE_NETWORKS", "127.0.0.0/8")
    with service(true_for("casino")) as running:
        foyer("site", "set", "blog", "--akismet-url", running.url)
        foyer("site", "set", "blog", "--check", "akismet=on")
        set_to = foyer("check", "secret", "blog", "akismet", "--stdin", text=f"{KEY}\n")
        assert (set_to.status, set_to.out) == (0, "Set.\n"), set_to.err
        yield running


def test_checks_are_shown_without_their_keys(foyer: Foyer) -> None:
    foyer("check", "secret", "blog", "akismet", "--stdin", text=KEY)
    shown = foyer("check", "show", "blog").out
    akismet, custom = shown.splitlines()
    assert akismet.startswith("akismet\toff\thttps://rest.akismet.com\twithout e-mail")
    assert "key set 20" in akismet
    assert custom == "custom\toff\t-\twithout e-mail addresses\tno key\t0 unanswered"
    assert KEY not in shown
    assert KEY not in foyer("site", "show", "blog").out
    changes = foyer("site", "changes", "blog").out
    assert "outside-key-changed check=akismet key=set" in changes
    assert KEY not in changes


def test_fresh_secret_is_shown_once(foyer: Foyer) -> None:
    made = foyer("check", "secret", "blog", "custom", "--new")
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=\n", made.out)
    assert made.out.strip() not in foyer("check", "show", "blog").out
    assert foyer("check", "secret", "blog", "custom", "--forget").out == "Forgotten.\n"
    again = foyer("check", "secret", "blog", "custom", "--forget")
    assert again.out == "None was set.\n"


@pytest.mark.parametrize(
    ("arguments", "text", "words"),
    [
        (("akismet", "--new"), "", "Akismet gives out its keys itself."),
        (("akismet", "--stdin"), "a b", "Write the key as it was given to you"),
        (("custom", "--stdin"), "hunter2", "Write whsec_ and then 24-64 bytes"),
        (("custom", "--new", "--forget"), "", "Say only one of"),
        (("links", "--stdin"), "", "is not one of"),
    ],
)
def test_mistake_is_named(
    foyer: Foyer, arguments: tuple[str, ...], text: str, words: str
) -> None:
    seen = foyer("check", "secret", "blog", *arguments, text=text)
    assert seen.status == 2
    assert words in seen.err
    assert not text or text not in seen.err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--akismet-url", "ftp://filter.example"),
        ("--akismet-url", "https://name:word@filter.example"),
        ("--custom-url", "https://filter.example/?token=word"),
        ("--custom-url", "filter.example"),
    ],
)
def test_address_that_is_none_or_holds_a_secret_is_refused(
    foyer: Foyer, option: str, value: str
) -> None:
    seen = foyer("site", "set", "blog", option, value)
    assert seen.status == 2
    assert "Write an address like https://filter.example/check" in seen.err


def test_doctor_asks_whether_the_key_is_taken(foyer: Foyer, akismet: Service) -> None:
    seen = foyer("doctor")
    assert "ok    check akismet of blog: the service takes the key" in seen.out
    assert seen.status == 0
    assert akismet.calls() == ["verify-key"]
    assert akismet.asked[0].form["blog"] == "https://blog.example/"


def test_doctor_names_a_wrong_key_and_does_not_show_it(
    foyer: Foyer, akismet: Service
) -> None:
    foyer("check", "secret", "blog", "akismet", "--stdin", text="wrong-key")
    seen = foyer("doctor")
    assert seen.status == 1
    assert "FAIL  check akismet of blog: the service does not take the key" in seen.out
    assert "run: foyer check secret blog akismet" in seen.out
    assert "wrong-key" not in seen.out + seen.err
    akismet.answer = Said(status=503)
    assert "the service answered with an error" in foyer("doctor").out


def test_doctor_says_nothing_of_checks_that_are_off(foyer: Foyer) -> None:
    assert "check akismet" not in foyer("doctor").out


def test_doctor_refuses_an_own_network(foyer: Foyer) -> None:
    foyer("check", "secret", "blog", "custom", "--stdin", text=SECRET)
    foyer("site", "set", "blog", "--custom-url", "http://127.0.0.1:9/")
    foyer("site", "set", "blog", "--check", "custom=on")
    seen = foyer("doctor")
    assert seen.status == 1
    assert "FOYER_OUTSIDE_NETWORKS" in seen.out


def test_doctor_misses_a_key(foyer: Foyer) -> None:
    foyer("site", "set", "blog", "--check", "akismet=log")
    seen = foyer("doctor")
    assert "because its key or secret is not set" in seen.out
    assert seen.status == 1


def test_backup_holds_no_key_in_clear(foyer: Foyer, tmp_path: Path) -> None:

    foyer("check", "secret", "blog", "custom", "--stdin", text=SECRET)
    made = foyer("backup", str(tmp_path / "kept.zip"))
    assert made.status == 0, made.err
    with zipfile.ZipFile(tmp_path / "kept.zip") as archive:
        read = {name: archive.read(name) for name in archive.namelist()}
    assert read["outside_secret.jsonl"]
    for content in read.values():
        assert SECRET.encode() not in content
        assert SECRET.removeprefix("whsec_").encode() not in content
