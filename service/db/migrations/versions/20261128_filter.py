"""Labels, learned models, modes of checks, audits, and how often checks were right.

What moderators decided so far becomes labels, so that a filter has something to learn
from on its first day.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON_VALUES = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _added() -> list[tuple[str, sa.Column[Any]]]:
    return [
        ("comment", _flag("audit")),
        ("verdict", sa.Column("would_be", sa.String(length=12), nullable=True)),
        ("verdict", sa.Column("thresholds", JSON_VALUES, nullable=True)),
        ("verdict", sa.Column("rescored", JSON_VALUES, nullable=True)),
        (
            "finding",
            sa.Column("mode", sa.String(length=4), server_default="on", nullable=False),
        ),
        (
            "finding",
            sa.Column("weight", sa.Double(), server_default="1", nullable=False),
        ),
    ]


LABELS_SO_FAR = """
    INSERT INTO label (
        site_id, comment_id, is_spam, source, moderator_id, bulk_size, due_at,
        created_at
    )
    SELECT move.site_id, move.comment_id, move.new = 'spam', 'move',
        move.moderator_id, move.bulk_size, move.created_at, move.created_at
    FROM move
    WHERE move.actor IN ('moderator', 'operator')
        AND move.new IN ('published', 'spam')
        AND move.id = (
            SELECT max(later.id) FROM move AS later
            WHERE later.comment_id = move.comment_id
                AND later.actor IN ('moderator', 'operator')
        )
    ORDER BY move.id
"""


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(
        name, sa.Boolean(), server_default=sa.text("false"), nullable=False
    )


def _count(name: str, default: str = "0") -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False)


def _number(name: str, default: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), server_default=default, nullable=False)


def _site(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["site_id"], ["site.id"], name=op.f(f"fk_{table}_site_id_site")
    )


def _make_label() -> None:
    op.create_table(
        "label",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", ROW_ID, nullable=False),
        sa.Column("is_spam", sa.Boolean(), nullable=True),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=True),
        _count("bulk_size", "1"),
        _flag("written_off"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_number", sa.BigInteger(), nullable=True),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("log_odds", sa.Double(), nullable=True),
        sa.CheckConstraint(
            "source IN ('move', 'audit', 'import', 'external')",
            name=op.f("ck_label_source"),
        ),
        _site("label"),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_label_comment_id_comment")
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderator.id"],
            name=op.f("fk_label_moderator_id_moderator"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
        sa.UniqueConstraint(
            "site_id", "taken_number", name=op.f("uq_label_site_id_taken_number")
        ),
    )
    op.create_index("ix_label_comment", "label", ["comment_id", "id"])
    op.create_index(
        "ix_label_moderator", "label", ["site_id", "moderator_id", "created_at"]
    )
    untaken = sa.text("taken_number IS NULL")
    op.create_index(
        "ix_label_untaken",
        "label",
        ["site_id", "due_at", "id"],
        sqlite_where=untaken,
        postgresql_where=untaken,
    )


def _make_models() -> None:
    op.create_table(
        "trained_model",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(length=12), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("header", JSON_VALUES, nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("weighing", JSON_VALUES, nullable=False),
        sa.Column("ham_scores", JSON_VALUES, nullable=False),
        sa.Column("figures", JSON_VALUES, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _site("trained_model"),
        sa.PrimaryKeyConstraint("site_id", "version", name=op.f("pk_trained_model")),
    )
    op.create_table(
        "site_model",
        sa.Column("site_id", sa.Integer(), nullable=False),
        _count("active_version"),
        _count("next_version", "1"),
        _number("next_number", "1"),
        _number("retrained_number", "0"),
        sa.Column("retrained_at", sa.DateTime(timezone=True), nullable=True),
        _site("site_model"),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_model")),
    )


def _make_tally() -> None:
    op.create_table(
        "check_tally",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("check", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("mode", sa.String(length=4), nullable=False),
        _count("fired"),
        _count("right"),
        _count("wrong"),
        _site("check_tally"),
        sa.PrimaryKeyConstraint(
            "site_id", "check", "day", "mode", name=op.f("pk_check_tally")
        ),
    )


def upgrade() -> None:
    for table, column in _added():
        op.add_column(table, column)
    audit = sa.text("audit")
    op.create_index(
        "ix_comment_audit",
        "comment",
        ["site_id", "id"],
        sqlite_where=audit,
        postgresql_where=audit,
    )
    _make_label()
    _make_models()
    _make_tally()
    op.execute(LABELS_SO_FAR)


def downgrade() -> None:
    for table in ("check_tally", "site_model", "trained_model", "label"):
        op.drop_table(table)
    op.drop_index("ix_comment_audit", table_name="comment")
    for table, column in reversed(_added()):
        op.drop_column(table, column.name)
