"""What has moved in the queue since somebody looked, for pages that stay open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from service.db.models import Comment, Moderator, Move
from service.domain.errors import Unknown
from service.operations.cards import Card, cards
from service.operations.decide_many import MOST_AT_ONCE
from service.operations.moderators import ModeratorView
from service.operations.queue import Tab, counted, sites_of
from service.privacy.keyring import Keyring

SETTLED = timedelta(seconds=15)
"""Rows do not become visible in the order of their numbers. No transaction takes this
long, so that what is older has been seen; what is younger is told again."""
MOST_MOVES = 1000
"""Moves that one question looks at; who has missed more loads the page anew."""
MOST_CARDS = 50

_M: Any = Move.__table__
_LAST = select(func.max(_M.c.id))
_LAST_SETTLED = select(func.max(_M.c.id)).where(
    _M.c.id > bindparam("first"),
    _M.c.created_at <= bindparam("before"),
    _M.c.bulk_size <= MOST_AT_ONCE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A move of a comment."""

    public_id: str
    version: int
    """The comment's version now."""
    new: str
    actor: str
    who: str
    """Name of the moderator; empty for anyone else."""
    is_own: bool
    """True if it is the asking moderator's."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What has changed."""

    since: int
    """To be named by the next question."""
    moves: tuple[Change, ...]
    """Oldest first; some were told before."""
    is_cut: bool
    """True if there were more moves than one question looks at."""
    counts: dict[Tab, int]
    """Comments by tab now, counted as `service.operations.queue.counted` does."""


def cursor(session: Session, now: datetime) -> int:
    """Where a page that is made now begins to ask for changes."""
    ask = session.connection().execute
    last = ask(_LAST).scalar_one() or 0
    # By their numbers: so far back as is asked for at most.
    first = max(0, last - MOST_MOVES)
    given = {"first": first, "before": now - SETTLED}
    settled: int | None = ask(_LAST_SETTLED, given).scalar_one()
    return settled or first


def changes(
    session: Session,
    moderator: ModeratorView,
    *,
    site_key: str,
    since: int,
    now: datetime,
) -> Changes:
    """What has moved since, on one of the moderator's sites or all.

    :param since: `Changes.since` of the question before, or `cursor`.
    :raises Unknown: if the moderator has no such site.
    """
    sites = [s for s in sites_of(session, moderator) if site_key in {"", s.key}]
    if site_key and not sites:
        raise Unknown("There is no such site.")
    site_ids = [site.id for site in sites]
    # Limited before sites are told apart: a site where nothing happens must not make
    # the database look through what has happened on all others.
    rows = session.execute(
        select(
            *(Move.id, Move.site_id, Move.new, Move.actor, Move.moderator_id),
            *(
                Move.created_at,
                Move.bulk_size,
                Comment.public_id,
                Comment.version,
                Moderator.name,
            ),
        )
        .join(Comment, Comment.id == Move.comment_id)
        .outerjoin(Moderator, Moderator.id == Move.moderator_id)
        .where(Move.id > since)
        .order_by(Move.id)
        .limit(MOST_MOVES)
    ).all()
    # Steps of a large decision are dated by its first: they tell nothing of how old
    # they are, and of others that are not seen yet.
    settled = [
        row.id
        for row in rows
        if row.created_at <= now - SETTLED and row.bulk_size <= MOST_AT_ONCE
    ]
    found = counted(session, site_ids)
    return Changes(
        since=max([since, *settled]),
        moves=tuple(
            Change(
                public_id=row.public_id,
                version=row.version,
                new=row.new,
                actor=row.actor,
                who=row.name or "",
                is_own=row.moderator_id == moderator.id,
                at=row.created_at,
            )
            for row in rows
            if row.site_id in site_ids
        ),
        is_cut=len(rows) == MOST_MOVES,
        counts={tab: found[tab.value] for tab in Tab},
    )


def cards_of(
    session: Session,
    keyring: Keyring,
    moderator: ModeratorView,
    public_ids: Sequence[str],
) -> list[Card]:
    """Some comments in any state, as the moderator sees them.

    Those that are not on the moderator's sites are left out, and those beyond
    `MOST_CARDS`.
    """
    ids = session.scalars(
        select(Comment.id).where(
            Comment.public_id.in_(list(public_ids)[:MOST_CARDS]),
            Comment.site_id.in_(moderator.site_ids),
        )
    ).all()
    return cards(session, keyring, moderator, ids)
