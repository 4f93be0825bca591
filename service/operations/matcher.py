"""Block lists compiled for search: what of a comment is listed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_network
from itertools import islice
from typing import NamedTuple

from service.domain.checking import ListHit
from service.domain.network import parse_address
from service.text.words_matching import HostTable, Place, Terms, read_place

MAX_HITS = 20
_LISTS = ("spam", "hold")
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
        self._by_length: dict[tuple[int, int], dict[int, str]] = {}
        for entry in entries:
            network = ip_network(entry.pattern)
            unset = network.max_prefixlen - network.prefixlen
            shown = self._by_length.setdefault((network.version, unset), {})
            shown[int(network.network_address) >> unset] = entry.shown

    def find(self, client_ip: str) -> Iterator[str]:
        address = parse_address(client_ip)
        if address is None:
            return
        version = 6 if isinstance(address, IPv6Address) else 4
        for (of, unset), shown in self._by_length.items():
            if of == version and (found := shown.get(int(address) >> unset)):
                yield found


class _Compiled:
    """One of the lists, compiled."""

    def __init__(self, entries: Sequence[Listed]) -> None:
        by_field: dict[str, list[Listed]] = {}
        self._addresses: dict[bytes, str] = {}
        for entry in entries:
            if entry.address_index is not None:
                # Of an address only the domain is shown to whoever sees the hit.
                at = entry.shown.partition("@")
                self._addresses[entry.address_index] = at[1] + at[2] or entry.shown
            else:
                by_field.setdefault(entry.field, []).append(entry)
        self._networks = _Networks(by_field.pop("network", ()))
        self._domains = HostTable()
        self._domain_shown = [entry.shown for entry in by_field.get("address", ())]
        for number, entry in enumerate(by_field.pop("address", ())):
            self._domains.add(entry.pattern, number)
        self._terms = [
            (of, Terms([e.pattern for e in found]), [e.shown for e in found])
            for of, found in by_field.items()
        ]

    def find(
        self, subject: Subject, places: Mapping[str, Place]
    ) -> Iterator[tuple[str, str]]:
        """Field and shown form of each entry that is found; some come twice."""
        for index in subject.address_indexes.values():
            if index in self._addresses:
                yield "address", self._addresses[index]
        for number in self._domains.find((subject.email_domain,)):
            yield "address", self._domain_shown[number]
        for shown in self._networks.find(subject.client_ip):
            yield "network", shown
        for of, terms, shown_forms in self._terms:
            for name in _ANYWHERE if of == "any" else (of,):
                for number in terms.find(places[name]):
                    yield name, shown_forms[number]


class Matcher:
    """All entries of a site, compiled."""

    def __init__(self, entries: Iterable[Listed]) -> None:
        by_list: dict[str, list[Listed]] = {name: [] for name in _LISTS}
        for entry in entries:
            by_list[entry.list_name].append(entry)
        self._lists = [
            (name, _Compiled(found)) for name, found in by_list.items() if found
        ]

    @property
    def has_entries(self) -> bool:
        """False if nothing is listed, so that nothing need be opened for a match."""
        return bool(self._lists)

    def match(self, subject: Subject) -> tuple[ListHit, ...]:
        """At most `MAX_HITS` entries that the comment meets, those of ``spam`` first.

        Of entries that overlap in a text, such as ``cheap watch`` and ``watch``, one
        is told. Takes time linear in the comment, whatever the entries.
        """
        if not self._lists:
            return ()
        return tuple(islice(self._distinct(subject), MAX_HITS))

    def _distinct(self, subject: Subject) -> Iterator[ListHit]:
        places = subject.places()
        told: set[ListHit] = set()
        for list_name, compiled in self._lists:
            for found_in, shown in compiled.find(subject, places):
                hit = ListHit(list_name=list_name, field=found_in, pattern=shown)
                if hit not in told:
                    told.add(hit)
                    yield hit
