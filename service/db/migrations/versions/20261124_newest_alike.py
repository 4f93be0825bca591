"""Indexes that give the newest of the comments that share a band or a host first."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_comment_band_site_band", "comment_band", ["site_id", "band"]),
    ("ix_comment_host_site_host", "comment_host", ["site_id", "host"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.drop_index(name, table)
        op.create_index(name, table, [*columns, "comment_id"])


def downgrade() -> None:
    for name, table, columns in INDEXES:
        op.drop_index(name, table)
        op.create_index(name, table, columns)
