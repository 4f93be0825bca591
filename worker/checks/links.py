"""Links in the text: how many, how dense, how they are written and where they lead."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.domain.checking import CheckInput, Link
from service.domain.findings import Finding
from worker.checks.own_site import own_hosts
from worker.checks.parts import Part, counted, finding, shown
from worker.checks.shorteners import SHORTENERS

MAX_SHOWN = 10
SPARSE_WORDS = 5
"""Words to a link below which a text is mostly links."""
SAME_HOST_LINKS = 3

# Tuned on one blog (dylan) of the measured four; see benchmarks/checks.py.
_FIRST_LINK, _EACH_LINK, _MOST_LINKS = 0.4, 0.4, 3.0
_FIRST_ANCHOR, _EACH_ANCHOR, _MOST_ANCHORS = 1.5, 0.3, 2.5
_BARE_ANCHOR = 1.3
_LAST_LINE = 0.6
_BBCODE = 3.0
_ONLY_LINKS = 1.5
_SPARSE = 0.8
_SHORTENED = 1.0
_SAME_HOST = 0.5
_MISMATCH = 2.0

_SHOWN_HOST = re.compile(
    r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24})(?:[/?#:]\S*)?"
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The links that lead away from the blog, and what is around them."""

    links: Sequence[Link]
    words: int
    last_line: str


def _label_host(link: Link) -> str:
    """The host that a label pretends to lead to; empty for a label of words."""
    match = _SHOWN_HOST.fullmatch(link.label[:500].strip().lower())
    return match.group(1) if match else ""


def _is_worded(link: Link) -> bool:
    """True for an anchor shown as words; some editors make anchors of addresses."""
    label = link.label.strip()
    return bool(label) and label != link.url.strip() and not _label_host(link)


def _is_mismatch(link: Link) -> bool:
    """True for a label that names another host than the link leads to."""
    named = _label_host(link)
    return bool(named) and not (
        named == link.host
        or named.endswith("." + link.host)
        or link.host.endswith("." + named)
    )


def _count(seen: _Seen) -> Part:
    number = len(seen.links)
    weight = min(_MOST_LINKS, _FIRST_LINK + _EACH_LINK * (number - 1))
    links, words = counted(number, "link"), counted(seen.words, "word")
    return Part(weight, f"{links} in {words}")


def _density(seen: _Seen) -> Part | None:
    if seen.words == 0:
        return Part(_ONLY_LINKS, "there are no words besides links")
    if seen.words < SPARSE_WORDS * len(seen.links):
        return Part(_SPARSE, f"fewer than {SPARSE_WORDS} words to a link")
    return None


def _markup(seen: _Seen) -> Iterator[Part]:
    if any(link.markup == "bbcode" for link in seen.links):
        yield Part(_BBCODE, "links are written as [url], which no blog shows")
    anchors = [link for link in seen.links if link.markup == "html"]
    if anchors:
        first = _FIRST_ANCHOR if any(map(_is_worded, anchors)) else _BARE_ANCHOR
        weight = min(_MOST_ANCHORS, first + _EACH_ANCHOR * (len(anchors) - 1))
        yield Part(weight, f"{counted(len(anchors), 'link')} written as HTML")


def _targets(seen: _Seen) -> Iterator[Part]:
    per_host = Counter(link.host for link in seen.links)
    short = next((host for host in per_host if host in SHORTENERS), None)
    if short is not None:
        yield Part(_SHORTENED, f"one goes to {short}, which hides its target")
    host, number = per_host.most_common(1)[0]
    if number >= SAME_HOST_LINKS:
        yield Part(_SAME_HOST, f"{number} of them to {shown(host)}")
    if seen.words and seen.links[-1].url == seen.last_line:
        yield Part(_LAST_LINE, "a link alone is the last line")
    lying = next(filter(_is_mismatch, seen.links), None)
    if lying is not None:
        named = shown(_label_host(lying))
        words = f"one is shown as {named} but goes to {shown(lying.host)}"
        yield Part(_MISMATCH, words)


def _parts(seen: _Seen) -> Iterator[Part]:
    yield _count(seen)
    density = _density(seen)
    if density is not None:
        yield density
    yield from _markup(seen)
    yield from _targets(seen)


def links(given: CheckInput) -> Finding | None:
    """What the links in the text say; those to the blog itself are left out."""
    own = own_hosts(given.evidence.policy)
    reading = given.reading
    away = [link for link in reading.links if link.host and link.host not in own]
    if not away:
        return None
    per_host = Counter(link.host for link in away)
    detail = {
        "links": len(away),
        "words": len(reading.words),
        "hosts": {shown(host): n for host, n in per_host.most_common(MAX_SHOWN)},
    }
    last_line = reading.text.rstrip().rpartition("\n")[2].strip()
    seen = _Seen(away, len(reading.words), last_line)
    return finding("links", _parts(seen), detail)
