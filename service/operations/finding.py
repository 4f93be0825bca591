"""Find the comments of a tab that are wanted, in its order.

A tab is read along an index that knows all that most filters ask about, and only so far
at once: what costs too much to look through in one go is looked through page by page.
Where something names few comments (a page, an address, words) those are looked
through instead. So no view costs more in a store of a million comments than in a small
one, whatever is asked.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    exists,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from service.db.models import Comment, Contact, Move, Site, Thread
from service.db.word_table import WordTable
from service.domain.status import Status
from service.operations.tabs import Tab, is_of
from service.operations.wanted import EVERYTHING, Wanted

LOOKED_THROUGH = 10_000
"""Comments of a tab that are looked through at once, where its index answers: as many
as take a fraction of the time of a page. A page that found none goes on by itself."""
OPENED = 5_000
"""The same where each has to be opened."""
FIRST_LOOK = 1_000
"""So many are looked through first, since most often they are enough."""
NAMED = 2_000
"""So many comments are read that PostgreSQL's index of words names; where there are
more, they are not far from each other."""
MATCHED = 10_000
"""So many are read that SQLite's index of words names; it knows their order."""
READ = 20_000
"""So many comments of a tab are read on PostgreSQL for words that are not rare."""
_MOST_SITE_WORDS = 20
_CLOCKS_APART = timedelta(hours=1)
"""No two processes' clocks are further apart."""

_C: Any = Comment.__table__
_CONTACT: Any = Contact.__table__
_M: Any = Move.__table__


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A part of the queue from some place on."""

    site_ids: Sequence[int]
    part: Tab | Status
    wanted: Wanted = EVERYTHING
    after: int | None = None
    """The row number that they come after, in their order; None for the start."""
    oldest_first: bool
    limit: int
    now: datetime | None = None
    """What ages are counted from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Comments that are wanted."""

    ids: list[int]
    """Row numbers in order."""
    looked_to: int | None = None
    """Where to go on looking; None if there is no more, or enough was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Row numbers to look through, each part by itself in the order of an index."""

    parts: Sequence[tuple[Select[Any], Any]]
    """Statements, and the column of each that has the row number."""
    conditions: Sequence[ColumnElement[bool]]
    """What is asked of each of these comments."""
    windows: Sequence[int]
    """How many are looked through at first, and then, if that was not enough."""
    joined: bool = False
    """True if the parts are of another table than the comments'."""


def find(session: Session, asked: Asked) -> Found:
    """The first comments that are wanted.

    They are fewer than the limit only at the end, or where there was too much to look
    through.
    """
    if not asked.site_ids:
        return Found(ids=[])
    is_sqlite = session.connection().dialect.name == "sqlite"
    if is_sqlite or asked.wanted == EVERYTHING:
        return _find(session, asked, is_sqlite=is_sqlite)
    # PostgreSQL plans anew for what is asked. The plan for whatever may be asked, which
    # it keeps after some times, knows nothing of what a filter leaves: 65 ms, not 2.
    with _set(session, "plan_cache_mode", "force_custom_plan", "auto"):
        return _find(session, asked, is_sqlite=False)


@contextmanager
def _set(session: Session, name: str, value: str, usual: str) -> Iterator[None]:
    """A setting of PostgreSQL for some statements of the present transaction."""
    session.execute(select(func.set_config(name, value, true())))
    yield
    # Where something was raised, the transaction is over, and the setting with it.
    session.execute(select(func.set_config(name, usual, true())))


def _find(session: Session, asked: Asked, *, is_sqlite: bool) -> Found:
    wanted = asked.wanted
    if wanted.terms and is_sqlite:
        return _look(session, asked, _matching(session, asked))
    if wanted.writer is not None:
        return _look(session, asked, _of_writer(session, asked))
    if wanted.page:
        return _look(session, asked, _of_page(session, asked))
    if wanted.terms:
        return _by_words(session, asked)
    return _look(session, asked, _of_tab(session, asked))


def _windows(first: int, most: int) -> tuple[int, ...]:
    """A first look, and one at the rest if there is any."""
    return (first, most - first) if first < most else (most,)


