"""Every mistake ends in one line on standard error, and never shows an address."""

import pytest

from tests.cli.conftest import Foyer

ADDRESS = "Ida.Probe@example.org"


def assert_one_line(err: str) -> None:
    assert err.startswith("foyer: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert "probe" not in err.lower()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["site", "add", "A B", "--origin", "https://a.example"], "key"),
        (["site", "add", "a", "--origin", "a.example"], "origins"),
        (["site", "add", "a"], "--origin"),
        (["site", "set", "blog", "--held-from", "2"], "held-from"),
        (["site", "set", "blog", "--held-from", "much"], "--held-from"),
        (["site", "set", "blog", "--mode", "some"], "--mode"),
        (["site", "set", "blog", "--required", "age"], "required"),
        (["site", "set", "blog"], "what to change"),
        (["moderator", "add", "ida probe"], "email"),
        (["moderator", "add", f"{ADDRESS}@x"], "email"),
        (["moderator", "add", ADDRESS, "--password-stdin"], "password"),
        (["moderator", "add", ADDRESS, "--role", "king"], "--role"),
        (["list", "add", "grey", "word"], "grey"),
        (["list", "add", "spam", "  "], "text"),
        (["list", "add", "spam", "word", "--field", "nose"], "--field"),
        (["list", "import", "spam", "/nowhere"], "nowhere"),
        (["thread", "close", "", "--site", "blog"], "page"),
        (["person", "erase", "nobody", "--site", "blog"], "email"),
        (["person", "export", ADDRESS], "--site"),
        (["moderator", ADDRESS], "No such command"),
        (["site", "list", ADDRESS], "unexpected"),
        (["nonsense"], "nonsense"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_input_is_named(foyer: Foyer, arguments: list[str], word: str) -> None:
    ended = foyer(*arguments)
    assert ended.status == 2
    assert ended.out == ""
    assert_one_line(ended.err)
    assert word in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["site", "add", "blog", "--origin", "https://blog.example"],
        ["site", "show", "other"],
        ["thread", "close", "/a/", "--site", "other"],
        ["moderator", "add", ADDRESS, "--site", "other"],
        ["moderator", "password", ADDRESS, "--password-stdin"],
        ["list", "add", "spam", "word", "--site", "other"],
        ["list", "remove", "spam", "never added"],
        ["person", "erase", ADDRESS, "--site", "other"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said(foyer: Foyer, arguments: list[str]) -> None:
    ended = foyer(*arguments)
    assert ended.status == 1
    assert_one_line(ended.err)


def test_command_before_any_set_up_says_what_to_run(bare_foyer: Foyer) -> None:
    ended = bare_foyer("site", "list")
    assert ended.status == 1
    assert_one_line(ended.err)
    assert "foyer migrate" in ended.err


@pytest.mark.parametrize("command", ["web", "worker"])
def test_processes_wait_for_the_migration(bare_foyer: Foyer, command: str) -> None:
    ended = bare_foyer(command)
    assert ended.status == 1
    assert_one_line(ended.err)
    assert "foyer migrate" in ended.err


def test_wrong_settings_are_all_named(
    bare_foyer: Foyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "none")
    monkeypatch.setenv("FOYER_LOG_LEVEL", "loud")
    ended = bare_foyer("run")
    assert ended.status == 2
    assert_one_line(ended.err)
    assert "PORT" in ended.err
    assert "FOYER_LOG_LEVEL" in ended.err


def test_database_that_is_not_there_is_one_line(
    bare_foyer: Foyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://foyer:hush@127.0.0.1:1/foyer"
    monkeypatch.setenv("FOYER_DATABASE_URL", url)
    ended = bare_foyer("migrate")
    assert ended.status == 1
    assert_one_line(ended.err)
    assert "hush" not in ended.err


def test_help_needs_no_settings(bare_foyer: Foyer) -> None:
    ended = bare_foyer("--help")
    assert ended.status == 0
    assert "moderator" in ended.out
