"""Sites, their policies, threads, numbers of posts, and block lists."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base, BigId


class Site(Base):
    """A blog that sends its comments here."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """What stands in addresses: lower-case letters, digits, ``-`` and ``_``."""
    name: Mapped[str] = mapped_column(String(200))
    list_version: Mapped[int] = mapped_column(server_default="0", default=0)
    """Grows with every change of a list that acts on this site."""
    spam_emptied_to: Mapped[int] = mapped_column(BigId, server_default="0", default=0)
    """The last move to spam whose comment has been looked at for being emptied."""
    trash_emptied_to: Mapped[int] = mapped_column(BigId, server_default="0", default=0)
    """The same for the trash."""
    created_at: Mapped[datetime]


class SitePolicyRow(Base):
    """One version of a site's policy; the highest version holds. Never changed."""

    __tablename__ = "site_policy"
    __table_args__ = (UniqueConstraint("site_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    version: Mapped[int]
    data: Mapped[dict[str, Any]]
    """`service.domain.policy.SitePolicy` as JSON."""
    changed_by: Mapped[str] = mapped_column(String(100))
    """``operator``, or ``moderator <id>``."""
    created_at: Mapped[datetime]


class Thread(Base):
    """The comments of one page of a site."""

    __tablename__ = "thread"
    __table_args__ = (UniqueConstraint("site_id", "page"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    page: Mapped[str] = mapped_column(String(512))
    title: Mapped[str] = mapped_column(String(300), server_default="", default="")
    """From the first published comment, or set by the owner."""
    open: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    version: Mapped[int] = mapped_column(BigId, server_default="1", default=1)
    """Grows with everything that readers of the thread can see."""
    published_count: Mapped[int] = mapped_column(server_default="0", default=0)
    created_at: Mapped[datetime]


class PostNumber(Base):
    """The number that a blog moved here from WordPress has for one of its pages."""

    __tablename__ = "post_number"
    __table_args__ = (Index("ix_post_number_page", "site_id", "page", "number"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    """WordPress's ``comment_post_ID``."""
    page: Mapped[str] = mapped_column(String(512))
    """Key of the thread, by `service.domain.pages.page_key`."""


class ListEntry(Base):
    """One line of a site's lists: what is blocked, and whom moderators trust."""

    __tablename__ = "list_entry"
    __table_args__ = (
        CheckConstraint("list_name IN ('hold', 'spam', 'trust')", name="list_name"),
        CheckConstraint("mode IN ('on', 'log')", name="mode"),
        Index("ix_list_entry_site", "site_id", "id"),
        Index("ix_list_entry_address_index", "address_index"),
        UniqueConstraint("site_id", "list_name", "field", "pattern"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    list_name: Mapped[str] = mapped_column(String(8))
    field: Mapped[str] = mapped_column(String(16))
    """any, name, address, website, text, host, network, agent or origin."""
    pattern: Mapped[str] = mapped_column(String(512))
    """What to find; for a full address its blind index in hex, never the address, and
    for the origin of a comment the keyed hash of its network in hex."""
    shown: Mapped[str] = mapped_column(String(512))
    """The entry as people see it; an address masked."""
    address_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    """Blind index of a full address, or the hash of a network, with the key
    `address_key`."""
    address_key: Mapped[int | None]
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The listed address, encrypted, so that its index can be made anew."""
    mode: Mapped[str] = mapped_column(String(4), server_default="on", default="on")
    """``on``, or ``log`` for one on trial, which only says what it would have done."""
    fired: Mapped[int] = mapped_column(server_default="0", default=0)
    """How many comments it was found in."""
    fired_at: Mapped[datetime | None]
    """When it was found last."""
    created_at: Mapped[datetime]
