"""What became of acknowledged comments, asked of Foyer's database itself."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from service.db.models import Comment, Job, VerdictRow
from service.db.store import make_engine
from service.domain.status import Status
from service.jobs import Kind

GIVE_UP_SECONDS = 1800.0
STALLED_SECONDS = 120.0
"""So long without a single verdict, and the worker has stopped."""
_LOOK_SECONDS = 0.1
_TELL_SECONDS = 10.0
_CHUNK = 500
_CHECKS = (Kind.CHECK.value, Kind.CHECK_REVISION.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The end of all acknowledged comments."""

    acknowledged: int
    judged: int
    """Those with exactly one verdict that are pending no more."""
    owed: int
    """Checks that are still owed, of whatever comment."""

    @property
    def is_whole(self) -> bool:
        """True if every acknowledged comment was judged once, and nothing is left."""
        return self.judged == self.acknowledged and not self.owed


def _owed(connection: Connection) -> int:
    query = select(func.count()).select_from(Job).where(Job.kind.in_(_CHECKS))
    return connection.execute(query).scalar_one()


def _levels(engine: Engine) -> Iterator[tuple[float, int]]:
    """Time and number of checks owed, again and again until none is.

    :raises TimeoutError: if the number no longer falls.
    """
    began = told = fell = time.monotonic()
    lowest = sys.maxsize
    while True:
        with engine.connect() as connection:
            owed = _owed(connection)
        now = time.monotonic()
        yield now, owed
        if not owed:
            return
        if owed < lowest:
            lowest, fell = owed, now
        if now - fell > STALLED_SECONDS or now - began > GIVE_UP_SECONDS:
            raise TimeoutError(f"{owed} comments wait, and no worker checks them.")
        if now - told > _TELL_SECONDS:
            print(f"    {owed:,} comments wait for their checks", file=sys.stderr)
            told = now
        time.sleep(_LOOK_SECONDS)


def settle(url: str) -> None:
    """Return when no check is owed.

    :raises TimeoutError: if the worker does not get there.
    """
    engine = make_engine(url)
    for _ in _levels(engine):
        pass
    engine.dispose()


def drain_rate(url: str) -> tuple[int, float]:
    """How many checks were owed, and how many were done in a second until none was.

    The clock starts with the first one done, so the worker's start does not count.

    :raises TimeoutError: if the worker does not get there.
    """
    engine = make_engine(url)
    first: tuple[float, int] | None = None
    at, begin, owed = 0.0, 0, 0
    for at, owed in _levels(engine):
        begin = max(begin, owed)
        if first is None and owed < begin:
            first = at, owed
    engine.dispose()
    if first is None or at <= first[0]:
        raise RuntimeError("Too few comments waited to measure how fast they go.")
    return begin, (first[1] - owed) / (at - first[0])


def acknowledged(folder: Path) -> list[str]:
    """The ids that the files in this folder hold."""
    return [
        line
        for path in sorted(folder.iterdir())
        for line in path.read_text(encoding="ascii").split()
    ]


def judgement(url: str, ids: list[str]) -> Judgement:
    """What became of the comments with these public ids."""
    engine = make_engine(url)
    judged = 0
    left = iter(ids)
    with engine.connect() as connection:
        while chunk := list(islice(left, _CHUNK)):
            query = (
                select(Comment.id)
                .join(VerdictRow, VerdictRow.comment_id == Comment.id)
                .where(
                    Comment.public_id.in_(chunk),
                    Comment.status != Status.PENDING.value,
                )
                .group_by(Comment.id)
                .having(func.count() == 1)
            )
            judged += len(connection.execute(query).all())
        owed = _owed(connection)
    engine.dispose()
    return Judgement(acknowledged=len(ids), judged=judged, owed=owed)
