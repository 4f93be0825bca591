"""The search for addresses finds every form of one in every place that it reads.

Each form has an address of its own, so that none can be found in another's stead.
"""

import base64
import hashlib
import json
import logging
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import redis
from celery import Celery

from service.db.store import make_engine
from service.jobs import DRAIN_TASK, QUEUE, make_celery
from service.settings import Settings, load
from tests.databases import MakeDatabase
from tests.finder import FORMS, Leak
from tests.journey.places import RAW_DIGESTS, Places
from tests.journey.wire import Answer
from tests.needs import ROOT

DIGESTS = ("md5", "sha1", "sha256")


def planted() -> dict[str, tuple[str, bytes]]:
    """By form: an address, and how it is written."""
    made: dict[str, tuple[str, bytes]] = {}
    for form in (*FORMS, *(f"raw-{kind}" for kind in RAW_DIGESTS)):
        address = f"Canary.{form.replace('-', '.')}@Mail.example.org"
        made[form] = (address, written(form, address))
    return made


def written(form: str, address: str) -> bytes:
    raw = address.encode()
    if form in DIGESTS:
        return hashlib.new(form, raw.lower()).hexdigest().encode()
    if form.startswith("raw-"):
        return hashlib.new(form.removeprefix("raw-"), raw.lower()).digest()
    return {
        "plain": raw,
        "percent": raw.replace(b"@", b"%40"),
        "escaped": raw.replace(b"@", b"&#64;"),
        "hex": raw.hex().encode(),
        "reversed": raw[::-1],
        "utf-16": address.encode("utf-16-le"),
        "base64": base64.b64encode(b"to: " + raw + b"\n"),
    }[form]


PLANTED = planted()
# What a line of text or JSON can hold.
IN_TEXT = {f: p for f, p in PLANTED.items() if f != "utf-16" and "raw-" not in f}


@pytest.fixture
def places() -> Places:
    return Places([address for address, _ in PLANTED.values()])


def found(leaks: Iterable[Leak]) -> set[tuple[str, str]]:
    return {(leak.form, leak.address) for leak in leaks}


def all_of(forms: dict[str, tuple[str, bytes]]) -> set[tuple[str, str]]:
    return {(form, address) for form, (address, _) in forms.items()}


def test_body_of_an_answer(places: Places) -> None:
    for form, (address, data) in PLANTED.items():
        answer = Answer(200, [("Content-Type", "text/html")], b"<p>" + data + b"</p>")
        assert found(places.in_answers([answer])) == {(form, address)}


def test_header_of_an_answer(places: Places) -> None:
    for form, (address, data) in PLANTED.items():
        answer = Answer(303, [("Location", data.decode("latin-1"))], b"")
        assert found(places.in_answers([answer])) == {(form, address)}


def test_line_of_the_log(places: Places, tmp_path: Path) -> None:
    program = (
        "import logging, sys; from service import logs; logs.set_up('DEBUG')\n"
        "for line in sys.stdin: logging.getLogger('service').debug('x %s', line[:-1])"
    )
    lines = b"\n".join(data for _, data in IN_TEXT.values()) + b"\n"
    with (tmp_path / "log").open("wb") as log:
        subprocess.run(
            [sys.executable, "-c", program],
            input=lines,
            stderr=log,
            cwd=ROOT,
            check=True,
        )
    assert found(places.in_files(tmp_path / "log")) == all_of(IN_TEXT)


def test_traceback_in_the_log_quotes_no_value(places: Places, tmp_path: Path) -> None:
    address, _ = PLANTED["plain"]
    program = (
        "import logging, sys; from service import logs; logs.set_up('DEBUG')\n"
        "try: raise ValueError(sys.stdin.read())\n"
        "except ValueError: logging.getLogger('service').exception('it failed')"
    )
    with (tmp_path / "log").open("wb") as log:
        subprocess.run(
            [sys.executable, "-c", program],
            input=address.encode(),
            stderr=log,
            cwd=ROOT,
            check=True,
        )
    assert b"it failed" in (tmp_path / "log").read_bytes()
    assert places.in_files(tmp_path / "log") == []


def test_database_file_and_write_ahead_log(places: Places, tmp_path: Path) -> None:
    path = tmp_path / "foyer.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    with engine.execution_options(foyer_writing=True).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE leak (value)")
        for _, data in PLANTED.values():
            connection.exec_driver_sql("INSERT INTO leak VALUES (?)", (data,))
    leaks = places.in_files(tmp_path)
    assert found(leak for leak in leaks if leak.where.endswith("-wal")) == all_of(
        PLANTED
    )
    assert found(places.in_sqlite(path)) == all_of(PLANTED)
    engine.dispose()
    assert not path.with_name("foyer.sqlite3-wal").exists()
    assert found(places.in_files(tmp_path)) == all_of(PLANTED)


