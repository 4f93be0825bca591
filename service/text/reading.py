"""A comment read once for all checks: words, links, hosts, fingerprints, oddities."""

import hashlib
from collections.abc import Callable

from service.domain.checking import Link, Reading
from service.domain.submission import MAX_COMMENT_CHARS
from service.text.hosts import host_of
from service.text.links import find_links, find_split_links
from service.text.minhash import bands_of
from service.text.normal_form import normal_form
from service.text.oddities import markers_of
from service.text.plain import resolve, visible
from service.text.words import words_of

__all__ = ["host_of", "read", "read_part"]

MIN_GROUP_WORDS = 4
"""Shorter texts without links ("Thank you!") repeat honestly."""

_HASH_BYTES = 16


def read(*, name: str, website: str, text: str) -> Reading:
    """Return the comment as the checks see it; takes any text, in linear time.

    :param text: source text; what lies behind 10,000 characters is not looked at.
    """
    return _read(name, website, text[:MAX_COMMENT_CHARS], bands_of)


def read_part(text: str) -> Reading:
    """Return a part of a comment by itself, without what finds near-duplicates of it.

    Making bands takes as long as all the rest.
    """
    return _read("", "", text[:MAX_COMMENT_CHARS], lambda _: ())


def _read(
    name: str,
    website: str,
    text: str,
    bands: Callable[[tuple[str, ...]], tuple[str, ...]],
) -> Reading:
    resolved = resolve(text)
    found = find_links(resolved)
    split = find_split_links(text, found) if resolved != text else []
    links = (*(one.link for one in found), *split)
    words = words_of(visible(resolved, found))
    website_host = host_of(website)
    normal_hash = _hash(words)
    normal = normal_form(text)
    return Reading(
        name=name,
        website=website,
        website_host=website_host,
        text=text,
        words=words,
        links=links,
        hosts=_distinct_hosts(links, website_host),
        normal_hash=normal_hash,
        bands=bands(words),
        normal=normal.text,
        markers=normal.markers | markers_of(name),
        group_key=_group_key(links, website_host, words, normal_hash),
    )


def _hash(words: tuple[str, ...]) -> str:
    if not words:
        return ""
    joined = " ".join(words).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=_HASH_BYTES).hexdigest()


def _distinct_hosts(links: tuple[Link, ...], website_host: str) -> tuple[str, ...]:
    hosts = dict.fromkeys(link.host for link in links)
    return tuple(host for host in hosts if host and host != website_host)


def _group_key(
    links: tuple[Link, ...],
    website_host: str,
    words: tuple[str, ...],
    normal_hash: str,
) -> str:
    hosts = (*(link.host for link in links), website_host)
    first = next((host for host in hosts if host), "")
    if first:
        return f"host:{first}"
    return f"text:{normal_hash}" if len(words) >= MIN_GROUP_WORDS else ""
