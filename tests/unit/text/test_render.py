"""Source text becomes readable, safe HTML in bounded time."""

import re
import sys
import time
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.submission import MAX_COMMENT_CHARS
from service.text.border import clean_text, has_lone_surrogate
from service.text.hosts import host_of
from service.text.reading import read
from service.text.render import RENDER_VERSION, render, render_plain
from service.text.sanitise import sanitise
from tests.unit.text.corpora import pathological, texts
from tests.unit.text.elements import REL, Elements, assert_harmless, hrefs

SECONDS = 10.0 if sys.gettrace() else 1.0
"""Longest time for one comment; measured were 0.16 s, and more under coverage."""

MARKDOWN = st.lists(
    st.sampled_from(
        [
            *("*", "_", "~~", "`", "[", "](", ")", "<", ">", "\n", "\n\n", "- ", "1. "),
            *("http://a.example", "www.", "b.com", "://", "\\", "&lt;", "&#58;", " "),
            *(
                "https://",
                "c.example/",
                "@",
                "word",
                "```",
                "é",
                "日本",
                "http",
                "%",
                "$",
            ),
            *(
                "[url=",
                "<a href=",
                "</a>",
                "]",
                '"',
                ".",
                "&#98;",
                "&plus;",
                "+",
                "|",
                "=",
            ),
        ]
    ),
    max_size=25,
).map("".join)


def test_version_is_a_whole_number() -> None:
    assert RENDER_VERSION >= 1


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("a\nb", "<p>a<br>\nb</p>\n", id="line-break"),
        pytest.param("a\n\nb", "<p>a</p>\n<p>b</p>\n", id="paragraphs"),
        pytest.param(
            "*a* **b**", "<p><em>a</em> <strong>b</strong></p>\n", id="stress"
        ),
        pytest.param("~~a~~", "<p><s>a</s></p>\n", id="struck"),
        pytest.param("`<b>`", "<p><code>&lt;b&gt;</code></p>\n", id="code"),
        pytest.param(
            "```js\nx<y\n```", "<pre><code>x&lt;y\n</code></pre>\n", id="fence"
        ),
        pytest.param("> a", "<blockquote>\n<p>a</p>\n</blockquote>\n", id="quote"),
        pytest.param("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n", id="list"),
        pytest.param("    a", "<p>a</p>\n", id="indented-is-no-code"),
        pytest.param("# a", "<p># a</p>\n", id="no-heading"),
        pytest.param("a\n---", "<p>a<br>\n---</p>\n", id="no-underlined-heading"),
        pytest.param("***", "<p>***</p>\n", id="no-rule"),
        pytest.param("1986. A year!", "<p>1986. A year!</p>\n", id="year-is-no-list"),
        pytest.param("3. a\n4. b", "<p>3. a<br>\n4. b</p>\n", id="number-is-kept"),
        pytest.param(
            "<b>x</b> & y", "<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>\n", id="html-is-text"
        ),
        pytest.param("[a]: http://x.com", None, id="no-reference"),
        pytest.param("jane@example.org", "<p>jane@example.org</p>\n", id="no-mailto"),
        pytest.param("see readme.md", "<p>see readme.md</p>\n", id="file-is-no-link"),
    ],
)
def test_markdown_of_comments(text: str, html: str | None) -> None:
    rendered = render(text)
    assert "<h" not in rendered
    assert html is None or rendered == html


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("[a](https://example.com/b)", "https://example.com/b"),
        ("<https://example.com/b>", "https://example.com/b"),
        ("see https://example.com/b.", "https://example.com/b"),
        ("see www.example.com", "http://www.example.com"),
        ("see example.com/b", "http://example.com/b"),
        ("[a](mailto:jane@example.org)", "mailto:jane@example.org"),
    ],
)
def test_addresses_become_links_that_say_whose_they_are(text: str, href: str) -> None:
    html = render(text)
    assert hrefs(html) == [href]
    assert ("a", "rel", REL) in Elements(html).attributes