def test_value_that_the_pages_of_the_database_cut_up(
    places: Places, tmp_path: Path
) -> None:
    path = tmp_path / "cut.sqlite3"
    address, data = PLANTED["plain"]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE leak (value)")
        for before in range(0, 4_096, 17):
            value = (b"x" * before + data).ljust(12_000, b"x")
            database.execute("INSERT INTO leak VALUES (?)", (value,))
    whole = len(range(0, 4_096, 17))
    assert len(places.in_files(tmp_path)) < whole
    leaks = places.in_sqlite(path)
    assert found(leaks) == {("plain", address)}
    assert len(leaks) == whole


def celery_of(settings: Settings) -> Iterator[Celery]:
    app = make_celery(settings)
    yield app
    app.close()


@pytest.mark.parametrize("way", ["argument", "header"])
def test_message_in_the_brokers_folder(
    places: Places, tmp_path: Path, way: str
) -> None:
    settings = load({"FOYER_DATA": str(tmp_path)})
    texts = [data.decode() for _, data in IN_TEXT.values()]
    for app in celery_of(settings):
        more = {"args": texts} if way == "argument" else {"headers": {"x": texts}}
        app.send_task(DRAIN_TASK, queue=QUEUE, argsrepr="", **more)
    assert any(file.is_file() for file in settings.doorbell_folder.rglob("*"))
    assert all_of(IN_TEXT) <= found(places.in_files(tmp_path))


def test_bytes_of_a_file_and_its_name(places: Places, tmp_path: Path) -> None:
    for form, (_, data) in PLANTED.items():
        (tmp_path / form).write_bytes(b"\xff\0" + data + b"\0\xff")
    assert found(places.in_files(tmp_path)) == all_of(PLANTED)
    folder = tmp_path / "named"
    folder.mkdir()
    (folder / PLANTED["plain"][0]).touch()
    assert found(places.in_files(folder)) == {("plain", PLANTED["plain"][0])}


@pytest.mark.parametrize("way", ["argument", "environment"])
def test_process_that_shows_it(places: Places, way: str) -> None:
    program = "import sys; print('up', flush=True); sys.stdin.read()"
    texts = [data.decode() for _, data in IN_TEXT.values()]
    given = texts if way == "argument" else []
    process = subprocess.Popen(
        [sys.executable, "-c", program, *given],
        env={} if way == "argument" else {f"V{n}": t for n, t in enumerate(texts)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        leaks = places.in_processes([process.pid])
    assert found(leaks) == all_of(IN_TEXT)


def test_temporary_file_that_has_no_name_any_more(
    places: Places, tmp_path: Path
) -> None:
    with tempfile.TemporaryFile() as file:
        for _, data in PLANTED.values():
            file.write(data + b"\n")
        file.flush()
        assert found(places.in_open_files([os.getpid()], tmp_path)) == all_of(PLANTED)


def test_tables_of_postgres(places: Places, postgres_making: MakeDatabase) -> None:
    url = postgres_making()
    with psycopg.connect(url.replace("+psycopg", "")) as database:
        database.execute("CREATE TABLE leak (words text, bytes bytea, data jsonb)")
        for _, data in PLANTED.values():
            database.execute("INSERT INTO leak (bytes) VALUES (%s)", (data,))
        assert_found = found(places.in_postgres(url))
        assert assert_found == set()  # not committed yet
    assert found(places.in_postgres(url)) == all_of(PLANTED)
    with psycopg.connect(url.replace("+psycopg", "")) as database:
        database.execute("DELETE FROM leak")
        for _, data in IN_TEXT.values():
            database.execute(
                "INSERT INTO leak (words, data) VALUES (%s, %s)",
                (data.decode(), json.dumps({"k": ["x", data.decode()]})),
            )
    leaks = places.in_postgres(url)
    assert found(leaks) == all_of(IN_TEXT)
    assert len(leaks) >= 2 * len(IN_TEXT)


def test_keys_and_messages_in_redis(places: Places, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        for form, (_, data) in PLANTED.items():
            client.set(f"value-{form}", data)
        assert found(places.in_redis(redis_url)) == all_of(PLANTED)
        client.flushdb()
        for number, (_, data) in enumerate(PLANTED.values()):
            client.hset("hash", f"field-{number}", data)
            client.sadd("set", data)
            client.zadd("sorted", {data: number})
        leaks = places.in_redis(redis_url)
        assert found(leaks) == all_of(PLANTED)
        for key in ("hash", "set", "sorted"):
            assert found(x for x in leaks if key in x.where) == all_of(PLANTED)
        client.flushdb()
    for app in celery_of(load({"FOYER_BROKER_URL": redis_url})):
        texts = [data.decode() for _, data in IN_TEXT.values()]
        app.send_task(DRAIN_TASK, args=texts, queue=QUEUE, argsrepr="")
    assert all_of(IN_TEXT) <= found(places.in_redis(redis_url))


def test_clean_places_are_clean(places: Places, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"c\xe2\x80\xa6@mail.example.org")
    logging.getLogger("service").debug("nothing about anybody")
    assert places.in_files(tmp_path) == []
    assert places.in_answers([Answer(200, [], b"canary@mail.example.org")]) == []
