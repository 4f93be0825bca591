"""The website a new writer gives: most people give a home page or a profile."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from service.domain.checking import CheckInput
from service.domain.findings import Finding
from worker.checks.own_site import own_hosts
from worker.checks.parts import Part, finding, shown
from worker.checks.shorteners import SHORTENERS

DEEP_SEGMENTS = 2
HYPHENS = 2
"""So many in a name or a page are a headline or a search phrase."""

_GIVEN = Part(0.3, "a new writer gives a website")
_QUERY = Part(0.6, "the website's address has a query, so it is no home page")
_DEEP = Part(0.6, "the website is a page deep inside a site")
_HEADLINE = Part(0.8, "the website is the page of a headline")
_SHORTENED = Part(1.0, "the website is a link shortener, which hides its target")
_NUMERIC = Part(1.0, "the website is a bare number instead of a name")
_HYPHENS = Part(0.5, "the website's name strings words together with hyphens")
_ALSO_LINKED = Part(0.5, "the text links to the website again")


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _is_number(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _page(url: str) -> Iterator[Part]:
    address = _split(url)
    if address.query:
        yield _QUERY
    segments = [segment for segment in address.path.split("/") if segment]
    if len(segments) >= DEEP_SEGMENTS or "." in "".join(segments[-1:]):
        yield _DEEP
    if any(segment.count("-") >= HYPHENS for segment in segments):
        yield _HEADLINE


def _host(host: str) -> Iterator[Part]:
    if host in SHORTENERS:
        yield _SHORTENED
    if _is_number(host):
        yield _NUMERIC
    if host.count("-") >= HYPHENS and "xn--" not in host:
        yield _HYPHENS


def _parts(given: CheckInput) -> Iterator[Part]:
    reading = given.reading
    yield _GIVEN
    yield from _page(reading.website)
    yield from _host(reading.website_host)
    if any(link.host == reading.website_host for link in reading.links):
        yield _ALSO_LINKED


def website(given: CheckInput) -> Finding | None:
    """What the website says of a writer without proven past; alone only a little."""
    host = given.reading.website_host
    if not host or given.evidence.proven_published > 0:
        return None
    if host in own_hosts(given.evidence.policy):
        return None
    return finding("website", _parts(given), {"host": shown(host)})
