"""Moderators, what they may do where, and how they are signed in."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base


class Moderator(Base):
    """A person who decides on comments."""

    __tablename__ = "moderator"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    """Shown in the log."""
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """Bound to ``moderator|<hex of email_index>``."""
    email_index: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    """Blind index in the scope of site 0, which is no site."""
    index_key: Mapped[int]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """argon2id in PHC form; None until a password is set."""
    feed_epoch: Mapped[int] = mapped_column(server_default="1", default=1)
    """Raised to make the private feed's address worthless."""
    language: Mapped[str] = mapped_column(String(16), server_default="", default="")
    """Tag of the language in which pages speak; empty for the browser's own."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Membership(Base):
    """A moderator's role on a site."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'moderator', 'viewer')", name="role"),
    )

    moderator_id: Mapped[int] = mapped_column(
        ForeignKey("moderator.id"), primary_key=True
    )
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(12))


class SignInSession(Base):
    """A signed-in browser; only the digest of its cookie is known here."""

    __tablename__ = "sign_in_session"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("moderator.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    """The absolute limit."""
    browser: Mapped[str] = mapped_column(String(60), server_default="", default="")
    """Its family, such as ``Firefox on Linux``; nothing else of the user agent."""


class SignInStep(Base):
    """A sign-in that was found right so far and waits for the second factor's code."""

    __tablename__ = "sign_in_step"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("moderator.id"), index=True)
    browser: Mapped[str] = mapped_column(String(60))
    """For the session that comes of it."""
    tries: Mapped[int] = mapped_column(server_default="0", default=0)
    """Wrong codes so far."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInLink(Base):
    """A one-time sign-in link; spent by POST, never by GET."""

    __tablename__ = "sign_in_link"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("moderator.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SavedView(Base):
    """A view of the queue that a moderator has given a name."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("moderator_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    moderator_id: Mapped[int] = mapped_column(
        ForeignKey("moderator.id", ondelete="CASCADE")
    )
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(4000))
    """The view as it stands in an address; empty for the queue as it opens."""
    created_at: Mapped[datetime]
