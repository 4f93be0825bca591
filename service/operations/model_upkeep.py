"""See on which sites there is something to learn, or a model to build anew."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.db.models import Label, Site, TrainedModel
from service.jobs import Kind
from service.operations.audit import audit
from service.operations.lessons import is_any_due
from service.operations.model_versions import ModelState, model_state
from service.operations.owe import owe, owe_training

MANY_LABELS = 50
"""So many new labels are worth a model built anew."""
OFTEN = timedelta(hours=24)
"""With fewer of them it is built anew this often."""
WRITTEN_OFF_AT_ONCE = 1_000

_L: Any = Label.__table__


def owe_upkeep(session: Session, base_name: str, now: datetime) -> None:
    """Owe training where labels are due, and models anew that have seen enough since.

    :param base_name: the shared base in use; models made on another are built anew.
    """
    for site_id in session.scalars(select(Site.id).order_by(Site.id)).all():
        if is_any_due(session, site_id, now):
            owe_training(session, site_id, now=now)
        state = model_state(session, site_id)
        if _is_worn(session, state, base_name, now):
            owe(
                session,
                Kind.RETRAIN,
                site_id,
                now=now,
                dedupe_key=f"{Kind.RETRAIN}-{site_id}",
            )


def _is_worn(
    session: Session, state: ModelState, base_name: str, now: datetime
) -> bool:
    fresh = state.next_number - 1 - state.retrained_number
    if fresh >= MANY_LABELS:
        return True
    since = state.retrained_at
    if fresh > 0 and (since is None or since <= now - OFTEN):
        return True
    figures = session.execute(
        select(TrainedModel.figures).where(
            TrainedModel.site_id == state.site_id,
            TrainedModel.version == state.active_version,
        )
    ).scalar_one_or_none()
    return figures is not None and figures.get("base") != base_name


def write_off(session: Session, site_id: int, moderator_id: int) -> int:
    """Have some labels of a moderator on a site never count again.

    :returns: how many, at most `WRITTEN_OFF_AT_ONCE`; 0 once none is left.
    """
    some = (
        select(_L.c.id)
        .where(
            _L.c.site_id == site_id,
            _L.c.moderator_id == moderator_id,
            _L.c.written_off.is_(False),
        )
        .limit(WRITTEN_OFF_AT_ONCE)
    )
    done = session.execute(
        update(_L)
        .where(_L.c.id.in_(some))
        .values(written_off=True)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # of an UPDATE


def note_written_off(
    session: Session, site_id: int, moderator_ids: Collection[int], now: datetime
) -> None:
    """Log that moderators' labels were written off."""
    audit(
        session,
        "labels-written-off",
        now=now,
        site_id=site_id,
        detail={"moderators": sorted(moderator_ids)},
    )
