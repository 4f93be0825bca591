"""A real worker process behind each broker does what it is rung for."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.db.store import Store
from service.domain.status import Status
from service.jobs import Doorbell, make_celery
from service.operations.keys import ensure_canary
from service.privacy.keyring import Keyring, create
from service.settings import Settings
from tests.doubles import FrozenClock
from tests.needs import ROOT
from tests.running import clean_environment
from tests.servers import wait_until
from tests.worker.laboratory import AGENT, CLIENT_IP, EMAIL, NAME, Laboratory

SECONDS = 30.0
PROMPT_SECONDS = 10.0


@pytest.fixture(params=["redis", "amqp"])
def broker_url(request: pytest.FixtureRequest) -> str:
    """The address of a Redis, and of a RabbitMQ where there is one."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def larger(settings: Settings, postgres_store: Store, broker_url: str) -> Settings:
    """The settings of the larger form."""
    url = postgres_store.engine.url.render_as_string(hide_password=False)
    return replace(settings, database_url=url, broker_url=broker_url)


@pytest.fixture
def busy(larger: Settings, postgres_store: Store) -> Laboratory:
    """A site on PostgreSQL, by the clock of the machine."""
    larger.data.mkdir(parents=True)
    keyring: Keyring = create(larger.keys_path)
    now = datetime.now(UTC)
    postgres_store.write(lambda s: ensure_canary(s, keyring, now))
    return Laboratory(store=postgres_store, keyring=keyring, clock=FrozenClock(now))


@contextmanager
def _worker(settings: Settings, log: Path) -> Iterator[None]:
    env = clean_environment(
        {
            "FOYER_DATA": str(settings.data),
            "FOYER_DATABASE_URL": settings.database_url,
            "FOYER_BROKER_URL": settings.broker_url,
            "FOYER_LOG_LEVEL": "DEBUG",
        }
    )
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "worker"],
            env=env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(SECONDS) == 0, log.read_text()


def test_verdicts_arrive_promptly_and_the_log_names_nobody(
    busy: Laboratory, larger: Settings, tmp_path: Path
) -> None:
    app, log = make_celery(larger), tmp_path / "log"
    bell = Doorbell(app)
    with _worker(larger, log):
        first = busy.submit("before anybody rings")
        # The worker finds by itself what nobody rang for.
        wait_until(lambda: busy.status(first) is Status.PUBLISHED, "a verdict", SECONDS)
        for number in range(3):
            later = busy.submit(f"another jar, number {number}")
            bell.ring()
            wait_until(
                lambda n=later: busy.status(n) is Status.PUBLISHED,  # type: ignore[misc]  # its own one
                "a verdict",
                PROMPT_SECONDS,
            )
    bell.close()
    app.close()
    said = log.read_text()
    assert "sweeping failed" not in said
    for private in (EMAIL, CLIENT_IP, AGENT, NAME):
        assert private not in said
