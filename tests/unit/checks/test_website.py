"""The website of a new writer."""

import pytest

from service.domain.policy import SitePolicy
from tests.unit.checks.inputs import comment, link
from worker.checks.website import website


def _said(url: str, host: str, **read: object) -> float:
    said = website(comment({"website": url, "website_host": host, **read}))
    assert said is not None
    return said.log_odds


HOME = _said("https://ada.example/", "ada.example")


def test_home_page_says_only_a_little() -> None:
    assert 0 < HOME <= 0.5


def test_profile_on_a_large_site_counts_like_a_home_page() -> None:
    assert _said("https://social.example/ada", "social.example") == HOME


@pytest.mark.parametrize(
    ("url", "host"),
    [
        pytest.param("https://shop.example/?p=3", "shop.example", id="query"),
        pytest.param("https://shop.example/a/b/", "shop.example", id="deep page"),
        pytest.param("https://shop.example/cheap.asp", "shop.example", id="a file"),
        pytest.param("https://shop.example/a-b-c", "shop.example", id="headline"),
        pytest.param("https://bit.ly/abc", "bit.ly", id="shortener"),
        pytest.param("http://192.0.2.7/", "192.0.2.7", id="IPv4"),
        pytest.param("http://[2001:db8::1]/", "2001:db8::1", id="IPv6"),
        pytest.param("http://buy-x-now.example/", "buy-x-now.example", id="hyphens"),
    ],
)
def test_unusual_website_weighs_more(url: str, host: str) -> None:
    assert _said(url, host) > HOME


def test_hyphens_of_an_international_name_do_not_count() -> None:
    host = "xn--mller-kva-x-y.example"
    assert _said(f"https://{host}/", host) == HOME


def test_linking_to_it_again_weighs_more() -> None:
    again = (link("ada.example"),)
    assert _said("https://ada.example/", "ada.example", links=again) > HOME


def test_no_website_says_nothing() -> None:
    assert website(comment()) is None


def test_proven_writer_may_give_any_website() -> None:
    read = {"website": "https://shop.example/a/b?c=d", "website_host": "shop.example"}
    assert website(comment(read, {"proven_published": 1})) is None


def test_the_blog_itself_says_nothing() -> None:
    read = {"website": "https://blog.example/a/b", "website_host": "blog.example"}
    policy = SitePolicy(origins=("https://blog.example",))
    assert website(comment(read, {"policy": policy})) is None


def test_unreadable_website_is_survived() -> None:
    assert _said("http://[broken/", "broken.example") == HOME
