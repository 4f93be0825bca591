"""What the queue is searched and filtered by, and views that moderators have saved.

The words of the comments that are there are not made here, since that takes minutes
where there are a million: workers do it afterwards, the newest first.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATUS = "ix_comment_site_status"

WORDS = {
    "sqlite": (
        """
        CREATE VIRTUAL TABLE comment_words USING fts5(
            words, detail = none, columnsize = 0, tokenize = 'ascii'
        )
        """,
        """
        CREATE TRIGGER comment_words_gone AFTER DELETE ON comment BEGIN
            DELETE FROM comment_words WHERE rowid = old.id;
        END
        """,
    ),
    "postgresql": (
        """
        CREATE TABLE comment_words (
            comment_id BIGINT NOT NULL,
            words TSVECTOR NOT NULL,
            CONSTRAINT pk_comment_words PRIMARY KEY (comment_id),
            CONSTRAINT fk_comment_words_comment_id_comment FOREIGN KEY (comment_id)
                REFERENCES comment (id) ON DELETE CASCADE
        )
        """,
        """
        CREATE INDEX ix_comment_words_words ON comment_words USING gin (words)
            WITH (gin_pending_list_limit = 512)
        """,
    ),
}


JOB = sa.table(
    "job",
    *(sa.column(name) for name in ("kind", "dedupe_key", "last_error")),
    sa.column("subject", sa.BigInteger),
    sa.column("attempts", sa.Integer),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("due_at", "created_at")),
)


def _owe_words() -> None:
    bind = op.get_bind()
    last = bind.execute(sa.text("SELECT max(id) FROM comment")).scalar_one()
    if last is None:
        return
    now = datetime.now(UTC)
    if bind.dialect.name == "sqlite":
        now = now.replace(tzinfo=None)
    row = {"kind": "words", "subject": last + 1, "dedupe_key": "words", "attempts": 0}
    times = {"due_at": now, "created_at": now}
    bind.execute(sa.insert(JOB), row | times | {"last_error": ""})


def upgrade() -> None:
    op.add_column(
        "comment",
        sa.Column("reasons", sa.Integer(), server_default="0", nullable=False),
    )
    op.drop_index(STATUS, table_name="comment")
    op.create_index(
        STATUS,
        "comment",
        ["site_id", "status", "id", "created_at", "score", "reasons"],
    )
    for statement in WORDS[op.get_bind().dialect.name]:
        op.execute(statement)
    _owe_words()
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=4000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderator.id"],
            name=op.f("fk_saved_view_moderator_id_moderator"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "moderator_id", "name", name=op.f("uq_saved_view_moderator_id_name")
        ),
    )


def downgrade() -> None:
    op.drop_table("saved_view")
    op.execute(sa.delete(JOB).where(JOB.c.kind == "words"))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER comment_words_gone")
    op.execute("DROP TABLE comment_words")
    op.drop_index(STATUS, table_name="comment")
    op.create_index(STATUS, "comment", ["site_id", "status", "id"])
    op.drop_column("comment", "reasons")
