"""Indexes for what retention and erasure look for, so that no table is read whole."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_audit_entry_created_at", "audit_entry", ["created_at"]),
    ("ix_erasure_site_email", "erasure", ["site_id", "email_index"]),
    ("ix_idempotency_comment_id", "idempotency", ["comment_id"]),
    ("ix_sign_in_link_expires_at", "sign_in_link", ["expires_at"]),
    ("ix_sign_in_session_seen_at", "sign_in_session", ["seen_at"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in INDEXES:
        op.drop_index(name, table_name=table)
