"""The supervisor, run in a process of its own over small real commands."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.processes import descendants, is_alive
from tests.servers import wait_until

SECONDS = 20.0

SUPERVISE = """
import json, os, sys
from service import logs
from service.supervisor import command, supervise
logs.set_up("INFO")
env = dict(os.environ)
starts = {name: command(c, env) for name, c in json.loads(sys.argv[1]).items()}
sys.exit(supervise(starts))
"""

FORKED = """
import os, signal, sys
from service import logs
from service.supervisor import command, fork, supervise
logs.set_up("INFO")

def patient():
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert os.getsid(0) == os.getpid()
    print("forked", loaded, flush=True)
    signal.pause()

def refusing():
    return 1

def raising():
    raise ValueError("private")

loaded = "with all that was loaded"
mains = {"patient": patient, "refusing": refusing, "raising": raising}
running = {name: fork(mains[name]) for name in sys.argv[1:]}
again = command([sys.executable, "-c", "import signal; signal.pause()"])
sys.exit(supervise(dict.fromkeys(running, again), running, end_on_refusal=True))
"""

ASKED_AT_ONCE = """
import os, signal
from service.supervisor import fork

# The handler that a supervisor has, as far as its forks are concerned.
signal.signal(signal.SIGTERM, lambda *_: None)
for _ in range(20):
    forked = fork(lambda: signal.pause())
    os.kill(forked, signal.SIGTERM)
    print(os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]))
"""

PATIENT = "import signal; signal.pause()"
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
while True:
    signal.pause()
"""
TIDY = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("tidied up", flush=True)))
print("ready", flush=True)
while True:
    signal.pause()
"""
FORKING = """
import os, signal
from service.lifeline import die_with_parent
parent = os.getpid()
if os.fork() == 0:
    die_with_parent(parent)
    print("grandchild", flush=True)
while True:
    signal.pause()
"""


class Supervised:
    """A supervisor under test and what it says."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def pids(self, name: str) -> list[int]:
        """Numbers of the processes that were started under this name so far."""
        return [
            int(n) for n in re.findall(rf"{name} started as process (\d+)", self.log)
        ]

    def wait_for(self, is_true: Callable[[], bool], what: str) -> None:
        wait_until(is_true, what, SECONDS)

    def wait_for_line(self, text: str) -> None:
        self.wait_for(lambda: text in self.log, f"the line {text!r}")


