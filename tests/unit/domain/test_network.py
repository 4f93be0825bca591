"""Addresses are counted by the network that one client has."""

import pytest

from service.domain.network import network_of, parse_address, parse_network


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:DB8:0:0:ffff::2", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("192.0.2.256", "unknown"),
        ("192.0.2.1:8000", "unknown"),
        ("192.0.2.0/24", "unknown"),
    ],
)
def test_client_is_counted_by_its_network(text: str, network: str) -> None:
    assert network_of(text) == network


def test_zone_is_no_part_of_an_address() -> None:
    assert parse_address("fe80::1%eth0") == parse_address("fe80::1")


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("192.0.2.1", "192.0.2.1/32"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("10.0.0.0/33", "None"),
        ("everywhere", "None"),
    ],
)
def test_range_is_read_or_none(text: str, network: str) -> None:
    assert str(parse_network(text)) == network
