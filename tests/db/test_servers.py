"""The database servers that tests and measurements start for themselves."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from tests.servers import postgres

_ASKED = ("fsync", "synchronous_commit", "full_page_writes")


@pytest.fixture
def strict_umask() -> Iterator[None]:
    """As where a machine lets nobody but its owner read what is made on it."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.parametrize(
    ("durable", "told"),
    [(True, ["on", "on", "on"]), (False, ["off", "on", "off"])],
    ids=["durable", "quick"],
)
def test_server_starts_under_any_umask_and_is_as_durable_as_asked(
    *, durable: bool, told: list[str], strict_umask: None
) -> None:
    assert strict_umask is None
    with postgres(durable=durable) as url, psycopg.connect(url) as connection:
        rows = [connection.execute(f"SHOW {name}").fetchone() for name in _ASKED]
        assert [row[0] for row in rows if row is not None] == told
