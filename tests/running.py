"""The product as its operator starts it: real processes on a folder of their own."""

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.needs import ROOT
from tests.processes import descendants, is_alive
from tests.servers import free_port, wait_until

START_SECONDS = 60.0
STOP_SECONDS = 30.0

_QUIET = {
    # No network, and no limit in the way of tests that are not about it.
    "FOYER_DNS_SECONDS": "0",
    "FOYER_SUBMIT_LIMIT": "",
}


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment without any setting of ours, and ``extra`` on top."""
    ours = ("FOYER_", "TEST_", "PORT")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return {**kept, **_QUIET, **extra}


class Running:
    """`foyer run` on a folder and a free port.

    :param folder: holds the data and the log.
    :param env: more settings.
    :param arguments: those of ``foyer``.
    """

    def __init__(
        self,
        folder: Path,
        env: Mapping[str, str] | None = None,
        arguments: tuple[str, ...] = ("run", "--demo"),
    ) -> None:
        self.data = folder / "data"
        self.port = free_port()
        self._log = folder / "log"
        self._arguments = arguments
        self._env = dict(env or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """The environment of every command of this installation."""
        own = {"FOYER_DATA": str(self.data), "PORT": str(self.port)}
        return clean_environment({**own, **self._env})

    @property
    def base_url(self) -> str:
        """Where it answers, without a final slash."""
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> str:
        """All that its processes have written, through all starts."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def log_path(self) -> Path:
        """The file with all that its processes have written."""
        return self._log

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The supervisor."""
        assert self._process is not None, "it was not started"
        return self._process

    @property
    def is_running(self) -> bool:
        """True while the supervisor runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def sign_in_link(self) -> str:
        """The last one-time sign-in link that was printed."""
        links = re.findall(r"(http\S+/login/link/\S+)", self.log)
        assert links, "no sign-in link was printed"
        return str(links[-1])

    def pids(self, name: str) -> list[int]:
        """Numbers of the processes started as ``web`` or ``worker`` so far."""
        return [
            int(n) for n in re.findall(rf"{name} started as process (\d+)", self.log)
        ]

    def start(self) -> None:
        """Start it, and return when it answers and has printed its addresses.

        :raises AssertionError: with the log, if it ends instead.
        """
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output:
            begin = output.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "service.cli", *self._arguments],
                env=self.env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        wait_until(lambda: self._is_up(begin), "the start of foyer", START_SECONDS)

    def _is_up(self, begin: int) -> bool:
        status = self.process.poll()
        assert status is None, f"it ended with {status}:\n{self.log}"
        return b"/queue\n" in self._log.read_bytes()[begin:]

    def get(self, path: str) -> str:
        """The text at this path.

        :raises AssertionError: unless the answer's status is 200.
        :raises OSError: if there is no answer.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            assert answer.status == http.HTTPStatus.OK, f"{path}: {answer.status}"
            return answer.read().decode()
        finally:
            connection.close()

    def answers(self) -> bool:
        """True if the web process is there."""
        try:
            return bool(self.get("/healthz"))
        except (OSError, http.client.HTTPException):
            return False

    def family(self) -> set[int]:
        """Numbers of all processes that descend from the supervisor."""
        return descendants(self.process.pid)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """Kill it without warning, and return when all of it is gone."""
        family = self.family()
        self.process.kill()
        self.process.wait()
        wait_until(
            lambda: not any(map(is_alive, family)), "the end of its processes", 5
        )

    def command(
        self, *arguments: str, text: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """What another command on the same installation did.

        :param text: for its standard input.
        """
        return subprocess.run(
            [sys.executable, "-m", "service.cli", *arguments],
            env=self.env,
            cwd=ROOT,
            input=text or "",
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@contextmanager
def running(folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """A started installation with the demo; it is stopped at the end."""
    started = Running(folder, env)
    try:
        started.start()
        yield started
    finally:
        if started.is_running:
            started.stop()
