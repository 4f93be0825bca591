"""Which words, links and fields of a comment its findings speak of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.operations.cards import Card, FindingView
from service.text.words_matching import fold, host_of_entry

_OF_WEBSITE = frozenset({"website", "unknown_website"})
_OF_NAME = frozenset({"writer_name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is marked on a card."""

    words: tuple[str, ...] = ()
    """Words and phrases of the text."""
    hosts: tuple[str, ...] = ()
    """Hosts of links, as `service.text.hosts.host_of` spells them."""
    fields: frozenset[str] = frozenset()
    """``name``, ``website`` or ``address`` where one of these was noticed."""


def evidence_of(card: Card) -> Evidence:
    """What speaks for spam in a comment, or demands that somebody looks."""
    found = [f for f in card.findings if f.share > 0 or f.at_least]
    return Evidence(
        words=_distinct(word for f in found for word in _words(f.detail)),
        hosts=_distinct(host for f in found for host in _hosts(f.detail)),
        fields=frozenset(name for f in found for name in _fields(f)),
    )


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _texts(value: Any) -> Iterator[str]:
    """The texts of a list, or the names in a mapping; of anything else nothing."""
    if isinstance(value, list | dict):
        yield from (each for each in value if isinstance(each, str))


def _hits(detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Field and entry of what stands on a list."""
    hits = detail.get("hits")
    for hit in hits if isinstance(hits, list) else ():
        yield hit.get("field", ""), hit.get("entry", "")


def _words(detail: Mapping[str, Any]) -> Iterator[str]:
    yield from _texts(detail.get("marked_words"))
    yield from (entry for field, entry in _hits(detail) if field == "text")


def _hosts(detail: Mapping[str, Any]) -> Iterator[str]:
    yield from _texts(detail.get("hosts"))
    yield from _texts(detail.get("marked_hosts"))
    for field, entry in _hits(detail):
        if field == "text":
            yield host_of_entry(fold(entry))


def _fields(finding: FindingView) -> Iterator[str]:
    if finding.check in _OF_WEBSITE:
        yield "website"
    if finding.check in _OF_NAME:
        yield "name"
    if finding.check == "address_domain":
        yield "address"
    yield from (field for field, _ in _hits(finding.detail) if field != "text")
