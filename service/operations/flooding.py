"""Which comments are alike: a judged comment finds the flood that it belongs to.

What the queue says of a flood is true of each of its comments: a link to the same host,
the same text, nearly the same text, the same address, the same network. The strongest
that a comment shares with others counts; the host comes first, for whoever sends many
texts sends them for one host. Of a host that half the world links to nothing follows,
so the caller leaves such hosts out; and people share networks, so an address or a
network counts only where several comments come in a day.

A comment that is alone has no flood. The next that is alike takes it along.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    column,
    literal_column,
    select,
    update,
    values,
)
from sqlalchemy.orm import Session

from service.db.models import Comment, CommentBand, CommentHost, Contact
from service.domain.checking import Reading
from service.domain.status import Status
from service.operations.floods import Moved, count_moved
from service.text.reading import MIN_GROUP_WORDS

LOOKED_BACK = 3
"""Of those that share a mark the newest are looked at."""
MANY = 3
"""So many others make a flood of an address or a network, and so many at most take part
that came before it was seen to be one."""
MOST_HOSTS = 5
"""Of a comment's hosts so many count, in the order in which they are linked."""

_DAY = timedelta(days=1)
_LASTS = {
    "host": 30 * _DAY,
    "text": 30 * _DAY,
    "near": 7 * _DAY,
    "address": _DAY,
    "network": _DAY,
}
"""How old another comment may be, by what is shared; strongest first."""
_WEAK = frozenset({"address", "network"})
# What was published is no flood, and what waits for its checks is found by them.
_FLOODING = (Status.HELD.value, Status.SPAM.value, Status.TRASHED.value)

_C: Any = Comment.__table__
_H: Any = CommentHost.__table__
_B: Any = CommentBand.__table__
_K: Any = Contact.__table__


