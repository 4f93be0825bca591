"""Links are found in every notation, once each, with one spelling of their host."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.text.hosts import MAX_HOST_CHARS, host_of
from service.text.links import MAX_LINKS, find_links
from service.text.plain import resolve
from service.text.reading import read
from tests.unit.text.corpora import texts


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://example.com", "example.com"),
        ("HTTPS://User:Secret@WWW.Example.COM:8080/a?b#c", "example.com"),
        ("http://www.com/", "www.com"),
        ("http://example.com./", "example.com"),
        ("//example.com/x", "example.com"),
        ("http:\\\\example.com\\x", "example.com"),
        ("http:/example.com", "example.com"),
        (" h\ntt\tp://example.com", "example.com"),
        ("http://ex%61mple.com/", "example.com"),
        ("http://example.com\u3002/", "example.com"),
        ("http://\uff45xample.com", "example.com"),
        ("http://exam\u200bple.com", "example.com"),
        ("http://Bücher.example/", "xn--bcher-kva.example"),
        ("http://faß.de", "xn--fa-hia.de"),
        ("http://пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("http://\u2603.net", "xn--n3h.net"),
        ("http://under_score.example.com", "under_score.example.com"),
        ("http://127.0.0.1:80/", "127.0.0.1"),
        ("http://[::1]:80/", "::1"),
        ("http://[2001:DB8::0:1]/", "2001:db8::1"),
        ("http://localhost/", "localhost"),
        ("www.example.museum/x", "example.museum"),
        ("example.com/x", "example.com"),
        ("example.com:80", "example.com"),
        ("", ""),
        ("/local", ""),
        ("picture.html", ""),
        ("#top", ""),
        ("mailto:jane@example.org", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http://", ""),
        ("http:///x", "x"),
        ("http://..", ""),
        ("http://a..b", ""),
        ("http://[zz]/", ""),
        ("http://exa mple.com/", ""),
        ("http://a\ud800.com/", ""),
        ("http://" + "a" * 64 + ".com", ""),
        ("http://" + "a." * 130 + "com", ""),
        ("http://" + "ä." * 130 + "com", ""),
    ],
    ids=ascii,
)
def test_hosts_have_one_spelling(url: str, host: str) -> None:
    assert host_of(url) == host


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_any_host_is_ascii_lower_and_short(text: str) -> None:
    for url in (text, f"http://{text}", f"http://{text}.com/"):
        host = host_of(url)
        assert host.isascii()
        assert host == host.lower()
        assert len(host) <= MAX_HOST_CHARS
        assert host == "" or ":" in host or host_of(f"http://{host}/") == host


def test_address_corpora_give_hosts_or_nothing() -> None:
    for url in texts("url"):
        assert host_of(url).isascii()


ONE = [
    pytest.param(
        "see http://a.example/b.", "http://a.example/b", "", "bare", id="bare"
    ),
    pytest.param("(https://a.example)", "https://a.example", "", "bare", id="brackets"),
    pytest.param("www.a.example/b", "www.a.example/b", "", "bare", id="www"),
    pytest.param("<http://a.example/>", "http://a.example/", "", "bare", id="angles"),
    pytest.param(
        "[b c](http://a.example/)",
        "http://a.example/",
        "b c",
        "markdown",
        id="markdown",
    ),
    pytest.param(
        '[b](http://a.example "t")', "http://a.example", "b", "markdown", id="title"
    ),
    pytest.param(
        "[b](http://a.example/c_(d))",
        "http://a.example/c_(d",
        "b",
        "markdown",
        id="round-brackets",
    ),
    pytest.param(
        "[b](http\\://a.example)", "http://a.example", "b", "markdown", id="backslash"
    ),
    pytest.param(
        '<a href="http://a.example/">b</a>', "http://a.example/", "b", "html", id="html"
    ),
    pytest.param(
        "<A class=x HREF = 'http://a.example'><b>b</b>\n c</A>",
        "http://a.example",
        "b c",
        "html",
        id="html-loose",
    ),
    pytest.param(
        "<a href=http://a.example>b c d", "http://a.example", "", "html", id="unclosed"
    ),
    pytest.param(
        "<a href=http://a.example b c d", "http://a.example", "", "html", id="unended"
    ),
    pytest.param(
        "&lt;a href=&quot;http://a.example&quot;&gt;b&lt;/a&gt;",
        "http://a.example",
        "b",
        "html",
        id="escaped",
    ),
    pytest.param(
        "&amp;lt;a href=http&#58;//a.example&amp;gt;b&amp;lt;/a&amp;gt;",
        "http://a.example",
        "b",
        "html",
        id="escaped-twice",
    ),
    pytest.param(
        "[url=http://a.example]b[/url]", "http://a.example", "b", "bbcode", id="bbcode"
    ),
    pytest.param(
        '[URL="http://a.example"]b', "http://a.example", "", "bbcode", id="bbcode-open"
    ),
    pytest.param(
        "[url]http://a.example/[/url]",
        "http://a.example/",
        "",
        "bbcode",
        id="bbcode-bare",
    ),
    pytest.param(
        "[link=http://a.example]b[/link]", "http://a.example", "b", "bbcode", id="link"
    ),
    pytest.param(
        "<a href='http://a.example'>http://a.example</a>",
        "http://a.example",
        "http://a.example",
        "html",
        id="label-is-the-address",
    ),
]


@pytest.mark.parametrize(("text", "url", "label", "markup"), ONE)
def test_each_notation_is_one_link(
    text: str, url: str, label: str, markup: str
) -> None:
    (found,) = find_links(resolve(text))
    link = found.link
    assert (link.url, link.label, link.markup) == (url, label, markup)
    assert link.host == "a.example"


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("cheap-pills.ru and example.com/x", ["cheap-pills.ru", "example.com"]),
        ("http://a.example,http://b.example", ["a.example", "b.example"]),
        ("http://a.example http://a.example", ["a.example", "a.example"]),
        ("https://a.example/2001/http://b.example/", ["a.example", "b.example"]),
        ("https://a.example/go?to=https://b.example", ["a.example", "b.example"]),
        ("http://.http://b.example", ["", "b.example"]),
        ("http://a_b/http://b.example", ["a_b", "b.example"]),
        ("[b.com](http://a.example)", ["a.example", "b.com"]),
        ('<a title="http://b.example" href="http://a.example">c</a>', None),
        ("http://a.example\u3002http://b.example", ["a.example", "b.example"]),
        ("[b](/local) [c](#d.e)", ["", ""]),
    ],
    ids=ascii,
)
def test_several_links(text: str, hosts: list[str] | None) -> None:
    found = [one.link.host for one in find_links(text)]
    assert found == (hosts or ["a.example", "b.example"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "e.g. this, i.e. that... and so.it goes",
        "jane@example.org",
        "open main.py or README.md, user.name and std.id",
        "list[i](x) and [sic] (see below)",
        "version 1.2.3 at 10:30",
        "[url] is a word, <a> is a tag",
        "http:// is a prefix",
    ],
)
def test_other_text_has_no_links(text: str) -> None:
    assert [one for one in find_links(text) if one.link.host] == []


@pytest.mark.parametrize(
    "text",
    [
        "http://b.com._x",
        "http://b.com:x",
        "http://b.com@!",
        "_b.com_",
        "~~b.com~~",
        "b.com`x`",
        "b.com&#97;",
        "b.com\\+x",
        "b.com&plus;c.d",
    ],
)
def test_signs_that_markdown_takes_away_hide_nothing(text: str) -> None:
    assert read(name="", website="", text=text).hosts == ("b.com",)


def test_links_are_bounded() -> None:
    assert len(find_links("http://a.example " * 500)) == MAX_LINKS
    assert len(find_links("[b](http://a.example) " * 500)) == MAX_LINKS
    mixed = "http://a.example " * 500 + "b.com&#97;"
    assert len(read(name="", website="", text=mixed).links) == MAX_LINKS


@pytest.mark.parametrize(
    "part",
    [
        *("<a ", "<a href=", "<a href=x>", "<a href=x><b>", "[url=", "[url]a.", "["),
        *("[url=x]", "](", "[a](", "[a](b.", "](  ", "http://", "http://a", "://"),
        *(
            "www.",
            "www.a",
            "a.com ",
            ".com",
            "a.",
            "-",
            "@",
            "&lt;",
            "&amp;",
            "\\",
            "<",
        ),
        *("http://a.com/", "http://a@", "http://ä.de ", "[url=a b ", "<a href=' "),
    ],
)
def test_time_stays_linear(part: str) -> None:
    text = part * (10_000 // len(part))
    start = time.thread_time()
    find_links(resolve(text))
    assert time.thread_time() - start < 0.5
