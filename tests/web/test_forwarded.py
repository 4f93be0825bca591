"""Forwarding headers count only when a configured proxy sent them."""

from ipaddress import ip_network
from typing import Any

import pytest

from service.domain.network import Network
from service.web.forwarded import Forwarded
from tests.db.acts import Acts
from tests.web.public.reader import GOOD, House, Reader

PROXIES: tuple[Network, ...] = (
    ip_network("127.0.0.1"),
    ip_network("10.0.0.0/8"),
    ip_network("2001:db8:ffff::/48"),
)


def seen(peer: str, trusted: tuple[Network, ...] = PROXIES, **headers: str) -> Any:
    """What the application sees: ``(address, scheme)``."""
    found: list[Any] = []

    def app(environ: dict[str, Any], _: Any) -> list[bytes]:
        found.append((environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]))
        return []

    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http"}
    environ |= {f"HTTP_X_FORWARDED_{name}": text for name, text in headers.items()}
    Forwarded(app, trusted)(environ, lambda *_: None)
    return found[0]


@pytest.mark.parametrize(
    ("peer", "chain", "client"),
    [
        ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", " 198.51.100.1 ", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.9, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 10.0.0.2, 10.0.0.3", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.9, nonsense, 10.0.0.3", "10.0.0.3"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.2", "10.0.0.2"),
        ("127.0.0.1", "2001:db8::5", "2001:db8::5"),
        ("127.0.0.1", '"[2001:db8::5]"', "2001:db8::5"),
        ("127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("2001:db8:ffff::1", "198.51.100.1", "198.51.100.1"),
        ("2001:db8:fffe::1", "198.51.100.1", "2001:db8:fffe::1"),
        ("", "198.51.100.1", ""),
        ("127.0.0.1", "," * 5000, "127.0.0.1"),
    ],
)
def test_client_is_the_first_that_no_proxy_of_ours_vouches_for(
    peer: str, chain: str, client: str
) -> None:
    assert seen(peer, FOR=chain)[0] == client


def test_without_proxies_headers_have_no_effect() -> None:
    given = seen("127.0.0.1", (), FOR="198.51.100.1", PROTO="https")
    assert given == ("127.0.0.1", "http")


@pytest.mark.parametrize(
    ("peer", "proto", "scheme"),
    [
        ("127.0.0.1", "https", "https"),
        ("127.0.0.1", " HTTPS ", "https"),
        ("127.0.0.1", "ftp", "http"),
        ("127.0.0.1", "", "http"),
        ("192.0.2.1", "https", "http"),
    ],
)
def test_scheme_is_believed_from_a_proxy_only(
    peer: str, proto: str, scheme: str
) -> None:
    assert seen(peer, PROTO=proto)[1] == scheme


def submit_as(reader: Reader, number: int, address: str) -> int:
    body = GOOD | {"comment": f"{number}."}
    return reader.send_json(body=body, X_Forwarded_For=address).status_code


def test_a_thousand_claimed_addresses_are_one_client(house: House, acts: Acts) -> None:
    reader = house.reader(submit_limit=(5, 60))
    codes = [submit_as(reader, n, f"198.51.{n // 250}.{n % 250}") for n in range(1000)]
    assert (codes.count(202), codes.count(429)) == (5, 995)
    assert acts.site.key == "blog"


def test_addresses_that_a_proxy_names_are_clients_of_their_own(
    house: House, acts: Acts
) -> None:
    reader = house.reader(
        submit_limit=(1, 60), trusted_proxies=(ip_network("127.0.0.1"),)
    )
    codes = [submit_as(reader, n, f"198.51.100.{n}") for n in range(20)]
    assert codes == [202] * 20
    assert submit_as(reader, 21, "198.51.100.1") == 429
    assert submit_as(reader, 22, "2001:db8::1") == 202
    assert submit_as(reader, 23, "2001:db8::2") == 429, "a /64 is one client"
    assert submit_as(reader, 24, "2001:db8:0:1::1") == 202
    assert acts.site.key == "blog"
