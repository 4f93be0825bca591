"""The servers of Foyer's larger form: those that are named, or some from wheels."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from benchmarks.databases import is_durable
from benchmarks.programs import pss_megabytes
from tests.processes import descendants
from tests.servers import postgres, redis_server


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Addresses of a database server and a broker."""

    database_url: str
    broker_url: str

    def pss_megabytes(self) -> float:
        """Memory of both, as far as they run on this machine."""
        found = set(filter(None, (self._postgres(), self._redis())))
        return pss_megabytes(found | {d for pid in found for d in descendants(pid)})

    def _postgres(self) -> int | None:
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute("SELECT pg_backend_pid()").fetchone()
            own = int(row[0]) if row else 0
            return _parent(own) if _is_named(own, "postgres") else None

    def _redis(self) -> int | None:
        with redis.Redis.from_url(self.broker_url) as client:
            told = client.info("server")
        pid = int(told["process_id"]) if isinstance(told, dict) else 0
        return pid if _is_named(pid, "redis-server", "valkey-server") else None


def _is_named(pid: int, *names: str) -> bool:
    """False if the process runs elsewhere, so that this number is another's here."""
    try:
        told = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return any(name.encode() in told for name in names)


def _parent(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return int(stat.rpartition(")")[2].split()[1])


@contextmanager
def servers() -> Iterator[Servers]:
    """Those of ``TEST_DATABASE_URL`` and ``TEST_REDIS_URL``, or else new ones.

    :raises SystemExit: if the database would lose what it reported as committed.
    """
    with ExitStack() as stack:
        database_url = os.environ.get("TEST_DATABASE_URL", "")
        broker_url = os.environ.get("TEST_REDIS_URL", "")
        found = Servers(
            database_url=database_url or stack.enter_context(postgres(durable=True)),
            broker_url=broker_url or stack.enter_context(redis_server()),
        )
        if not is_durable(found.database_url):
            raise SystemExit(
                "TEST_DATABASE_URL: this server does not wait for the disk (fsync, "
                "synchronous_commit or full_page_writes is off), so no figure of it "
                "could be compared. Leave the variable out to start a durable one."
            )
        yield found
