"""Comments, and what the checks and moderators said of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base, BigId


class Comment(Base):
    """What a writer said on a page. Holds nothing that is private."""

    __tablename__ = "comment"
    __table_args__ = (
        UniqueConstraint("site_id", "fingerprint"),
        Index("ix_comment_thread_status", "thread_id", "status", "root_id", "id"),
        # The last three are there to be asked about without reading the rows.
        Index(
            "ix_comment_site_status",
            *("site_id", "status", "id", "created_at", "score", "reasons"),
        ),
        Index("ix_comment_root_status", "root_id", "status"),
        Index(
            "ix_comment_site_published",
            *("site_id", "published_at", "id"),
            sqlite_where=sql("status = 'published'"),
            postgresql_where=sql("status = 'published'"),
        ),
        Index("ix_comment_thread_parent", "thread_id", "parent_id", "id"),
        Index("ix_comment_site_group", "site_id", "group_key", "status"),
        Index("ix_comment_flood", "site_id", "status", "flood_key", "id"),
        Index("ix_comment_site_normal_hash", "site_id", "normal_hash", "created_at"),
        Index(
            "ix_comment_audit",
            "site_id",
            "id",
            sqlite_where=sql("audit"),
            postgresql_where=sql("audit"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    root_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    """The comment on the page itself under which it hangs; None for such a one."""
    depth: Mapped[int] = mapped_column(server_default="0", default=0)
    """0 for a comment on the page itself."""
    status: Mapped[str] = mapped_column(String(12))
    """Written by `service.operations.move` alone."""
    version: Mapped[int] = mapped_column(server_default="1", default=1)
    """Grows with every move and edit; a decision names the one it saw."""
    name: Mapped[str] = mapped_column(String(80))
    website: Mapped[str] = mapped_column(String(2048))
    text: Mapped[str] = mapped_column(Text)
    """The source; never rendered as HTML."""
    html: Mapped[str | None] = mapped_column(Text)
    """Safe HTML of the text, made once by `service.text.render`."""
    render_version: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(300), server_default="", default="")
    """Title of the page as the writer's browser gave it."""
    notify: Mapped[bool] = mapped_column(server_default=sql("false"), default=False)
    arrival: Mapped[dict[str, Any]]
    """`service.domain.submission.Arrival.facts`."""
    by_moderator: Mapped[bool] = mapped_column(
        server_default=sql("false"), default=False
    )
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    """Keyed hash of thread, parent, name, address and text; equal for a repeat.
    Dropped when the writer takes the comment back."""
    normal_hash: Mapped[str] = mapped_column(String(32), server_default="", default="")
    group_key: Mapped[str] = mapped_column(String(300), server_default="", default="")
    flood_key: Mapped[str] = mapped_column(String(300), server_default="", default="")
    """What it shares with the others of its flood, as `service.operations.flooding` has
    it; empty for a comment that is in none."""
    score: Mapped[float | None]
    """Probability of spam by the last verdict, 0.0-1.0; while it is held, by the newest
    model that looked at it again (`VerdictRow.rescored`)."""
    audit: Mapped[bool] = mapped_column(server_default=sql("false"), default=False)
    """The checks settled it, and a moderator is asked whether they were right."""
    reasons: Mapped[int] = mapped_column(server_default="0", default=0)
    """Which checks said something of the text that is shown:
    `service.domain.check_names.reasons_of`."""
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    edited_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    """When the writer's person was erased from it."""


class Revision(Base):
    """An edit: a writer's waits for its own checks while the old text stays.

    A moderator's is taken at once.
    """

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("comment_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    number: Mapped[int]
    """1 for the first edit."""
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    """``waiting``, ``taken`` (it is the comment's text now) or ``refused``."""
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("moderator.id"))
    """Who edited it; None for the comment's writer."""
    told_at: Mapped[datetime | None]
    """When a moderator's program that wanted to publish was told of it last."""
    created_at: Mapped[datetime]


