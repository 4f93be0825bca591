"""What tests of every kind may ask for."""

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient

from service.db.store import Store, make_engine
from service.operations.kept_sites import KeptSites
from service.operations.published import PublishedThreads
from service.privacy.keyring import Keyring, generate
from service.settings import Settings, load
from service.web.app import create_app
from service.web.context import Context
from tests.databases import (
    MakeDatabase,
    PostgresDatabases,
    postgres_databases,
    sqlite_databases,
)
from tests.doubles import FrozenClock, RememberingBell
from tests.needs import browser, need, shared_folder
from tests.running import Running
from tests.running import running as running_foyer
from tests.servers import postgres, redis_server


def _of_this_process(url: str) -> str:
    """The address of a Redis database that no other process of the run empties."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    number = worker.removeprefix("gw")
    return urlsplit(url)._replace(path=f"/{number}").geturl() if number else url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server on which databases may be made."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_session_url() -> Iterator[str]:
    """The address of a Redis database, not emptied between tests."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield _of_this_process(given)
        return
    with redis_server() as url:
        yield url


@pytest.fixture
def redis_url(redis_session_url: str) -> str:
    """The address of an empty Redis database."""
    with redis.Redis.from_url(redis_session_url) as client:
        client.flushdb()
    return redis_session_url


@pytest.fixture(scope="session")
def amqp_url() -> str:
    """The address of a RabbitMQ server, which `TEST_AMQP_URL` names."""
    given = os.environ.get("TEST_AMQP_URL", "")
    need("amqp", given)
    return given


@pytest.fixture(scope="session")
def sqlite_making(tmp_path_factory: pytest.TempPathFactory) -> MakeDatabase:
    return sqlite_databases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def postgres_lending(postgres_url: str) -> Iterator[PostgresDatabases]:
    is_ours = not os.environ.get("TEST_DATABASE_URL")
    with postgres_databases(postgres_url, is_ours=is_ours) as databases:
        yield databases


@pytest.fixture(scope="session")
def postgres_making(postgres_lending: PostgresDatabases) -> MakeDatabase:
    return postgres_lending.make


@pytest.fixture
def sqlite_database_url(sqlite_making: MakeDatabase) -> str:
    return sqlite_making()


@pytest.fixture
def postgres_database_url(postgres_lending: PostgresDatabases) -> Iterator[str]:
    with postgres_lending.lent() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh migrated database, one of each kind in turn."""
    return str(request.getfixturevalue(f"{request.param}_database_url"))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store on a fresh migrated database, one of each kind in turn."""
    opened = Store(make_engine(database_url))
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_database_url: str) -> Iterator[Store]:
    """A store on a fresh migrated SQLite file."""
    opened = Store(make_engine(sqlite_database_url))
    yield opened
    opened.close()


@pytest.fixture
def postgres_store(postgres_database_url: str) -> Iterator[Store]:
    """A store on a fresh migrated PostgreSQL database."""
    opened = Store(make_engine(postgres_database_url))
    yield opened
    opened.close()


@pytest.fixture
def keyring() -> Keyring:
    """A keyring with one fresh key."""
    return Keyring.from_text(generate())


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands still until it is advanced."""
    return FrozenClock()


@pytest.fixture
def bell() -> RememberingBell:
    """A bell that counts its rings."""
    return RememberingBell()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The default settings with a folder of their own, without limits and DNS."""
    return replace(
        load({"FOYER_DATA": str(tmp_path / "data"), "FOYER_DNS_SECONDS": "0"}),
        submit_limit=None,
    )


@pytest.fixture
def context(
    settings: Settings,
    store: Store,
    keyring: Keyring,
    bell: RememberingBell,
    clock: FrozenClock,
) -> Context:
    """The doors of a web process on a fresh database, one of each kind in turn."""
    return Context(
        settings=settings,
        store=store,
        keyring=keyring,
        bell=bell,
        published=PublishedThreads(),
        sites=KeptSites(0),
        clock=clock,
    )


@pytest.fixture
def app(context: Context) -> Flask:
    """The web application; its errors are answered as readers see them."""
    return create_app(context)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser's view of the web application."""
    return app.test_client()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product as `make run` starts it, shared by tests that change no setting."""
    with running_foyer(tmp_path_factory.mktemp("running")) as started:
        yield started


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real comments and attacks beside the project."""
    found = shared_folder()
    need("shared", found)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A Chromium for tests that look at pages as people do."""
    found = browser()
    need("browser", found)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Undo what a command under test did to the loggers of this process."""
    root = logging.getLogger()
    names = ("service", "worker", "__main__")
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in names}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
