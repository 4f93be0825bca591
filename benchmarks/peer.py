"""What installing, starting and filling a peer have in common."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.programs import FIRST, FIRST_SEEDED, HUNDRED, Processes, Target, answers
from tests.servers import wait_until

INSTALL_SECONDS = 900.0
START_SECONDS = 60.0
FIXED_PAGES = {HUNDRED: 100, FIRST: FIRST_SEEDED}
"""How many comments the pages have whose threads are read."""


class NotInstalled(Exception):
    """A peer cannot be installed or started here; the text says why."""


class Peer(Protocol):
    """A program to compare with."""

    target: Target
    processes: Processes

    def install(self) -> None:
        """Install it, unless it is there.

        :raises NotInstalled: saying why.
        """

    def start(self, stored: int) -> None:
        """Start it with so many comments.

        :raises NotInstalled: if it does not start.
        """


def install(command: Sequence[str], cwd: Path) -> None:
    """Run the command that installs a peer.

    :raises NotInstalled: with the last thing it said, if it fails.
    """
    try:
        told = subprocess.run(
            command,
            cwd=cwd,
            check=False,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as err:
        raise NotInstalled(f"{Path(command[0]).name}: {err}") from err
    if told.returncode:
        last = told.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise NotInstalled(f"{Path(command[0]).name}: {last[0]}")


def await_answer(processes: Processes, port: int, path: str) -> None:
    """Return when a GET of this path is answered with 200.

    :raises NotInstalled: if that takes too long, or a process ends.
    """

    def is_up() -> bool:
        processes.require_alive()
        return answers(port, path)

    try:
        wait_until(is_up, "its start", START_SECONDS)
    except (RuntimeError, TimeoutError) as err:
        raise NotInstalled(str(err)) from err
