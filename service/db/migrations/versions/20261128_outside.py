"""Questions to services outside, and the keys for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _number(name: str) -> "sa.Column[int]":
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=False)


def _time(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _word(name: str, length: int) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length), server_default="", nullable=False)


def upgrade() -> None:
    op.create_table(
        "outside_secret",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("check", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _time("created_at"),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_outside_secret_site_id_site")
        ),
        sa.PrimaryKeyConstraint("site_id", "check", name=op.f("pk_outside_secret")),
    )
    op.create_table(
        "inquiry",
        _number("id"),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column(
            "comment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("check", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        _word("trouble", 16),
        sa.Column(
            "answer",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "settled", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        _word("wanted", 4),
        _word("reported", 4),
        _time("asked_at"),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_inquiry_site_id_site")
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_inquiry_comment_id_comment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint(
            "comment_id",
            "revision",
            "check",
            name=op.f("uq_inquiry_comment_id_revision_check"),
        ),
    )
    op.create_index("ix_inquiry_asked_at", "inquiry", ["asked_at"])
    outside = sa.text("kind IN ('ask', 'report')")
    op.create_index(
        "ix_job_outside",
        "job",
        ["due_at", "id"],
        sqlite_where=outside,
        postgresql_where=outside,
    )


def downgrade() -> None:
    op.drop_index("ix_job_outside", table_name="job")
    op.drop_index("ix_inquiry_asked_at", table_name="inquiry")
    op.drop_table("inquiry")
    op.drop_table("outside_secret")
