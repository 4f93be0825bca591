"""What counts as a web address without markup: one rule for pages and for checks.

The renderer and the reader for checks share the finder of bare ``host.tld``, so that
nothing becomes a link on the page that the checks did not count.
"""

import re
from collections.abc import Iterator

from linkify_it import LinkifyIt

_GENERIC = """
    com net org info biz edu gov mil mobi asia eu io co dev blog shop online website
    club xyz icu vip loan casino poker porn xxx sex tech
"""
_COUNTRIES = """
    ae ar au bd bg br ca ch cl cn cz de dk es fi fr gr hk hu ie ir jp ke kr kz mx ng nl
    nz ph pk pt ro rs ru se sk su tr tv tw ua uk vn za рф cc cf ga gq ml tk ws
"""

TLDS: tuple[str, ...] = (*_GENERIC.split(), *_COUNTRIES.split())
"""Top-level domains of a bare ``host.tld``: the large registries, and some that comment
spam likes. Left out are those that are words (``is``, ``me``, ``so``), names of things
in programs (``name``, ``id``, ``top``) or endings of files (``md``, ``py``, ``sh``):
they are links only with ``http://`` or ``www.``."""

MAX_URL_CHARS = 2_048
"""Characters of an address that are looked at, as for the website field."""

_TLD = rf"\.(?:{'|'.join(TLDS)}|xn--[\w-]+)"
_MAYBE = re.compile(rf"{_TLD}(?!\w)", re.IGNORECASE)
_BARE_HOST = re.compile(rf"[^\s/\\?#@:]{{1,253}}{_TLD}(?=[:/\\?#]|\Z)", re.IGNORECASE)

# The rest describes addresses as linkify-it does, in one pass: they end where
# punctuation of any script begins, unless that is in the path.
_PUNCTUATION = "\u2010-\u2027\u2030-\u205e\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff5b"
_CHAR = rf"[^\s\x00-,./:-@\[-^`{{-~{_PUNCTUATION}]"
_HOST = rf"\.*+{_CHAR}{{1,255}}+(?:\.(?:(?=[^\W_]){_CHAR}{{1,255}}+)?){{0,127}}+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_USER = rf"[^\s@/\[\]()]{{1,50}}@(?=(?:{_LABEL}\.)*{_LABEL}(?:[\s/?#:]|\Z))"
_IP6 = r"\[[0-9a-f:.]{2,45}\]"
_PORT = r"(?::[0-9]{1,5})?"
_IN_PATH = (
    r"\([^\s()<>]{0,200}\)|'(?=\w)|\.++(?=[a-z0-9%/&])|[.?](?![.?\s]|\Z)"
    r"|[^\s\x00-\x1f<>\"'?.()\[\]{}\uff5c"
)
_PATH = rf"(?:[/?#\\](?:{_IN_PATH}]){{0,{MAX_URL_CHARS}}}+)?"
# Without http://, Markdown's own signs and entities end an address as well.
_SIGNS = r"$+<=>^`|~_*&\\"
_BARE_PATH = rf"(?:[/?#](?:{_IN_PATH}{_SIGNS}]){{0,{MAX_URL_CHARS}}}+)?"
_MARKED = re.compile(
    rf"https?://(?:{_IP6}|(?:{_USER})?{_HOST}){_PORT}{_PATH}"
    rf"|(?<![\w.@/-])www\.{_HOST}{_PORT}{_BARE_PATH}",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?<![a-z0-9])https?://", re.IGNORECASE)
_SYMBOLS = re.compile(rf"[{_SIGNS}]")
_CLOSING = ".,;:!?'\"*_~)"


def linkifier() -> LinkifyIt:
    """Make a finder of addresses that knows `TLDS`.

    E-mail addresses are left alone: as links they only help those who harvest them.
    """
    return LinkifyIt(options={"fuzzy_email": False}).tlds(list(TLDS))


def is_bare_address(url: str) -> bool:
    """Tell whether the whole text is ``host.tld``, or that with a path behind."""
    return _BARE_HOST.match(url) is not None


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Find start and end of each address that is not marked up, in order.

    These are ``http(s)://...``, ``www.host...``, and ``host.tld...`` for `TLDS`.
    """
    position = 0
    while match := _MARKED.search(text, position):
        start, end = match.start(), _end_of_first(match)
        yield from _find_bare(text, position, start)
        yield start, end
        position = end
    yield from _find_bare(text, position, len(text))


def _end_of_first(match: re.Match[str]) -> int:
    # An address in another's path is where a redirect leads, or a second link.
    start, end = match.span()
    if inner := _SCHEME.search(match.string, start + 1, end + len("://")):
        end = inner.start()
    return start + len(match.string[start:end].rstrip(_CLOSING))


def _find_bare(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    # Markdown takes some signs away before it looks for addresses: "_a.com_".
    gap = _SYMBOLS.sub(" ", text[start:end])
    if not _MAYBE.search(gap):
        return
    for match in _FINDER.match(gap) or ():
        if not match.schema:
            yield start + match.index, start + match.last_index


_FINDER = linkifier()
