"""Fill Foyer's database with comments that wait, among many that were decided."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, select, update

from benchmarks.texts import variants
from service.db.models import Comment, Contact, Site, Thread
from service.db.store import make_engine
from service.domain.check_names import reasons_of
from service.domain.status import Status
from service.text.reading import read
from service.text.render import render
from tests.stored import (
    Crowd,
    StoredText,
    add_comments,
    add_findings,
    add_threads,
    add_words,
    indexed_after,
    marked,
    settle_rows,
    take_stock,
    unhurried,
)

PAGES = 2_000
"""Pages over which the comments are spread: ``/page/1/`` and so on."""
COMMON, RARE = "links", "disguise"
"""A check that said something of half of the comments, and one of every 500th."""
PER_WRITER = 20
"""Comments by one address."""


def page(number: int) -> str:
    """The key of a page."""
    return f"/page/{number}/"


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


def _reasons(number: Any) -> Any:
    return case((number % 2 == 0, reasons_of([COMMON])), else_=0) + case(
        (number % 500 == 7, reasons_of([RARE])),  # noqa: PLR2004  # every 500th
        else_=0,
    )


def fill_queue(url: str, site_key: str, total: int, held: int) -> None:
    """Store ``total`` comments of a site that has none, of which ``held`` wait.

    Those are spread evenly over all that time; of the others a quarter is spam.
    """
    engine = make_engine(url)
    every = total // held
    with engine.begin() as connection, indexed_after(connection):
        unhurried(connection)
        site_id = _site_id(connection, site_key)
        counts = [(page(place + 1), total // PAGES) for place in range(PAGES)]
        first = add_threads(connection, site_id, counts)
        texts = _texts()
        crowd = Crowd(
            site_id=site_id,
            count=total,
            texts=texts,
            thread=lambda n: n % PAGES + first,
            status=lambda n: case(
                (n % every == 0, Status.HELD.value),
                (n % 4 == 1, Status.SPAM.value),
                else_=Status.PUBLISHED.value,
            ),
            score=lambda n: n * 37 % 1000 / 1000.0,
            reasons=_reasons,
            bands=1,
            until=datetime.now(UTC) - timedelta(hours=1),
        )
        start = add_comments(connection, crowd)
        for check in (COMMON, "history", "model"):
            add_findings(connection, check)
        writer = marked(connection, "w", Contact.comment_id / PER_WRITER)
        connection.execute(
            update(Contact)
            .where(Contact.comment_id >= start)
            .values(email_index=writer, network_index=writer)
        )
        add_words(connection, texts)
        settle_rows(connection, Thread, Comment)
    engine.dispose()
    settle_queue(url)


def keep_held(url: str, held: int) -> None:
    """Publish all comments that wait, but for so many, the oldest."""
    engine = make_engine(url)
    with engine.begin() as connection:
        unhurried(connection)
        waiting = Comment.status == Status.HELD.value
        last = connection.execute(
            select(Comment.id).where(waiting).order_by(Comment.id).offset(held).limit(1)
        ).scalar_one()
        connection.execute(
            update(Comment)
            .where(waiting, Comment.id >= last)
            .values(status=Status.PUBLISHED.value)
        )
    engine.dispose()
    settle_queue(url)


def settle_queue(url: str) -> None:
    """Have the database know what it holds."""
    engine = make_engine(url)
    with engine.connect() as connection:
        take_stock(connection.execution_options(isolation_level="AUTOCOMMIT"))
    engine.dispose()


def name_writer(url: str, indexes: list[bytes], number: int) -> None:
    """Let one of the addresses be one that can be typed.

    :param indexes: its blind indexes on the site.
    :param number: which one, counted by comments.
    """
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(
            update(Contact)
            .where(Contact.comment_id.between(number, number + PER_WRITER - 1))
            .values(email_index=indexes[0])
        )
    engine.dispose()


def site_id_of(url: str, key: str) -> int:
    """The row number of a site."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = _site_id(connection, key)
    engine.dispose()
    return found


def _site_id(connection: Connection, key: str) -> int:
    return connection.execute(select(Site.id).where(Site.key == key)).scalar_one()
