"""From a client's IP address to the network that limits and lists work on."""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Network = IPv4Network | IPv6Network

IPV6_PREFIX = 64
"""Whoever has one IPv6 address has its /64, so a /64 counts as one client."""


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address, with IPv4 inside IPv6 unwrapped and zones dropped, or None."""
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def network_of(text: str) -> str:
    """The IPv4 address, or the IPv6 /64, as text; ``unknown`` for anything else."""
    address = parse_address(text)
    if address is None:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)


def parse_network(text: str) -> Network | None:
    """An address or CIDR range as a network, or None."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None
