"""Block lists compiled for search: what of a comment is listed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_network
from itertools import islice
from typing import NamedTuple

from service.domain.checking import ListHit
from service.domain.network import parse_address
from service.operations.entry_form import TRUST
from service.text.words_matching import HostTable, Place, Terms, read_place

MAX_HITS = 20
ORIGIN = "origin"
"""The field of entries for the network that a comment came from."""
_LISTS = ("spam", "hold")
_MODES = ("on", "log")
_NO_ADDRESSES: Mapping[int, bytes] = {}

_ANYWHERE = ("name", "website", "text", "address")
"""What an entry of the field ``any`` is looked for in, as WordPress's disallowed keys
are, its networks aside: those have become entries of a field of their own."""


class Listed(NamedTuple):
    """One entry of a list, as `service.db.models.ListEntry` has it."""

    list_name: str
    field: str
    pattern: str
    shown: str
    address_index: bytes | None = None
    mode: str = "on"
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What of a comment the lists are held against."""

    name: str = ""
    website: str = ""
    website_host: str = ""
    text: str = ""
    hosts: Sequence[str] = ()
    """Hosts of the text's links, as `service.text.hosts.host_of` spells them."""
    agent: str = field(default="", repr=False)
    client_ip: str = field(default="", repr=False)
    email_domain: str = ""
    """In ASCII, lower case."""
    address_indexes: Mapping[int, bytes] = field(
        default_factory=lambda: _NO_ADDRESSES, repr=False
    )
    """Blind index of the writer's address by id of the key, for each key there is, so
    that entries from before and after a rotation of keys are found."""
    network_indexes: Mapping[int, bytes] = field(
        default_factory=lambda: _NO_ADDRESSES, repr=False
    )
    """Keyed hash of the writer's network, likewise."""

    def places(self) -> dict[str, Place]:
        """What is searched for words and hosts, by the field it is."""
        domain = self.email_domain
        return {
            "name": read_place(self.name),
            "website": read_place(self.website, (self.website_host,)),
            "text": read_place(self.text, self.hosts),
            "address": read_place(f"@{domain}" if domain else "", (domain,)),
            "agent": read_place(self.agent),
        }


class _Networks:
    """Finds the networks that an address is in; asks once per length of prefix."""

    def __init__(self, entries: Iterable[Listed]) -> None:
        self._by_length: dict[tuple[int, int], dict[int, Listed]] = {}
        for entry in entries:
            network = ip_network(entry.pattern)
            unset = network.max_prefixlen - network.prefixlen
            shown = self._by_length.setdefault((network.version, unset), {})
            shown[int(network.network_address) >> unset] = entry

    def find(self, client_ip: str) -> Iterator[Listed]:
        address = parse_address(client_ip)
        if address is None:
            return
        version = 6 if isinstance(address, IPv6Address) else 4
        for (of, unset), shown in self._by_length.items():
            if of == version and (found := shown.get(int(address) >> unset)):
                yield found


class _Compiled:
    """One of the lists, compiled; those on trial are a list of their own."""

    def __init__(self, entries: Sequence[Listed]) -> None:
        by_field: dict[str, list[Listed]] = {}
        self._addresses: dict[bytes, Listed] = {}
        self._origins: dict[bytes, Listed] = {}
        for entry in entries:
            if entry.address_index is None:
                by_field.setdefault(entry.field, []).append(entry)
            elif entry.field == ORIGIN:
                self._origins[entry.address_index] = entry
            else:
                self._addresses[entry.address_index] = entry
        self._networks = _Networks(by_field.pop("network", ()))
        self._domains = by_field.pop("address", [])
        self._domain_table = _table(self._domains)
        self._hosts = by_field.pop("host", [])
        self._host_table = _table(self._hosts)
        self._terms = [
            (of, Terms([e.pattern for e in found]), found)
            for of, found in by_field.items()
        ]

    def find(
        self, subject: Subject, places: Mapping[str, Place]
    ) -> Iterator[tuple[str, str, int]]:
        """Field, shown form and number of each entry found; some come twice."""
        yield from self._find_hashes(subject)
        yield from self._find_hosts(subject)
        for entry in self._networks.find(subject.client_ip):
            yield "network", entry.shown, entry.id
        for of, terms, entries in self._terms:
            for name in _ANYWHERE if of == "any" else (of,):
                for number in terms.find(places[name]):
                    yield name, entries[number].shown, entries[number].id

    def _find_hashes(self, subject: Subject) -> Iterator[tuple[str, str, int]]:
        for index in subject.address_indexes.values():
            if entry := self._addresses.get(index):
                # Of an address only the domain is shown to whoever sees the hit.
                at = entry.shown.partition("@")
                yield "address", at[1] + at[2] or entry.shown, entry.id
        for index in subject.network_indexes.values():
            if entry := self._origins.get(index):
                yield ORIGIN, entry.shown, entry.id

    def _find_hosts(self, subject: Subject) -> Iterator[tuple[str, str, int]]:
        for number in self._domain_table.find((subject.email_domain,)):
            yield "address", self._domains[number].shown, self._domains[number].id
        for number in self._host_table.find((*subject.hosts, subject.website_host)):
            yield "host", self._hosts[number].shown, self._hosts[number].id


def _table(entries: Sequence[Listed]) -> HostTable:
    table = HostTable()
    for number, entry in enumerate(entries):
        table.add(entry.pattern, number)
    return table


class Matcher:
    """All entries of a site, compiled."""

    def __init__(self, entries: Iterable[Listed]) -> None:
        by_list: dict[tuple[str, str], list[Listed]] = {
            (mode, name): [] for mode in _MODES for name in _LISTS
        }
        self._trusted: set[bytes] = set()
        for entry in entries:
            if entry.list_name != TRUST:
                by_list[entry.mode, entry.list_name].append(entry)
            elif entry.address_index is not None:
                self._trusted.add(entry.address_index)
        self._lists = [
            (mode, name, _Compiled(found))
            for (mode, name), found in by_list.items()
            if found
        ]

    def trusts(self, subject: Subject) -> bool:
        """True if the address is on the list of those that moderators trust.

        That says nothing of a writer who only claims the address.
        """
        return not self._trusted.isdisjoint(subject.address_indexes.values())

    @property
    def has_entries(self) -> bool:
        """False if nothing is listed, so that nothing need be opened for a match."""
        return bool(self._lists or self._trusted)

    def match(self, subject: Subject) -> tuple[ListHit, ...]:
        """At most `MAX_HITS` entries that the comment meets, those of ``spam`` first.

        Those on trial come last.

        Of entries that overlap in a text, such as ``cheap watch`` and ``watch``, one
        is told. Takes time linear in the comment, whatever the entries.
        """
        if not self._lists:
            return ()
        return tuple(islice(self._distinct(subject), MAX_HITS))

    def _distinct(self, subject: Subject) -> Iterator[ListHit]:
        places = subject.places()
        told: set[ListHit] = set()
        for mode, list_name, compiled in self._lists:
            for found_in, shown, number in compiled.find(subject, places):
                hit = ListHit(
                    list_name=list_name,
                    field=found_in,
                    pattern=shown,
                    mode=mode,
                    entry_id=number,
                )
                if hit not in told:
                    told.add(hit)
                    yield hit
