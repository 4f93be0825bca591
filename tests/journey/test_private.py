"""A writer's address comes in and never out again.

200 known addresses take every path through the real product, which logs at DEBUG; then
they are looked for, in every form, in whatever left it or stayed behind. That the
search finds what is there is shown in ``test_finding.py``.
"""

import re
import secrets
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from tests.databases import MakeDatabase
from tests.journey import odd_requests, ways
from tests.journey.places import Places
from tests.journey.visitor import Visitor
from tests.journey.ways import SITE, WAYS, Journey, worker_paused, writing
from tests.journey.wire import FORM, Answer, Wire
from tests.running import running
from tests.servers import wait_until

SECONDS = 60.0
LOUD = {"FOYER_LOG_LEVEL": "DEBUG"}
_FORM, _HTML = FORM["Content-Type"], b"Accept: text/html\r\n"
_OWN_FIELD = re.compile(rb'<input[^>]*\bname="email"[^>]*>')


def canaries(number: int) -> list[str]:
    """Addresses of which even the part before the @ occurs nowhere else."""
    return [
        f"canary-{n}-{secrets.token_hex(5)}@example.org" for n in range(1, number + 1)
    ]


def places_for(addresses: list[str]) -> Places:
    return Places([*addresses, *(address.partition("@")[0] for address in addresses)])


def leaks_of_echo(places: Places, text: str, answer: Answer) -> list[object]:
    """What a form shown again gives away beyond its own field for the address."""
    assert answer.header("Cache-Control") == "no-store"
    (field,) = _OWN_FIELD.findall(answer.body)
    local = text.partition("@")[0].encode()
    assert field.count(local) == answer.body.count(local) == 1
    rest = Answer(
        answer.status, answer.headers, answer.body.replace(field, b"", 1), 0.0
    )
    return [*places.in_answers([rest])]


def read_in_public(wire: Wire) -> None:
    """All that readers of the blog can get."""
    for page in [f"/private/{n}" for n in range(20)] + [ways.CLOSED, "/demo/"]:
        for path in ("thread", "counts", "form"):
            assert wire.get(f"{SITE}/{path}?page={page}").status == 200
    for path in ("/demo/", "/demo/rain", "/", "/openapi.json", "/healthz", "/readyz"):
        assert wire.get(path).status == 200


class Kept:
    """The journey of all addresses, when it is over but the product still runs."""

    def __init__(self, journey: Journey, addresses: list[str]) -> None:
        self.journey = journey
        self.addresses = addresses
        self.places = places_for(addresses)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with (
        running(tmp_path_factory.mktemp("private"), LOUD) as foyer,
        Visitor(foyer.port, []) as visitor,
    ):
        journey = Journey(foyer, visitor)
        _prepare(journey)
        addresses = canaries(sum(WAYS.values()))
        _travel(journey, addresses)
        ways.settled(foyer)
        ways.look_round(journey)
        read_in_public(visitor)
        yield Kept(journey, addresses)


def _travel(journey: Journey, addresses: list[str]) -> None:
    left = iter(addresses)
    for way, number in WAYS.items():
        if way is ways.moderating:
            # When there is something to look at.
            ways.settled(journey.foyer)
        for _ in range(number):
            way(journey, next(left))


def _prepare(journey: Journey) -> None:
    first = journey.fields("first@example.org", page=ways.CLOSED)
    assert journey.visitor.submit(first).status == 202
    for command in (
        ("thread", "close", ways.CLOSED, "--site", "demo"),
        ("list", "add", "hold", ways.HELD_WORD),
        ("list", "add", "spam", ways.SPAM_WORD),
    ):
        journey.command(*command)


def test_every_way_was_taken(kept: Kept) -> None:
    journey = kept.journey
    assert len(kept.addresses) == 200
    statuses = Counter(answer.status for answer in journey.visitor.heard)
    print(dict(statuses), len(journey.echoes), "forms shown again")
    assert {200, 202, 303, 400, 403, 405, 409, 413, 415, 422, 503} <= set(statuses)
    with writing(journey.foyer) as database:
        found = dict(
            database.execute("SELECT status, count(*) FROM comment GROUP BY status")
        )
        (sealed,) = database.execute(
            "SELECT count(email_sealed) FROM contact"
        ).fetchone()
        (given_up,) = database.execute(
            "SELECT count(*) FROM verdict WHERE score IS NULL"
        ).fetchone()
    print(found, sealed, "sealed addresses", given_up, "checks given up")
    assert {"held", "published", "spam", "trashed"} <= set(found)
    assert sealed > 100
    assert given_up == WAYS[ways.checked_with_a_broken_seal]


def test_no_answer_holds_an_address(kept: Kept) -> None:
    heard = kept.journey.visitor.heard
    assert len(heard) > 400
    assert kept.places.in_answers(heard) == []


def test_form_shown_again_holds_the_address_once_in_its_own_field(kept: Kept) -> None:
    # Design decision 9.5; the sign-in form does alike for a moderator's address.
    echoes = kept.journey.echoes
    assert len(echoes) > 30
    for text, answer in echoes:
        assert leaks_of_echo(kept.places, text, answer) == []


