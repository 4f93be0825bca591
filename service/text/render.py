"""A comment's source text as safe HTML: the only place where HTML is made of it.

Markdown without raw HTML first, then the sanitiser; each holds alone.
"""

import html
import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, list_block

from service.domain.submission import MAX_COMMENT_CHARS
from service.text.addresses import linkifier
from service.text.border import clean_text
from service.text.sanitise import sanitise

RENDER_VERSION = 1
"""Stored beside rendered HTML; raised whenever `render` or the libraries under it may
give another result, so that older HTML is made anew."""

MAX_NESTING = 20
"""Levels of quotes and lists; the default of CommonMark in markdown-it."""

MAX_ADDRESSES = 100
"""Addresses in one comment that are made links. Finding them takes time quadratic in
their number: 3,300 times ``://`` took 0.7 s, 100 take none."""

_NUMBERED = re.compile(r"[0-9]{1,9}(?=[.)])")
_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")
_SURROGATES = re.compile("[\ud800-\udfff]")


def render(text: str) -> str:
    """Return the comment as HTML of the elements in `service.text.sanitise.TAGS`.

    Texts longer than a submission may be (imports hold some) come out as
    `render_plain` has them, so that the time has a bound.

    :raises UnicodeEncodeError: if the text holds a lone surrogate.
    """
    if len(text) > MAX_COMMENT_CHARS:
        return render_plain(text)
    linking = text.count("://") <= MAX_ADDRESSES
    return sanitise((_LINKING if linking else _NOT_LINKING).render(text))


def render_plain(text: str) -> str:
    """Return the comment as escaped paragraphs and line breaks; it never fails.

    What cannot be shown, half characters and controls, is replaced or left out.
    """
    shown = html.escape(_SURROGATES.sub("\ufffd", clean_text(text)))
    paragraphs = (part.replace("\n", "<br>\n") for part in _PARAGRAPHS.split(shown))
    return "".join(f"<p>{part}</p>\n" for part in paragraphs if part)


def _list_from_one(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    # A list's first number cannot be kept (attributes are not), and "1986. What a
    # year!" must not become "1. What a year!": such a line stays text.
    # Silent calls ask whether the line ends a paragraph: there, 2 follows 1.
    number = _NUMBERED.match(state.src, state.bMarks[first] + state.tShift[first])
    if not silent and number and int(number.group()) != 1:
        return False
    return list_block(state, first, last, silent)


def _markdown(*, linkify: bool) -> MarkdownIt:
    options = {"html": False, "breaks": True, "maxNesting": MAX_NESTING}
    markdown = MarkdownIt("commonmark", {**options, "linkify": linkify})
    markdown.linkify = linkifier()
    markdown.enable(["linkify", "strikethrough"])
    # Headings and rules would break out of the page's own outline; indented code
    # surprises people who indent; images report readers to strangers.
    markdown.disable(["heading", "lheading", "hr", "reference", "code", "image"])
    markdown.disable(["html_block", "html_inline"])
    interrupts = ["paragraph", "reference", "blockquote"]
    markdown.block.ruler.at("list", _list_from_one, {"alt": interrupts})
    return markdown


_LINKING = _markdown(linkify=True)
_NOT_LINKING = _markdown(linkify=False)
