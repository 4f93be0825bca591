"""Questions from outside, and labels about them.

A label is about a comment or about such a question.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON_VALUES = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ABOUT = "(comment_id IS NULL) <> (question_id IS NULL)"


def _refers(name: str, to: str) -> sa.ForeignKeyConstraint:
    made = op.f(f"fk_outside_question_{name}_{to}")
    return sa.ForeignKeyConstraint([name], [f"{to}.id"], name=made)


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def _make_questions() -> None:
    sealed = ("email_sealed", "ip_sealed", "agent_sealed")
    indexes = ("email_index", "network_index", "fingerprint")
    op.create_table(
        "outside_question",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", ROW_ID, nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("website", sa.String(length=2048), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_reply", sa.Boolean(), nullable=False),
        sa.Column("trap_filled", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=True) for name in sealed),
        *(sa.Column(name, sa.LargeBinary(16), nullable=True) for name in indexes),
        sa.Column("index_key", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column(
            "findings", JSON_VALUES, server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("emptied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('told', 'waiting', 'failed', 'published', 'held', 'spam')",
            name=op.f("ck_outside_question_state"),
        ),
        _refers("site_id", "site"),
        _refers("moderator_id", "moderator"),
        _refers("thread_id", "thread"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outside_question_public_id")),
    )
    op.create_index(
        "ix_outside_question_print",
        "outside_question",
        ["site_id", "fingerprint", "id"],
    )
    op.create_index(
        "ix_outside_question_email", "outside_question", ["site_id", "email_index"]
    )
    _partial(
        "ix_outside_question_kept",
        "outside_question",
        ["site_id", "created_at"],
        "emptied_at IS NULL",
    )


def upgrade() -> None:
    _make_questions()
    with op.batch_alter_table("label") as batch:
        batch.add_column(sa.Column("question_id", ROW_ID, nullable=True))
        batch.alter_column("comment_id", existing_type=ROW_ID, nullable=True)
        batch.create_foreign_key(
            op.f("fk_label_question_id_outside_question"),
            "outside_question",
            ["question_id"],
            ["id"],
        )
        batch.create_check_constraint(op.f("ck_label_about"), ABOUT)
    _partial(
        "ix_label_question", "label", ["question_id", "id"], "question_id IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DELETE FROM label WHERE question_id IS NOT NULL")
    op.drop_index("ix_label_question", table_name="label")
    with op.batch_alter_table("label") as batch:
        batch.drop_constraint(op.f("ck_label_about"), type_="check")
        batch.drop_constraint(
            op.f("fk_label_question_id_outside_question"), type_="foreignkey"
        )
        batch.alter_column("comment_id", existing_type=ROW_ID, nullable=False)
        batch.drop_column("question_id")
    op.drop_table("outside_question")
