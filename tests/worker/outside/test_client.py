"""What the owner of a site may make this installation connect to: little."""

import datetime as dt
import socket
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.outside import Said, service
from worker.outside.client import MAX_ANSWER_BYTES, NoAnswer, OutsideClient

OWN = OutsideClient(networks=[ip_network("127.0.0.0/8")], seconds=2)


def _trouble(client: OutsideClient, url: str) -> str:
    with pytest.raises(NoAnswer) as caught:
        client.post(url, b"", {})
    return caught.value.trouble


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0", "2130706433", "0x7f.1", "127.1"]
)
def test_own_network_is_not_asked_however_it_is_written(host: str) -> None:
    with service(Said(body=b"secret")) as running:
        port = running.url.rpartition(":")[2]
        assert _trouble(OutsideClient(), f"http://{host}:{port}/") in {
            "not-allowed",
            "unreachable",
        }
        assert running.asked == []


def test_allowed_network_is_asked() -> None:
    with service(Said(body=b"hello", headers={"X-A": "b"})) as running:
        reply = OWN.post(f"{running.url}/path", b"x=1", {"Content-Type": "a/b"})
    assert (reply.body, reply.headers["x-a"]) == (b"hello", "b")
    (asked,) = running.asked
    assert (asked.path, asked.body) == ("/path", b"x=1")
    assert asked.headers["host"] == running.url.removeprefix("http://")


def test_name_is_looked_up_once_and_what_was_looked_at_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_up = []

    def rebinding(host: str, port: int, **_: Any) -> list[Any]:
        looked_up.append(host)
        address = "127.0.0.1" if len(looked_up) == 1 else "127.0.0.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with service(Said(body=b"hello")) as running:
        port = running.url.rpartition(":")[2]
        monkeypatch.setattr("worker.outside.client.socket.getaddrinfo", rebinding)
        one = OutsideClient(networks=[ip_network("127.0.0.1")], seconds=2)
        connected = []
        real = socket.create_connection

        def noting(address: Any, **more: Any) -> socket.socket:
            connected.append(address[0])
            monkeypatch.undo()
            return real(address, **more)

        monkeypatch.setattr("worker.outside.client.socket.create_connection", noting)
        assert one.post(f"http://filter.example:{port}/", b"", {}).body == b"hello"
    assert looked_up == ["filter.example"]
    assert connected == ["127.0.0.1"]
    assert running.asked[0].headers["host"] == f"filter.example:{port}"


def test_public_address_is_not_asked_without_tls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def public(host: str, port: int, **_: Any) -> list[Any]:  # noqa: ARG001
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))]

    monkeypatch.setattr("worker.outside.client.socket.getaddrinfo", public)
    assert _trouble(OutsideClient(), "http://filter.example/") == "plain"
    OutsideClient().check("https://filter.example/")


def test_proxies_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with service(Said(body=b"hello")) as running:
        assert OWN.post(running.url, b"", {}).body == b"hello"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(status: int) -> None:
    with service(Said(body=b"secret")) as other:
        moved = Said(status=status, headers={"Location": other.url})
        with service(moved) as running:
            assert _trouble(OWN, running.url) == "redirect"
        assert other.asked == []


@pytest.mark.parametrize("status", [204, 400, 403, 404, 429, 500, 503])
def test_any_other_status_is_an_error(status: int) -> None:
    with service(Said(status=status)) as running:
        assert _trouble(OWN, running.url) == "status"


def test_answer_is_read_to_its_bound_only() -> None:
    with service(Said(body=b"a" * MAX_ANSWER_BYTES)) as running:
        assert len(OWN.post(running.url, b"", {}).body) == MAX_ANSWER_BYTES
    with service(Said(body=b"a" * (MAX_ANSWER_BYTES + 1))) as running:
        assert _trouble(OWN, running.url) == "too-large"


def test_compressed_bomb_is_not_unpacked() -> None:
    packed = Said(body=b"\x1f\x8b" + b"a" * 100, headers={"Content-Encoding": "gzip"})
    with service(packed) as running:
        assert OWN.post(running.url, b"", {}).body.startswith(b"\x1f\x8b")


@pytest.fixture
def raw() -> Iterator[Any]:
    """Opens a server that sends bytes as slowly as it is told to."""
    opened: list[socket.socket] = []

    def serve(pieces: list[bytes], pause: float) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        opened.append(listening)

        def run() -> None:
            try:
                line, _ = listening.accept()
                with line:
                    for piece in pieces:
                        line.sendall(piece)
                        time.sleep(pause)
            except OSError:
                return

        Thread(target=run, daemon=True).start()
        return f"127.0.0.1:{listening.getsockname()[1]}"

    yield serve
    for each in opened:
        each.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_time_is_bounded_however_slowly_it_comes(raw: Any, scheme: str) -> None:
    pieces = [b"HTTP/1.1 200 OK\r\n"] + [bytes([byte]) for byte in b"X-A: b" * 20]
    if scheme == "https":
        # The head of a record of a handshake, and never the rest of it.
        pieces = [b"\x16\x03\x03\x40\x00"] + [b"\x02"] * 100
    began = time.monotonic()
    assert _trouble(OWN, f"{scheme}://{raw(pieces, 0.1)}/") == "time-out"
    assert time.monotonic() - began < 8


@pytest.mark.parametrize(
    "pieces",
    [
        [b"nonsense\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ntru"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
        [b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"],
        [b""],
    ],
    ids=["no HTTP", "cut short", "broken chunks", "too many headers", "nothing"],
)
def test_broken_answer_is_none(raw: Any, pieces: list[bytes]) -> None:
    assert _trouble(OWN, f"http://{raw(pieces, 0)}/") in {"unreachable", "nonsense"}


def test_port_where_nobody_listens_cannot_be_reached() -> None:
    assert _trouble(OWN, "http://127.0.0.1:9/") == "unreachable"


def _certificate(folder: Path, *names: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{names[0]}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return str(path)


def test_service_must_prove_who_it_is(tmp_path: Path) -> None:
    mine = _certificate(tmp_path, "localhost")
    trusting = OutsideClient(networks=OWN.networks, seconds=2, trust=mine)
    with service(Said(body=b"hello"), certificate=mine) as running:
        named = running.url.replace("127.0.0.1", "localhost")
        assert trusting.post(named, b"", {}).body == b"hello"
        assert _trouble(trusting, running.url) == "tls", "it is another name"
        assert _trouble(OWN, named) == "tls", "nobody vouches for it"
        assert len(running.asked) == 1
