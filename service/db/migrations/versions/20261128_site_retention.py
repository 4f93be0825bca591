"""What each site keeps, and for how long; and what was changed on it.

IP addresses go by the site's own period, so they are found by site. Comments called
spam, or trashed, are emptied by the time of their move. Each move is looked at once: a
site remembers how far that has come.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MARKS = ("spam_emptied_to", "trash_emptied_to")


def _number(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, server_default="0", nullable=False)


def upgrade() -> None:
    for name in MARKS:
        op.add_column("site", _number(name))
    op.drop_index("ix_contact_origin_until", table_name="contact")
    op.create_index(
        "ix_contact_site_origin_until", "contact", ["site_id", "origin_until"]
    )
    discarded = sa.text("new IN ('spam', 'trashed')")
    op.create_index(
        "ix_move_discarded",
        "move",
        ["site_id", "new", "id"],
        sqlite_where=discarded,
        postgresql_where=discarded,
    )
    op.create_index("ix_audit_entry_site", "audit_entry", ["site_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_entry_site", table_name="audit_entry")
    op.drop_index("ix_move_discarded", table_name="move")
    op.drop_index("ix_contact_site_origin_until", table_name="contact")
    op.create_index("ix_contact_origin_until", "contact", ["origin_until"])
    for name in reversed(MARKS):
        op.drop_column("site", name)
