"""Batches of moves, floods of alike comments, bulk decisions, and rules on trial.

What was judged before is in no flood; alike comments find each other from now on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LISTS = "list_name IN ('hold', 'spam', 'trust')"
LISTS_BEFORE = "list_name IN ('hold', 'spam')"


def _site(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["site_id"], ["site.id"], name=op.f(f"fk_{table}_site_id_site")
    )


def _make_flood() -> None:
    op.create_table(
        "flood",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("first_id", ROW_ID, nullable=False),
        sa.Column("last_id", ROW_ID, nullable=False),
        _site("flood"),
        sa.PrimaryKeyConstraint("site_id", "status", "key", name=op.f("pk_flood")),
    )
    op.create_index("ix_flood_first", "flood", ["site_id", "status", "first_id"])
    op.create_index("ix_flood_last", "flood", ["site_id", "status", "last_id"])


def _make_bulk() -> None:
    op.create_table(
        "bulk",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("batch", sa.String(length=22), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("old", sa.String(length=12), nullable=False),
        sa.Column("new", sa.String(length=12), nullable=False),
        sa.Column("flood_key", sa.String(length=300), nullable=False),
        sa.Column("undoes", sa.String(length=22), nullable=True),
        sa.Column("upto", ROW_ID, nullable=False),
        sa.Column("after", ROW_ID, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        _site("bulk"),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderator.id"],
            name=op.f("fk_bulk_moderator_id_moderator"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk")),
        sa.UniqueConstraint("batch", name=op.f("uq_bulk_batch")),
    )


def _open_lists() -> None:
    # SQLite knows no ALTER of a constraint: the table is made anew there.
    with op.batch_alter_table("list_entry") as batch:
        batch.add_column(
            sa.Column("mode", sa.String(length=4), server_default="on", nullable=False)
        )
        batch.add_column(
            sa.Column("fired", sa.Integer(), server_default="0", nullable=False)
        )
        batch.add_column(
            sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch.drop_constraint(op.f("ck_list_entry_list_name"), type_="check")
        batch.create_check_constraint(op.f("ck_list_entry_list_name"), LISTS)
        batch.create_check_constraint(
            op.f("ck_list_entry_mode"), "mode IN ('on', 'log')"
        )
        batch.create_index("ix_list_entry_site", ["site_id", "id"])


def upgrade() -> None:
    op.add_column("move", sa.Column("batch", sa.String(length=22), nullable=True))
    op.create_index("ix_move_batch", "move", ["batch", "id"])
    op.add_column(
        "comment",
        sa.Column(
            "flood_key", sa.String(length=300), server_default="", nullable=False
        ),
    )
    op.create_index(
        "ix_comment_flood", "comment", ["site_id", "status", "flood_key", "id"]
    )
    _make_flood()
    _make_bulk()
    _open_lists()


def downgrade() -> None:
    # Neither trust nor trials are known before: without them nothing may act.
    op.execute(
        "DELETE FROM list_entry WHERE list_name = 'trust' OR mode = 'log' "
        "OR field IN ('host', 'origin')"
    )
    with op.batch_alter_table("list_entry") as batch:
        batch.drop_index("ix_list_entry_site")
        batch.drop_constraint(op.f("ck_list_entry_mode"), type_="check")
        batch.drop_constraint(op.f("ck_list_entry_list_name"), type_="check")
        batch.create_check_constraint(op.f("ck_list_entry_list_name"), LISTS_BEFORE)
        batch.drop_column("fired_at")
        batch.drop_column("fired")
        batch.drop_column("mode")
    op.drop_table("bulk")
    op.drop_table("flood")
    op.drop_index("ix_comment_flood", table_name="comment")
    op.drop_column("comment", "flood_key")
    op.drop_index("ix_move_batch", table_name="move")
    op.drop_column("move", "batch")
