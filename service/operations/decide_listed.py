"""A moderator decides on several comments at once, each by the version seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from service.domain.errors import Forbidden, ForbiddenMove, StaleComment, Unknown
from service.domain.status import Status
from service.operations.decide import Decided, decide
from service.operations.last_moves import LastMove, last_move
from service.operations.moderators import ModeratorView
from service.privacy.tokens import public_id as new_batch

MOST = 100
"""Comments that one call decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A comment as the moderator saw it."""

    public_id: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A comment that was left alone, since the decision cannot be made."""

    public_id: str
    why: Literal["unknown", "forbidden", "no such move"]


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of each comment."""

    decided: list[Decided] = field(default_factory=list)
    stale: list[LastMove] = field(default_factory=list)
    """Left alone, since they are not as they were seen any more."""
    refused: list[Refused] = field(default_factory=list)


def decide_listed(
    session: Session,
    moderator: ModeratorView,
    wanted: Sequence[Seen],
    *,
    decision: Status,
    now: datetime,
) -> Outcome:
    """Make the same decision on each; those that do not allow it are left alone."""
    outcome, batch = Outcome(), new_batch()
    # In one order, so that two who decide at once do not wait for each other.
    for seen in sorted(wanted, key=lambda each: each.public_id):
        try:
            # What is refused half-way must leave nothing behind.
            with session.begin_nested():
                decided = decide(
                    session,
                    moderator,
                    seen.public_id,
                    seen_version=seen.version,
                    decision=decision,
                    now=now,
                    bulk_size=len(wanted),
                    batch=batch,
                )
        except StaleComment:
            outcome.stale.append(last_move(session, moderator, seen.public_id))
        except Unknown:
            outcome.refused.append(Refused(public_id=seen.public_id, why="unknown"))
        except Forbidden:
            outcome.refused.append(Refused(public_id=seen.public_id, why="forbidden"))
        except ForbiddenMove:
            why: Literal["no such move"] = "no such move"
            outcome.refused.append(Refused(public_id=seen.public_id, why=why))
        else:
            outcome.decided.append(decided)
    place = {seen.public_id: number for number, seen in enumerate(wanted)}
    for told in (outcome.decided, outcome.stale, outcome.refused):
        told.sort(key=lambda each: place[each.public_id])
    return outcome
