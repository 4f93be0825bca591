"""Put a backup into a database: all of it or nothing, and nobody erased comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, func, select, text, update
from sqlalchemy.orm import Session

from service.db.models import Base, Comment, Erasure, Moderator, Site, Thread
from service.db.revision import HEAD
from service.db.word_table import empty_words
from service.domain.errors import BrokenBackup, Conflict
from service.operations.audit import audit
from service.operations.keys import ensure_canary
from service.operations.reapply import reapply_erasures
from service.operations.retention import open_gate
from service.operations.word_backfill import owe_words
from service.privacy.keyring import Keyring
from service.transfer.archive import Archive
from service.transfer.backup import take_time
from service.transfer.filling import fill, set_sequences
from service.transfer.manifest import Manifest
from service.transfer.rows import OF_THE_MOMENT, rows_of, tables

_COUNTERS = (Thread.version, Site.list_version)
# What processes keep in memory by these must not pass for the rows of the backup.


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore led to."""

    manifest: Manifest
    erased_again: int
    """Comments whose writers had been erased since the backup was taken."""
    erasures_lost: int
    """Erasures that could not be carried over, as their site has another number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What must outlive the rows that are replaced."""

    erasures: Sequence[Erasure]
    sites: dict[int, str]
    counters: tuple[int, ...]


def check_backup(archive: Archive, keyring: Keyring) -> None:
    """Pass if the backup is whole, made with these keys, and of this version.

    :raises KeysError: if it was made with other keys.
    :raises BrokenBackup: if it is damaged, was changed, or is of another version.
    """
    archive.check_keys(keyring)
    found = archive.manifest.revision
    if found != HEAD:
        raise BrokenBackup(
            f"This backup is of a database at {found!r}, and this version is at "
            f"{HEAD!r}. Restore it with the version that made it, then upgrade."
        )
    held = [(part.table, part.columns) for part in archive.manifest.parts]
    if held != [(table.name, tuple(table.columns.keys())) for table in tables()]:
        raise BrokenBackup("This backup does not hold the tables of this version.")
    archive.check()


def restore(
    engine: Engine, keyring: Keyring, archive: Archive, now: datetime, *, replace: bool
) -> Restored:
    """Put a backup in the place of all rows, in one transaction.

    Nobody else can write meanwhile. Whoever was erased before the backup was taken, or
    since in the database that is replaced, is erased again.

    :param engine: of a database at this version's migration.
    :param replace: False to refuse where there is a site, a moderator or a comment.
    :raises Conflict: if the database is not empty and must not be replaced.
    :raises KeysError: as `check_backup`.
    :raises BrokenBackup: as `check_backup`.
    """
    check_backup(archive, keyring)
    writer = engine.execution_options(foyer_writing=True)
    with Session(writer) as session, session.begin():
        connection = session.connection()
        _alone(connection)
        if not replace and not _is_empty(session):
            raise Conflict(
                "The database is not empty. Restore into a new one, or say --replace "
                "to lose all that is in it."
            )
        before = _before(session)
        _empty(session)
        _fill(connection, archive)
        # Before anything else is trusted to the keys.
        ensure_canary(session, keyring, now)
        lost = _carry_over(session, before)
        # No backup holds them.
        owe_words(session, now)
        again = reapply_erasures(session, keyring, now)
        _log(session, archive.manifest, now)
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))
    return Restored(manifest=archive.manifest, erased_again=again, erasures_lost=lost)


def _alone(connection: Connection) -> None:
    """Keep everybody else from writing; on SQLite a transaction does that anyway."""
    take_time(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        quote = connection.dialect.identifier_preparer.quote
        names = ", ".join(quote(table.name) for table in Base.metadata.sorted_tables)
        connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))


def _is_empty(session: Session) -> bool:
    return all(
        session.execute(select(model.id).limit(1)).first() is None
        for model in (Site, Moderator, Comment)
    )


def _before(session: Session) -> _Before:
    erasures = session.scalars(select(Erasure)).all()
    session.expunge_all()
    return _Before(
        erasures=erasures,
        sites=_sites(session),
        counters=tuple(
            session.execute(select(func.coalesce(func.max(counter), 0))).scalar_one()
            for counter in _COUNTERS
        ),
    )


def _sites(session: Session) -> dict[int, str]:
    return {row.id: row.key for row in session.execute(select(Site.id, Site.key))}


def _empty(session: Session) -> None:
    empty_words(session.connection())
    with open_gate(session):
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in OF_THE_MOMENT:
                session.execute(delete(table))


def _fill(connection: Connection, archive: Archive) -> None:
    wanted = {part.table: part.rows for part in archive.manifest.parts}
    for table in tables():
        try:
            rows = rows_of(table, archive.lines(table.name))
            count = fill(connection, table, rows)
        except ValueError as err:
            raise BrokenBackup(f"The rows of {table.name} cannot be read.") from err
        if count != wanted[table.name]:
            raise BrokenBackup(f"Rows of {table.name} are missing.")
        set_sequences(connection, table)


def _carry_over(session: Session, before: _Before) -> int:
    """Bring back what must outlive the replaced rows; how many erasures could not be.

    An index is worth something only under the number that its site had.
    """
    for counter, highest in zip(_COUNTERS, before.counters, strict=True):
        session.execute(update(counter.class_).values({counter.key: counter + highest}))
    sites, lost = _sites(session), 0
    for erasure in before.erasures:
        key = before.sites[erasure.site_id]
        if sites.get(erasure.site_id) == key:
            _add_erasure(session, erasure)
        elif key in sites.values():
            lost += 1
    session.flush()
    return lost


def _add_erasure(session: Session, erasure: Erasure) -> None:
    known = session.scalars(
        select(Erasure).where(
            Erasure.site_id == erasure.site_id,
            Erasure.email_index == erasure.email_index,
        )
    ).first()
    if known is None:
        known = Erasure(
            site_id=erasure.site_id,
            email_index=erasure.email_index,
            index_key=erasure.index_key,
            with_text=erasure.with_text,
            created_at=erasure.created_at,
        )
        session.add(known)
    known.with_text = known.with_text or erasure.with_text
    known.created_at = max(known.created_at, erasure.created_at)


def _log(session: Session, manifest: Manifest, now: datetime) -> None:
    detail = {"taken_at": manifest.taken_at, "comments": manifest.rows("comment")}
    audit(session, "backup-restored", now=now, detail=detail)