@pytest.fixture(autouse=True)
def _hangs_up() -> Iterator[None]:
    """Has SIGHUP as a terminal has it: what `nohup` started is to ignore it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Supervised]]:
    started: list[Supervised] = []

    def start(*forks: str, **programs: str) -> Supervised:
        commands = {name: [sys.executable, "-c", p] for name, p in programs.items()}
        by_command = [SUPERVISE, json.dumps(commands)]
        log = tmp_path / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", *([FORKED, *forks] if forks else by_command)],
                stdout=output,
                stderr=output,
                cwd=ROOT,
            )
        supervised = Supervised(process, log)
        started.append(supervised)
        names = [*forks, *programs]
        supervised.wait_for(lambda: all(supervised.pids(n) for n in names), "start")
        return supervised

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


def test_command_that_is_killed_starts_again(start: Callable[..., Supervised]) -> None:
    supervised = start(web=PATIENT)
    (first,) = supervised.pids("web")
    os.kill(first, signal.SIGKILL)
    supervised.wait_for(lambda: len(supervised.pids("web")) == 2, "the second start")
    assert "web ended (SIGKILL); it starts again in 0.2 s" in supervised.log
    assert is_alive(supervised.pids("web")[1])


def test_pause_doubles_for_a_command_that_keeps_failing(
    start: Callable[..., Supervised],
) -> None:
    supervised = start(web="raise SystemExit(3)")
    supervised.wait_for_line("it starts again in 0.8 s")
    pauses = re.findall(r"web ended \(exit status 3\).* in (\S+) s", supervised.log)
    assert pauses[:3] == ["0.2", "0.4", "0.8"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asking_to_stop_lets_commands_tidy_up(
    start: Callable[..., Supervised], number: signal.Signals
) -> None:
    supervised = start(web=TIDY, worker=PATIENT)
    supervised.wait_for_line("ready")
    supervised.process.send_signal(number)
    assert supervised.process.wait(SECONDS) == 0
    assert "tidied up" in supervised.log
    assert not any(map(is_alive, supervised.pids("web") + supervised.pids("worker")))


def test_asking_twice_kills_what_does_not_stop(
    start: Callable[..., Supervised],
) -> None:
    supervised = start(web=STUBBORN, worker=TIDY)
    supervised.wait_for_line("deaf")
    supervised.wait_for_line("ready")
    supervised.process.send_signal(signal.SIGINT)
    # The tidy one has ended: the supervisor is waiting for the stubborn one.
    supervised.wait_for_line("tidied up")
    supervised.process.send_signal(signal.SIGINT)
    assert supervised.process.wait(SECONDS) == 0
    assert not any(map(is_alive, supervised.pids("web")))


def test_killing_the_supervisor_leaves_nobody_behind(
    start: Callable[..., Supervised],
) -> None:
    supervised = start(web=STUBBORN, worker=FORKING)
    supervised.wait_for_line("deaf")
    supervised.wait_for_line("grandchild")
    family = descendants(supervised.process.pid)
    assert len(family) == 3
    supervised.process.kill()
    supervised.process.wait()
    supervised.wait_for(lambda: not any(map(is_alive, family)), "the end of all")


def test_rest_of_a_group_dies_with_its_leader(start: Callable[..., Supervised]) -> None:
    orphaning = "import os, signal; os.fork(); signal.pause()"
    supervised = start(worker=orphaning)
    (leader,) = supervised.pids("worker")
    supervised.wait_for(lambda: bool(descendants(leader)), "the fork")
    (child,) = descendants(leader)
    os.kill(leader, signal.SIGKILL)
    supervised.wait_for(lambda: not is_alive(child), "the end of the child")


def test_ctrl_c_at_the_terminal_does_not_reach_the_commands(
    start: Callable[..., Supervised],
) -> None:
    supervised = start(web=PATIENT)
    (pid,) = supervised.pids("web")
    assert os.getsid(pid) != os.getsid(supervised.process.pid)


def test_fork_that_is_killed_starts_again(start: Callable[..., Supervised]) -> None:
    supervised = start("patient")
    supervised.wait_for_line("forked with all that was loaded")
    (first,) = supervised.pids("patient")
    os.kill(first, signal.SIGKILL)
    supervised.wait_for(lambda: len(supervised.pids("patient")) == 2, "another start")
    assert "patient ended (SIGKILL); it starts again in 0.2 s" in supervised.log


def test_fork_ends_with_its_supervisor(start: Callable[..., Supervised]) -> None:
    supervised = start("patient")
    supervised.wait_for_line("forked")
    (forked,) = supervised.pids("patient")
    supervised.process.kill()
    supervised.process.wait()
    supervised.wait_for(lambda: not is_alive(forked), "the end of the fork")


def test_fork_that_cannot_run_ends_all(start: Callable[..., Supervised]) -> None:
    supervised = start("patient", "refusing")
    assert supervised.process.wait(SECONDS) == 1
    assert not is_alive(supervised.pids("patient")[0])


def test_fork_that_raises_starts_again(start: Callable[..., Supervised]) -> None:
    supervised = start("raising")
    supervised.wait_for(lambda: len(supervised.pids("raising")) > 1, "another start")
    assert "raising ended (exit status 70)" in supervised.log
    assert "private" not in supervised.log


def test_forks_are_asked_to_stop(start: Callable[..., Supervised]) -> None:
    supervised = start("patient")
    supervised.wait_for_line("forked")
    supervised.process.terminate()
    assert supervised.process.wait(SECONDS) == 0
    assert not is_alive(supervised.pids("patient")[0])


def test_fork_that_is_asked_before_it_is_ready_stops() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED_AT_ONCE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    assert done.stdout.split() == [str(-signal.SIGTERM)] * 20
