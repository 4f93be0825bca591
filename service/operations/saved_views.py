"""Views of the queue that a moderator has given a name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from service.db.models import SavedView
from service.domain.errors import Conflict

MOST_VIEWS = 30
"""So many are still looked over at a glance."""

_V: Any = SavedView.__table__
_SAVED = (
    select(_V.c.id, _V.c.name, _V.c.query)
    .where(_V.c.moderator_id == bindparam("moderator"))
    .order_by(_V.c.id)
    .limit(MOST_VIEWS)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A named view."""

    id: int
    name: str
    query: str
    """The view as text, as it stands in an address."""


def saved_views(session: Session, moderator_id: int) -> list[SavedQuery]:
    """All that the moderator has saved, the first one first."""
    rows = session.connection().execute(_SAVED, {"moderator": moderator_id})
    return [SavedQuery(id=row.id, name=row.name, query=row.query) for row in rows]


def save_view(
    session: Session, moderator_id: int, *, name: str, query: str, now: datetime
) -> None:
    """Save a view under a name; what the moderator has saved under it is replaced.

    :param query: a view that can be read.
    :raises Conflict: if there are `MOST_VIEWS` others already.
    """
    mine = SavedView.moderator_id == moderator_id
    same = session.scalars(select(SavedView).where(mine, SavedView.name == name))
    found = same.one_or_none()
    if found is not None:
        found.query = query
        session.flush()
        return
    count = session.execute(
        select(func.count()).select_from(SavedView).where(mine)
    ).scalar_one()
    if count >= MOST_VIEWS:
        raise Conflict(f"You have {MOST_VIEWS} saved views. Remove one first.")
    session.add(
        SavedView(moderator_id=moderator_id, name=name, query=query, created_at=now)
    )
    session.flush()


def remove_view(session: Session, moderator_id: int, view_id: int) -> None:
    """Forget one of the moderator's views; harmless if there is none."""
    session.execute(
        delete(SavedView).where(
            SavedView.moderator_id == moderator_id, SavedView.id == view_id
        )
    )
