"""What processes that share a port tell each other of what readers have seen.

A reader's next request may go to another process, which must not show less than the one
before did. So whoever is about to show something new says so here first, and what the
others keep of it counts only if it was found true after that.
"""

import mmap
import os

_SLOTS = 2**16
"""Far more than there are pages that many read at the same time. Two that share a slot
only make each other be asked after once more."""
_BYTES = 8


class Board:
    """Moments of news, in memory that processes share.

    Moments are seconds on the monotonic clock, which is one for all processes.

    :param file: of another board, which is to be this one, too; closed with the last
        process that has it.
    """

    def __init__(self, file: int | None = None) -> None:
        self.file = os.memfd_create("board") if file is None else file
        size = _BYTES * (_SLOTS + 1)
        os.ftruncate(self.file, size)
        self._moments = memoryview(mmap.mmap(self.file, size)).cast("d")

    def news_at(self, about: int) -> float:
        """When something new about this was last shown; 0.0 if never.

        :param about: any number that says what it is about.
        """
        return self._moments[about % _SLOTS]

    def tell(self, about: int, at: float) -> None:
        """Something new about this is about to be shown."""
        self._moments[about % _SLOTS] = at

    @property
    def doubted_at(self) -> float:
        """When everything became doubtful at last; 0.0 if never."""
        return self._moments[_SLOTS]

    def doubt(self, at: float) -> None:
        """Something was changed, whatever it is about."""
        self._moments[_SLOTS] = at
