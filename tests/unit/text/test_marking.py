"""Marks go around what is sought, and change nothing else, whatever the text."""

import re
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.text.marking import marked
from service.text.render import render, render_plain
from service.text.sanitise import sanitise
from tests.unit.text.corpora import texts
from tests.unit.text.elements import ALLOWED_TAGS, REL, Elements

_MARK = re.compile(r"</?mark>")
_MARKED = re.compile(r"<mark>(.*?)</mark>", re.DOTALL)


def found(html: str) -> list[str]:
    return _MARKED.findall(html)


def assert_only_marked(before: str, after: str) -> None:
    """Another parser, that of the sanitiser, sees the same without the marks."""
    assert sanitise(_MARK.sub("", after)) == sanitise(before)
    seen, seen_before = Elements(after), Elements(before)
    assert seen.tags - {"mark"} == seen_before.tags <= ALLOWED_TAGS
    assert seen.attributes == seen_before.attributes
    assert not seen.oddments
    for opened in re.findall(r"<[^>]*>", "".join(found(after))):
        # A mark holds text only: it ends before each tag and begins anew behind it.
        pytest.fail(f"a tag in a mark: {opened}")


@pytest.mark.parametrize(
    ("text", "word", "places"),
    [
        ("Buy cheap shoes", "cheap", ["cheap"]),
        ("Buy CHEAP shoes, cheap!", "cheap", ["CHEAP", "cheap"]),
        (
            "Buy \uff43\uff48\uff45\uff41\uff50 shoes",
            "cheap",
            ["\uff43\uff48\uff45\uff41\uff50"],
        ),
        ("Buy che\u200bap shoes", "cheap", ["che\u200bap"]),
        ("A class of its own", "ass", []),
        ("Buy cheap\nshoes", "cheap shoes", ["cheap", "\nshoes"]),
        ("Buy *cheap* shoes", "cheap shoes", ["cheap", " shoes"]),
        ("Buy cheap\n\nshoes", "cheap shoes", []),
        ("安い靴を買う", "靴", ["靴"]),
        ("Straße", "strasse", ["Straße"]),
        ("a v1agra b", "viagra", ["v1agra"]),
        ("a vi\u0430gra b", "viagra", ["vi\u0430gra"]),
        ("Fish & chips < 3", "fish & chips < 3", ["Fish &amp; chips &lt; 3"]),
        ("x", " ", []),
        ("x", "\u200b", []),
        ("1 + 1 (two)", "(two)", ["(two)"]),
    ],
    ids=lambda value: ascii(value) if isinstance(value, str) else "",
)
def test_words_are_found_as_people_read_them(
    text: str, word: str, places: list[str]
) -> None:
    html = render(text)
    after = marked(html, [word], [])
    assert found(after) == places
    assert_only_marked(html, after)


@pytest.mark.parametrize(
    ("text", "host", "places"),
    [
        ("See https://a.example/b?c=1&d=2.", "a.example", None),
        ("See www.a.example, now", "a.example", ["www.a.example"]),
        ("See [this](https://a.example/)", "a.example", ["this"]),
        ("See https://nota.example/", "a.example", []),
        ("See https://a.example.org/", "a.example", []),
        ("See [*all* of it](https://www.a.example/)", "a.example", None),
        ("See https://bücher.example/x", "xn--bcher-kva.example", None),
        ("See https://a-very-long-name.example/", "a-very-lo…", None),
        ("Mail a@a.example", "a.example", []),
    ],
    ids=[
        *("address", "bare", "words", "longer", "below", "words with tags"),
        *("other letters", "cut", "mail"),
    ],
)
def test_links_are_marked_by_their_host(
    text: str, host: str, places: list[str] | None
) -> None:
    html = render(text)
    after = marked(html, [], [host])
    if places is None:
        whole = _MARK.sub("", "".join(found(after)))
        link = re.search(r"<a [^>]*>(.*?)</a>", html)
        assert link is not None
        assert whole == re.sub(r"<[^>]*>", "", link[1])
    else:
        assert found(after) == places
    assert_only_marked(html, after)


def test_what_is_not_there_leaves_the_html_as_it_is() -> None:
    html = render("Nothing *here* & there")
    assert marked(html, ["cheap"], ["a.example"]) is html
    assert marked(html, [], []) is html


def test_words_of_tags_and_addresses_are_no_text() -> None:
    html = render("See [this](https://a.example/strong) **now**")
    assert marked(html, ["strong", "href", "nofollow", "https"], []) == html


def test_source_that_was_never_rendered_can_be_marked() -> None:
    source = escape('<b>cheap</b> & "x"')
    assert marked(source, ["cheap"], []) == (
        '&lt;b&gt;<mark>cheap</mark>&lt;/b&gt; &amp; "x"'
    )


_SOUP = st.lists(
    st.sampled_from(
        [
            *("<", ">", "&", "&lt;", "&#60;", '"', "'", "cheap", " ", "\n", "\n\n"),
            *("*", "**", "`", "> ", "- ", "~~", "[", "](https://a.example/)", "\uff43"),
            *("https://a.example/", "<mark>", "</mark>", "<script>", "\u200b", "ß"),
            *("é", "e\u0301", "\u0130", "\ufdfa", "安", "\xa0", "\r", "1"),
        ]
    ),
    max_size=25,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(_SOUP, st.lists(_SOUP, max_size=3))
def test_no_text_and_no_word_breaks_anything(text: str, words: list[str]) -> None:
    for html in (render(text), render_plain(text)):
        after = marked(html, ["cheap", *words], ["a.example", *words])
        assert_only_marked(html, after)


def test_no_attack_is_helped_by_marks() -> None:
    seen = 0
    for text in texts("xss", "html", "markdown"):
        html = render(text[:2000].encode("utf-8", "replace").decode())
        words = sorted(set(re.findall(r"\w+|<[^>]*>", text[:300])))[:30]
        after = marked(html, [*words, "<", ">", "&"], ["example.com", "evil.example"])
        assert_only_marked(html, after)
        seen += after != html
    assert seen > 100


def test_long_text_full_of_what_is_sought_is_marked_at_once() -> None:
    html = render("v1agra cheap https://a.example/ " * 90)
    after = marked(html, ["cheap", "viagra"], ["a.example"])
    assert after.count("<mark>") > 200
    assert REL in after
