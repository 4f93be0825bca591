"""What a rule would have caught in the last 30 days, before it may act.

The newest comments of each state are held against the rule as a new one would be: so
many at most that it costs the same however many there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, CommentHost, Contact, ListEntry
from service.domain.status import Status
from service.operations.cards import excerpt
from service.operations.matcher import Listed, Matcher, Subject
from service.text.hosts import host_of

LOOKED_BACK = timedelta(days=30)
MOST_LOOKED = 2_000
"""Comments of each state that are looked at, the newest."""
MOST_SHOWN = 20
"""Good comments that are shown of those it would have hit."""
UNTRIED = frozenset({"agent", "network"})
"""Fields whose matter stays sealed, and is dropped after some days: what an entry
looks for there cannot be tried."""
_STATES = (Status.PUBLISHED, Status.HELD, Status.SPAM, Status.TRASHED)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A good comment that the rule would have hit."""

    public_id: str
    name: str
    excerpt: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a rule would have done."""

    looked_at: int
    is_all: bool
    """False if there were more comments than are looked at."""
    counts: Mapping[Status, int]
    """How many it would have caught, by the state they are in now."""
    good: Sequence[Hit]
    """The newest published ones of them."""


@dataclass(frozen=True, slots=True)
class _Row:
    comment: Any
    hosts: Sequence[str]
    marks: frozenset[bytes | None] = field(repr=False)


def try_rule(session: Session, rule_id: int, now: datetime) -> Trial | None:
    """Hold the comments of the last 30 days against a rule; None where that cannot be.

    A domain of addresses cannot be tried either, for addresses stay sealed.
    """
    entry = session.get_one(ListEntry, rule_id)
    is_domain = entry.field == "address" and entry.address_index is None
    if entry.field in UNTRIED or is_domain:
        return None
    counts, good, looked_at, is_all = dict[Status, int](), list[Hit](), 0, True
    for status in _STATES:
        ids, is_end = _newest(session, entry.site_id, status, now - LOOKED_BACK)
        looked_at, is_all = looked_at + len(ids), is_all and is_end
        caught = list(_caught(session, entry, ids))
        counts[status] = len(caught)
        if status is Status.PUBLISHED:
            good = caught[:MOST_SHOWN]
    return Trial(looked_at=looked_at, is_all=is_all, counts=counts, good=good)


def _newest(
    session: Session, site_id: int, status: Status, since: datetime
) -> tuple[Sequence[int], bool]:
    """Numbers of the newest comments of a state, and if those are all since then."""
    rows = session.execute(
        select(Comment.id, Comment.created_at)
        .where(Comment.site_id == site_id, Comment.status == status.value)
        .order_by(Comment.id.desc())
        .limit(MOST_LOOKED)
    ).all()
    ids = [row.id for row in rows if row.created_at >= since]
    return ids, len(ids) < MOST_LOOKED


def _caught(session: Session, entry: ListEntry, ids: Sequence[int]) -> Iterator[Hit]:
    matcher = Matcher([Listed("hold", entry.field, entry.pattern, entry.shown)])
    for row in _read(session, ids):
        if entry.address_index is not None:
            is_hit = entry.address_index in row.marks
        else:
            is_hit = bool(matcher.match(_subject(row)))
        if is_hit:
            yield Hit(
                public_id=row.comment.public_id,
                name=row.comment.name,
                excerpt=excerpt(row.comment.text),
                created_at=row.comment.created_at,
            )


def _subject(row: _Row) -> Subject:
    return Subject(
        name=row.comment.name,
        website=row.comment.website,
        website_host=host_of(row.comment.website),
        text=row.comment.text,
        hosts=row.hosts,
    )


def _read(session: Session, ids: Sequence[int]) -> Iterator[_Row]:
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        hosts: dict[int, list[str]] = {}
        for number, host in session.execute(
            select(CommentHost.comment_id, CommentHost.host).where(
                CommentHost.comment_id.in_(some)
            )
        ):
            hosts.setdefault(number, []).append(host)
        rows = session.execute(
            select(
                *(Comment.id, Comment.public_id, Comment.name, Comment.website),
                *(Comment.text, Comment.created_at),
                *(Contact.email_index, Contact.network_index),
            )
            .outerjoin(Contact, Contact.comment_id == Comment.id)
            .where(Comment.id.in_(some))
            .order_by(Comment.id.desc())
        )
        for row in rows:
            marks = frozenset({row.email_index, row.network_index})
            yield _Row(row, hosts.get(row.id, ()), marks)