def test_no_line_of_the_log_holds_an_address(kept: Kept) -> None:
    foyer = kept.journey.foyer
    assert "was given up" in foyer.log
    assert kept.places.in_files(foyer.log_path) == []


def test_commands_repeat_no_address(kept: Kept) -> None:
    journey = kept.journey
    assert len(journey.said) > 30
    for said in journey.said:
        assert kept.places.find(said.encode(), said) == []
    for address, told in journey.exported:
        others = told.replace(address, "")
        assert kept.places.find(others.encode(), "export") == []


def test_no_process_shows_an_address(kept: Kept) -> None:
    foyer = kept.journey.foyer
    family = {foyer.process.pid, *foyer.family()}
    assert len(family) >= 4
    assert kept.places.in_processes(family) == []


def test_form_shown_again_to_a_slow_browser_does_not_wait_on_the_disk(
    kept: Kept,
) -> None:
    foyer, address = kept.journey.foyer, kept.addresses[0]
    # Escaped, quotation marks take five times their room: 1.3 MB of page.
    fields = {"page": "/private/slow", "name": "A", "email": address}
    body = f"{urlencode(fields)}&comment=".encode().ljust(250_000, b'"')
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.connect(("127.0.0.1", foyer.port))
        sock.sendall(odd_requests.post("slow", body, kind=_FORM, headers=_HTML).raw)
        assert sock.recv(1_000).startswith(b"HTTP/1.1 422 ")
        # The rest waits in the server.
        leaks = kept.places.in_open_files(foyer.family(), foyer.data.parent)
    assert leaks == []


def test_no_file_holds_an_address_while_it_runs(kept: Kept) -> None:
    foyer = kept.journey.foyer
    with worker_paused(foyer):
        # Messages stay where they are, to be looked at.
        address = kept.addresses[5]
        answer = kept.journey.visitor.submit(kept.journey.fields(address))
        assert answer.status == 202
        doorbell = foyer.data / "doorbell"
        wait_until(
            lambda: any(file.is_file() for file in doorbell.rglob("*")),
            "a message",
            SECONDS,
        )
        names = {file.name for file in foyer.data.rglob("*")}
        assert {"foyer.sqlite3", "foyer.sqlite3-wal", "foyer.sqlite3-shm"} <= names
        assert kept.places.in_files(foyer.data) == []
    assert kept.places.in_sqlite(foyer.data / "foyer.sqlite3") == []


def test_no_file_holds_an_address_after_it_stopped(kept: Kept) -> None:
    foyer = kept.journey.foyer
    ways.settled(foyer)
    assert foyer.stop() == 0
    assert kept.places.in_files(foyer.data) == []
    assert kept.places.in_files(foyer.log_path) == []
    assert kept.places.in_sqlite(foyer.data / "foyer.sqlite3") == []


# --- The larger form ---------------------------------------------------------------

SHORT = (
    ways.accepted,
    ways.accepted_as_a_form,
    ways.sent_by_a_browser_and_edited,
    ways.refused,
    ways.refused_to_a_browser,
    ways.malformed,
    ways.said_under_a_key,
    ways.listed,
    ways.spam_by_a_word,
    ways.edited_by_its_token,
    ways.exported,
    ways.erased,
)


def test_no_table_and_no_message_holds_an_address_on_larger_servers(
    postgres_making: MakeDatabase, redis_url: str, tmp_path: Path
) -> None:
    database = postgres_making()
    addresses = canaries(2 * len(SHORT))
    places = places_for(addresses)
    larger = {"FOYER_DATABASE_URL": database, "FOYER_BROKER_URL": redis_url}
    with (
        running(tmp_path, LOUD | larger) as foyer,
        Visitor(foyer.port, []) as visitor,
    ):
        journey = Journey(foyer, visitor)
        left = iter(addresses)
        for way in SHORT:
            way(journey, next(left))
        with worker_paused(foyer):
            for way in SHORT:
                way(journey, next(left))
            assert places.in_redis(redis_url) == []
            assert places.in_postgres(database) == []
        wait_until(lambda: _is_settled(database), "checking everything", SECONDS)
        read_in_public(visitor)
        assert places.in_processes({foyer.process.pid, *foyer.family()}) == []
    assert places.in_answers(visitor.heard) == []
    for text, answer in journey.echoes:
        assert leaks_of_echo(places, text, answer) == []
    assert places.find("".join(journey.said).encode(), "commands") == []
    assert places.in_redis(redis_url) == []
    assert places.in_postgres(database) == []
    assert places.in_files(tmp_path) == []


def _is_settled(database: str) -> bool:
    url = database.replace("+psycopg", "")
    with closing(psycopg.connect(url)) as connection:
        query = "SELECT count(*) FROM job WHERE kind LIKE 'check%'"
        found = connection.execute(query).fetchone()
    return found == (0,)
