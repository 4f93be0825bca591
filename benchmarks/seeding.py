"""Fill Foyer's database with published comments, as if its worker had checked them.

Each has its HTML, verdict, move, bands and contact row, so that every index is as large
as it would be; the addresses and origins themselves are left out.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, select

from benchmarks.texts import variants
from service.db.models import Comment, Site, Thread
from service.db.store import make_engine
from service.text.reading import read
from service.text.render import render
from tests.stored import (
    Crowd,
    StoredText,
    add_comments,
    add_threads,
    indexed_after,
    settle_rows,
    take_stock,
    unhurried,
)

ROOTS = 1_000
REPLIES = 9
"""The large thread: so many comments on the page itself, with so many replies each."""
SPREAD = 100
"""Pages over which the other comments are spread: ``/page/1/`` and so on."""


def _texts() -> list[StoredText]:
    made = []
    for each in variants():
        reading = read(name=each.name, website="", text=each.source)
        made.append(
            StoredText(
                name=each.name,
                text=each.source,
                html=render(each.source),
                group_key=reading.group_key[:300],
            )
        )
    return made


def _until() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)


def _settle(url: str) -> None:
    engine = make_engine(url)
    with engine.connect() as connection:
        take_stock(connection.execution_options(isolation_level="AUTOCOMMIT"))
    engine.dispose()


def fill(url: str, site_key: str, total: int, fixed: dict[str, int]) -> None:
    """Store ``total`` published comments of a site that has none.

    :param fixed: pages with so many; the rest is spread over `SPREAD` other pages.
    :raises ValueError: if ``total`` is less than the fixed pages need.
    """
    rest = total - sum(fixed.values())
    if rest < 0:
        raise ValueError(f"{total} comments are fewer than the fixed pages need.")
    spread = Counter(f"/page/{place % SPREAD + 1}/" for place in range(rest))
    engine = make_engine(url)
    with engine.begin() as connection, indexed_after(connection):
        unhurried(connection)
        site_id = _site_id(connection, site_key)
        counts = [*fixed.items(), *spread.items()]
        thread = add_threads(connection, site_id, counts)
        ends = [sum(list(fixed.values())[: at + 1]) for at in range(len(fixed))]

        def thread_of(number: Any) -> Any:
            fixed_ones = [(number < end, thread + at) for at, end in enumerate(ends)]
            return case(
                *fixed_ones,
                else_=thread + len(fixed) + (number - sum(fixed.values())) % SPREAD,
            )

        crowd = Crowd(
            site_id=site_id,
            count=total,
            texts=_texts(),
            thread=thread_of,
            until=_until(),
        )
        add_comments(connection, crowd)
        settle_rows(connection, Thread, Comment)
    engine.dispose()
    _settle(url)


def _site_id(connection: Connection, key: str) -> int:
    return connection.execute(select(Site.id).where(Site.key == key)).scalar_one()


def fill_large(url: str, site_key: str, page: str) -> int:
    """Store one thread of `ROOTS` comments with `REPLIES` each; how many that are."""
    total = ROOTS * (1 + REPLIES)
    engine = make_engine(url)
    with engine.begin() as connection:
        unhurried(connection)
        site_id = _site_id(connection, site_key)
        thread = add_threads(connection, site_id, [(page, total)])
        crowd = Crowd(
            site_id=site_id,
            count=total,
            texts=_texts(),
            thread=lambda number: number * 0 + thread,
            parent=lambda number: case((number < ROOTS, None), else_=number % ROOTS),
            until=_until(),
        )
        add_comments(connection, crowd)
        settle_rows(connection, Thread, Comment)
    engine.dispose()
    _settle(url)
    return total
