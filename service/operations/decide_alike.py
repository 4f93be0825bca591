"""A moderator decides on a whole flood of alike comments."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.models import Bulk, Comment
from service.domain.errors import InvalidInput, StaleComment
from service.domain.status import Status
from service.operations.batches import Outcome, decided, last_move
from service.operations.bulk import begin
from service.operations.decide import may_decide
from service.operations.floods import GROUPED, Group
from service.operations.moderators import ModeratorView, moderator_by_id
from service.operations.queue import comment_for
from service.privacy.tokens import public_id as new_batch

_SEEN = re.compile(r"([a-z]{1,12})\.([0-9]{1,15})\.([0-9]{1,11})")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFlood:
    """A flood as a moderator saw it: in which state, up to which comment, and when."""

    status: Status
    last_id: int
    at: datetime

    @classmethod
    def of(cls, group: Group, status: Status, now: datetime) -> Self:
        """The flood as it is shown now."""
        return cls(status=status, last_id=group.last_id, at=now)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """What `text` of one has written.

        :raises InvalidInput: naming ``seen``, for anything else.
        """
        found = _SEEN.fullmatch(text)
        if found is None or found[1] not in GROUPED:
            raise InvalidInput({"seen": ["Load the page again."]})
        return cls(
            status=Status(found[1]),
            last_id=int(found[2]),
            at=datetime.fromtimestamp(int(found[3]), UTC),
        )

    @property
    def text(self) -> str:
        """The same for a hidden field."""
        return f"{self.status.value}.{self.last_id}.{int(self.at.timestamp())}"


def decide_alike(
    session: Session,
    moderator: ModeratorView,
    public_id: str,
    *,
    seen: SeenFlood,
    decision: Status,
    now: datetime,
) -> Outcome:
    """Move all comments of a flood that the moderator has seen.

    What joined it later, was moved or was edited since is left alone. Of many the first
    are moved at once, and a worker goes on with the others. The same decision again
    changes nothing.

    :param public_id: one of the comments of the flood.
    :raises Unknown: if that one is not on one of the moderator's sites.
    :raises Forbidden: if the moderator may only look there.
    :raises StaleComment: if that one is in no flood any more.
    """
    moderator = moderator_by_id(session, moderator.id)
    comment = comment_for(session, moderator, public_id)
    may_decide(session, moderator, comment.site_id)
    if not comment.flood_key:
        raise StaleComment("This comment is not one of several alike ones any more.")
    mine = (
        (Comment.site_id == comment.site_id)
        & (Comment.status == seen.status.value)
        & (Comment.flood_key == comment.flood_key)
        & (Comment.id <= seen.last_id)
    )
    size = session.execute(select(func.count()).where(mine)).scalar_one()
    if not size or comment.status != seen.status:
        return _repeated(session, moderator, comment, decision)
    bulk = Bulk(
        batch=new_batch(),
        moderator_id=moderator.id,
        site_id=comment.site_id,
        old=seen.status.value,
        new=decision.value,
        flood_key=comment.flood_key,
        undoes=None,
        upto=seen.last_id,
        after=0,
        seen_at=seen.at,
        size=size,
        done=0,
        created_at=now,
    )
    step = begin(session, bulk, now=now)
    return Outcome(
        batch=bulk.batch if step.decided else "",
        decided=step.decided,
        stale=step.stale,
        to_come=step.to_come,
    )


def _repeated(
    session: Session, moderator: ModeratorView, comment: Comment, decision: Status
) -> Outcome:
    """What a double click is told: the first one's batch."""
    last = last_move(session, comment.id)
    if (
        last is None
        or last.moderator_id != moderator.id
        or last.new != decision
        or comment.status != decision
    ):
        raise StaleComment("These comments were moved or edited since you saw them.")
    return Outcome(batch=last.batch or "", decided=(decided(comment, last),))
