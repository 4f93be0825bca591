"""Take a backup of a running installation: one consistent view of all its rows."""

from datetime import datetime
from typing import IO

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from service.db.revision import revision_of
from service.privacy.keyring import Keyring
from service.transfer.archive import ArchiveWriter
from service.transfer.manifest import FORMAT, Manifest
from service.transfer.rows import lines_of, tables


def write_backup(
    session: Session, keyring: Keyring, file: IO[bytes], now: datetime
) -> Manifest:
    """Write all that is kept into the file; what was written.

    The keys are not in it, and neither are sessions and sign-in links. All rows are
    from the same moment, which comes after the call; what is written meanwhile by
    others is not in it. Memory is bounded by some thousand rows.

    :param session: a read transaction on one consistent view.
    """
    connection = session.connection()
    take_time(connection)
    archive = ArchiveWriter(file)
    revision = revision_of(connection) or ""
    parts = [
        archive.add(
            table.name, tuple(table.columns.keys()), lines_of(connection, table)
        )
        for table in tables()
    ]
    manifest = Manifest(
        format=FORMAT,
        revision=revision,
        taken_at=now.isoformat(timespec="seconds"),
        parts=tuple(parts),
    )
    archive.finish(manifest, keyring)
    return manifest


def take_time(connection: Connection) -> None:
    """Lift the limit on how long a statement may run, for this transaction only."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