class Mark(NamedTuple):
    """Something that comments may share."""

    kind: str
    value: str | bytes

    @property
    def key(self) -> str:
        """The `Comment.flood_key` of those who share it."""
        shown = self.value.hex() if isinstance(self.value, bytes) else self.value
        return f"{self.kind}:{shown}"[:300]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A comment that was just judged, as far as it may be alike others."""

    comment: Any
    """Its columns; ``id``, ``site_id`` and ``created_at`` are read."""
    reading: Reading
    hosts: Sequence[str] | None = None
    """Its hosts that say something of it; all by default."""


def join_floods(session: Session, judged: Sequence[Judged]) -> None:
    """Let comments join the floods they belong to, once they are stored and moved.

    Those of different sites have nothing in common.
    """
    by_site: dict[int, list[Judged]] = {}
    for each in judged:
        by_site.setdefault(each.comment.site_id, []).append(each)
    for site_id, some in sorted(by_site.items()):
        _join_on_site(session, site_id, sorted(some, key=lambda j: j.comment.id))


def _join_on_site(session: Session, site_id: int, judged: Sequence[Judged]) -> None:
    contacts = _contacts(session, [each.comment.id for each in judged])
    marks = {
        each.comment.id: _marks(each, contacts.get(each.comment.id)) for each in judged
    }
    sharing = _sharing(session, site_id, marks)
    others = _others(session, {i for found in sharing.values() for i in found})
    keys: dict[int, str] = {}
    for each in judged:
        if each.comment.id not in keys:
            _find(each.comment, marks[each.comment.id], sharing, others, keys)
    _store(session, site_id, keys)


def _contacts(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    rows = session.connection().execute(
        select(_K.c.comment_id, _K.c.email_index, _K.c.network_index).where(
            _K.c.comment_id.in_(ids)
        )
    )
    return {row.comment_id: row for row in rows}


def _marks(judged: Judged, contact: Any) -> list[Mark]:
    """What the comment may share, strongest first."""
    reading, named = judged.reading, judged.hosts
    if named is None:
        named = [host for host in (*reading.hosts, reading.website_host) if host]
    is_long = len(reading.words) >= MIN_GROUP_WORDS and reading.normal_hash
    marks = [Mark("host", host) for host in list(named)[:MOST_HOSTS]]
    marks += [Mark("text", reading.normal_hash)] if is_long else []
    marks += [Mark("near", band) for band in reading.bands]
    if contact is not None and contact.email_index is not None:
        marks.append(Mark("address", contact.email_index))
    if contact is not None and contact.network_index is not None:
        marks.append(Mark("network", contact.network_index))
    return marks


class _Place(NamedTuple):
    """Where a kind of mark is stored."""

    number: Any
    """Row number of the comment."""
    mark: Any
    site: Any
    newest: Any
    """What is largest for the newest comment, as the index of the marks has it."""


_PLACES: Mapping[str, _Place] = {
    "text": _Place(_C.c.id, _C.c.normal_hash, _C.c.site_id, _C.c.created_at),
    "near": _Place(_B.c.comment_id, _B.c.band, _B.c.site_id, _B.c.comment_id),
    "host": _Place(_H.c.comment_id, _H.c.host, _H.c.site_id, _H.c.comment_id),
    "address": _Place(_K.c.comment_id, _K.c.email_index, _K.c.site_id, _K.c.comment_id),
    "network": _Place(
        _K.c.comment_id, _K.c.network_index, _K.c.site_id, _K.c.comment_id
    ),
}


def _sharing(
    session: Session, site_id: int, marks: Mapping[int, Sequence[Mark]]
) -> dict[tuple[int, Mark], list[int]]:
    """The newest earlier comments that share a mark, by comment and mark."""
    found: dict[tuple[int, Mark], list[int]] = {}
    for kind in _LASTS:
        asked = [
            (number, mark)
            for number, some in marks.items()
            for mark in some
            if mark.kind == kind
        ]
        if not asked:
            continue
        rows = session.connection().execute(_newest(kind, site_id, asked))
        for row in rows:
            which = asked[row.place]
            found[which] = [n for n in row[1:] if n is not None]
    return found


def _newest(kind: str, site_id: int, asked: Sequence[tuple[int, Mark]]) -> Select[Any]:
    where = _PLACES[kind]
    given = (
        values(
            column("place", Integer),
            column("number", BigInteger),
            column("mark", where.mark.type),
            name="given",
        )
        .data([(place, own, each.value) for place, (own, each) in enumerate(asked)])
        .cte("given")
    )
    # A subquery for each: so every one steps down the index once, and never through
    # all that share a mark, which in a flood are very many.
    return select(
        given.c.place,
        *(
            select(where.number)
            .where(
                where.site == site_id,
                where.mark == given.c.mark,
                where.number < given.c.number,
            )
            .order_by(where.newest.desc())
            .limit(1)
            .offset(literal_column(str(place)))
            .scalar_subquery()
            .label(f"other_{place}")
            for place in range(LOOKED_BACK)
        ),
    )


def _others(session: Session, ids: Collection[int]) -> dict[int, Any]:
    if not ids:
        return {}
    rows = session.connection().execute(
        select(_C.c.id, _C.c.flood_key, _C.c.status, _C.c.created_at).where(
            # Of an erased person's comment nothing is compared any more.
            _C.c.id.in_(sorted(ids)),
            _C.c.erased_at.is_(None),
        )
    )
    return {row.id: row for row in rows}


def _find(
    comment: Any,
    marks: Sequence[Mark],
    sharing: Mapping[tuple[int, Mark], Sequence[int]],
    others: Mapping[int, Any],
    keys: dict[int, str],
) -> None:
    """Note in ``keys`` which flood the comment joins, and whom it takes along."""
    alone: list[tuple[Mark, list[int]]] = []
    for mark in marks:
        sharers = [
            number
            for number in sharing.get((comment.id, mark), ())
            if _is_alike(others.get(number), mark, comment.created_at)
        ]
        if mark.kind in _WEAK and len(sharers) < MANY:
            continue
        known = {n: keys.get(n, others[n].flood_key) for n in sharers}
        joined = [key for key in known.values() if _is_of(key, mark)]
        if joined:
            keys[comment.id] = joined[0]
            return
        free = [number for number, key in known.items() if not key]
        if free:
            alone.append((mark, free))
    if alone:
        mark, free = alone[0]
        keys[comment.id] = mark.key
        keys.update(dict.fromkeys(free, mark.key))


def _is_of(key: str, mark: Mark) -> bool:
    """True for the flood of a mark.

    Of nearly the same texts hardly two share the same bands, so that one is enough:
    each of such a flood is nearly the same as another of it.
    """
    return key == mark.key or (mark.kind == "near" and key.startswith("near:"))


def _is_alike(other: Any, mark: Mark, now: datetime) -> bool:
    """True for one that came lately, and that no moderator has published."""
    if other is None or other.created_at < now - _LASTS[mark.kind]:
        return False
    return other.status in _FLOODING


def _free() -> ColumnElement[bool]:
    return _C.c.flood_key == ""  # type: ignore[no-any-return]  # the table is Any


def _store(session: Session, site_id: int, keys: Mapping[int, str]) -> None:
    """Store who joined which flood, but for those who have joined another meanwhile."""
    moved = []
    # In one order everywhere, so that two who store do not wait for each other.
    for number in sorted(keys):
        row = (
            session.connection()
            .execute(
                update(_C)
                .where(_C.c.id == number, _free())
                .values(flood_key=keys[number])
                .returning(_C.c.status)
            )
            .one_or_none()
        )
        if row is not None:
            moved.append(Moved(site_id, keys[number], "", row.status))
    count_moved(session, moved)
