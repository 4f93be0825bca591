"""What is said of services outside, and how their addresses may be written."""

from itertools import product

import pytest

from service.domain.check_names import CHECK_NAMES, OFF_BY_DEFAULT
from service.domain.errors import InvalidInput
from service.domain.outside import (
    FINAL_TROUBLES,
    MAX_URL_CHARS,
    OUTSIDE_NAMES,
    TROUBLES,
    OutsideAnswer,
    digest_of,
    normal_url,
    silence_words,
)
from service.domain.policy import SitePolicy, checked


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("https://filter.example", "https://filter.example"),
        (" HTTPS://Filter.Example:8443/a/b/ ", "https://filter.example:8443/a/b"),
        ("http://127.0.0.1:9/x", "http://127.0.0.1:9/x"),
        ("http://[::1]:80/", "http://[::1]:80"),
    ],
)
def test_address_comes_out_in_one_form(given: str, normal: str) -> None:
    assert normal_url(given) == normal
    assert normal_url(normal) == normal


@pytest.mark.parametrize(
    "given",
    [
        *("", "filter.example", "ftp://filter.example", "file:///etc/passwd"),
        *("https://", "https:///path", "https://a:b@filter.example"),
        *("https://@filter.example", "https://filter.example/?key=1"),
        *("https://filter.example/#a", "https://filter.example:99999"),
        *("https://fil ter.example", "https://filter.example/\r\nX: y"),
        *("https://filter.example/ä", "https://ﬁlter.example", "javascript:alert(1)"),
        f"https://filter.example/{'a' * MAX_URL_CHARS}",
    ],
)
def test_address_that_is_none_or_holds_more_is_refused(given: str) -> None:
    assert normal_url(given) is None
    if given:
        with pytest.raises(InvalidInput) as caught:
            checked(SitePolicy(custom_url=given))
        assert list(caught.value.errors) == ["custom_url"]


def test_both_are_off_until_they_are_turned_on() -> None:
    policy = SitePolicy()
    assert set(OUTSIDE_NAMES) == OFF_BY_DEFAULT
    assert {policy.check_mode(check) for check in OUTSIDE_NAMES} == {"off"}
    assert {
        policy.check_mode(check) for check in set(CHECK_NAMES) - OFF_BY_DEFAULT
    } == {"on"}
    turned = checked(SitePolicy(checks={"akismet": "on", "custom": "off"}))
    assert turned.checks == {"akismet": "on"}
    assert SitePolicy.from_json(turned.to_json()) == turned


def test_policy_stored_before_there_were_such_checks_has_them_off() -> None:
    stored = SitePolicy.from_json({"checks": {"links": "off"}})
    assert stored.check_mode("akismet") == "off"
    assert stored.akismet_url == "https://rest.akismet.com"


@pytest.mark.parametrize("check", OUTSIDE_NAMES)
@pytest.mark.parametrize("trouble", [*TROUBLES, "of a later version"])
def test_every_trouble_is_one_sentence(check: str, trouble: str) -> None:
    for is_given_up in (True, False):
        words = silence_words(check, trouble, is_given_up=is_given_up)
        assert words[0].isupper()
        assert words.endswith(".")
        assert len(words) < 250
    assert set(TROUBLES) > FINAL_TROUBLES


def test_digest_tells_every_part_apart() -> None:
    texts = [*product(("", "a", "ab", "\ud800"), repeat=3)]
    assert len({digest_of(*parts) for parts in texts}) == len(texts)
    assert digest_of("ab", "", "c") != digest_of("a", "b", "c")


def test_answer_survives_its_json() -> None:
    answer = OutsideAnswer(said="score", log_odds=-1.5, reason="It knows.")
    assert OutsideAnswer.from_json(answer.to_json()) == answer
    assert OutsideAnswer.from_json({}).said == ""
