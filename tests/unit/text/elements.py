"""The elements and attributes of HTML, as an independent parser sees them."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

from typing_extensions import override

TAGS = "p br em strong s del code pre blockquote ul ol li a"
ALLOWED_TAGS = set(TAGS.split())
REL = "ugc nofollow noopener noreferrer"


class Elements(HTMLParser):
    """What stands in the HTML; comments and declarations count as oddments."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.oddments: list[str] = []
        self.feed(html)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    @override
    def handle_comment(self, data: str) -> None:
        self.oddments.append(data)

    @override
    def handle_decl(self, decl: str) -> None:
        self.oddments.append(decl)

    @override
    def handle_pi(self, data: str) -> None:
        self.oddments.append(data)

    @override
    def unknown_decl(self, data: str) -> None:
        self.oddments.append(data)


def hrefs(html: str) -> list[str]:
    return [value for _, name, value in Elements(html).attributes if name == "href"]


def assert_harmless(html: str) -> None:
    seen = Elements(html)
    assert seen.tags <= ALLOWED_TAGS
    assert not seen.oddments
    for tag, name, value in seen.attributes:
        assert (tag, name) in {("a", "href"), ("a", "rel")}
        if name == "rel":
            assert value == REL
        else:
            _assert_shown_address(value)


def _assert_shown_address(href: str) -> None:
    assert href.isprintable()
    parts = urlsplit(href)
    assert parts.scheme in {"http", "https", "mailto"}
    if parts.scheme != "mailto":
        assert parts.hostname
        assert "@" not in parts.netloc
        assert "\\" not in parts.netloc