def _of_tab(session: Session, asked: Asked) -> _Source:
    wanted = asked.wanted
    conditions = wanted.conditions(asked.now)
    most = OPENED if asked.part is Tab.AUDIT else LOOKED_THROUGH
    share = max(FIRST_LOOK, most // len(asked.site_ids))

    def part(site_id: int) -> Select[Any]:
        query = select(_C.c.id).where(_C.c.site_id == site_id, is_of(asked.part))
        if wanted.newer is None or asked.now is None:
            return query
        last = _last_before(session, site_id, asked.now - wanted.newer)
        return query if last is None else query.where(_C.c.id > last)

    return _Source(
        parts=[(part(i), _C.c.id) for i in asked.site_ids],
        conditions=conditions,
        windows=_windows(min(FIRST_LOOK * 4, share), share) if conditions else (),
    )


def _last_before(session: Session, site_id: int, moment: datetime) -> int | None:
    """A row number that no comment has which came in after this moment.

    It is that of the last one that the checks were done with before. Comments have
    rising numbers as they are stored, whatever time they say of themselves. None if
    nothing is known.
    """
    by_checks: ColumnElement[bool] = literal_column("move.actor = 'checks'")
    query = (
        select(_M.c.comment_id)
        # As the partial index has it, or SQLite does not see that it may be used.
        .where(_M.c.site_id == site_id, by_checks)
        .where(_M.c.created_at < moment - _CLOCKS_APART)
        .order_by(_M.c.created_at.desc(), _M.c.id.desc())
        .limit(1)
    )
    found: int | None = session.connection().execute(query).scalar()
    return found


def _threads(session: Session, asked: Asked) -> Sequence[int]:
    return session.scalars(
        select(Thread.id).where(
            Thread.site_id.in_(asked.site_ids), Thread.page == asked.wanted.page
        )
    ).all()


def _words_too(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    if not wanted.terms:
        return []
    words = WordTable(session.connection())
    held = words.holds(wanted.terms, (), by_index=False)
    return [exists().select_from(words.source).where(words.id == _C.c.id, held)]


def _of_page(session: Session, asked: Asked) -> _Source:
    # Not by the row number itself: PostgreSQL would look for a small thread through
    # all comments there are. As a sum it has to read the thread and put it in order.
    number = _C.c.id + 0
    # Nor by the index of all audits.
    is_audit = func.coalesce(_C.c.audit, False)
    part = is_audit if asked.part is Tab.AUDIT else is_of(asked.part)
    wanted = asked.wanted
    conditions = [*wanted.conditions(asked.now), *_words_too(session, wanted)]
    return _Source(
        parts=[
            (select(number).where(_C.c.thread_id == i, part), number)
            for i in _threads(session, asked)
        ],
        conditions=conditions,
        windows=(OPENED,) if conditions else (),
    )


def _of_writer(session: Session, asked: Asked) -> _Source:
    wanted, number = asked.wanted, _CONTACT.c.comment_id
    conditions = [
        is_of(asked.part),
        *wanted.conditions(asked.now),
        *_words_too(session, wanted),
        *([_C.c.thread_id.in_(_threads(session, asked))] if wanted.page else []),
    ]
    return _Source(
        parts=[
            (
                select(number).where(
                    _CONTACT.c.site_id == site_id, _CONTACT.c.email_index == index
                ),
                number,
            )
            for site_id, indexes in (wanted.writer or {}).items()
            if site_id in asked.site_ids
            for index in indexes
        ],
        conditions=conditions,
        windows=_windows(FIRST_LOOK, OPENED),
        joined=True,
    )


def _matching(session: Session, asked: Asked) -> _Source:
    """By SQLite's index of words, which tells them in order."""
    words, wanted = WordTable(session.connection()), asked.wanted
    first = _first(session, asked)
    if first is None:
        return _Source(parts=(), conditions=(), windows=())
    conditions = [
        _C.c.site_id.in_(asked.site_ids),
        is_of(asked.part),
        *wanted.conditions(asked.now),
        *([_C.c.thread_id.in_(_threads(session, asked))] if wanted.page else []),
    ]
    if wanted.writer is not None:
        mine = [i for some in wanted.writer.values() for i in some]
        conditions.append(
            exists().where(
                _CONTACT.c.comment_id == _C.c.id, _CONTACT.c.email_index.in_(mine)
            )
        )
    held = words.holds(wanted.terms, _site_words(session, asked.site_ids))
    reached = words.id >= first if asked.oldest_first else words.id <= first
    query = select(words.id).select_from(words.source).where(held, reached)
    return _Source(
        parts=[(query, words.id)],
        conditions=conditions,
        windows=_windows(FIRST_LOOK, MATCHED),
        joined=True,
    )


def _first(session: Session, asked: Asked) -> int | None:
    """The first row number of the tab, whatever is wanted of it."""
    source = replace(_of_tab(session, asked), conditions=())
    found = _ids(session, replace(asked, limit=1), source, None)
    return found[0] if found else None


def _site_words(session: Session, site_ids: Sequence[int]) -> Sequence[int]:
    """Sites to be named to the index of words; none where that leaves out nothing."""
    others = select(Site.id).where(Site.id.not_in(site_ids)).limit(1)
    is_all = session.execute(others).first() is None
    return () if is_all or len(site_ids) > _MOST_SITE_WORDS else site_ids


def _by_words(session: Session, asked: Asked) -> Found:
    """On PostgreSQL, whose index of words knows no order.

    Where the words are frequent, a look at the next comments is enough; where they are
    rare, the index names all. Else the comments are looked through page by page.
    """
    tab = _of_tab(session, asked)
    walk = replace(
        tab, conditions=[*tab.conditions, *_words_too(session, asked.wanted)]
    )
    found = _look(session, asked, replace(walk, windows=(FIRST_LOOK,)))
    if found.looked_to is None:
        return found
    named = _named(session, asked)
    if named is None:
        return _look(session, asked, replace(walk, windows=(READ,)))
    rare = _Source(
        parts=[
            (
                select(_C.c.id).where(
                    _C.c.id.in_(named),
                    _C.c.site_id.in_(asked.site_ids),
                    is_of(asked.part),
                ),
                _C.c.id,
            )
        ],
        conditions=tab.conditions,
        windows=(),
    )
    return _look(session, asked, rare)


def _named(session: Session, asked: Asked) -> Sequence[int] | None:
    """All comments that the index of words names; None if there are too many."""
    words = WordTable(session.connection())
    held = words.holds(asked.wanted.terms, _site_words(session, asked.site_ids))
    query = select(words.id).select_from(words.source).where(held).limit(NAMED + 1)
    # It would read the whole table for words that it believes to be frequent.
    with _set(session, "enable_seqscan", "off", "on"):
        found = session.scalars(query).all()
    return found if len(found) <= NAMED else None


def _beyond(number: Any, place: int | None, asked: Asked) -> list[ColumnElement[bool]]:
    if place is None:
        return []
    return [number > place if asked.oldest_first else number < place]


def _ordered(number: Any, asked: Asked) -> Any:
    return number if asked.oldest_first else number.desc()


def _bound(session: Session, asked: Asked, source: _Source, window: int) -> int | None:
    """The first row number behind the window; None if there is none."""
    ends = [
        select(
            query.where(*_beyond(number, asked.after, asked))
            .order_by(_ordered(number, asked))
            .offset(window)
            .limit(1)
            .subquery()
        )
        for query, number in source.parts
    ]
    found: Sequence[int] = session.scalars(union_all(*ends)).all()
    if not found:
        return None
    # What lies from the nearest one on is not looked at in every part.
    return min(found) if asked.oldest_first else max(found)


def _look(session: Session, asked: Asked, source: _Source) -> Found:
    if not source.parts:
        return Found(ids=[])
    if not source.windows:
        return Found(ids=_ids(session, asked, source, None))
    ids: list[int] = []
    rest = asked
    for window in source.windows:
        bound = _bound(session, rest, source, window)
        ids += _ids(session, rest, source, bound)
        if bound is None or len(ids) >= asked.limit:
            return Found(ids=ids)
        # To go on with the bound itself.
        looked_to = bound - 1 if asked.oldest_first else bound + 1
        rest = replace(asked, after=looked_to, limit=asked.limit - len(ids))
    return Found(ids=ids, looked_to=rest.after)


def _ids(
    session: Session, asked: Asked, source: _Source, bound: int | None
) -> list[int]:
    def part(query: Select[Any], number: Any) -> Select[Any]:
        query = query.where(*_beyond(number, asked.after, asked))
        if bound is not None:
            query = query.where(
                number < bound if asked.oldest_first else number > bound
            )
        if source.joined:
            query = query.where(exists().where(_C.c.id == number, *source.conditions))
        else:
            query = query.where(*source.conditions)
        query = query.with_only_columns(number.label("id"))
        ordered = query.order_by(_ordered(number, asked)).limit(asked.limit)
        return select(ordered.subquery())

    # Part by part, each reads a few rows of its index in their order; asked for all at
    # once, a database would sort everything there is.
    parts = union_all(*(part(query, number) for query, number in source.parts))
    every = parts.subquery()
    order = _ordered(every.c.id, asked)
    return list(session.scalars(select(every.c.id).order_by(order).limit(asked.limit)))
