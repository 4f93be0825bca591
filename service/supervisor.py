"""Keeps some processes running: starts them, starts them again, stops them together.

A process is a command, or was forked from this one. Each runs in a session of its own,
so that a Ctrl-C at the terminal reaches only the supervisor, which then stops them in
good order; and each is tied to the supervisor's life, so that none stays behind
whatever becomes of it.
"""

import contextlib
import logging
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType, TracebackType
from typing import Protocol, Self

from service.lifeline import die_with_parent, tied

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.2
"""Pause before a command that ended is started again; it doubles each time."""
LONGEST_PAUSE_SECONDS = 5.0
STEADY_SECONDS = 10.0
"""A command that ran this long starts again after the first pause."""
STOP_SECONDS = 15.0
"""What the commands have to end by themselves; the web takes up to 10."""

REFUSED = 1
"""Exit status of a process that would be refused again: it cannot run at all."""

_HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
_LOOK = os.WEXITED | os.WNOHANG | os.WNOWAIT


class Process(Protocol):
    """A process in a session of its own."""

    pid: int

    def terminate(self) -> None:
        """Ask it to stop."""

    def wait(self) -> int:
        """Its exit status when it has ended; negative for a signal."""


Start = Callable[[], Process]
"""Starts a process, tied to the life of this one."""


def command(
    arguments: list[str],
    env: Mapping[str, str] | None = None,
    keep: Sequence[int] = (),
) -> Start:
    """Starts a command.

    :param arguments: an absolute path and what it is given.
    :param env: its environment; None for that of this process.
    :param keep: open files that it gets, under the same numbers.
    """
    return lambda: subprocess.Popen(  # noqa: S603  # our own commands
        tied(arguments),
        env=env,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=keep,
    )


class _Forked:
    """A process that was forked from this one, by whatever program it ran then."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def terminate(self) -> None:
        """Ask it to stop."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> int:
        """Its exit status when it has ended; negative for a signal."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def fork(main: Callable[[], int]) -> int:
    """Start a process that begins with all that this one has loaded; its number.

    This one must have no other threads. Signals that concern a supervisor wait from now
    on, until it calls `supervise`: before, nobody would know what to do with them.

    :param main: gives the exit status.
    """
    parent = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)
    pid = os.fork()
    if pid:
        return pid
    status = 70  # EX_SOFTWARE of <sysexits.h>: something was raised
    try:
        os.setsid()
        die_with_parent(parent)
        for number in _HANDLED:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)
        status = main()
    except Exception as err:
        log.exception("a process failed: %s", type(err).__name__)
    finally:
        logging.shutdown()
        os._exit(status)  # what is open here belongs to the parent


class _Child:
    """A process that is kept running, if it runs at present."""

    def __init__(self, name: str, start: Start) -> None:
        self.name = name
        self._start_it = start
        self._process: Process | None = None
        self.has_refused = False
        """It ended because it cannot run at all."""
        self._pause = FIRST_PAUSE_SECONDS
        self._started_at = 0.0
        self.due_at = 0.0

    def tend(self, now: float) -> None:
        """Start the command if it is due; plan its next start if it has ended."""
        if self._process is None:
            if now >= self.due_at:
                self._start(now)
        elif (status := self.ended()) is not None:
            if now - self._started_at >= STEADY_SECONDS:
                self._pause = FIRST_PAUSE_SECONDS
            log.warning(
                "%s ended (%s); it starts again in %.1f s",
                self.name,
                status,
                self._pause,
            )
            self.due_at = now + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)

    def _start(self, now: float) -> None:
        self.take(self._start_it(), now)

    def take(self, process: Process, now: float) -> None:
        """Keep this process running."""
        self._process = process
        self._started_at = now
        self.due_at = float("inf")
        log.info("%s started as process %d", self.name, self._process.pid)

    def ended(self) -> str | None:
        """How the process ended, in words, or None while it runs.

        What is left of its process group is killed.
        """
        if self._process is None:
            return "not running"
        # The dead process keeps its number until it is waited for, so that the number
        # still means its group, and nobody else's, when the rest of that is killed.
        if os.waitid(os.P_PID, self._process.pid, _LOOK) is None:
            return None
        self._signal_group(signal.SIGKILL)
        code = self._process.wait()
        self._process = None
        self.has_refused = code == REFUSED
        return signal.Signals(-code).name if code < 0 else f"exit status {code}"

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process itself; it knows best how to stop its own."""
        if self._process is not None:
            self._process.terminate()

    def kill(self) -> None:
        """Kill the process with its group, and wait for it."""
        if self._process is not None:
            log.error("%s did not stop in time and is killed", self.name)
            self._signal_group(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _signal_group(self, number: signal.Signals) -> None:
        assert self._process is not None  # noqa: S101  # callers made sure
        # A process that has only just started may not lead its group yet.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


class _Signals:
    """While entered, signals only set `stops` and end `wait`."""

    def __init__(self) -> None:
        self.stops = 0
        """How many times somebody has asked to stop."""
        self._read, self._write = os.pipe()
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        os.set_blocking(self._write, False)
        os.set_blocking(self._read, False)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        wanted = [signal.SIGINT, signal.SIGTERM]
        # `nohup` asks for SIGHUP to be ignored, and is heeded.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            wanted.append(signal.SIGHUP)
        for number in wanted:
            self._before[number] = signal.signal(number, self._stop)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, self._wake)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # as it was
        signal.set_wakeup_fd(-1)
        os.close(self._read)
        os.close(self._write)

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.stops += 1

    def _wake(self, number: int, frame: FrameType | None) -> None:
        """Nothing; that the signal is handled ends `wait`."""

    def wait(self, seconds: float) -> None:
        """Return when a signal comes, or after this many seconds."""
        select.select([self._read], [], [], max(0.0, seconds))
        with contextlib.suppress(BlockingIOError):
            os.read(self._read, 4096)


def _stop_all(children: list[_Child], signals: _Signals) -> None:
    asked = signals.stops
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        child.ask_to_stop()
    while any(child.ended() is None for child in children):
        left = deadline - time.monotonic()
        if left <= 0 or signals.stops > asked:  # asked again: they mean it
            break
        signals.wait(left)
    for child in children:
        child.kill()


def supervise(
    starts: Mapping[str, Start],
    running: Mapping[str, int] | None = None,
    *,
    end_on_refusal: bool = False,
) -> int:
    """The exit status after the processes ran until somebody asked to stop.

    SIGINT, SIGTERM and SIGHUP ask to stop; a second one does not wait for the
    processes. Call it from the main thread.

    :param starts: what to run, by name.
    :param running: numbers of those that run already, from `fork`.
    :param end_on_refusal: stop all as soon as one says that it cannot run, and return
        `REFUSED`; otherwise it is started again like any other, and this returns 0.
    """
    children = [_Child(name, start) for name, start in starts.items()]
    for child in children:
        if running and child.name in running:
            child.take(_Forked(running[child.name]), time.monotonic())
    with _Signals() as signals:
        try:
            while not signals.stops:
                now = time.monotonic()
                for child in children:
                    child.tend(now)
                if end_on_refusal and any(child.has_refused for child in children):
                    return REFUSED
                signals.wait(min(60.0, min(c.due_at for c in children) - now))
        finally:
            _stop_all(children, signals)
    return 0
