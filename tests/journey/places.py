"""Every place in which an address could be left, read as a thief would read it."""

import base64
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import redis
from ahocorasick_rs import BytesAhoCorasick
from psycopg import sql

from tests.finder import Finder, Leak
from tests.journey.wire import Answer

RAW_DIGESTS = ("md5", "sha1", "sha256")
"""Digests that a database may hold as bytes, where their digits are not to be seen."""
_DIGEST_BYTES = 8
# As in the finder: cut ones are found too, and 64 bits do not come by chance.


class Places:
    """Looks for some addresses in answers, files, tables, messages and processes."""

    def __init__(self, addresses: Iterable[str]) -> None:
        wanted = list(dict.fromkeys(addresses))
        self._finder = Finder(wanted)
        self._digests: list[tuple[str, str]] = []
        patterns = []
        for address in wanted:
            for spelling in dict.fromkeys((address, address.lower())):
                for kind in RAW_DIGESTS:
                    made = hashlib.new(kind, spelling.encode(), usedforsecurity=False)
                    patterns.append(made.digest()[:_DIGEST_BYTES])
                    self._digests.append((f"raw-{kind}", address))
        self._automaton = BytesAhoCorasick(patterns)

    def find(self, data: bytes, where: str) -> list[Leak]:
        """Every occurrence in the data."""
        hits = self._automaton.find_matches_as_indexes(data)
        raw = [Leak(where, start, *self._digests[index]) for index, start, _end in hits]
        return raw + self._finder.find(data, where)

    def in_answers(self, answers: Iterable[Answer]) -> list[Leak]:
        """In headers and bodies of answers."""
        leaks: list[Leak] = []
        for answer in answers:
            leaks += self.find(answer.raw, f"answer {answer.status}: {answer.raw!r}")
        return leaks

    def in_files(self, path: Path) -> list[Leak]:
        """In the file, or in the names and bytes of all files below the folder.

        What lies coded in a message of the broker is opened.
        """
        leaks = self._finder.find_in_tree(path)
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            with suppress(FileNotFoundError, IsADirectoryError):
                data = file.read_bytes()
                leaks += [
                    leak
                    for leak in self.find(data, str(file))
                    if leak.form.startswith("raw-")
                ]
                for inner in opened(data):
                    leaks += self.find(inner, f"message in {file}")
        return leaks

    def in_sqlite(self, path: Path) -> list[Leak]:
        """In the values of all tables, also where pages of the file cut them up."""
        leaks: list[Leak] = []
        uri = f"file:{path}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            query = "SELECT name FROM sqlite_master WHERE type = 'table'"
            for (table,) in database.execute(query).fetchall():
                rows = database.execute(f'SELECT * FROM "{table}"')  # noqa: S608
                for row in rows:
                    leaks += self.find(_row(row), f"table {table}")
        return leaks

    def in_postgres(self, url: str) -> list[Leak]:
        """In all tables, as PostgreSQL copies their bytes out."""
        leaks: list[Leak] = []
        with psycopg.connect(url.replace("+psycopg", "")) as database:
            tables = database.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            assert tables
            for (table,) in tables:
                query = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(
                    sql.Identifier(table)
                )
                with database.cursor().copy(query) as copied:
                    data = b"".join(bytes(part) for part in copied)
                leaks += self.find(data, f"table {table}")
        return leaks

    def in_redis(self, url: str) -> list[Leak]:
        """In all keys and values; messages are opened."""
        leaks: list[Leak] = []
        with redis.Redis.from_url(url) as client:
            for key in client.scan_iter():
                for value in (key, *_values(client, key)):
                    leaks += self.find(value, f"redis {key!r}")
                    for inner in opened(value):
                        leaks += self.find(inner, f"message in redis {key!r}")
        return leaks

    def in_processes(self, pids: Iterable[int]) -> list[Leak]:
        """In what every user of the machine, or the same one, sees of processes."""
        leaks: list[Leak] = []
        for pid in pids:
            for name in ("cmdline", "environ", "comm"):
                with suppress(FileNotFoundError, ProcessLookupError):
                    data = Path(f"/proc/{pid}/{name}").read_bytes()
                    leaks += self.find(data, f"process {pid} {name}")
        return leaks

    def in_open_files(self, pids: Iterable[int], but: Path) -> list[Leak]:
        """In files that processes hold open, deleted ones too, outside of a folder."""
        leaks: list[Leak] = []
        for link in (fd for pid in pids for fd in Path(f"/proc/{pid}/fd").glob("*")):
            with suppress(FileNotFoundError):
                target = str(link.readlink())
                if target.startswith("/") and not target.startswith(
                    (str(but), "/dev/")
                ):
                    leaks += self.find(link.read_bytes(), f"open file {target}")
        return leaks


def _row(row: tuple[Any, ...]) -> bytes:
    parts = (v if isinstance(v, bytes) else str(v).encode() for v in row)
    return b"\0".join(parts)


def _values(client: Any, key: bytes) -> list[bytes]:
    read: dict[bytes, Callable[[], Iterable[bytes]]] = {
        b"list": lambda: client.lrange(key, 0, -1),
        b"set": lambda: client.smembers(key),
        b"zset": lambda: client.zrange(key, 0, -1),
        b"hash": lambda: [
            part for pair in client.hgetall(key).items() for part in pair
        ],
        b"string": lambda: [client.get(key) or b""],
    }
    return list(read[client.type(key)]())


def opened(message: bytes) -> Iterator[bytes]:
    """What lies coded in a message: kombu puts the task into a body in base 64."""
    with suppress(ValueError):
        for inner in _texts(json.loads(message)):
            with suppress(ValueError):
                yield base64.b64decode(inner, validate=True)
            yield inner.encode("utf-8", "surrogatepass")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        with suppress(ValueError):
            # Messages in redis may wrap one another.
            yield from _texts(_structure(value))
    children = list(value.values()) if isinstance(value, dict) else value
    if isinstance(children, list):
        for child in children:
            yield from _texts(child)


def _structure(text: str) -> object:
    """What is written in JSON inside a text; a plain value counts as none."""
    found = json.loads(text)
    return found if isinstance(found, dict | list) else None
