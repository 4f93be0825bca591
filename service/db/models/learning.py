"""What the filter learns from, what it has learned, and how often checks were right."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base, BigId, Json

_UNTAKEN = text("taken_number IS NULL")
_IS_OUTSIDE = text("question_id IS NOT NULL")


class Label(Base):
    """What somebody says a comment is, or a question from outside. The last one counts.

    Rows are added and never changed, but for what the trainer notes on them when it
    takes them, and for being written off.
    """

    __tablename__ = "label"
    __table_args__ = (
        CheckConstraint(
            "source IN ('move', 'audit', 'import', 'external')", name="source"
        ),
        CheckConstraint("(comment_id IS NULL) <> (question_id IS NULL)", name="about"),
        Index("ix_label_comment", "comment_id", "id"),
        Index(
            "ix_label_question",
            *("question_id", "id"),
            sqlite_where=_IS_OUTSIDE,
            postgresql_where=_IS_OUTSIDE,
        ),
        Index("ix_label_moderator", "site_id", "moderator_id", "created_at"),
        Index(
            "ix_label_untaken",
            "site_id",
            "due_at",
            "id",
            sqlite_where=_UNTAKEN,
            postgresql_where=_UNTAKEN,
        ),
        UniqueConstraint("site_id", "taken_number"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    """None if it is about a question from outside."""
    question_id: Mapped[int | None] = mapped_column(ForeignKey("outside_question.id"))
    """None if it is about a comment."""
    is_spam: Mapped[bool | None]
    """None takes back what was said before: the comment has no label then."""
    source: Mapped[str] = mapped_column(String(12))
    """``move``, ``audit``, ``import`` or ``external``."""
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("moderator.id"))
    bulk_size: Mapped[int] = mapped_column(server_default="1", default=1)
    """How many comments were decided at once."""
    written_off: Mapped[bool] = mapped_column(
        server_default=text("false"), default=False
    )
    """Never learned from again."""
    due_at: Mapped[datetime]
    """When it may be learned: a new moderator's labels wait for a day."""
    created_at: Mapped[datetime]
    taken_number: Mapped[int | None] = mapped_column(BigInteger)
    """Its place among the labels of the site, given by the trainer as it takes them:
    row numbers become visible out of order."""
    weight: Mapped[float | None]
    """How much it was let count when it was taken, 0.0-1.0."""
    log_odds: Mapped[float | None]
    """Log-odds of spam that the comment had just before it was learned."""


class TrainedModel(Base):
    """One version of what the filter has learned on a site; never changed."""

    __tablename__ = "trained_model"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    parent: Mapped[int | None]
    """The version that it was made from; None for one made anew."""
    made_by: Mapped[str] = mapped_column(String(12))
    """``steps`` (a few labels more), ``replay`` (labels were taken back), ``retrain``
    or ``rebuild``."""
    last_number: Mapped[int] = mapped_column(BigInteger)
    """The labels up to this one are learned; `Label.taken_number`."""
    header: Mapped[dict[str, Any]]
    """The header of the blob: format, versions, counts, checksum."""
    blob: Mapped[bytes] = mapped_column(LargeBinary)
    """What `worker.filter.storage` wrote."""
    weighing: Mapped[dict[str, Any]]
    """How far each check is trusted; `worker.filter.weighing` as JSON."""
    ham_scores: Mapped[list[float]] = mapped_column(Json)
    """Log-odds of the last good comments, at most 300, each before it was learned."""
    figures: Mapped[dict[str, Any]]
    """Counts of labels, and how well it does on the last decisions."""
    created_at: Mapped[datetime]


class SiteModelRow(Base):
    """Which version acts on a site: the one row that workers compare."""

    __tablename__ = "site_model"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    active_version: Mapped[int] = mapped_column(server_default="0", default=0)
    """0 for none: the shared base alone."""
    next_version: Mapped[int] = mapped_column(server_default="1", default=1)
    next_number: Mapped[int] = mapped_column(BigInteger, server_default="1", default=1)
    """The next `Label.taken_number`."""
    retrained_number: Mapped[int] = mapped_column(
        BigInteger, server_default="0", default=0
    )
    """The last number that the last retraining has seen."""
    retrained_at: Mapped[datetime | None]


class CheckTally(Base):
    """How often a check spoke on a day, and how often moderators agreed with it."""

    __tablename__ = "check_tally"
    __table_args__ = (Index("ix_check_tally_day", "day"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    check: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    """The day in UTC, such as ``2026-11-28``."""
    mode: Mapped[str] = mapped_column(String(4), primary_key=True)
    """``on`` or ``log``."""
    fired: Mapped[int] = mapped_column(server_default="0", default=0)
    right: Mapped[int] = mapped_column(server_default="0", default=0)
    wrong: Mapped[int] = mapped_column(server_default="0", default=0)


class DayTally(Base):
    """How often something happened on a day of a site, counted as it happens."""

    __tablename__ = "day_tally"
    __table_args__ = (Index("ix_day_tally_day", "day"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    what: Mapped[str] = mapped_column(String(24), primary_key=True)
    """One of `service.operations.day_tallies.WHAT`."""
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    """The day in UTC, such as ``2026-11-28``."""
    total: Mapped[int] = mapped_column(server_default="0", default=0)
