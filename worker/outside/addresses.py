"""Which addresses are of the internet at large, and lead nowhere near the operator."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_SPECIAL_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network (RFC 791)
            "10.0.0.0/8",  # private use (RFC 1918)
            "100.64.0.0/10",  # shared by a provider's customers (RFC 6598)
            "127.0.0.0/8",  # loopback (RFC 1122)
            "169.254.0.0/16",  # link-local (RFC 3927)
            "172.16.0.0/12",  # private use (RFC 1918)
            "192.0.0.0/24",  # protocol assignments (RFC 6890)
            "192.0.2.0/24",  # documentation (RFC 5737)
            "192.88.99.0/24",  # 6to4 relays, given up (RFC 7526)
            "192.168.0.0/16",  # private use (RFC 1918)
            "198.18.0.0/15",  # benchmarks (RFC 2544)
            "198.51.100.0/24",  # documentation (RFC 5737)
            "203.0.113.0/24",  # documentation (RFC 5737)
            "224.0.0.0/4",  # multicast (RFC 5771)
            "240.0.0.0/4",  # reserved, and broadcast (RFC 1112)
        ),
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")
# All of IPv6 that is given out for the internet (RFC 4291, section 2.4). Loopback,
# link-local, site-local and unique local addresses and multicast are outside.
_SPECIAL_V6 = tuple(
    map(
        IPv6Network,
        (
            # Protocol assignments (RFC 2928), Teredo among them. Parts are global, but
            # they are relays, the nearest router, or name no place: never a service.
            "2001::/23",
            "2001:db8::/32",  # documentation (RFC 3849)
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)
_HOLDING_V4 = (
    (IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped (RFC 4291, section 2.5.5.2)
    (IPv6Network("64:ff9b::/96"), 0),  # as networks with NAT64 write them (RFC 6052)
    (IPv6Network("2002::/16"), 80),  # 6to4 (RFC 3056)
)
# Networks whose addresses stand for one of IPv4, and how many bits stand behind it.


def is_public(address: Address) -> bool:
    """True for an address of the internet at large, however it is written.

    What is none stands here, after IANA's IPv4 and IPv6 Special-Purpose Address
    Registries (RFC 6890), since the tables of `ipaddress` differ between releases of
    Python. Of IPv6 only what was given out is public, so that what is reserved one day
    is none; for IPv4, which is given out as a whole, `ipaddress` is asked as well.
    """
    if isinstance(address, IPv4Address):
        is_special = any(address in network for network in _SPECIAL_V4)
        return address.is_global and not is_special
    for network, bits in _HOLDING_V4:
        if address in network:
            return is_public(IPv4Address(int(address) >> bits & 0xFFFFFFFF))
    is_special = any(address in network for network in _SPECIAL_V6)
    return address in _UNICAST_V6 and not is_special
