"""Who edited a comment, where it was not its writer."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAME = "fk_revision_moderator_id_moderator"


def _column() -> sa.Column[int]:
    return sa.Column(
        "moderator_id",
        sa.Integer(),
        sa.ForeignKey("moderator.id", name=op.f(NAME)),
        nullable=True,
    )


def upgrade() -> None:
    # SQLite takes a new column's reference only with the column itself.
    op.add_column("revision", _column(), inline_references=True)


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        # It drops no column that refers to another table; others take its place.
        with op.batch_alter_table("revision") as table:
            table.drop_column("moderator_id")
    else:
        op.drop_column("revision", "moderator_id")
