"""Databases to measure, on a PostgreSQL server that waits for the disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from sqlalchemy import make_url


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
