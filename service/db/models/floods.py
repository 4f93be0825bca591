"""Alike comments that wait together, and decisions on very many at once."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base, BigId


class Flood(Base):
    """How many alike comments of a site are in one state, and between which they lie.

    Kept by `service.operations.floods` with every move, so that a page of the queue
    costs the same however large a flood is.
    """

    __tablename__ = "flood"
    __table_args__ = (
        Index("ix_flood_first", "site_id", "status", "first_id"),
        Index("ix_flood_last", "site_id", "status", "last_id"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    status: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    """`Comment.flood_key` of each of them."""
    size: Mapped[int]
    first_id: Mapped[int] = mapped_column(BigId)
    """Row number of the oldest of them."""
    last_id: Mapped[int] = mapped_column(BigId)
    """Row number of the newest."""


class Bulk(Base):
    """A decision on more comments than one transaction should move.

    A job goes on with it until ``finished_at``; so nothing of it is lost.
    """

    __tablename__ = "bulk"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch: Mapped[str] = mapped_column(String(22), unique=True)
    """Public id that all its moves carry."""
    moderator_id: Mapped[int] = mapped_column(ForeignKey("moderator.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    old: Mapped[str] = mapped_column(String(12))
    """The state in which the moderator saw them; empty for an undo."""
    new: Mapped[str] = mapped_column(String(12))
    """The state they are moved to; empty for an undo."""
    flood_key: Mapped[str] = mapped_column(String(300))
    """Of the flood that is decided; emptied at the end, and empty for an undo."""
    undoes: Mapped[str | None] = mapped_column(String(22))
    """The batch that it takes back; None for a decision."""
    upto: Mapped[int] = mapped_column(BigId)
    """Row number of the last comment, or move, that it is about."""
    after: Mapped[int] = mapped_column(BigId)
    """Row number of the last one that was looked at."""
    seen_at: Mapped[datetime]
    """When the moderator saw them; what was edited later is left alone."""
    size: Mapped[int]
    """How many there were when it was begun."""
    done: Mapped[int]
    """How many were moved so far."""
    created_at: Mapped[datetime]
    """When it was begun; the time of all its moves."""
    finished_at: Mapped[datetime | None]