class VerdictRow(Base):
    """What the checks led to, once for each text of a comment."""

    __tablename__ = "verdict"
    __table_args__ = (UniqueConstraint("comment_id", "revision"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    revision: Mapped[int] = mapped_column(server_default="0", default=0)
    """0 for the first text, else `Revision.number`."""
    status: Mapped[str] = mapped_column(String(12))
    score: Mapped[float | None]
    """0.0-1.0; None when the checks did not finish."""
    model_version: Mapped[int | None]
    would_be: Mapped[str | None] = mapped_column(String(12))
    """The status, had those checks acted that are only logged; None without such."""
    thresholds: Mapped[dict[str, Any] | None]
    """What was in force: `service.domain.findings.Thresholds` as JSON."""
    rescored: Mapped[dict[str, Any] | None]
    """What a newer model says of a comment that is still held: ``score`` (0.0-1.0),
    ``was``, ``model_version``, ``decision`` (public id of the comment whose decision
    it learned from) and ``at``."""
    created_at: Mapped[datetime]


class FindingRow(Base):
    """What one check said for a verdict."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    verdict_id: Mapped[int] = mapped_column(ForeignKey("verdict.id"), index=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), index=True)
    check: Mapped[str] = mapped_column(String(40))
    check_version: Mapped[int]
    log_odds: Mapped[float]
    reason: Mapped[str] = mapped_column(String(500))
    detail: Mapped[dict[str, Any]]
    at_least: Mapped[str | None] = mapped_column(String(12))
    mode: Mapped[str] = mapped_column(String(4), server_default="on", default="on")
    """``on``, or ``log`` for a check that only says what it would have done."""
    weight: Mapped[float] = mapped_column(server_default="1", default=1.0)
    """What the log-odds were multiplied by: how far the site trusts the check."""


class Move(Base):
    """One logged change of status: audit log and training label at once.

    Triggers forbid UPDATE always, and DELETE outside the retention act.
    """

    __tablename__ = "move"
    __table_args__ = (
        Index("ix_move_comment", "comment_id", "id"),
        Index(
            "ix_move_checks_time",
            *("site_id", "created_at", "id"),
            sqlite_where=sql("actor = 'checks'"),
            postgresql_where=sql("actor = 'checks'"),
        ),
        Index(
            "ix_move_people_time",
            *("site_id", "created_at", "id"),
            sqlite_where=sql("actor <> 'checks'"),
            postgresql_where=sql("actor <> 'checks'"),
        ),
        Index(
            "ix_move_moderator_time",
            *("site_id", "moderator_id", "created_at", "id"),
            sqlite_where=sql("moderator_id IS NOT NULL"),
            postgresql_where=sql("moderator_id IS NOT NULL"),
        ),
        Index(
            "ix_move_discarded",
            *("site_id", "new", "id"),
            sqlite_where=sql("new IN ('spam', 'trashed')"),
            postgresql_where=sql("new IN ('spam', 'trashed')"),
        ),
        Index("ix_move_batch", "batch", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    old: Mapped[str] = mapped_column(String(12))
    new: Mapped[str] = mapped_column(String(12))
    actor: Mapped[str] = mapped_column(String(12))
    """checks, moderator, writer or operator."""
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("moderator.id"))
    reason: Mapped[str] = mapped_column(String(300))
    score: Mapped[float | None]
    model_version: Mapped[int | None]
    bulk_size: Mapped[int] = mapped_column(server_default="1", default=1)
    """How many comments were decided at once."""
    batch: Mapped[str | None] = mapped_column(String(22))
    """Public id that the moves of one decision share; None where no person decided."""
    created_at: Mapped[datetime]


class CommentHost(Base):
    """A host that a comment links to; its website's too."""

    __tablename__ = "comment_host"
    __table_args__ = (
        Index("ix_comment_host_site_host", "site_id", "host", "comment_id"),
    )

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    host: Mapped[str] = mapped_column(String(253), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))


class CommentBand(Base):
    """A MinHash band of a comment's words; near-duplicates share one."""

    __tablename__ = "comment_band"
    __table_args__ = (
        Index("ix_comment_band_site_band", "site_id", "band", "comment_id"),
    )

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    band: Mapped[str] = mapped_column(String(16), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
