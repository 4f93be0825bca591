"""A program under load: its processes, and what each of its operations looks like."""

import http.client
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Read, Submit
from service.lifeline import tied
from tests.processes import descendants

STOP_SECONDS = 30.0

HUNDRED = "/hundred/"
"""The page with 100 published comments."""
FIRST = "/first/"
"""The page that is read after each publication; it has 75 at first."""
FIRST_SEEDED = 75
COUNTED = [f"/page/{number}/" for number in range(1, 11)]
"""The pages whose comments are counted at once: a list of ten articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How the same operations are asked of one program."""

    base_url: str
    submit: Submit
    """To ``/page/{page}/``."""
    publish: Submit
    """To `FIRST`."""
    thread: Read
    """Of `HUNDRED`."""
    first: Read
    """Of `FIRST`."""
    counts: Read


class Processes:
    """Some processes with one log, which die with this one.

    :param log: gets all they write.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._running: list[subprocess.Popen[bytes]] = []

    def start(
        self, command: Sequence[str], env: Mapping[str, str], cwd: Path
    ) -> "subprocess.Popen[bytes]":
        """Start one; its command begins with an absolute path."""
        with self._log.open("ab") as output:
            process = subprocess.Popen(
                tied(list(command)),
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def require_alive(self) -> None:
        """Pass if all still run.

        :raises RuntimeError: with the end of the log, if one has ended.
        """
        for process in self._running:
            if process.poll() is not None:
                tail = self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
                raise RuntimeError(f"it ended with {process.returncode}: {tail}")

    def pss_megabytes(self) -> float:
        """Memory of all processes and their descendants: each its share of a page."""
        pids = {p.pid for p in self._running}
        for process in self._running:
            pids |= descendants(process.pid)
        return pss_megabytes(pids)

    def stop(self) -> None:
        """Ask all to stop, and return when they have."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                # It leads a session of its own, and so a group.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._running.clear()


def pss_megabytes(pids: set[int]) -> float:
    """Proportional set size of these processes together, in units of 10**6 bytes."""
    kibibytes = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        lines = (line.split() for line in text.splitlines())
        kibibytes += sum(int(parts[1]) for parts in lines if parts[0] == "Pss:")
    return kibibytes * 1024 / 1e6


def answers(port: int, path: str) -> bool:
    """True if a GET of this path is answered with 200 on this port of 127.0.0.1."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
