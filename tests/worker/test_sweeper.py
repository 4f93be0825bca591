"""The sweeper rings when there is work, and now and then to see whether tasks run."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from celery import Celery

from service.db.store import Store
from service.jobs import BREAK_SECONDS, Kind, make_celery, send, waiting
from service.operations.claim import claim
from service.operations.owe import owe
from service.settings import Settings
from tests.journey.outages import behind_proxy
from tests.servers import free_port
from tests.worker.laboratory import Laboratory
from worker.heartbeat import BEAT_SECONDS
from worker.sweeper import (
    DEAF_SECONDS,
    MOST_WAITING,
    UNTAKEN_SECONDS,
    WEDGED,
    Sweeper,
    ring_if_due,
)

HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Steps:
    """Seconds that only grow when told to."""

    now: float = 1_000.0

    def __call__(self) -> float:
        """The seconds now."""
        return self.now


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """The sweeper's monotonic clock, standing still; all others go on."""
    made = Steps()
    clock = SimpleNamespace(monotonic=made, sleep=time.sleep)
    monkeypatch.setattr("worker.sweeper.time", clock)
    return made


@pytest.fixture(params=["folder", "redis"])
def app(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Celery]:
    """A Celery application on the embedded doorbell, and on Redis."""
    if request.param == "redis":
        settings = replace(settings, broker_url=request.getfixturevalue("redis_url"))
    made = make_celery(settings)
    yield made
    made.close()


@pytest.fixture
def sweeper(laboratory: Laboratory, app: Celery, steps: Steps) -> Sweeper:
    """A sweeper that has rung just now, with nothing to do."""
    made = Sweeper(laboratory.store, app, "host:1", _no_work, _no_work)
    made.sweep()
    _take_all(laboratory.store, app)
    steps.now += 1
    return made


def _no_work() -> None:
    pytest.fail("the broker can be reached, so the tasks do the work")


def _take_all(store: Store, app: Celery) -> None:
    """As a worker does that has done all."""
    store.write(lambda s: claim(s, datetime.now(UTC), 100))
    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge("foyer")  # type: ignore[attr-defined]  # every transport's channel has it
    assert waiting(app) == 0


def _owe(store: Store, due_at: datetime) -> None:
    now = datetime.now(UTC)
    store.write(lambda s: owe(s, Kind.CHECK, 1, now=now, due_at=due_at))


def test_first_sweep_rings(laboratory: Laboratory, app: Celery, steps: Steps) -> None:
    Sweeper(laboratory.store, app, "host:1", _no_work, _no_work).sweep()
    assert steps() > 0
    assert waiting(app) == 1


def test_nothing_due_is_no_ring(sweeper: Sweeper, app: Celery) -> None:
    sweeper.sweep()
    assert waiting(app) == 0


def test_due_job_is_rung_for_at_each_sweep(
    sweeper: Sweeper, laboratory: Laboratory, app: Celery
) -> None:
    _owe(laboratory.store, datetime.now(UTC))
    sweeper.sweep()
    sweeper.sweep()
    assert waiting(app) == 2


def test_job_for_later_is_not_rung_for(
    sweeper: Sweeper, laboratory: Laboratory, app: Celery
) -> None:
    _owe(laboratory.store, datetime.now(UTC) + timedelta(minutes=1))
    sweeper.sweep()
    assert waiting(app) == 0


def test_no_ring_while_enough_wait(
    sweeper: Sweeper, laboratory: Laboratory, app: Celery
) -> None:
    _owe(laboratory.store, datetime.now(UTC))
    for _ in range(MOST_WAITING):
        send(app)
    sweeper.sweep()
    assert waiting(app) == MOST_WAITING


def test_rings_for_the_heartbeat_without_need(
    sweeper: Sweeper, app: Celery, steps: Steps
) -> None:
    steps.now += BEAT_SECONDS - 1.5
    sweeper.sweep()
    assert waiting(app) == 0
    steps.now += 0.5
    sweeper.sweep()
    assert waiting(app) == 1


def test_tends_also_while_something_is_always_due(
    sweeper: Sweeper, laboratory: Laboratory, steps: Steps
) -> None:
    _owe(laboratory.store, datetime.now(UTC) - HOUR)
    far = datetime.now(UTC) + HOUR
    _owe(laboratory.store, far)
    for _ in range(11):
        sweeper.hear()
        sweeper.sweep()
        steps.now += 1
    assert all(job.due_at < far for job in laboratory.jobs())


def test_owes_one_retention_and_one_look_at_the_models(
    sweeper: Sweeper, laboratory: Laboratory
) -> None:
    sweeper.sweep()
    assert [job.kind for job in laboratory.jobs()] == [Kind.RETENTION, Kind.MODELS]


