"""What a backup holds: its tables, and how many rows of each."""

from dataclasses import dataclass
from typing import Self

import orjson

from service.domain.errors import BrokenBackup

FORMAT = 1
"""Grows when older versions cannot read what newer ones write."""


def broken(why: str) -> BrokenBackup:
    """The error that says why the file is no whole backup."""
    return BrokenBackup(f"This is not a whole backup: {why}. Take another one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A table in a backup."""

    table: str
    columns: tuple[str, ...]
    rows: int
    bytes: int
    """Length of its lines, not compressed."""
    sha256: str
    """Of its lines, in hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds."""

    format: int
    revision: str
    """The database's migration."""
    taken_at: str
    """When it was begun, ISO 8601 in UTC."""
    parts: tuple[Part, ...]

    @classmethod
    def from_json(cls, raw: bytes) -> Self:
        """The manifest of these bytes.

        :raises BrokenBackup: if it is of another format, or of none.
        """
        try:
            values = orjson.loads(raw)
            if values["format"] != FORMAT:
                raise BrokenBackup(
                    f"This backup has format {values['format']!r}, and this version "
                    f"reads format {FORMAT}. Restore it with the version that made it."
                )
            parts = tuple(
                Part(**{**part, "columns": tuple(part["columns"])})
                for part in values.pop("parts")
            )
            return cls(**values, parts=parts)
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            raise broken("its manifest cannot be read") from err

    def rows(self, table: str) -> int:
        """How many rows of this table there are."""
        return sum(part.rows for part in self.parts if part.table == table)
