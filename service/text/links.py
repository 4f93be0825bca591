"""The links of a text, each found once, however it was written.

Spam writes links in every notation it knows, hoping that one works. Every repetition
below is bounded or possessive, so that the time stays linear in the text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.checking import Link
from service.text.addresses import find_addresses
from service.text.hosts import host_of

MAX_LINKS = 200
"""Links that are read of one text; more would not change what it is."""

MAX_LABEL_CHARS = 300
"""Characters of a label that are read."""

_HTML = re.compile(
    r"""
    <a[\s/][^<>]{0,300}?href\s{0,5}=\s{0,5}["']?\s{0,5}
    (?P<url>[^\s"'<>]{1,2048}+)(?:[^<>]{0,500}>)?
    (?:(?P<label>(?:[^<]|<(?!/?a\b)){0,300}+)</a\s{0,5}>)?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BBCODE = re.compile(
    r"""
    \[(?:url|link)(?:\s{0,3}=\s{0,3}|\s{1,3})["']?
    (?P<url>[^\]\[\s"'<>]{1,2048}+)[^\]\[]{0,100}+\]
    (?:(?P<label>(?:[^\[]|\[(?!/?(?:url|link)\b)){0,300}+)\[/(?:url|link)\])?
    | \[(?:url|link)\]\s{0,5}(?=[^\[\]\s"'<>]{0,300}?[./:])
    (?P<bare>[^\[\]\s"'<>]{1,2048}+)(?:\s{0,5}\[/(?:url|link)\])?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MARKDOWN = re.compile(
    r"""
    (?:\[(?P<label>[^\[\]]{0,300}+))?\]\(\s*+<?(?=[^\s<>)\[\]]{0,300}?[./:])
    (?P<url>[^\s<>)\[\]]{1,2048}+)>?(?:\s[^)]{0,300})?\)
    """,
    re.VERBOSE,
)
# Cheap words to look for first: most comments hold no link at all.
_NOTATIONS = (
    ("html", "<a", _HTML),
    ("bbcode", "[", _BBCODE),
    ("markdown", "](", _MARKDOWN),
)
_TAG = re.compile(r"</?[a-z][^<>]{0,300}>|\[/?\w{1,10}\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A link and where it stands in the text."""

    start: int
    end: int
    link: Link


def find_links(text: str) -> list[Found]:
    """Return the links of the text, at most `MAX_LINKS`, by place.

    An address inside another link's notation (``<a href=X>Y</a>``) counts only if its
    host is another: it is not lost, and nothing counts twice.

    :param text: with HTML entities resolved.
    """
    marked = _without_overlaps(_find_marked(text))
    starts = [found.start for found in marked]
    hosts = {found.link.host for found in marked}
    links = marked[:MAX_LINKS]
    for start, end in find_addresses(text):
        if len(links) >= MAX_LINKS:
            break
        host = host_of(text[start:end])
        around = bisect_right(starts, start) - 1
        inside = around >= 0 and start < marked[around].end
        if not (inside and host in hosts):
            url = text[start:end]
            links.append(Found(start, end, Link(url=url, host=host)))
            hosts.add(host)
    return sorted(links, key=lambda found: found.start)


def find_split_links(raw: str, found: list[Found]) -> list[Link]:
    """Return the links of the raw text that resolving it has hidden.

    On the page, an entity or a backslash ends an address: ``a.com&#98;`` shows a link
    to ``a.com`` and the letter ``b``.

    :param found: links of the resolved text; hosts among them are left out.
    """
    links: dict[str, Link] = {}
    known = {one.link.host for one in found}
    for start, end in find_addresses(raw):
        if len(found) + len(links) >= MAX_LINKS:
            break
        host = host_of(raw[start:end])
        if host and host not in known:
            links.setdefault(host, Link(url=raw[start:end], host=host))
    return list(links.values())


def _find_marked(text: str) -> Iterator[Found]:
    for markup, sign, notation in _NOTATIONS:
        if sign not in text.lower():
            continue
        for match in notation.finditer(text):
            parts = match.groupdict()
            url = parts["url"] or parts.get("bare") or ""
            label = " ".join(_TAG.sub("", parts["label"] or "").split())
            link = Link(url=url, host=host_of(url), label=label, markup=markup)
            yield Found(match.start(), match.end(), link)


def _without_overlaps(found: Iterator[Found]) -> list[Found]:
    kept: list[Found] = []
    for one in sorted(found, key=lambda found: found.start):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
