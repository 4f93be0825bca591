"""Large stores: rows that the database itself makes, a million of them in seconds.

The comments come with all that the checks leave for each, so that every index is as
large as it would be.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    case,
    cast,
    column,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy import table as sql_table

from service.db.models import (
    Base,
    Comment,
    CommentBand,
    Contact,
    FindingRow,
    Move,
    Thread,
    VerdictRow,
)
from service.db.word_table import NAME, site_word
from service.domain.status import Actor, Status
from service.text.minhash import BANDS
from service.text.render import RENDER_VERSION
from service.text.search_words import search_words

Number = Any
"""The number of a row, from 0, as an expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText:
    """What a comment says, as it is stored."""

    name: str
    text: str
    html: str
    group_key: str


def all_published(number: Number) -> ColumnElement[str]:  # noqa: ARG001  # as others are
    """The state of comments that all passed."""
    return literal(Status.PUBLISHED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Comments to be stored together."""

    site_id: int
    count: int
    texts: Sequence[StoredText]
    thread: Callable[[Number], ColumnElement[int]]
    """Row number of the thread of the comment with this number."""
    parent: Callable[[Number], ColumnElement[int]] | None = None
    """The number of the comment on the page itself that it answers; never one that
    answers another. NULL for a comment on the page itself."""
    status: Callable[[Number], ColumnElement[str]] = all_published
    score: Callable[[Number], ColumnElement[float]] = lambda n: literal(0.1)  # noqa: ARG005
    reasons: Callable[[Number], ColumnElement[int]] = lambda n: literal(0)  # noqa: ARG005
    bands: int = BANDS
    """How many bands each has."""
    until: datetime
    """When the last of them was written."""
    span: timedelta = timedelta(days=360)
    """Over how long they were written."""


def numbers(connection: Connection, count: int) -> Number:
    """The numbers from 0 to ``count - 1`` as a column to select from."""
    if connection.dialect.name == "postgresql":
        series = func.generate_series(0, count - 1).table_valued("n")
        return series.render_derived(name="numbers").c.n
    start = select(literal(0).label("n")).where(literal(count) > 0)
    made = start.cte("numbers", recursive=True)
    return made.union_all(select(made.c.n + 1).where(made.c.n < count - 1)).c.n


def unlike(connection: Connection, size: int) -> ColumnElement[bytes]:
    """Up to 16 random bytes, others for each row."""
    if connection.dialect.name == "postgresql":
        drawn = func.uuid_send(func.gen_random_uuid())
        return func.substring(drawn, 1, size, type_=LargeBinary())
    return func.randomblob(size, type_=LargeBinary())


def unlike_text(connection: Connection, size: int) -> ColumnElement[str]:
    """Up to 32 random hexadecimal digits, others for each row."""
    if connection.dialect.name == "postgresql":
        drawn = func.replace(cast(func.gen_random_uuid(), String), "-", "")
    else:
        drawn = func.lower(func.hex(func.randomblob(16)))
    return func.substr(drawn, 1, size)


def moment(
    connection: Connection, begin: datetime, seconds: ColumnElement[Any]
) -> ColumnElement[datetime]:
    """The time so many seconds after ``begin``, as the columns of times have it."""
    if connection.dialect.name == "postgresql":
        return literal(begin) + seconds * literal_column("interval '1 second'")
    shift = cast(seconds, String).concat(" seconds")
    return func.strftime(
        "%Y-%m-%d %H:%M:%S.000000", f"{begin:%Y-%m-%d %H:%M:%S}", shift
    )


def marked(connection: Connection, word: str, number: Number) -> ColumnElement[bytes]:
    """16 bytes that name the number, as an index of an address or network would.

    :param word: a letter that tells one kind of index from another.
    """
    named = literal(word).concat(cast(number + 10**14, String))
    if connection.dialect.name == "postgresql":
        return func.convert_to(named, "UTF8", type_=LargeBinary())
    return cast(named, LargeBinary)


def fill_table(connection: Connection, model: Any, count: int, **row: Any) -> None:
    """Store ``count`` rows.

    :param row: by column a value, or a function of the row's number.
    """
    number = numbers(connection, count)
    made = {k: v(number) if callable(v) else literal(v) for k, v in row.items()}
    rows = select(*made.values()).select_from(number.table)
    connection.execute(insert(model).from_select(list(made), rows))


def last_id(connection: Connection, model: Any) -> int:
    """The highest row number; 0 if there is no row."""
    return connection.execute(select(func.max(model.id))).scalar_one_or_none() or 0


def add_threads(
    connection: Connection, site_id: int, counts: Sequence[tuple[str, int]]
) -> int:
    """Store threads that say they have so many comments; the row number of the first.

    :param counts: pages, and how many comments; their row numbers follow each other.
    """
    first = last_id(connection, Thread) + 1
    rows = [
        {
            "id": first + place,
            "site_id": site_id,
            "page": page,
            "published_count": count,
            "version": count + 1,
            "created_at": datetime.now(UTC),
        }
        for place, (page, count) in enumerate(counts)
    ]
    connection.execute(insert(Thread), rows)
    return first


def _text_table(connection: Connection, texts: Sequence[StoredText]) -> Table:
    made = Table(
        "stored_text",
        MetaData(),
        Column("place", Integer, primary_key=True, autoincrement=False),
        *(Column(each.name, Text) for each in fields(StoredText)),
        prefixes=["TEMPORARY"],
    )
    made.drop(connection, checkfirst=True)
    made.create(connection)
    rows = [asdict(each) | {"place": place} for place, each in enumerate(texts)]
    connection.execute(insert(made), rows)
    return made


def add_comments(connection: Connection, crowd: Crowd) -> int:
    """Store the comments with all that belongs to them; the row number of the first.

    The checks of those that are pending are not owed by this.
    """
    first = last_id(connection, Comment) + 1
    number = numbers(connection, crowd.count)
    texts = _text_table(connection, crowd.texts)
    status = crowd.status(number)
    parent: Any = literal(None, Integer)
    if crowd.parent is not None:
        parent = crowd.parent(number) + first
    seconds = crowd.span.total_seconds() / crowd.count
    at = moment(connection, crowd.until - crowd.span, (number + 1) * seconds)
    is_published = status == Status.PUBLISHED.value
    row: dict[str, Any] = {
        "id": number + first,
        # As long as a real one, and as such it neither begins nor ends with a sign.
        "public_id": unlike_text(connection, 22),
        "site_id": literal(crowd.site_id),
        "thread_id": crowd.thread(number),
        "parent_id": parent,
        "root_id": parent,
        "depth": case((parent.is_(None), 0), else_=1),
        "status": status,
        "version": literal(2),
        "name": texts.c.name,
        "website": literal(""),
        "text": texts.c.text,
        "html": texts.c.html,
        "render_version": literal(RENDER_VERSION),
        "arrival": literal({}, Comment.arrival.type),
        "fingerprint": unlike(connection, 16),
        # Texts repeat only here; their hashes must not, or floods would be seen.
        "normal_hash": unlike_text(connection, 32),
        "group_key": texts.c.group_key,
        "score": crowd.score(number),
        "reasons": crowd.reasons(number),
        "created_at": at,
        "published_at": case((is_published, at), else_=None),
    }
    connection.execute(
        insert(Comment).from_select(
            list(row),
            select(*row.values())
            .select_from(number.table)
            .join(texts, texts.c.place == number * 7 % len(crowd.texts)),
        )
    )
    _judge(connection, first, crowd.bands)
    return first


def _copy(connection: Connection, model: Any, first: int, **row: Any) -> None:
    """A row of another table for each comment from this row number on.

    Comments that wait for their checks have no verdict yet, and were not moved.
    """
    made = {k: v if hasattr(v, "self_group") else literal(v) for k, v in row.items()}
    query = select(*made.values()).where(Comment.id >= first)
    if model in {VerdictRow, Move}:
        query = query.where(Comment.status != Status.PENDING.value)
    connection.execute(insert(model).from_select(list(made), query))


def _judge(connection: Connection, first: int, bands: int) -> None:
    """What the checks would have left for the comments from this row number on."""
    comment = {"comment_id": Comment.id, "created_at": Comment.created_at}
    judged = {"status": Comment.status, "score": Comment.score, "revision": 0}
    _copy(connection, VerdictRow, first, **comment, **judged)
    _copy(
        connection,
        Move,
        first,
        **comment,
        site_id=Comment.site_id,
        old=Status.PENDING.value,
        new=Comment.status,
        actor=Actor.CHECKS.value,
        reason="Nothing spoke against it.",
        score=Comment.score,
    )
    own = marked(connection, "w", Comment.id)
    _copy(
        connection,
        Contact,
        first,
        comment_id=Comment.id,
        site_id=Comment.site_id,
        email_index=own,
        network_index=own,
        index_key=1,
    )
    for band in range(bands):
        mark = literal(f"{band:x}").concat(func.substr(Comment.public_id, 2, 15))
        ids = {"comment_id": Comment.id, "site_id": Comment.site_id}
        _copy(connection, CommentBand, first, **ids, band=mark)


def add_findings(connection: Connection, check: str = "links") -> None:
    """One finding for each verdict."""
    row: dict[str, Any] = {
        "verdict_id": VerdictRow.id,
        "comment_id": VerdictRow.comment_id,
        "check": literal(check),
        "check_version": literal(1),
        "log_odds": literal(0.5),
        "reason": literal("It has a link."),
        "detail": literal({}, FindingRow.detail.type),
    }
    connection.execute(insert(FindingRow).from_select(list(row), select(*row.values())))


def add_words(connection: Connection, texts: Sequence[StoredText]) -> None:
    """The words that the comments are found by: those of their texts, and their site's.

    Besides, one that each hundredth has, such as ``h17``, and one of its own, such as
    ``n12345`` by its row number.
    """
    table = _text_table(connection, texts)
    for place, each in enumerate(texts):
        words = " ".join(search_words(each.name, each.text))
        where = table.c.place == place
        connection.execute(update(table).where(where).values(group_key=words))
    own = literal(site_word(0)[:-1]).concat(cast(Comment.site_id, String))
    own = own.concat(" n").concat(cast(Comment.id, String))
    own = own.concat(" h").concat(cast(Comment.id % 100, String))
    every: Any = table.c.group_key.concat(" ").concat(own)
    is_sqlite = connection.dialect.name == "sqlite"
    name = "rowid" if is_sqlite else "comment_id"
    if not is_sqlite:
        every = func.array_to_tsvector(func.string_to_array(every, " "))
    rows: Any = select(Comment.id, every)
    rows = rows.join(table, table.c.text == Comment.text)
    target = sql_table(NAME, column(name), column("words"))
    with _words_indexed_after(connection):
        connection.execute(insert(target).from_select([name, "words"], rows))


@contextmanager
def _words_indexed_after(connection: Connection) -> Iterator[None]:
    """As `indexed_after`, for PostgreSQL's index of words."""
    if connection.dialect.name == "sqlite":
        yield
        return
    index = "ix_comment_words_words"
    made = text(f"SELECT pg_get_indexdef('{index}'::regclass)")  # our own
    again = connection.execute(made).scalar_one()
    connection.execute(text(f"DROP INDEX {index}"))
    yield
    connection.execute(text(again))


def settle_rows(connection: Connection, *models: Any) -> None:
    """Let PostgreSQL number new rows after those that came with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    for model in models:
        last = select(func.max(model.id)).scalar_subquery()
        sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
        connection.execute(select(func.setval(sequence, last)))


def unhurried(connection: Connection) -> None:
    """Let this transaction take its time, and believe the rows that it stores."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        # References take most of the time; here they are right by their making.
        may = connection.execute(text("SHOW is_superuser")).scalar_one()
        if may == "on":
            connection.execute(text("SET LOCAL session_replication_role = replica"))


@contextmanager
def indexed_after(connection: Connection) -> Iterator[None]:
    """No index but those of keys is kept within the block; all are made at its end.

    That is several times as fast as to keep them while many rows are stored.
    """
    indexes = [
        each
        for table in (Comment, CommentBand, Contact, FindingRow, Move)
        for each in Base.metadata.tables[table.__tablename__].indexes
    ]
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def take_stock(connection: Connection) -> None:
    """Have PostgreSQL do now what it soon does by itself: know what it holds.

    :param connection: outside of a transaction.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))
