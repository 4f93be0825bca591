"""What a blog calls a page becomes the key of a thread by one rule."""

import pytest

from service.domain.errors import InvalidInput
from service.domain.pages import page_address, page_key
from service.domain.policy import SitePolicy
from service.domain.submission import MAX_PAGE_CHARS

SITE = SitePolicy(
    origins=("https://blog.example", "http://localhost:8000"), query_keys=("p", "lang")
)
NO_KEYS = SitePolicy(origins=("https://blog.example",))


@pytest.mark.parametrize(
    ("page", "key"),
    [
        ("/", "/"),
        ("/2024/soundtrack/", "/2024/soundtrack/"),
        ("  /a ", "/a"),
        ("https://blog.example", "/"),
        ("https://blog.example/", "/"),
        ("https://blog.example/a", "/a"),
        ("HTTPS://Blog.Example:443/A", "/A"),
        ("http://localhost:8000/a", "/a"),
        ("https://blog.example?p=1", "/?p=1"),
        ("/a?p=1", "/a?p=1"),
        ("/a?utm_source=x", "/a"),
        ("/a?p=1&utm_source=x&fbclid=y", "/a?p=1"),
        ("https://blog.example/a?p=1&utm_medium=x", "/a?p=1"),
        ("/a?p=1&lang=de", "/a?lang=de&p=1"),
        ("/a?lang=de&p=1", "/a?lang=de&p=1"),
        ("/a?p=", "/a?p="),
        ("/a?", "/a"),
        ("/a?p=b%20c", "/a?p=b+c"),
        ("/a#comments", "/a"),
        ("/a?p=1#comments", "/a?p=1"),
        ("/a#b?p=1", "/a"),
        ("https://blog.example/a#b", "/a"),
        ("/caf%c3%a9", "/caf%C3%A9"),
        ("/caf%C3%A9", "/caf%C3%A9"),
        ("/caf\u00e9", "/caf\u00e9"),
        ("/100%", "/100%"),
        ("//evil.example/a", "//evil.example/a"),
        ("post-17", "post-17"),
        ("urn:uuid:6e8bc430", "urn:uuid:6e8bc430"),
        ("a?p=1#b", "a?p=1#b"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("?p=1", "?p=1"),
        ("\u6771\u4eac", "\u6771\u4eac"),
    ],
)
def test_page_is_reduced_to_its_key(page: str, key: str) -> None:
    assert page_key(page, SITE) == key
    assert page_key(key, SITE) == key, "a key is its own key"


def test_site_that_lists_no_query_keys_drops_the_whole_query() -> None:
    assert page_key("/a?p=1&utm_source=x", NO_KEYS) == "/a"
    assert page_key("https://blog.example/a?p=1", NO_KEYS) == "/a"


def test_endless_query_does_not_count() -> None:
    assert page_key("/a?" + "p&" * 200, SITE) == "/a"


@pytest.mark.parametrize(
    "page",
    [
        "",
        "   ",
        "https://other.example/a",
        "http://blog.example/a",
        "https://blog.example.other.example/a",
        "https://blog.example:8443/a",
        "https://me@blog.example/a",
        "https://[::1/a",
        "http://",
        "/" + "a" * MAX_PAGE_CHARS,
        "a" * (MAX_PAGE_CHARS + 1),
        # Short as sent, but not as it would be stored.
        "/a?p=" + "\u6771" * 200,
    ],
)
def test_what_is_no_page_of_the_site_is_refused_by_name(page: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        page_key(page, SITE)
    assert set(caught.value.errors) == {"page"}


def test_longest_page_fits() -> None:
    page = "/" + "a" * (MAX_PAGE_CHARS - 1)
    assert page_key(page, SITE) == page


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("/a?p=1", "https://blog.example/a?p=1"),
        ("/", "https://blog.example/"),
        ("post-17", None),
        ("javascript:alert(1)", None),
        ("//evil.example/a", None),
        ('/"><b>`x y', "https://blog.example/%22%3E%3Cb%3E%60x%20y"),
        ("/don't/%20", "https://blog.example/don't/%20"),
    ],
)
def test_address_of_a_page_is_always_under_the_first_origin(
    key: str, address: str | None
) -> None:
    assert page_address(key, SITE) == address


def test_page_of_a_site_without_origins_has_no_address() -> None:
    assert page_address("/a", SitePolicy()) is None
