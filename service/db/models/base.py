"""What all tables share: names of constraints, and a column type for aware times."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit row number; SQLite numbers rows by itself only in an INTEGER column."""

Json = JSON().with_variant(JSONB(), "postgresql")
"""JSON values; binary on PostgreSQL."""


class UtcTime(TypeDecorator[datetime]):
    """An aware time in UTC, alike on SQLite (which forgets the zone) and PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """The value in UTC; SQLite stores it without a zone.

        :raises ValueError: for a time without a zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    @override
    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # the signature is SQLAlchemy's
    ) -> datetime | None:
        """The stored time, aware."""
        if value is None:
            return None
        return (
            value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        )


class Base(DeclarativeBase):
    """Base of all models. Column types follow from the annotations."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcTime, dict[str, Any]: Json}  # noqa: RUF012  # SQLAlchemy reads it
