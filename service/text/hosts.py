"""The host of an address, in one spelling, so that the same host counts as the same."""

import ipaddress
import re
from urllib.parse import unquote

import idna

from service.text.addresses import MAX_URL_CHARS, is_bare_address

MAX_HOST_CHARS = 253
"""RFC 1035, section 2.3.4, written as text."""

# Browsers take a backslash for a slash, forgive missing ones, and skip tabs and line
# ends anywhere (WHATWG URL Standard, section 4.4).
_AUTHORITY = re.compile(
    r"(?:(?:https?|ftp):[/\\]*+|[/\\]{2,}+)([^/\\?#]*)", re.IGNORECASE
)
_SEPARATOR = re.compile(r"[/\\?#]")
_SKIPPED = re.compile(r"[\t\r\n]")
_CONTROLS_AND_SPACE = "".join(map(chr, range(0x21)))
_IP6 = re.compile(r"\[([0-9a-f:.]{2,45})\]")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")


def host_of(url: str) -> str:
    """Return the host of an address: lower case, ASCII (IDNA), at most 253 chars.

    User name, port, a closing dot and a leading ``www.`` are dropped. The answer is
    empty for relative and other addresses without a host, and for impossible hosts.
    """
    url = _SKIPPED.sub("", url[:MAX_URL_CHARS].strip(_CONTROLS_AND_SPACE))
    if found := _AUTHORITY.match(url):
        return _spell(found.group(1))
    if url[:4].lower() == "www." or is_bare_address(url):
        return _spell(_SEPARATOR.split(url, maxsplit=1)[0])
    return ""


def _spell(authority: str) -> str:
    host = authority.rpartition("@")[2].lower()
    if address := _IP6.match(host):
        return _spell_ip6(address.group(1))
    host = _to_ascii(unquote(host.partition(":")[0])).rstrip(".")
    if len(host) > MAX_HOST_CHARS or not _NAME.fullmatch(host):
        return ""
    short = host.removeprefix("www.")
    return short if "." in short else host


def _spell_ip6(text: str) -> str:
    try:
        return ipaddress.IPv6Address(text).compressed
    except ValueError:
        return ""


def _to_ascii(host: str) -> str:
    if host.isascii():
        return host.lower()
    if len(host) > MAX_HOST_CHARS:
        return ""
    try:
        mapped = idna.uts46_remap(host, std3_rules=False)
        return ".".join(_to_punycode(label) for label in mapped.split("."))
    except UnicodeError:
        return ""


def _to_punycode(label: str) -> str:
    # Not idna.encode: IDNA 2008 refuses emoji, but registries sell them and browsers
    # open them (WHATWG URL Standard, section 3.3).
    return label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
