"""Everything private about a writer, in tables that reading comments never touches."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base


class Contact(Base):
    """The writer's address and origin of one comment, encrypted.

    Sealed values are bound to their row: ``email|<site id>|<comment's public id>``.
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index("ix_contact_site_email", "site_id", "email_index", "comment_id"),
        Index("ix_contact_site_network", "site_id", "network_index", "comment_id"),
        Index("ix_contact_site_origin_until", "site_id", "origin_until"),
    )

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    """Blind index of the canonical address; lives as long as the comment."""
    network_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    """Keyed hash of the network."""
    index_key: Mapped[int]
    """Id of the key that made the two indexes."""
    ip_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    agent_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    origin_until: Mapped[datetime | None]
    """When IP and user agent are dropped; the site's policy may say sooner."""


class Erasure(Base):
    """A person was erased: applied again to whatever a restored backup brings back."""

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_site_email", "site_id", "email_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    email_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    index_key: Mapped[int]
    with_text: Mapped[bool]
    """True if the texts of the comments were erased, too."""
    created_at: Mapped[datetime]


class KeyCanary(Base):
    """A known text sealed with each key, so that a wrong keys file is seen at start."""

    __tablename__ = "key_canary"

    key_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class Ticket(Base):
    """Opens the page after a form was sent, for 24 hours."""

    __tablename__ = "ticket"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """SHA-256 of the token in the address."""
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), index=True)
    proven: Mapped[bool]
    """True for the browser that sent the comment, so that it may show and edit it."""
    return_to: Mapped[str] = mapped_column(String(2048))
    expires_at: Mapped[datetime] = mapped_column(index=True)
