"""Asking DNS rarely: a fake that answers, and a name server on the loopback."""

import socket
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any, NoReturn

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from typing_extensions import override

from worker.resolver import (
    CACHE_SECONDS,
    MAX_CACHED,
    MAX_DOMAIN_CHARS,
    PAUSE_SECONDS,
    DomainResolver,
    ResolverUnreachable,
    ask_dns,
)

KNOWN = {"good.example": True, "none.example": False}


class Asked:
    """Answers from a table and remembers the questions."""

    def __init__(self) -> None:
        self.domains: list[str] = []
        self.is_down = False

    def __call__(self, domain: str, seconds: float) -> bool | None:
        assert seconds == 2.0
        self.domains.append(domain)
        if self.is_down:
            raise ResolverUnreachable("down")
        return KNOWN.get(domain)


class Clock:
    """Stands still until moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ask() -> Asked:
    return Asked()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def resolver(ask: Asked, clock: Clock) -> DomainResolver:
    return DomainResolver(2.0, clock, ask)


@pytest.mark.parametrize(
    ("domain", "answer"),
    [
        pytest.param("good.example", True, id="takes mail"),
        pytest.param("none.example", False, id="takes none"),
        pytest.param("unclear.example", None, id="nobody knows"),
        pytest.param("GOOD.example.", True, id="capitals and a last dot"),
    ],
)
def test_answer_is_passed_on_and_remembered(
    resolver: DomainResolver, ask: Asked, domain: str, answer: bool | None
) -> None:
    assert resolver.takes_mail(domain) is answer
    assert resolver.takes_mail(domain) is answer
    assert len(ask.domains) == 1


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_no_seconds_ask_nothing(ask: Asked, seconds: float) -> None:
    assert DomainResolver(seconds, ask=ask).takes_mail("good.example") is None
    assert ask.domains == []


@pytest.mark.parametrize("domain", ["", "."])
def test_no_domain_asks_nothing(
    resolver: DomainResolver, ask: Asked, domain: str
) -> None:
    assert resolver.takes_mail(domain) is None
    assert ask.domains == []


def test_answer_is_asked_again_after_an_hour(
    resolver: DomainResolver, ask: Asked, clock: Clock
) -> None:
    resolver.takes_mail("good.example")
    clock.now += CACHE_SECONDS - 1
    resolver.takes_mail("good.example")
    assert len(ask.domains) == 1
    clock.now += 1
    resolver.takes_mail("good.example")
    assert len(ask.domains) == 2


def test_failure_stops_all_questions_for_a_minute(
    resolver: DomainResolver, ask: Asked, clock: Clock
) -> None:
    ask.is_down = True
    assert resolver.takes_mail("good.example") is None
    ask.is_down = False
    clock.now += PAUSE_SECONDS - 1
    assert resolver.takes_mail("none.example") is None
    assert len(ask.domains) == 1
    clock.now += 1
    assert resolver.takes_mail("good.example") is True


def test_known_answers_are_given_during_a_pause(
    resolver: DomainResolver, ask: Asked
) -> None:
    resolver.takes_mail("none.example")
    ask.is_down = True
    resolver.takes_mail("good.example")
    assert resolver.takes_mail("none.example") is False


def test_least_recently_used_answer_is_forgotten(
    resolver: DomainResolver, ask: Asked
) -> None:
    for number in range(MAX_CACHED):
        resolver.takes_mail(f"d{number}.example")
    resolver.takes_mail("d0.example")
    resolver.takes_mail("one-more.example")
    ask.domains.clear()
    resolver.takes_mail("d0.example")
    assert ask.domains == []
    resolver.takes_mail("d1.example")
    assert ask.domains == ["d1.example"]


def test_long_domain_is_cut(resolver: DomainResolver, ask: Asked) -> None:
    resolver.takes_mail("a" * 100_000)
    assert [len(domain) for domain in ask.domains] == [MAX_DOMAIN_CHARS]


ZONE = {
    ("mx.example.", "MX"): "10 mail.mx.example.",
    ("null.example.", "MX"): "0 .",
    ("a-only.example.", "A"): "8.8.8.8",
    ("aaaa-only.example.", "AAAA"): "2001:4860:4860::8888",
    ("private.example.", "A"): "10.0.0.1",
    ("silent.example.", "MX"): "",
    ("broken.example.", "MX"): "SERVFAIL",
}


def _answer(packet: bytes) -> bytes | None:
    """What the zone says; None keeps silent."""
    query = dns.message.from_wire(packet)
    question = query.question[0]
    name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.RA
    record = ZONE.get((name, kind))
    if record == "":
        return None
    if record == "SERVFAIL":
        reply.set_rcode(dns.rcode.SERVFAIL)
    elif record is not None:
        reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, record))
    elif all(owner != name for owner, _ in ZONE):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply.to_wire()


def _serve(server: socket.socket) -> None:
    while True:
        packet, client = server.recvfrom(4_096)
        if not packet:
            return
        reply = _answer(packet)
        if reply is not None:
            server.sendto(reply, client)


@pytest.fixture(scope="module")
def name_server() -> Iterator[int]:
    """Port of a name server on the loopback that knows `ZONE` only."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
        thread = Thread(target=_serve, args=(server,))
        thread.start()
        yield port
        server.sendto(b"", ("127.0.0.1", port))
        thread.join()


@pytest.fixture
def ask_zone(name_server: int) -> Callable[[str, float], bool | None]:
    asked = dns.resolver.Resolver(configure=False)
    asked.nameservers = ["127.0.0.1"]
    asked.port = name_server

    def ask(domain: str, seconds: float) -> bool | None:
        return ask_dns(domain, seconds, asked)

    return ask


@pytest.mark.parametrize(
    ("domain", "answer"),
    [
        pytest.param("mx.example", True, id="mail server"),
        pytest.param("null.example", False, id="null MX of RFC 7505"),
        pytest.param("a-only.example", True, id="address only"),
        pytest.param("aaaa-only.example", True, id="IPv6 address only"),
        pytest.param("private.example", False, id="private address only"),
        pytest.param("missing.example", False, id="no such domain"),
        pytest.param("a" * 80 + ".example", False, id="label too long for DNS"),
        pytest.param("a..example", False, id="empty label"),
    ],
)
def test_dns_says(
    ask_zone: Callable[[str, float], bool | None], domain: str, answer: bool
) -> None:
    assert ask_zone(domain, 5.0) is answer


@pytest.mark.parametrize(
    ("domain", "seconds"),
    [
        pytest.param("silent.example", 0.05, id="time is over"),
        pytest.param("broken.example", 5.0, id="server failure"),
    ],
)
def test_no_answer_is_no_verdict(
    ask_zone: Callable[[str, float], bool | None], domain: str, seconds: float
) -> None:
    with pytest.raises(ResolverUnreachable):
        ask_zone(domain, seconds)


def test_machine_without_name_servers_gives_no_verdict() -> None:
    nobody = dns.resolver.Resolver(configure=False)
    with pytest.raises(ResolverUnreachable):
        ask_dns("mx.example", 1.0, nobody)


class Unplugged(dns.resolver.Resolver):
    """A resolver on a machine without a network."""

    @override
    def resolve(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise OSError("Network is unreachable")


def test_machine_without_network_gives_no_verdict() -> None:
    with pytest.raises(ResolverUnreachable):
        ask_dns("mx.example", 1.0, Unplugged(configure=False))


def test_machine_without_resolver_settings_gives_no_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unset(*_: object) -> NoReturn:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", unset)
    with pytest.raises(ResolverUnreachable):
        ask_dns("mx.example", 1.0)
