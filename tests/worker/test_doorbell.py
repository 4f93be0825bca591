"""The doorbell and its messages: complete, private, and never in anybody's way."""

import base64
import errno
import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import pytest
import redis
from celery import Celery
from kombu import Consumer, Queue

from service.folder_transport import MOST_MESSAGES
from service.jobs import DRAIN_TASK, QUEUE, Doorbell, make_celery, send, waiting
from service.settings import Settings
from tests.journey.outages import behind_proxy
from tests.servers import free_port, wait_until
from tests.worker.laboratory import AGENT, CLIENT_IP, EMAIL, NAME, Laboratory

SECONDS = 10.0
PRIVATE = (EMAIL, CLIENT_IP, AGENT, NAME)


@pytest.fixture
def folder(settings: Settings) -> Path:
    """Where the messages are."""
    return settings.doorbell_folder


@pytest.fixture
def app(settings: Settings) -> Iterator[Celery]:
    """A Celery application on the embedded doorbell."""
    made = make_celery(settings)
    yield made
    made.close()


@pytest.fixture
def bell(app: Celery) -> Iterator[Doorbell]:
    """A doorbell, closed at the end."""
    made = Doorbell(app)
    yield made
    made.close()


def _take(app: Celery) -> int:
    """How many messages could be taken."""
    taken: list[object] = []
    with app.connection_for_read() as connection:
        queue = Queue(QUEUE)
        with Consumer(
            connection,
            queues=[queue],
            no_ack=True,
            accept=["json"],
            on_message=taken.append,
        ):
            try:
                while True:
                    connection.drain_events(timeout=0.05)
            except TimeoutError:
                return len(taken)


def test_each_message_is_taken_once(app: Celery, folder: Path) -> None:
    for _ in range(3):
        send(app)
    assert waiting(app) == 3
    assert _take(app) == 3
    assert waiting(app) == 0
    assert list(folder.iterdir()) == []


def test_messages_are_closed_to_others(app: Celery, folder: Path) -> None:
    send(app)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_half_written_message_is_not_taken(app: Celery, folder: Path) -> None:
    send(app)
    (message,) = folder.iterdir()
    half = folder / f"{message.stem}.part"
    half.write_bytes(message.read_bytes()[:50])
    message.unlink()
    assert waiting(app) == 0
    assert _take(app) == 0


def test_bell_rings_again_after_its_folder_is_gone(
    bell: Doorbell, app: Celery, folder: Path
) -> None:
    for _ in range(2):
        bell.ring()
        wait_until(lambda: waiting(app) == 1, "a ring", SECONDS)
        rmtree(folder)
        assert waiting(app) == 0
        assert _take(app) == 0


def test_bell_survives_what_no_broker_should_do(bell: Doorbell, folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the folder should be")
    bell.ring()
    wait_until(lambda: not bell._wanted.is_set(), "the ring", SECONDS)
    bell._thread.join(timeout=0.2)
    assert bell._thread.is_alive()


def test_message_that_could_not_be_written_leaves_nothing(
    app: Celery, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", full)
        with pytest.raises(OSError, match="No space"):
            send(app)
    assert list(folder.iterdir()) == []
    send(app)
    assert waiting(app) == 1


def test_folder_that_nobody_empties_does_not_grow_for_ever(app: Celery) -> None:
    for _ in range(MOST_MESSAGES + 5):
        send(app)
    assert waiting(app) == MOST_MESSAGES
    assert _take(app) == MOST_MESSAGES
    send(app)
    assert waiting(app) == 1


def test_folder_that_cannot_be_read_holds_no_messages(
    app: Celery, folder: Path
) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the folder should be")
    assert waiting(app) == 0
    assert _take(app) == 0


@pytest.fixture(params=["redis", "amqp"])
def broker_url(request: pytest.FixtureRequest) -> str:
    """The address of a Redis, and of a RabbitMQ where there is one."""
    return str(request.getfixturevalue(f"{request.param}_url"))


def test_bell_rings_again_after_its_broker_was_silent(
    settings: Settings, broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.jobs.BREAK_SECONDS", 0.1)
    direct = make_celery(replace(settings, broker_url=broker_url))
    with behind_proxy(broker_url) as (proxy, address):
        bell = Doorbell(make_celery(replace(settings, broker_url=address)))
        bell.ring()
        wait_until(lambda: waiting(direct) == 1, "a ring", SECONDS)
        proxy.swallow()
        bell.ring()
        wait_until(lambda: not bell._wanted.is_set(), "the try", SECONDS)
        proxy.restore()
        bell.ring()
        # The first connection stays dead: what rings now has given it up.
        wait_until(lambda: waiting(direct) > 1, "a ring on a new connection", SECONDS)
        bell.close()
    assert _take(direct) > 1
    direct.close()


def test_bell_without_a_broker_returns_at_once(settings: Settings) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    bell = Doorbell(make_celery(replace(settings, broker_url=nowhere)))
    for _ in range(1_000):
        bell.ring()
    bell.close()


def _sayings(raw: str | bytes) -> str:
    """All that a message says, its body decoded."""
    message = json.loads(raw)
    body = base64.b64decode(message.pop("body"))
    arguments, named, _ = json.loads(body)
    assert (arguments, named) == ([], {})
    return f"{message} {body!r}"


def test_message_in_the_folder_names_nobody(
    bell: Doorbell, app: Celery, folder: Path, laboratory: Laboratory
) -> None:
    laboratory.submit()
    bell.ring()
    wait_until(lambda: waiting(app) == 1, "a ring", SECONDS)
    (path,) = folder.iterdir()
    said = _sayings(path.read_bytes())
    assert DRAIN_TASK in said
    assert not [private for private in PRIVATE if private in said]


def test_message_in_redis_names_nobody(
    settings: Settings, redis_url: str, laboratory: Laboratory
) -> None:
    bell = Doorbell(make_celery(replace(settings, broker_url=redis_url)))
    laboratory.submit()
    bell.ring()
    with redis.Redis.from_url(redis_url) as client:
        wait_until(lambda: client.llen(QUEUE) == 1, "a ring", SECONDS)
        said = _sayings(client.lrange(QUEUE, 0, 0)[0])
    bell.close()
    assert DRAIN_TASK in said
    assert not [private for private in PRIVATE if private in said]