def test_due_jobs_are_done_here_while_the_broker_cannot_be_reached(
    laboratory: Laboratory, settings: Settings
) -> None:
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    app = make_celery(replace(settings, broker_url=nobody))
    done: list[str] = []
    sweeper = Sweeper(
        laboratory.store, app, "host:1", lambda: done.append("work"), _no_work
    )
    _owe(laboratory.store, datetime.now(UTC) - timedelta(seconds=1))
    sweeper.sweep()
    assert done == ["work"]


def test_task_that_leaves_work_has_the_next_begin(
    laboratory: Laboratory, app: Celery
) -> None:
    ring_if_due(laboratory.store, app)
    assert waiting(app) == 0
    _owe(laboratory.store, datetime.now(UTC) - timedelta(seconds=1))
    ring_if_due(laboratory.store, app)
    assert waiting(app) == 1


def test_task_ends_well_though_the_next_cannot_be_rung_for(
    laboratory: Laboratory, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_celery(
        replace(settings, broker_url=f"redis://127.0.0.1:{free_port()}/0")
    )
    _owe(laboratory.store, datetime.now(UTC) - timedelta(seconds=1))
    ring_if_due(laboratory.store, app)
    assert "the next task was not rung for" in caplog.text


@dataclass(slots=True)
class Deaf:
    """A sweeper in a worker that no message reaches, and what it had to do."""

    sweeper: Sweeper
    done: list[str]


@pytest.fixture
def deaf(laboratory: Laboratory, app: Celery, steps: Steps) -> Deaf:
    """A worker that no message reaches, while something is due."""
    done: list[str] = []
    sweeper = Sweeper(
        laboratory.store,
        app,
        "host:1",
        lambda: done.append("work"),
        lambda: done.append("listen"),
    )
    _owe(laboratory.store, datetime.now(UTC) - timedelta(seconds=1))
    sweeper.sweep()
    steps.now += 1
    assert done == []
    return Deaf(sweeper, done)


def test_due_jobs_are_done_here_while_messages_are_not_taken(
    deaf: Deaf, steps: Steps
) -> None:
    deaf.sweeper.sweep()
    assert deaf.done == []
    steps.now += UNTAKEN_SECONDS
    deaf.sweeper.sweep()
    assert "work" in deaf.done


def test_worker_listens_anew_now_and_then_while_messages_are_not_taken(
    deaf: Deaf, steps: Steps
) -> None:
    for _ in range(3):
        steps.now += DEAF_SECONDS
        deaf.sweeper.sweep()
        deaf.sweeper.sweep()
    assert deaf.done.count("listen") == 3


def test_message_that_comes_leaves_the_work_to_tasks(deaf: Deaf, steps: Steps) -> None:
    for _ in range(3):
        steps.now += UNTAKEN_SECONDS - 1
        deaf.sweeper.hear()
        deaf.sweeper.sweep()
    assert deaf.done == []


def test_queue_that_another_worker_empties_leaves_the_work_to_tasks(
    deaf: Deaf, steps: Steps, laboratory: Laboratory, app: Celery
) -> None:
    for _ in range(3):
        steps.now += UNTAKEN_SECONDS + 1
        _take_all(laboratory.store, app)
        _owe(laboratory.store, datetime.now(UTC) - timedelta(seconds=1))
        deaf.sweeper.sweep()
    assert deaf.done == []


def test_broker_that_failed_is_left_alone_for_a_while(
    laboratory: Laboratory, settings: Settings, steps: Steps
) -> None:
    with behind_proxy("redis://127.0.0.1:1/0") as (proxy, address):
        proxy.swallow()
        app = make_celery(replace(settings, broker_url=address))
        done: list[str] = []
        sweeper = Sweeper(
            laboratory.store, app, "host:1", lambda: done.append("work"), _no_work
        )
        sweeper.sweep()
        asked = proxy.taken
        assert asked > 0
        steps.now += BREAK_SECONDS - 1
        sweeper.sweep()
        assert (proxy.taken, done) == (asked, ["work", "work"])
        steps.now += 2
        sweeper.sweep()
        assert proxy.taken > asked
        app.close()


def test_work_is_done_here_after_a_failure_until_a_message_comes(
    deaf: Deaf, steps: Steps, laboratory: Laboratory, app: Celery
) -> None:
    deaf.sweeper._failed_at = steps()
    steps.now += BREAK_SECONDS
    _take_all(laboratory.store, app)
    _owe(laboratory.store, datetime.now(UTC) - timedelta(seconds=1))
    deaf.sweeper.sweep()
    assert deaf.done == ["work"]
    steps.now += 1
    deaf.sweeper.hear()
    deaf.sweeper.sweep()
    assert deaf.done == ["work"]


def test_worker_that_stays_deaf_restarts(
    deaf: Deaf, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deaf.sweeper, "_restart", lambda: deaf.done.append("restart"))
    steps.now += WEDGED.seconds - 2
    deaf.sweeper.sweep()
    assert "restart" not in deaf.done
    steps.now += 2
    deaf.sweeper.sweep()
    assert "restart" in deaf.done
