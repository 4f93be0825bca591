"""Questions from outside: other programs ask what a comment of theirs is."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base, BigId, Json

_IS_KEPT = sql("emptied_at IS NULL")


class OutsideQuestion(Base):
    """A comment that another program asks about, or says what it is. Never published.

    What is private is sealed as in `Contact`: ``email|<site id>|<public id>``. After
    15 days nothing of it is left but what labels hang on.
    """

    __tablename__ = "outside_question"
    __table_args__ = (
        CheckConstraint(
            "state IN ('told', 'waiting', 'failed', 'published', 'held', 'spam')",
            name="state",
        ),
        Index("ix_outside_question_print", "site_id", "fingerprint", "id"),
        Index("ix_outside_question_email", "site_id", "email_index"),
        Index(
            "ix_outside_question_kept",
            *("site_id", "created_at"),
            sqlite_where=_IS_KEPT,
            postgresql_where=_IS_KEPT,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    """What the program that asked knows it by."""
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    moderator_id: Mapped[int] = mapped_column(ForeignKey("moderator.id"))
    """With whose token it was asked."""
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id"))
    """The thread of the page that it is said to be on, if the site has one."""
    name: Mapped[str] = mapped_column(String(80))
    website: Mapped[str] = mapped_column(String(2048))
    text: Mapped[str] = mapped_column(Text)
    is_reply: Mapped[bool]
    trap_filled: Mapped[bool]
    """A field hidden from people was filled in, as the asking program tells."""
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    network_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    index_key: Mapped[int]
    """Id of the key that made the two indexes and the fingerprint."""
    ip_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    agent_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    """Keyed hash of name, address, website and text; equal when it is asked again."""
    state: Mapped[str] = mapped_column(String(12))
    """``waiting`` for its checks, ``failed`` where they did not finish, what they led
    to, or ``told`` where nobody asked: somebody said what it is."""
    score: Mapped[float | None]
    """Probability of spam, 0.0-1.0."""
    findings: Mapped[list[Any]] = mapped_column(
        Json, server_default=sql("'[]'"), default=list
    )
    """``[check, log-odds]`` of the checks that acted."""
    created_at: Mapped[datetime]
    emptied_at: Mapped[datetime | None]
