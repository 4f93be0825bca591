"""What is an address of the internet at large, and what is none."""

from ipaddress import ip_address

import pytest

from worker.outside.addresses import is_public


@pytest.mark.parametrize(
    "text",
    [
        *("0.0.0.1", "0.255.255.255", "10.0.0.1", "100.64.0.1", "100.127.255.255"),
        *("127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.3.4"),
        *("172.31.255.255", "192.0.0.1", "192.0.0.8", "192.0.0.9", "192.0.0.170"),
        *("192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255"),
        *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250"),
        *("240.0.0.1", "255.255.255.255"),
    ],
)
def test_special_address_of_ipv4_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        *("::", "::1", "100::1", "100:0:0:1::1", "5f00::1", "fc00::1", "fe80::1"),
        *("fe80::1%eth0", "fd00:ec2::254", "fec0::1", "ff02::1", "ff0e::1"),
        *("200::1", "400::1", "1fff::1", "4000::1", "8000::1"),
        *("2001::1", "2001:1::1", "2001:2::1", "2001:10::1", "2001:20::1"),
        *("2001:1ff:ffff::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
        *("2001:db8::1", "2001:db8:ffff::1", "3fff::1", "3fff:fff::1"),
    ],
)
def test_special_address_of_ipv6_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:192.0.0.8"),
        *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::c000:8"),
        *("2002:7f00:1::", "2002:a00:1::1", "2002:c058:6301::1"),
        # Only in networks of one's own: whatever they hold is none.
        *("64:ff9b:1::7f00:1", "64:ff9b:1::808:808"),
        *("::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8"),
    ],
)
def test_address_that_holds_a_special_one_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255"),
        *("100.128.0.1", "172.15.255.255", "172.32.0.1", "192.0.1.1", "192.88.98.1"),
        *("192.167.255.255", "198.17.255.255", "198.20.0.1", "223.255.255.254"),
        *("2001:200::1", "2001:4860:4860::8888", "2003::1", "2600::1"),
        *("2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "2c0f:fb50::1"),
        *("::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"),
    ],
)
def test_address_of_the_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))
