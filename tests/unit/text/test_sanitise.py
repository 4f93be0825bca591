"""The sanitiser holds alone, whatever HTML reaches it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from service.text.sanitise import TAGS, sanitise
from tests.unit.text.corpora import texts
from tests.unit.text.elements import ALLOWED_TAGS, REL, assert_harmless, hrefs

SOUP = (
    "<a href= http://x.example \" ' > < </ script svg style onload= javascript: "
    "<!-- --> <![CDATA[ ]]> <p <br / &lt; &#x3c; &#13; &#1; title= \x00 \u2028 data: "
    "math <noscript> <template> <xmp> <plaintext> // \\ @ : # ? <li> <pre> \n &#10;"
)
FRAGMENTS = st.lists(st.sampled_from(SOUP.split(" ")), max_size=30).map("".join)


def test_only_agreed_elements_may_stay() -> None:
    assert TAGS == ALLOWED_TAGS


@pytest.mark.parametrize(
    "href",
    [
        "http://example.com",
        "HTTPS://example.com/a?b=c#d",
        "https://example.com:8080/@somebody",
        "http://[::1]/",
        "http://bücher.example/",
        "mailto:jane@example.org",
    ],
)
def test_absolute_addresses_stay(href: str) -> None:
    assert sanitise(f'<a href="{href}">x</a>') == f'<a href="{href}" rel="{REL}">x</a>'


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "ftp://example.com/",
        "//evil.example/",
        "/relative",
        "relative",
        "#here",
        "?query",
        "",
        "http:example.com",
        "http:/example.com",
        "http://",
        "http:///path",
        "http://:80/",
        "http:\\\\evil.example",
        "https://bank.example@evil.example/",
        "https://bank.example\\@evil.example/",
        "https://user:secret@evil.example/",
        "https://bank.example%40evil.example/",
        "http://exa mple.com/",
        "http://example.com/\x01",
        "http://[",
        "mailto:",
    ],
)
def test_other_addresses_go_and_the_label_stays(href: str) -> None:
    cleaned = sanitise(f'<a href="{href}">x</a>')
    assert hrefs(cleaned) == []
    assert ">x</a>" in cleaned


@pytest.mark.parametrize(
    "name",
    ["title", "lang", "class", "id", "style", "onclick", "target", "rel", "name"],
)
@pytest.mark.parametrize("tag", ["p", "a", "code", "li"])
def test_no_other_attribute_survives(tag: str, name: str) -> None:
    assert '="x"' not in sanitise(f'<{tag} {name}="x">y</{tag}>')


@pytest.mark.parametrize("folder", ["xss", "html", "markdown", "text", "fuzz"])
def test_hostile_html_comes_out_harmless(folder: str) -> None:
    for text in texts(folder):
        assert_harmless(sanitise(text))


@pytest.mark.parametrize("folder", ["xss", "markdown"])
def test_markdown_with_raw_html_comes_out_harmless(folder: str) -> None:
    lenient = MarkdownIt("commonmark", {"html": True})
    for text in texts(folder):
        assert_harmless(sanitise(lenient.render(text[:2_000])))


@pytest.mark.parametrize("folder", ["xss", "html"])
def test_a_second_pass_changes_nothing(folder: str) -> None:
    for text in texts(folder):
        once = sanitise(text)
        assert sanitise(once) == once


@settings(max_examples=100, deadline=None)
@given(FRAGMENTS)
def test_any_soup_of_markup_comes_out_harmless_and_stable(soup: str) -> None:
    once = sanitise(soup)
    assert_harmless(once)
    assert sanitise(once) == once
