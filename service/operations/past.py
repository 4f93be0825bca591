"""A site's past, as far as it concerns some comments, and what it says about each.

The writer's address, IP and user agent are opened here, for lists and for the
address's domain, and go no further.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import nsmallest
from itertools import islice
from math import exp2
from typing import Any, NamedTuple

from service.domain.checking import Alike, Evidence, ListHit, Page, Reading, Tally
from service.domain.network import network_of
from service.domain.status import Status
from service.operations.matching import Matcher, Subject
from service.operations.questions import MOST
from service.operations.sites import SiteView
from service.privacy.address import Address, parse_address
from service.privacy.blind_index import address_index, network_index
from service.privacy.keyring import Keyring
from service.privacy.sealing import unseal

SAME_KEPT = timedelta(days=30)
NEAR_KEPT = timedelta(days=7)
"""Near-duplicates count only while a flood lasts (SPAM.md 3.4)."""
NEAR_TODAY = timedelta(hours=24)
NETWORK_KEPT = timedelta(days=30)
FADES_BY_HALF = timedelta(days=180)
"""After so long a decision on a host counts half: domains change hands and uses."""
SEEN_AFTER = timedelta(days=1)
"""By then a moderator can have seen what was published."""
_MOST_HOSTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A comment whose past is asked for."""

    comment: Any
    """Its columns."""
    contact: Any
    """The columns of its contact; None without one."""
    reading: Reading
    """Of its present text, or of the one that is to replace it."""
    is_decided: bool = False
    """True if a moderator has decided on it already."""

    @property
    def email_index(self) -> bytes | None:
        """The writer's address as it is compared."""
        return self.contact.email_index if self.contact is not None else None

    @property
    def network_index(self) -> bytes | None:
        """The writer's network as it is compared."""
        return self.contact.network_index if self.contact is not None else None

    @property
    def named(self) -> set[str]:
        """All hosts that it names."""
        return {h for h in (*self.reading.hosts, self.reading.website_host) if h}

    @property
    def hosts(self) -> list[str]:
        """The hosts that it is asked about."""
        return sorted(self.named)[:_MOST_HOSTS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A comment whose verdict will be stored together with that of the asked one."""

    asked: Asked
    status: Status
    """Where it will stand then."""


class _Other(NamedTuple):
    """Another comment, as far as it is compared."""

    status: str
    at: datetime
    thread_id: int


def faded(age: timedelta) -> float:
    """How much of a decision of this age no longer counts, 0-1."""
    return 1 - exp2(-max(0.0, age / FADES_BY_HALF))


def _tally(found: Mapping[int, str], own_id: int = 0) -> Tally:
    """The tally of the comments whose states these are, by row number."""
    others = (status for number, status in found.items() if number != own_id)
    counts = Counter(islice(others, MOST))
    return Tally(
        published=counts[Status.PUBLISHED],
        spam=counts[Status.SPAM],
        trashed=counts[Status.TRASHED],
    )


def _states(rows: Iterable[Any]) -> dict[int, str]:
    return {row.id: row.status for row in rows}


def first_of_hosts(by_host: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Of each host's published comments the two that could be known longest.

    If neither of them is, none is; two, for one may be the comment that is asked about.
    """
    return {
        host: nsmallest(
            2,
            (row for row in rows if row.status == Status.PUBLISHED),
            key=lambda row: (not row.is_decided, row.published_at),
        )
        for host, rows in by_host.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is stored of a site's past, as far as it concerns some comments."""

    site: SiteView
    keyring: Keyring = field(repr=False)
    matcher: Matcher
    by_address: Mapping[bytes, Sequence[Any]] = field(repr=False)
    by_network: Mapping[bytes, Sequence[Any]] = field(repr=False)
    decided_by_host: Mapping[str, Sequence[Any]]
    published_by_host: Mapping[str, Sequence[Any]]
    """From `first_of_hosts`."""
    same: Mapping[str, Sequence[Any]]
    by_band: Mapping[str, Sequence[Any]]
    """Row numbers."""
    near: Mapping[int, Any]
    """The columns of those, by row number."""
    proven: Mapping[bytes, int] = field(repr=False)
    pages: Mapping[int, Page]
    """By row number of the thread."""
    first_published: Sequence[Any]
    """The site's first published comments."""

    def evidence(self, asked: Asked, settled: Sequence[Settled] = ()) -> Evidence:
        """The evidence for one of the comments.

        :param settled: those of the other comments that come before it.
        """
        comment = asked.comment
        before = [
            each
            for each in settled
            if each.asked.comment.site_id == comment.site_id
            and each.asked.comment.id != comment.id
        ]
        address, hits, is_trusted = self._private(asked)
        since = comment.created_at - NETWORK_KEPT
        network = self.by_network.get(asked.network_index or b"", ())
        return Evidence(
            policy=self.site.policy,
            list_hits=hits,
            is_trusted=is_trusted,
            alike=self._alike(asked, before),
            proven_published=self._proven_published(asked, before),
            address_tally=_tally(
                _states(self.by_address.get(asked.email_index or b"", ())), comment.id
            ),
            network_tally=_tally(
                _states(row for row in network if row.created_at >= since), comment.id
            ),
            host_tallies={
                host: self._host_tally(asked, before, host) for host in asked.hosts
            },
            known_hosts=self._known_hosts(asked, before),
            site_seen=sum(map(self._is_seen_by(comment), self.first_published)),
            page=self.pages.get(comment.thread_id, Page()),
            email_domain=address.domain if address else "",
        )

    def _host_tally(self, asked: Asked, before: Sequence[Settled], host: str) -> Tally:
        found = {
            row.id: (row.status, row.created_at)
            for row in self.decided_by_host.get(host, ())
        }
        for each in before:
            if each.asked.is_decided and host in each.asked.named:
                comment = each.asked.comment
                found[comment.id] = (each.status, comment.created_at)
        found.pop(asked.comment.id, None)
        counted = dict(islice(found.items(), MOST))
        tally = _tally({number: status for number, (status, _) in counted.items()})
        gone: dict[str, float] = defaultdict(float)
        for status, at in counted.values():
            gone[status] += faded(asked.comment.created_at - at)
        return replace(
            tally,
            faded_published=round(gone[Status.PUBLISHED], 3),
            faded_spam=round(gone[Status.SPAM], 3),
        )

    @staticmethod
    def _is_seen_by(comment: Any) -> Callable[[Any], bool]:
        """Tells of another comment whether a moderator can have let it be published."""
        since = comment.created_at - SEEN_AFTER

        def is_seen(row: Any) -> bool:
            # What was published at once, today, may be the same spammer's.
            return bool(
                row.id != comment.id and (row.is_decided or row.published_at <= since)
            )

        return is_seen

    def _known_hosts(self, asked: Asked, before: Sequence[Settled]) -> frozenset[str]:
        is_seen = self._is_seen_by(asked.comment)
        known = {
            host
            for host in asked.hosts
            if any(map(is_seen, self.published_by_host.get(host, ())))
        }
        for each in before:
            if each.asked.is_decided and each.status is Status.PUBLISHED:
                known |= each.asked.named & set(asked.hosts)
        return frozenset(known)

    def _alike(self, asked: Asked, before: Sequence[Settled]) -> Alike:
        same, near = self._same(asked), self._near(asked)
        for each in before:
            other = each.asked
            told = _Other(
                each.status, other.comment.created_at, other.comment.thread_id
            )
            if other.reading.normal_hash == asked.reading.normal_hash:
                since = asked.comment.created_at - SAME_KEPT
                if asked.reading.normal_hash and told.at >= since:
                    same[other.comment.id] = told
            elif (
                told.at >= asked.comment.created_at - NEAR_KEPT
                and not _is_same_writer(asked.email_index, other.email_index)
                and not set(asked.reading.bands).isdisjoint(other.reading.bands)
            ):
                near[other.comment.id] = told
        today = asked.comment.created_at - NEAR_TODAY
        counted, nearly = list(same.values())[:MOST], list(near.values())[:MOST]
        copied, nearly_copied = self._copied(asked)
        return Alike(
            same=len(counted),
            same_other_pages=sum(
                each.thread_id != asked.comment.thread_id for each in counted
            ),
            near=len(nearly),
            spam=sum(each.status == Status.SPAM for each in (*counted, *nearly)),
            near_today=sum(each.at >= today for each in nearly),
            copied=len(copied),
            copied_here=sum(row.thread_id == asked.comment.thread_id for row in copied),
            nearly_copied=len(nearly_copied),
        )

    def _same(self, asked: Asked) -> dict[int, _Other]:
        since = asked.comment.created_at - SAME_KEPT
        return {
            row.id: _Other(row.status, row.created_at, row.thread_id)
            for row in self.same.get(asked.reading.normal_hash, ())
            if row.id != asked.comment.id and row.created_at >= since
        }

    def _sharing_a_band(self, asked: Asked) -> list[Any]:
        """Of the texts that share a band, those with other words and another writer."""
        reading, mark = asked.reading, asked.email_index
        numbers = {
            number for band in reading.bands for number in self.by_band.get(band, ())
        }
        numbers.discard(asked.comment.id)
        rows = (self.near[number] for number in numbers & self.near.keys())
        return [
            row
            for row in rows
            if row.normal_hash != reading.normal_hash
            and not _is_same_writer(mark, row.email_index)
        ]

    def _near(self, asked: Asked) -> dict[int, _Other]:
        """Near-duplicates of the last days, by another address or none."""
        since = asked.comment.created_at - NEAR_KEPT
        found = (
            (row.id, _Other(row.status, row.created_at, row.thread_id))
            for row in self._sharing_a_band(asked)
            if row.created_at >= since
        )
        return dict(islice(found, MOST))

    def _copied(self, asked: Asked) -> tuple[list[Any], list[Any]]:
        """Published comments of others with the same words, or nearly the same."""

        def is_copied(row: Any) -> bool:
            return (
                row.id != asked.comment.id
                and row.status == Status.PUBLISHED
                and not _is_same_writer(asked.email_index, row.email_index)
                # Whoever writes again from another address mostly keeps the name.
                and row.name.casefold() != asked.comment.name.casefold()
            )

        same = self.same.get(asked.reading.normal_hash, ())
        return (
            [row for row in same if is_copied(row)][:MOST],
            [row for row in self._sharing_a_band(asked) if is_copied(row)][:MOST],
        )

    def _proven_published(self, asked: Asked, before: Sequence[Settled]) -> int:
        mark = asked.email_index
        if mark is None or not asked.comment.arrival.get("proven"):
            return 0
        # The asked one itself is stored as published when an edit of it is asked about.
        own = int(asked.comment.status == Status.PUBLISHED)
        just_now = len(
            [
                each
                for each in before
                if each.asked.email_index == mark
                and each.status is Status.PUBLISHED
                and each.asked.comment.status != Status.PUBLISHED
            ]
        )
        return self.proven.get(mark, 0) - own + just_now

    def _private(
        self, asked: Asked
    ) -> tuple[Address | None, tuple[ListHit, ...], bool]:
        """The writer's address, what of the comment is listed, and if it is trusted."""
        contact, comment = asked.contact, asked.comment
        place = f"{comment.site_id}|{comment.public_id}"

        def opened(column: str, what: str) -> str:
            sealed = getattr(contact, column) if contact is not None else None
            if sealed is None:
                return ""
            return unseal(self.keyring, sealed, f"{what}|{place}")

        email = opened("email_sealed", "email")
        address = parse_address(email) if email else None
        if not self.matcher.has_entries:
            return address, (), False
        reading, client_ip = asked.reading, opened("ip_sealed", "ip")
        subject = Subject(
            name=reading.name,
            website=reading.website,
            website_host=reading.website_host,
            text=reading.text,
            hosts=reading.hosts,
            agent=opened("agent_sealed", "agent"),
            client_ip=client_ip,
            email_domain=address.domain if address else "",
            address_indexes=self._address_indexes(address),
            network_indexes=self._network_indexes(client_ip),
        )
        is_proven = bool(comment.arrival.get("proven"))
        trusted = is_proven and self.matcher.trusts(subject)
        return address, self.matcher.match(subject), trusted

    def _address_indexes(self, address: Address | None) -> Mapping[int, bytes]:
        if address is None:
            return {}
        return {
            key: address_index(self.keyring, self.site.id, address.canonical, key)
            for key in self.keyring.ids
        }

    def _network_indexes(self, client_ip: str) -> Mapping[int, bytes]:
        if not client_ip:
            return {}
        network = network_of(client_ip)
        return {
            key: network_index(self.keyring, self.site.id, network, key)
            for key in self.keyring.ids
        }


def _is_same_writer(mark: bytes | None, other: bytes | None) -> bool:
    return mark is not None and mark == other
