"""Brokers that go away and come back, each in its own way."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pytest
import redis

from service.jobs import QUEUE
from tests.journey.broker_proxy import BrokerProxy, broker_proxy
from tests.running import Running, running
from tests.servers import redis_server

_NOBODY_WRITES_HERE = Path("/sys")
"""A folder in which even root can make no file."""


class Outage(Protocol):
    """One way in which a broker can be away."""

    def begin(self) -> None:
        """From now on the broker is away."""

    def end(self) -> None:
        """From now on it is back."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing listens at the broker's address any more."""

    proxy: BrokerProxy

    def begin(self) -> None:
        """Close the port and all connections."""
        self.proxy.refuse()

    def end(self) -> None:
        """Open the port."""
        self.proxy.restore()


@dataclass(frozen=True, slots=True)
class Silent:
    """All packets are swallowed; connections from before stay dead afterwards, too."""

    proxy: BrokerProxy

    def begin(self) -> None:
        """Swallow what is sent, both ways."""
        self.proxy.swallow()

    def end(self) -> None:
        """Forward new connections."""
        self.proxy.restore()


@dataclass(frozen=True, slots=True)
class FullRedis:
    """Redis has no memory left for messages."""

    url: str

    def begin(self) -> None:
        """Have Redis refuse all that would take memory."""
        self._limit(1)

    def end(self) -> None:
        """Let it use what there is."""
        self._limit(0)

    def _limit(self, size: int) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", size)


@dataclass(frozen=True, slots=True)
class FullRabbit:
    """RabbitMQ refuses each message for a queue that has reached its length."""

    vhost: str

    def begin(self) -> None:
        """Have the queue take nothing."""
        definition = '{"max-length": 0, "overflow": "reject-publish"}'
        self._control("set_policy", "full", f"^{QUEUE}$", definition)

    def end(self) -> None:
        """Let the queue take messages."""
        self._control("clear_policy", "full")

    def _control(self, command: str, *arguments: str) -> None:
        program = shutil.which("rabbitmqctl")
        if program is None:
            pytest.skip("needs rabbitmqctl, which is not there")
        done = subprocess.run(
            [program, "--quiet", command, "--vhost", self.vhost, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if done.returncode != 0:
            pytest.skip("needs a rabbitmqctl that may speak to the server")


@dataclass(frozen=True, slots=True)
class FolderReplaced:
    """Something else is where the embedded broker has its folder.

    :param substitute: what a link there leads to.
    """

    folder: Path
    substitute: Path

    def begin(self) -> None:
        """Put it there."""
        self.folder.rename(self._kept)
        self.folder.symlink_to(self.substitute)

    def end(self) -> None:
        """Put the folder back."""
        self.folder.unlink()
        self._kept.rename(self.folder)

    @property
    def _kept(self) -> Path:
        return self.folder.with_name("kept")


@dataclass(frozen=True, slots=True)
class Place:
    """An installation, and the ways in which its broker can be away."""

    foyer: Running
    outages: Mapping[str, Outage]


@contextmanager
def behind_proxy(broker_url: str) -> Iterator[tuple[BrokerProxy, str]]:
    """A proxy in front of a broker, and the broker's address through it."""
    parts = urlsplit(broker_url)
    assert parts.hostname is not None
    assert parts.port is not None
    with broker_proxy(parts.hostname, parts.port) as proxy:
        login, at, _ = parts.netloc.rpartition("@")
        through = parts._replace(netloc=f"{login}{at}127.0.0.1:{proxy.port}")
        yield proxy, through.geturl()


def _on_the_way(proxy: BrokerProxy) -> dict[str, Outage]:
    return {"refused": Refused(proxy), "silent": Silent(proxy)}


@contextmanager
def on_redis(folder: Path) -> Iterator[Place]:
    """An installation on a Redis of its own."""
    with ExitStack() as stack:
        url = stack.enter_context(redis_server())
        proxy, through = stack.enter_context(behind_proxy(url))
        foyer = stack.enter_context(running(folder, {"FOYER_BROKER_URL": through}))
        yield Place(foyer, {**_on_the_way(proxy), "full": FullRedis(url)})


@contextmanager
def on_rabbit(folder: Path, url: str) -> Iterator[Place]:
    """An installation on a RabbitMQ that runs already."""
    vhost = urlsplit(url).path[1:] or "/"
    with (
        behind_proxy(url) as (proxy, through),
        running(folder, {"FOYER_BROKER_URL": through}) as foyer,
    ):
        yield Place(foyer, {**_on_the_way(proxy), "full": FullRabbit(vhost)})


@contextmanager
def embedded(folder: Path) -> Iterator[Place]:
    """An installation on its embedded broker."""
    a_file = folder / "a-file"
    with running(folder) as foyer:
        a_file.touch()
        doorbell = foyer.data / "doorbell"
        yield Place(
            foyer,
            {
                "refused": FolderReplaced(doorbell, a_file),
                "full": FolderReplaced(doorbell, _NOBODY_WRITES_HERE),
            },
        )
