"""Floods of alike comments as the queue counts and pages them.

A flood is one card in place of many. So that a page of such cards costs the same,
however many comments wait, each flood has a row for each state that is grouped: how
many there are, the oldest and the newest. The rows change with each move.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Insert,
    Select,
    bindparam,
    delete,
    func,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.db.models import Comment, Flood
from service.domain.status import Status

GROUPED = frozenset({Status.HELD.value, Status.SPAM.value})
"""States in which alike comments are one card. What is published is shown as it is."""

_KEPT = 64
"""Queries by number of sites."""

_C: Any = Comment.__table__
_F: Any = Flood.__table__


class Moved(NamedTuple):
    """A comment that came from one state to another."""

    site_id: int
    key: str
    """Its `Comment.flood_key`; nothing is counted without one."""
    old: str
    """Empty where the comment was not in the flood before."""
    new: str
    """Empty where it is not in it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The flood that a comment is in, in its present state."""

    kind: str
    """What its comments share: text, near, host, address or network."""
    host: str
    """The host that they all link to, for that kind; else empty."""
    size: int
    """How many there are, the comment included."""
    last_id: int
    """Row number of the newest of them."""


@cache
def _adding(dialect: str) -> Insert:
    make: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(_F)
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]  # it is Any
        index_elements=list(_F.primary_key.columns),
        set_={"size": _F.c.size + statement.excluded.size},
    )


def _end(which: Any) -> Any:
    return (
        select(which(_C.c.id))
        .where(
            _C.c.site_id == bindparam("of_site"),
            _C.c.status == bindparam("of_status"),
            _C.c.flood_key == bindparam("of_key"),
        )
        .scalar_subquery()
    )


_IS_IT = (
    (_F.c.site_id == bindparam("of_site"))
    & (_F.c.status == bindparam("of_status"))
    & (_F.c.key == bindparam("of_key"))
)
# Each end by itself, so that both are found by the index and nothing is counted.
_BOUND = (
    update(_F)
    .where(_IS_IT, _F.c.size > 0)
    .values(first_id=_end(func.min), last_id=_end(func.max))
)
_EMPTY = delete(_F).where(_IS_IT, _F.c.size <= 0)


def count_moved(session: Session, moved: Iterable[Moved]) -> None:
    """Count comments that came into a flood's state, or left it, once they are stored.

    It locks the floods' rows, so that of two who count at once the second sees what the
    first has stored.
    """
    changes: Counter[tuple[int, str, str]] = Counter()
    for each in moved:
        if each.key and each.new in GROUPED:
            changes[each.site_id, str(each.new), each.key] += 1
        if each.key and each.old in GROUPED:
            changes[each.site_id, str(each.old), each.key] -= 1
    if not changes:
        return
    connection = session.connection()
    # In one order everywhere, so that two who count do not wait for each other.
    keys = sorted(changes)
    rows = [
        {
            "site_id": site,
            "status": status,
            "key": key,
            "size": changes[site, status, key],
        }
        | {"first_id": 0, "last_id": 0}
        for site, status, key in keys
    ]
    which = [{"of_site": s, "of_status": status, "of_key": k} for s, status, k in keys]
    connection.execute(_adding(connection.dialect.name), rows)
    connection.execute(_BOUND, which)
    connection.execute(_EMPTY, which)


def leave_floods(session: Session, ids: Collection[int]) -> None:
    """Take comments out of their floods, such as those of a person who is erased."""
    rows = (
        session.connection()
        .execute(
            select(_C.c.id, _C.c.site_id, _C.c.status, _C.c.flood_key)
            .where(_C.c.id.in_(ids), _C.c.flood_key != "")
            .order_by(_C.c.id)
            .with_for_update()
        )
        .all()
    )
    if not rows:
        return
    session.connection().execute(
        update(_C).where(_C.c.id.in_([row.id for row in rows])).values(flood_key="")
    )
    count_moved(
        session, [Moved(row.site_id, row.flood_key, row.status, "") for row in rows]
    )


def heads_of(  # noqa: PLR0913  # each is a part of the place
    session: Session,
    site_ids: Sequence[int],
    status: Status,
    after: int | None = None,
    *,
    oldest_first: bool,
    limit: int,
    by_oldest: bool | None = None,
) -> list[int]:
    """Row numbers of the first comments of a state, one for each flood.

    A flood stands where its oldest comment does, or its newest where the newest come
    first.

    :param after: the row number that they come after, in their order.
    :param by_oldest: where floods stand, if not by that order: it is read backwards.
    """
    if not site_ids:
        return []
    by_oldest = oldest_first if by_oldest is None else by_oldest
    query = _heads(len(site_ids), after is not None, oldest_first, by_oldest)
    given: dict[str, object] = {f"site_{n}": i for n, i in enumerate(site_ids)}
    given |= {"of_status": status.value, "most": limit}
    if after is not None:
        given["place"] = after
    return list(session.connection().execute(query, given).scalars())


@lru_cache(_KEPT)
def _heads(sites: int, is_beyond: bool, oldest_first: bool, by_oldest: bool) -> Any:
    """A query for heads of so many sites; kept, since making it takes long."""
    order = _Order(is_beyond, oldest_first)
    parts = union_all(
        *(
            part
            for n in range(sites)
            for part in (
                _alone(f"site_{n}", order),
                _floods(f"site_{n}", order, by_oldest),
            )
        )
    ).subquery()
    return select(parts.c.id).order_by(order.of(parts.c.id)).limit(bindparam("most"))


class _Order(NamedTuple):
    """From where on, and which way, heads are read."""

    is_beyond: bool
    """True if they come after a place."""
    oldest_first: bool

    def of(self, place: Any) -> Any:
        """The order by this place."""
        return place if self.oldest_first else place.desc()

    def first(self, query: Select[Any], place: Any) -> Select[Any]:
        """The first ones of a query."""
        if self.is_beyond:
            beyond: Any = bindparam("place")
            query = query.where(place > beyond if self.oldest_first else place < beyond)
        some = query.order_by(self.of(place)).limit(bindparam("most"))
        return select(some.subquery())


def _alone(site: str, order: _Order) -> Select[Any]:
    query = select(_C.c.id).where(
        _C.c.site_id == bindparam(site),
        _C.c.status == bindparam("of_status"),
        _C.c.flood_key == "",
    )
    return order.first(query, _C.c.id)


def _floods(site: str, order: _Order, by_oldest: bool) -> Select[Any]:
    place = _F.c.first_id if by_oldest else _F.c.last_id
    query = select(place.label("id")).where(
        _F.c.site_id == bindparam(site), _F.c.status == bindparam("of_status")
    )
    return order.first(query, place)


_MEMBERS = select(_C.c.id, _C.c.site_id, _C.c.status, _C.c.flood_key).where(
    _C.c.id.in_(bindparam("ids", expanding=True)), _C.c.flood_key != ""
)
# By their keys, not joined, or PostgreSQL would rather read all floods; each site by
# itself, for SQLite finds no rows of several columns by an index.
_OF_KEYS = select(_F).where(
    _F.c.site_id == bindparam("of_site"),
    _F.c.status == bindparam("of_status"),
    _F.c.key.in_(bindparam("keys", expanding=True)),
    _F.c.size > 1,
)


def groups_of(session: Session, ids: Sequence[int]) -> Mapping[int, Group]:
    """The floods of comments, by row number; none for those that are alone."""
    ask = session.connection().execute
    members = ask(_MEMBERS, {"ids": list(ids)}).all()
    keys: dict[tuple[int, str], set[str]] = {}
    for row in members:
        keys.setdefault((row.site_id, row.status), set()).add(row.flood_key)
    found: dict[tuple[int, str, str], Any] = {}
    for (site_id, status), some in sorted(keys.items()):
        which = {"of_site": site_id, "of_status": status, "keys": sorted(some)}
        found |= {(site_id, status, row.key): row for row in ask(_OF_KEYS, which)}
    return {
        row.id: _group(flood.key, flood.size, flood.last_id)
        for row in members
        if (flood := found.get((row.site_id, row.status, row.flood_key))) is not None
    }


def _group(key: str, size: int, last_id: int) -> Group:
    kind, _, mark = key.partition(":")
    return Group(
        kind=kind, host=mark if kind == "host" else "", size=size, last_id=last_id
    )
