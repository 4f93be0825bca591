"""What is asked of services outside of the house, and the keys for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base, BigId


class OutsideSecret(Base):
    """The key or secret of a check that asks outside, encrypted.

    Bound to ``outside|<site id>|<check>``. It is written and used, and never shown.
    """

    __tablename__ = "outside_secret"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    check: Mapped[str] = mapped_column(String(16), primary_key=True)
    """One of `service.domain.outside.OUTSIDE_NAMES`."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class Inquiry(Base):
    """One question to a service outside, about one text of a comment.

    It holds nothing of the comment; what is sent is read from it when it is sent.
    """

    __tablename__ = "inquiry"
    __table_args__ = (
        UniqueConstraint("comment_id", "revision", "check"),
        Index("ix_inquiry_asked_at", "asked_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    revision: Mapped[int] = mapped_column(server_default="0", default=0)
    """0 for the comment's own text, else `Revision.number` of a waiting edit."""
    check: Mapped[str] = mapped_column(String(16))
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    """Of what it is about: `service.domain.outside.digest_of`."""
    state: Mapped[str] = mapped_column(String(12))
    """``owed``, ``answered`` or ``given-up``."""
    tries: Mapped[int] = mapped_column(server_default="0", default=0)
    """How often the service gave no answer."""
    trouble: Mapped[str] = mapped_column(String(16), server_default="", default="")
    """Why, the last time: one of `service.domain.outside.TROUBLES`."""
    answer: Mapped[dict[str, Any]]
    """`service.domain.outside.OutsideAnswer` as JSON; empty before."""
    settled: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """A verdict rests on it that no answer will change any more."""
    wanted: Mapped[str] = mapped_column(String(4), server_default="", default="")
    """What people say of the comment, for the service to be told: ``spam`` or ``good``;
    empty where it need not know."""
    reported: Mapped[str] = mapped_column(String(4), server_default="", default="")
    """What it was told last."""
    asked_at: Mapped[datetime]
    """When the question came up."""
