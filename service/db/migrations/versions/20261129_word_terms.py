"""The words that comments are found by, one by one, on SQLite.

They are read out of the index of words itself: this stores nothing.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE comment_words_terms "
            "USING fts5vocab (comment_words, instance)"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE comment_words_terms")
