"""Which shape of the tables this code expects, and which a database has.

`service.db.migrate` brings the one to the other; it takes much memory, and those who
only look do without it.
"""

from sqlalchemy import Connection, column, inspect, select, table

HEAD = "0015"
"""The newest revision in `service/db/migrations/versions`."""

_VERSION = table("alembic_version", column("version_num"))


def revision_of(connection: Connection) -> str | None:
    """The revision that the database behind an open connection is at.

    None if it is empty.
    """
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none()
