"""The programs that Foyer is compared with."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peer import Peer
from benchmarks.peer_isso import Isso
from benchmarks.peer_waline import Waline

PEERS: dict[str, Callable[[Path, Path], Peer]] = {"isso": Isso, "waline": Waline}
"""Each made of two folders: of its program, and of its data."""


@contextmanager
def peer(name: str, programs: Path, folder: Path, stored: int) -> Iterator[Peer]:
    """A running peer with so many comments; it is stopped at the end.

    :param programs: where it is installed, or will be.
    :param folder: gets its data and log.
    :raises NotInstalled: saying why it cannot be had here.
    """
    made = PEERS[name](programs, folder)
    print(f"{name}: is installed, unless it is there", file=sys.stderr)
    made.install()
    try:
        made.start(stored)
        yield made
    finally:
        made.processes.stop()
