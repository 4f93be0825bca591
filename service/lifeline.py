"""Ties the life of a process to that of its parent, so that none is left behind.

Run as a program, ``python lifeline.py PARENT COMMAND…`` becomes that command, tied to
the process whose number is PARENT.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>; kept through execve(2), not through fork(2)


def die_with_parent(
    parent: int | None = None, by: signal.Signals = signal.SIGKILL
) -> None:
    """Have the kernel send this process a signal as soon as its parent has died.

    Only Linux can do that. The parent is the thread that started this process, so call
    it for processes that a main thread starts.

    :param parent: process number the parent should have, as noted before the fork; if
        it is gone already, this process ends at once.
    :param by: the signal; ``SIGKILL`` unless the process must clean up.
    :raises OSError: if the kernel refuses.
    """
    expected = os.getppid() if parent is None else parent
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, int(by), 0, 0, 0) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    # The parent may have died before the kernel was asked.
    if os.getppid() != expected:
        os.kill(os.getpid(), by)


def tied(command: list[str]) -> list[str]:
    """The command that runs ``command`` tied to the process that calls this."""
    # Isolated and without site-packages: this start costs 10 ms.
    return [sys.executable, "-IS", __file__, str(os.getpid()), *command]


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  # no shell is wanted
