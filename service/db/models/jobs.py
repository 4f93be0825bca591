"""Work owed, and small counters and marks that several processes share."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base, BigId

IS_OUTSIDE = sql("kind IN ('ask', 'report')")
"""Jobs that wait for a service outside; written out, since the index knows it so."""


class Job(Base):
    """Work owed. The row is the truth, a message only a nudge; done means deleted."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due_at", "due_at", "id"),
        Index(
            "ix_job_outside",
            *("due_at", "id"),
            sqlite_where=IS_OUTSIDE,
            postgresql_where=IS_OUTSIDE,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    """One of `service.jobs.Kind`."""
    subject: Mapped[int] = mapped_column(BigId)
    """Row number of what it is about."""
    dedupe_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    """At most one job with this key is owed at a time."""
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    """How often it was claimed."""
    due_at: Mapped[datetime]
    """When it may be claimed; while it is leased, when the lease ends."""
    lease_token: Mapped[str | None] = mapped_column(String(22))
    """Who holds it; only the holder can finish it."""
    last_error: Mapped[str] = mapped_column(String(200), server_default="", default="")
    """Class of the last failure; never its text, which may quote a person."""
    created_at: Mapped[datetime]


class Idempotency(Base):
    """A submission's ``Idempotency-Key``, kept for 24 hours."""

    __tablename__ = "idempotency"
    __table_args__ = (UniqueConstraint("site_id", "key_digest"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    key_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)


class Allowance(Base):
    """How much of a rate a client has used (generic cell rate algorithm)."""

    __tablename__ = "allowance"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    """Purpose and keyed hash of the client; never an address."""
    arrival_time: Mapped[float] = mapped_column(Float(53), index=True)
    """Theoretical arrival time of the next use, Unix seconds."""


class Heartbeat(Base):
    """When each worker last finished a round of its own task."""

    __tablename__ = "heartbeat"

    worker: Mapped[str] = mapped_column(String(100), primary_key=True)
    seen_at: Mapped[datetime]


class AuditEntry(Base):
    """What moderators and operators did besides moving comments. Append only."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_site", "site_id", "id"),
        Index("ix_audit_entry_site_time", "site_id", "created_at", "id"),
        Index(
            "ix_audit_entry_account_time",
            *("moderator_id", "created_at", "id"),
            sqlite_where=sql("site_id IS NULL"),
            postgresql_where=sql("site_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor: Mapped[str] = mapped_column(String(12))
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("moderator.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    action: Mapped[str] = mapped_column(String(40))
    """A constant word, such as ``list-added``."""
    detail: Mapped[dict[str, Any]]
    """JSON values; never an e-mail address."""
    created_at: Mapped[datetime] = mapped_column(index=True)


class RetentionGate(Base):
    """Open (1) only inside the retention act: then audit rows may be deleted."""

    __tablename__ = "retention_gate"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_open: Mapped[int] = mapped_column(server_default="0", default=0)
