"""A site's policy: what may stand in it, and how it is kept."""

from dataclasses import replace
from math import nan

import pytest

from service.domain.check_names import CheckMode
from service.domain.errors import InvalidInput
from service.domain.policy import MAX_ORIGINS, SitePolicy, checked, normal_origin

FULL = SitePolicy(
    origins=("https://blog.example", "http://localhost:8000"),
    query_keys=("p", "lang"),
    mode="new",
    held_from=0.4,
    spam_from=0.9,
    required=("name",),
    edit_seconds=60,
    max_depth=3,
    close_after_days=30,
    budget=0.02,
    audit_share=0.1,
    checks={"links": "log", "template": "off"},
    consent="My name and words are kept.",
)


@pytest.mark.parametrize("policy", [SitePolicy(), FULL], ids=["default", "full"])
def test_policy_survives_its_json(policy: SitePolicy) -> None:
    assert SitePolicy.from_json(policy.to_json()) == policy


def test_stored_policy_of_another_version_is_read() -> None:
    stored = {"mode": "all", "of_a_later_version": 1, "checks": {"later": "log"}}
    assert SitePolicy.from_json(stored) == SitePolicy(mode="all")


@pytest.mark.parametrize("policy", [SitePolicy(), FULL], ids=["default", "full"])
def test_sound_policy_passes_as_it_is(policy: SitePolicy) -> None:
    assert checked(policy) == policy


def test_origins_come_out_normal_and_once() -> None:
    given = ("HTTPS://Blog.Example:443/", "https://blog.example", "http://[::1]:80")
    origins = checked(SitePolicy(origins=given)).origins
    assert origins == ("https://blog.example", "http://[::1]")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"mode": "some"}, "mode"),
        ({"held_from": -0.1}, "held_from"),
        ({"held_from": nan}, "held_from"),
        ({"spam_from": 1.5}, "spam_from"),
        ({"held_from": 0.8, "spam_from": 0.7}, "spam_from"),
        ({"edit_seconds": -1}, "edit_seconds"),
        ({"edit_seconds": 30 * 86_400 + 1}, "edit_seconds"),
        ({"max_depth": 21}, "max_depth"),
        ({"close_after_days": -1}, "close_after_days"),
        ({"consent": "x" * 501}, "consent"),
        ({"consent": "a bell \x07"}, "consent"),
        ({"required": ("name", "website")}, "required"),
        ({"budget": 0.0009}, "budget"),
        ({"budget": 0.11}, "budget"),
        ({"budget": nan}, "budget"),
        ({"audit_share": -0.01}, "audit_share"),
        ({"audit_share": 1.01}, "audit_share"),
        ({"checks": {"links": "maybe"}}, "check"),
        ({"checks": {"lynx": "log"}}, "check"),
        ({"checks": {"waiting": "off"}}, "check"),
        ({"origin_days": 0}, "origin_days"),
        ({"origin_days": 31}, "origin_days"),
        ({"spam_days": -1}, "spam_days"),
        ({"trash_days": 3_651}, "trash_days"),
        ({"query_keys": ("p\x00",)}, "query_keys"),
        ({"query_keys": ("a b",)}, "query_keys"),
        ({"query_keys": ("x" * 101,)}, "query_keys"),
        ({"query_keys": tuple(map(str, range(51)))}, "query_keys"),
        ({"origins": ("blog.example",)}, "origins"),
        ({"origins": ("ftp://blog.example",)}, "origins"),
        ({"origins": ("https://me@blog.example",)}, "origins"),
        ({"origins": ("https://b\u00fccher.example",)}, "origins"),
        (
            {"origins": tuple(f"https://b{n}.example" for n in range(MAX_ORIGINS + 1))},
            "origins",
        ),
    ],
)
def test_mistake_is_named_at_its_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked(replace(FULL, **change))  # type: ignore[arg-type]  # wrong on purpose
    assert set(caught.value.errors) == {field}


def test_all_mistakes_are_named_at_once() -> None:
    wrong = replace(FULL, max_depth=99, edit_seconds=-1, origins=("x",))
    with pytest.raises(InvalidInput) as caught:
        checked(wrong)
    assert set(caught.value.errors) == {"max_depth", "edit_seconds", "origins"}


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://blog.example", "https://blog.example"),
        ("https://blog.example/", "https://blog.example"),
        ("https://blog.example/a/b?c#d", "https://blog.example"),
        ("  https://blog.example ", "https://blog.example"),
        ("HTTPS://BLOG.EXAMPLE", "https://blog.example"),
        ("http://blog.example:80", "http://blog.example"),
        ("https://blog.example:443", "https://blog.example"),
        ("http://blog.example:443", "http://blog.example:443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("null", None),
        ("", None),
        ("*", None),
        ("blog.example", None),
        ("//blog.example", None),
        ("https://", None),
        ("https://:443", None),
        ("ftp://blog.example", None),
        ("javascript:alert(1)", None),
        ("https://me@blog.example", None),
        ("https://me:word@blog.example", None),
        ("https://blog.example:port", None),
        ("https://blog.example:65536", None),
        ("https://[::1", None),
        ("https://b\u00fccher.example", None),
        ("https://blog.example; script-src *", None),
        ("https://*.example", None),
        ("https://blog.example\\.other.example", None),
        ("https://blog example", None),
    ],
)
def test_origin_has_one_form_or_none(text: str, origin: str | None) -> None:
    assert normal_origin(text) == origin


def test_mode_that_goes_unsaid_is_not_kept() -> None:
    policy = checked(SitePolicy(checks={"links": "on", "hosts": "log"}))
    assert policy.checks == {"hosts": "log"}
    assert policy.check_mode("links") == "on"
    assert policy.check_mode("hosts") == "log"


@pytest.mark.parametrize(
    ("checks", "mend"),
    [
        ({"lynx": "log"}, "choose one of lists, form, "),
        ({"links": "maybe"}, "links can be off, log, on, not 'maybe'."),
        ({"waiting": "off"}, "--mode doubtful"),
    ],
)
def test_wrong_mode_of_a_check_names_the_mend(
    checks: dict[str, CheckMode], mend: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked(SitePolicy(checks=checks))
    (message,) = caught.value.errors["check"]
    assert mend in message
