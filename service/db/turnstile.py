"""Lets processes write to one SQLite file in turn.

SQLite has no queue for its one write lock: who waits for it sleeps and asks again, so a
process that writes steadily keeps the others out for seconds. Here whoever waits stands
in the turnstile, and who has just written finds that occupied: two that both want to
write go by turns. The locks are the kernel's, so they end with the process.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_POLL_SECONDS = 0.0005


class Turnstile:
    """The turn to write to a database file.

    For one thread of each process; threads of one process are not kept apart.

    :param database: path of the file; beside it, two empty files are made.
    """

    def __init__(self, database: Path) -> None:
        self._paths = tuple(
            database.with_name(database.name + suffix) for suffix in ("-turn", "-write")
        )
        self._files: tuple[int, ...] = ()

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Hold the turn while the context is entered.

        :param seconds: how long to wait for it.
        :raises TimeoutError: if others had it for all that time.
        """
        deadline = time.monotonic() + seconds
        waiting, writing = self._opened()
        _lock(waiting, deadline)
        try:
            _lock(writing, deadline)
        finally:
            fcntl.flock(waiting, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(writing, fcntl.LOCK_UN)

    def _opened(self) -> tuple[int, ...]:
        if not self._files:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._files = tuple(os.open(path, flags, 0o600) for path in self._paths)
        return self._files

    def close(self) -> None:
        """Give up the files; they are opened again when they are needed."""
        files, self._files = self._files, ()
        for number in files:
            with suppress(OSError):
                os.close(number)


def _lock(file: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise TimeoutError from None
            time.sleep(_POLL_SECONDS)
        else:
            return
