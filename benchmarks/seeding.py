"""Fill Foyer's database with published comments, as if its worker had checked them.

Each has its HTML, verdict, move, bands and contact row, so that every index is as large
as it would be; the addresses and origins themselves are left out.
"""

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    LargeBinary,
    cast,
    func,
    insert,
    literal,
    select,
    text,
)

from benchmarks.texts import VARIANTS, pages_of, variants, written_at
from service.db.models import (
    Comment,
    CommentBand,
    Contact,
    Move,
    Site,
    Thread,
    VerdictRow,
)
from service.db.store import make_engine
from service.domain.status import Actor, Status
from service.text.minhash import BANDS
from service.text.reading import read
from service.text.render import RENDER_VERSION, render

_CHUNK = 5_000
_PUBLISHED = Status.PUBLISHED.value
ROOTS = 1_000
REPLIES = 9
"""The large thread: so many comments on the page itself, with so many replies each."""


def _variants() -> list[dict[str, Any]]:
    made = []
    for each in variants():
        reading = read(name=each.name, website="", text=each.source)
        made.append(
            {
                "name": each.name,
                "text": each.source,
                "html": render(each.source),
                "group_key": reading.group_key[:300],
            }
        )
    return made


def _rows(
    site_id: int, threads: Sequence[int], *, first_id: int
) -> Iterator[dict[str, Any]]:
    made = _variants()
    total = len(threads)
    for number, thread_id in enumerate(threads):
        at = written_at(number, total)
        yield made[number * 7 % VARIANTS] | {
            "id": first_id + number,
            "public_id": "s" + secrets.token_hex(10) + "s",
            "site_id": site_id,
            "thread_id": thread_id,
            "parent_id": None,
            "root_id": None,
            "depth": 0,
            "status": _PUBLISHED,
            "version": 2,
            "website": "",
            "render_version": RENDER_VERSION,
            "arrival": {},
            "fingerprint": secrets.token_bytes(16),
            # Texts repeat only here; their hashes must not, or floods would be seen.
            "normal_hash": secrets.token_hex(16),
            "score": 0.1,
            "created_at": at,
            "published_at": at,
        }


def _insert(connection: Connection, rows: Iterator[dict[str, Any]]) -> None:
    table = Comment.__table__
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            connection.execute(insert(Comment), chunk)
            chunk = []
    if chunk:
        connection.execute(insert(Comment), chunk)
    if connection.dialect.name == "postgresql":
        # The rows came with their numbers, of which the sequence knows nothing.
        last = select(func.max(Comment.id)).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.description, "id")
        connection.execute(select(func.setval(sequence, last)))


def _threads(
    connection: Connection, site_id: int, counts: Counter[str]
) -> dict[str, int]:
    now = datetime.now(UTC)
    rows = [
        {
            "site_id": site_id,
            "page": page,
            "published_count": count,
            "version": count + 1,
            "created_at": now,
        }
        for page, count in counts.items()
    ]
    connection.execute(insert(Thread), rows)
    query = select(Thread.page, Thread.id).where(Thread.site_id == site_id)
    return {row.page: row.id for row in connection.execute(query)}


def _judged(connection: Connection, first_id: int) -> None:
    """What the checks would have left for the comments from this number on."""
    new = Comment.id >= first_id
    connection.execute(
        insert(VerdictRow).from_select(
            ["comment_id", "revision", "status", "score", "created_at"],
            select(
                *(Comment.id, literal(0), Comment.status, Comment.score),
                Comment.created_at,
            ).where(new),
        )
    )
    connection.execute(
        insert(Move).from_select(
            [
                *("comment_id", "site_id", "old", "new", "actor", "reason"),
                *("score", "bulk_size", "created_at"),
            ],
            select(
                *(Comment.id, Comment.site_id, literal(Status.PENDING.value)),
                *(Comment.status, literal(Actor.CHECKS.value)),
                literal("Nothing spoke against it."),
                *(Comment.score, literal(1), Comment.created_at),
            ).where(new),
        )
    )
    unique = cast(func.substr(Comment.public_id, 1, 16), LargeBinary)
    connection.execute(
        insert(Contact).from_select(
            ["comment_id", "site_id", "email_index", "network_index", "index_key"],
            select(Comment.id, Comment.site_id, unique, unique, literal(1)).where(new),
        )
    )
    for band in range(BANDS):
        value = literal(f"{band:x}").concat(func.substr(Comment.public_id, 2, 15))
        connection.execute(
            insert(CommentBand).from_select(
                ["comment_id", "band", "site_id"],
                select(Comment.id, value, Comment.site_id).where(new),
            )
        )


def _next_id(connection: Connection) -> int:
    return connection.execute(select(func.max(Comment.id))).scalar_one_or_none() or 0


def _settle(url: str) -> None:
    """Have PostgreSQL do now what it would soon do by itself, in the background."""
    engine = make_engine(url)
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.execute(text("SET statement_timeout = 0"))
            alone.execute(text("VACUUM ANALYZE"))
            alone.execute(text("CHECKPOINT"))
    engine.dispose()


def _unhurried(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def fill(url: str, site_key: str, total: int, fixed: dict[str, int]) -> None:
    """Store ``total`` published comments of a site that has none.

    :param fixed: pages with so many; the rest is spread over 100 other pages.
    """
    engine = make_engine(url)
    with engine.begin() as connection:
        _unhurried(connection)
        pages = pages_of(total, fixed)
        site_id = _site_id(connection, site_key)
        ids = _threads(connection, site_id, Counter(pages))
        first_id = _next_id(connection) + 1
        threads = [ids[page] for page in pages]
        _insert(connection, _rows(site_id, threads, first_id=first_id))
        _judged(connection, first_id)
    engine.dispose()
    _settle(url)


def _site_id(connection: Connection, key: str) -> int:
    return connection.execute(select(Site.id).where(Site.key == key)).scalar_one()


def fill_large(url: str, site_key: str, page: str) -> int:
    """Store one thread of `ROOTS` comments with `REPLIES` each; how many that are."""
    total = ROOTS * (1 + REPLIES)
    engine = make_engine(url)
    with engine.begin() as connection:
        _unhurried(connection)
        site_id = _site_id(connection, site_key)
        thread_id = _threads(connection, site_id, Counter({page: total}))[page]
        first_id = _next_id(connection) + 1
        rows = _rows(site_id, [thread_id] * total, first_id=first_id)
        _insert(connection, (_replying(row, first_id) for row in rows))
        _judged(connection, first_id)
    engine.dispose()
    _settle(url)
    return total


def _replying(row: dict[str, Any], first_id: int) -> dict[str, Any]:
    place = row["id"] - first_id
    if place < ROOTS:
        return row
    root = first_id + place % ROOTS
    return row | {"parent_id": root, "root_id": root, "depth": 1}
