"""Kills parts of a running installation, and knows that each kill landed."""

import os
import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.processes import descendants, is_alive
from tests.running import Running
from tests.servers import wait_until

PATIENCE_SECONDS = 30.0
"""How long one chance to kill is waited for."""
_LOOK_SECONDS = 0.001
_WEB = ("web 1", "web", "web 2")
_STOPPED = {"T", "t"}


@dataclass(frozen=True, slots=True)
class _Held:
    """A lease on a check."""

    job_id: int
    token: str


class Killer:
    """Kills the worker, the web process and the supervisor of one installation.

    :param after_kill: called when the victim is dead and before anything is started.
    """

    def __init__(self, foyer: Running, after_kill: Callable[[], None]) -> None:
        self._foyer = foyer
        self._after_kill = after_kill
        self._victims: set[int] = set()
        self._dead_leases: set[str] = set()
        self.landed: Counter[str] = Counter()
        """Kills by what was killed."""
        self.missed = 0
        """How often the worker was stopped, held no lease, and went on."""
        self.hits: Counter[int] = Counter()
        """Kills by the job that was being done."""
        self.last_at = 0.0
        """When the last kill landed, by the monotonic clock."""

    def worker(self) -> None:
        """Kill the worker's processes while they hold a lease.

        They are stopped first, so that what the database says then is still true when
        the kill comes.
        """
        main = self._present("worker")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if not self._held():
                assert is_alive(main), "the worker ended by itself"
                time.sleep(_LOOK_SECONDS)
                continue
            group = _stop(main)
            held = self._held()
            if not held:
                os.killpg(main, signal.SIGCONT)
                self.missed += 1
                continue
            os.killpg(main, signal.SIGKILL)
            self._mourn("worker", group)
            self.hits.update(lease.job_id for lease in held)
            return
        raise TimeoutError("the worker held no lease for too long")

    def web(self, is_busy: Callable[[], bool]) -> None:
        """Kill a web process while somebody is owed an answer.

        By turns it is the one that keeps the others running, which they do not survive,
        and each of these.

        :param is_busy: true while somebody is.
        """
        main = self._present(_WEB[self.landed["web"] % len(_WEB)])
        wait_until(self._foyer.answers, "the web process's start", PATIENCE_SECONDS)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_busy():
            assert time.monotonic() < deadline, "nobody sent anything"
            time.sleep(0)
        group = {main, *descendants(main)}
        os.kill(main, signal.SIGKILL)
        self._mourn("web", group)

    def supervisor(self) -> None:
        """Kill the supervisor, which its children do not survive; start it again."""
        children = {self._present("web"), self._present("worker")}
        family = self._foyer.family() | {self._foyer.process.pid}
        assert children < family, "one of them ended by itself"
        self._foyer.kill()
        self._mourn("supervisor", family)
        self._foyer.start()

    def _present(self, name: str) -> int:
        """The number of the process that runs now, once it does."""

        def is_up() -> bool:
            newest = self._foyer.pids(name)[-1:]
            return bool(newest) and newest[0] not in self._victims

        wait_until(is_up, f"the start of {name}", PATIENCE_SECONDS)
        return self._foyer.pids(name)[-1]

    def _held(self) -> list[_Held]:
        """The leases of checks that nobody dead has left."""
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        return [
            _Held(*row)
            for row in rows(
                self._foyer.data,
                "SELECT id, lease_token FROM job WHERE kind = 'check' "
                "AND lease_token IS NOT NULL AND due_at > ?",
                now,
            )
            if row[1] not in self._dead_leases
        ]

    def _mourn(self, name: str, dead: set[int]) -> None:
        wait_until(lambda: not any(map(is_alive, dead)), f"the end of {name}", 5)
        self.last_at = time.monotonic()
        self.landed[name] += 1
        self._victims |= dead
        if name != "web":
            # All that is leased now was leased by the dead.
            left = rows(self._foyer.data, "SELECT lease_token FROM job")
            self._dead_leases |= {token for (token,) in left if token}
        self._after_kill()


def rows(data: Path, query: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]  # of whatever the query says
    """What the installation's database answers, read beside the running processes."""
    path = data / "foyer.sqlite3"
    with closing(
        sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
    ) as opened:
        return opened.execute(query, values).fetchall()


def empty_doorbell(data: Path, *, with_folder: bool) -> None:
    """Delete all that the embedded broker has on disk."""
    folder = data / "doorbell"
    if not folder.exists():
        return
    if with_folder:
        # Moved away first: somebody may be writing into it.
        shutil.rmtree(folder.rename(data / "doorbell-gone"))
        return
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink(missing_ok=True)


def _stop(main: int) -> set[int]:
    """The processes of the group, after each has stopped."""
    os.killpg(main, signal.SIGSTOP)
    group = {main} | descendants(main)
    assert all(os.getpgid(pid) == main for pid in group), "one is in another group"
    wait_until(lambda: all(map(_is_stopped, group)), "the worker's stop", 5)
    return group


def _is_stopped(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return stat.rpartition(")")[2].split()[0] in _STOPPED
