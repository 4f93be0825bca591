"""What somebody wants on a block list, in the form in which it is stored."""

import re
import unicodedata
from dataclasses import dataclass

from service.domain.errors import InvalidInput
from service.domain.network import parse_address as parse_ip
from service.domain.network import parse_network
from service.operations.known_address import parsed
from service.privacy.address import Address, BadAddress, parse_address
from service.text.hosts import host_of
from service.text.words_matching import host_of_entry, pattern_of

LISTS = ("hold", "spam", "trust")
FIELDS = ("any", "name", "address", "website", "text", "host", "network", "agent")
MAX_ENTRY_CHARS = 512
TRUST = "trust"
"""The list of addresses whose proven writers are trusted."""

_DOMAIN = re.compile(r"(?:\*?@)?(?:\*\.)?([\w-]+(?:\.[\w-]+)+)|(?:\*?@)?\*?\.([\w-]+)")
_ADDRESS = re.compile(r"[^\s@:/<>()\"',;]+@[\w-]+(?:\.[\w-]+)+")
_NUMBERS = re.compile(r"[0-9a-fA-F:.]*[:.][0-9a-fA-F:.]*(?:/[0-9]{1,3})?")
_LONG_ENOUGH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryForm:
    """A well-formed entry."""

    field: str
    """Where it is looked for: one of `FIELDS`."""
    pattern: str
    """What to find; empty for a full address, which is found by its blind index."""
    shown: str
    """The entry as people see it; an address masked."""
    address: Address | None = None
    """A full address, if it is one."""


def entry_form(list_name: str, field: str, text: str) -> EntryForm:
    """The entry in its normal form.

    In the field ``any``, a full address becomes an entry of ``address``, and an IP
    address or range one of ``network``.

    :raises InvalidInput: naming ``list_name``, ``field`` or ``text``, and the mend.
    """
    if list_name not in LISTS:
        raise InvalidInput({"list_name": [f"Choose one of {', '.join(LISTS)}."]})
    if field not in FIELDS:
        raise InvalidInput({"field": [f"Choose one of {', '.join(FIELDS)}."]})
    shown = _one_line(text)
    if len(shown) > MAX_ENTRY_CHARS:
        raise _wrong(f"An entry has at most {MAX_ENTRY_CHARS} characters.")
    if list_name == TRUST:
        return _trusted_entry(field, shown)
    if field == "address":
        return _address_entry(shown)
    if field == "host":
        return _host_entry(shown)
    if field == "network":
        return _network_entry(shown)
    return _any_entry(shown) if field == "any" else _term_entry(field, shown)


def _wrong(message: str) -> InvalidInput:
    return InvalidInput({"text": [message]})


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line
    # Controls, invisible signs, halves of characters.
    unseen = ("Cc", "Cf", "Cs")
    line = "".join(char for char in line if unicodedata.category(char) not in unseen)
    return " ".join(line.split())


def _any_entry(shown: str) -> EntryForm:
    if "@" in shown and " " not in shown:
        try:
            return _full_address(parse_address(shown))
        except BadAddress:
            return _term_entry("any", shown)
    # Most lines are words: asking the shape first makes long imports twice as fast.
    if _NUMBERS.fullmatch(shown) and parse_network(shown) is not None:
        return _network_entry(shown)
    return _term_entry("any", shown)


def _full_address(address: Address) -> EntryForm:
    return EntryForm(field="address", pattern="", shown=address.masked, address=address)


def _address_entry(shown: str) -> EntryForm:
    found = _DOMAIN.fullmatch(shown.lower())
    if found is None:
        return _full_address(parsed(shown, "text"))
    host = host_of(f"http://{found.group(1) or found.group(2)}/")
    if not host:
        raise _wrong("Write a whole address, or a domain such as @spam.example.")
    return EntryForm(field="address", pattern=host, shown=shown)


def _trusted_entry(field: str, shown: str) -> EntryForm:
    if field != "address" or _DOMAIN.fullmatch(shown.lower()):
        raise _wrong("Only whole e-mail addresses can be trusted.")
    return _full_address(parsed(shown, "text"))


def _host_entry(shown: str) -> EntryForm:
    host = host_of_entry(pattern_of(shown))
    if not host:
        raise _wrong("Write a host such as spam.example.")
    return EntryForm(field="host", pattern=host, shown=shown)


def _network_entry(shown: str) -> EntryForm:
    address = parse_ip(shown)
    if address is not None:
        return EntryForm(field="network", pattern=str(address), shown=shown)
    network = parse_network(shown)
    if network is None:
        raise _wrong("Write an IP address, or a range such as 192.0.2.0/24.")
    if network.prefixlen == 0:
        raise _wrong("This range is the whole internet. Close the thread instead.")
    return EntryForm(field="network", pattern=str(network), shown=shown)


def _term_entry(field: str, shown: str) -> EntryForm:
    pattern = pattern_of(shown)
    if not pattern:
        raise _wrong("Write what to look for.")
    if len(pattern) > MAX_ENTRY_CHARS:
        raise _wrong(f"An entry has at most {MAX_ENTRY_CHARS} characters.")
    if len(pattern) < _LONG_ENOUGH and unicodedata.category(pattern)[0] == "P":
        raise _wrong("A single punctuation mark would be found nearly everywhere.")
    if "@" in pattern and _ADDRESS.search(pattern):
        # Such an entry would keep a readable address in the database.
        raise _wrong("List an address by itself, in the field address.")
    return EntryForm(field=field, pattern=pattern, shown=shown)
