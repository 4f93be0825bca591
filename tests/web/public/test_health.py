"""Probes learn whether the process answers and whether it can do its work."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from service.db.migrate import downgrade
from service.db.models import Heartbeat
from service.db.store import Store, make_engine
from tests.db.acts import Acts
from tests.web.public.reader import House, Reader


@pytest.fixture(autouse=True)
def data_folder(house: House) -> None:
    """The folder whose free space is looked at."""
    house.context.settings.data.mkdir()


def beat(acts: Acts) -> None:
    acts.store.write(lambda s: s.add(Heartbeat(worker="w", seen_at=acts.clock())))


def test_process_answers(reader: Reader) -> None:
    answer = reader.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_all_is_well_with_a_worker(reader: Reader, acts: Acts) -> None:
    beat(acts)
    answer = reader.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ready", "troubles": []}


def test_without_a_worker_comments_are_taken_in_but_wait(
    reader: Reader, acts: Acts
) -> None:
    assert reader.get("/readyz").get_json()["status"] == "degraded"
    beat(acts)
    acts.clock.advance(seconds=61)
    answer = reader.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "degraded")


def test_late_checks_are_told(reader: Reader, acts: Acts) -> None:
    acts.submit()
    acts.clock.advance(seconds=61)
    beat(acts)
    (trouble,) = reader.get("/readyz").get_json()["troubles"]
    assert "late" in trouble


def test_missing_migrations_are_unavailable(reader: Reader, acts: Acts) -> None:
    downgrade(acts.store.engine, "base")
    answer = reader.get("/readyz")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.get_json()["troubles"] == [
        "migrations are missing; run foyer migrate"
    ]


def test_database_that_cannot_be_read_is_not_called_unmigrated(
    house: House, tmp_path: Path
) -> None:
    path = tmp_path / "broken.sqlite3"
    store = Store(make_engine(f"sqlite:///{path}"))
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        reader = House(replace(house.context, store=store)).reader()
        answer = reader.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["troubles"] == ["the database cannot be read"]
    store.close()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", ["10.0.0.7:8000", "foyer-web-1", "evil.example"])
def test_probes_may_ask_under_any_name(reader: Reader, path: str, host: str) -> None:
    answer = reader.client.get(path, base_url=f"http://{host}")
    assert answer.status_code == 200
