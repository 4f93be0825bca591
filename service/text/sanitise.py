"""HTML reduced to the few elements a comment may show, whatever it came from.

This holds on its own: it does not rely on the renderer having escaped anything.
"""

import re

import nh3

from service.text.border import without_controls

_TEXT_TAGS = ("p", "br", "em", "strong", "s", "del", "code", "pre")
TAGS = frozenset((*_TEXT_TAGS, "blockquote", "ul", "ol", "li", "a"))
"""Elements that may leave the service inside a comment."""

LINK_REL = "ugc nofollow noopener noreferrer"
"""Says to search engines that a reader wrote the link, and to browsers to tell the
target nothing."""

_LINES_AFTER_PRE = re.compile(r"<pre>\n+")

# Absolute, with a host, without a user name: "https://bank.example@other.example/" is
# made to be misread. A backslash counts as a slash in browsers (WHATWG URL Standard,
# section 4.4), so it may not end the host either.
_SHOWN_HREF = re.compile(
    r"https?://(?:\[[0-9a-f:.]+\]|\w[\w.-]*)(?::[0-9]*)?(?:[/?#][^\s\x00-\x1f\x7f]*)?"
    r"|mailto:[^\s\x00-\x1f\x7f]+",
    re.IGNORECASE,
)


def sanitise(html: str) -> str:
    """Return the HTML with only `TAGS` left, and on ``a`` only ``href`` and ``rel``.

    An address stays only if it is absolute http(s) without a user name, or mailto.

    :raises UnicodeEncodeError: if the HTML holds a lone surrogate.
    """
    # Controls can be written as entities, and would break feeds, which are XML.
    clean = without_controls(_CLEANER.clean(html))
    # Browsers drop a line end there each time they read it, so that the HTML would
    # change with every pass.
    return _LINES_AFTER_PRE.sub("<pre>", clean)


def _shown_attribute(tag: str, name: str, value: str) -> str | None:
    # nh3 asks for the rel that it has set itself, too.
    if (tag, name) == ("a", "rel"):
        return LINK_REL
    shown = (tag, name) == ("a", "href") and _SHOWN_HREF.fullmatch(value)
    return value if shown else None


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    # Without "*", nh3 lets title and lang through on every element.
    attributes={"a": {"href"}, "*": set()},
    attribute_filter=_shown_attribute,
    url_schemes={"http", "https", "mailto"},
    link_rel=LINK_REL,
)
