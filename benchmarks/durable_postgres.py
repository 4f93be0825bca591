"""A PostgreSQL server as an operator has it: durable, with the settings it comes with.

That of the tests is not: it never waits for the disk.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from tests.servers import (
    START_SECONDS,
    _answers,
    _folder,
    _postgres_home,
    _process,
    _server_user,
    wait_until,
)


@contextmanager
def durable_postgres() -> Iterator[str]:
    """The address of a server that runs while the context is entered."""
    user = _server_user()
    with _folder("postgres") as folder:
        home = _postgres_home(folder)
        data = folder / "data"
        subprocess.run(
            [
                *(str(home / "bin" / "initdb"), "-D", str(data), "-U", "postgres"),
                *("--auth=trust", "--encoding=UTF8", "--no-instructions"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                "--locale=C",
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            user=user,
        )
        command = [
            *(str(home / "bin" / "postgres"), "-D", str(data)),
            *("-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"),
        ]
        url = f"postgresql://postgres@/postgres?host={folder}"
        with _process(command, folder / "log", user=user, cwd=folder):
            wait_until(lambda: _answers(url), "PostgreSQL's start", START_SECONDS)
            yield url


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """The address of a new database on the server; it is dropped at the end."""
    name = f"foyer_bench_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            url = make_url(server_url).set(
                drivername="postgresql+psycopg", database=name
            )
            yield url.render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def is_durable(server_url: str) -> bool:
    """True if a reported commit survives a power cut."""
    with psycopg.connect(server_url) as connection:
        asked = ("fsync", "synchronous_commit", "full_page_writes")
        told = [connection.execute(f"SHOW {name}").fetchone() for name in asked]
    return all(row is not None and row[0] != "off" for row in told)