@pytest.mark.parametrize(
    "text",
    [
        "[a](javascript:alert(1))",
        "[a](/local)",
        "[a](//evil.example)",
        "[a](https://bank.example@evil.example)",
        "<javascript:alert(1)>",
        "<http:evil.example>",
        "ftp://example.com/file",
        "https://user:secret@evil.example/",
    ],
)
def test_doubtful_addresses_are_no_links(text: str) -> None:
    assert hrefs(render(text)) == []


def test_images_are_never_fetched() -> None:
    assert "img" not in render("![spy](https://example.com/spy.png)")


@pytest.mark.parametrize("folder", ["xss", "html", "markdown", "text", "fuzz"])
def test_hostile_text_comes_out_harmless_stable_and_fully_counted(folder: str) -> None:
    for raw in texts(folder):
        text = clean_text(raw)
        if has_lone_surrogate(text):
            continue
        html = render(text)
        assert_harmless(html)
        assert_harmless(render_plain(text))
        assert sanitise(html) == html
        assert_links_were_read(text, html)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(MARKDOWN)
def test_no_link_is_shown_that_the_checks_did_not_see(text: str) -> None:
    html = render(text)
    assert_harmless(html)
    assert_links_were_read(text, html)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_comes_out_harmless(text: str) -> None:
    assert_harmless(render(text))
    assert_harmless(render_plain(text))


def assert_links_were_read(text: str, html: str) -> None:
    shown = {host_of(unescape(href)) for href in hrefs(html) if ":/" in href}
    # "http://a.http://b" is shown with the host "a.http": it leads nowhere.
    named = {host for host in shown if "http" not in host.rpartition(".")[2]}
    assert named <= set(read(name="", website="", text=text).hosts)


def test_pathological_markdown_takes_no_second() -> None:
    for name, text in pathological().items():
        assert_quick(name, text)


@pytest.mark.parametrize(
    "part",
    [
        *("://", "http://", "http://a", "http://a.example ", "www.", "a.com ", ".com"),
        *("[", "![", "[](", "[[](", "[a](<b", "](", "<a", "<http://a.b>", "&amp;"),
        *(
            "*",
            "*a ",
            "_a",
            "*_",
            "~~a",
            "`a",
            "```\n",
            ">",
            "> ",
            "> a\n",
            "- ",
            "1. ",
        ),
        *("- a\n", "\n", "\\", "a@b.com ", "mailto:", "a\u0300", "//", "\t", '"'),
    ],
)
def test_repetition_takes_no_second(part: str) -> None:
    assert_quick(part, part * (MAX_COMMENT_CHARS // len(part)))


def assert_quick(name: str, text: str) -> None:
    start = time.thread_time()
    render(text[:MAX_COMMENT_CHARS])
    assert time.thread_time() - start < SECONDS, name


def test_overlong_text_is_shown_plain() -> None:
    text = "*a* " * MAX_COMMENT_CHARS
    assert render(text) == f"<p>{text.strip()}</p>\n"


def test_a_wall_of_addresses_is_shown_without_links() -> None:
    assert hrefs(render("http://a.example " * 100))
    assert not hrefs(render("http://a.example " * 101))


def test_half_characters_are_refused_by_rendering_and_replaced_in_plain() -> None:
    with pytest.raises(UnicodeEncodeError):
        render("\ud83d")
    assert render_plain("\ud83d").encode() == "<p>\ufffd</p>\n".encode()


def test_plain_keeps_paragraphs_and_lines() -> None:
    html = render_plain('a < b\n "c"\n\n \n\nd\x00')
    assert html == "<p>a &lt; b<br>\n &quot;c&quot;</p>\n<p>d</p>\n"


def test_rendering_is_the_same_each_time() -> None:
    text = "*a* http://example.com\n\n> b"
    assert len({render(text) for _ in range(3)}) == 1
    assert re.fullmatch(r"<p>.*</blockquote>\n", render(text), re.DOTALL)
