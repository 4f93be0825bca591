"""Take a decision back, single or bulk, for as long as its comments exist."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.models import Bulk, Move
from service.domain.errors import Unknown
from service.domain.ids import is_public_id
from service.operations.batches import Outcome
from service.operations.bulk import begin, stop_bulk
from service.operations.decide import may_decide
from service.operations.moderators import ModeratorView, moderator_by_id
from service.privacy.tokens import public_id as new_batch


def undo(
    session: Session, moderator: ModeratorView, batch: str, *, now: datetime
) -> Outcome:
    """Move the comments of a batch back to where they were, as a batch of its own.

    A comment that was moved again since is left alone. What a worker has still to do of
    the batch is not done any more. Of a large batch the first are moved back at once,
    and a worker goes on with the others.

    :raises Unknown: if there is no such batch on one of the moderator's sites.
    :raises Forbidden: if the moderator may only look at its site.
    """
    moderator = moderator_by_id(session, moderator.id)
    extent = _extent(session, moderator, batch)
    if extent is None:
        raise Unknown("There is no such decision on your sites.")
    may_decide(session, moderator, extent.site_id)
    stop_bulk(session, batch, now)
    # Asked again: a step that was under way is done by now.
    extent = _extent(session, moderator, batch) or extent
    bulk = Bulk(
        batch=new_batch(),
        moderator_id=moderator.id,
        site_id=extent.site_id,
        old="",
        new="",
        flood_key="",
        undoes=batch,
        upto=extent.last,
        after=0,
        seen_at=now,
        size=extent.size,
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


def _extent(session: Session, moderator: ModeratorView, batch: str) -> Any:
    """How many moves a batch has on the moderator's sites, the last, and a site."""
    if not is_public_id(batch):
        return None
    row = session.execute(
        select(
            func.count().label("size"),
            func.max(Move.id).label("last"),
            func.min(Move.site_id).label("site_id"),
        ).where(Move.batch == batch, Move.site_id.in_(moderator.site_ids))
    ).one()
    return row if row.size else None
