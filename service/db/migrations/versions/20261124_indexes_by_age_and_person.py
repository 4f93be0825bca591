"""Indexes for what retention and erasure look for, and for the newest of a kind.

No table is read whole then. Of an address, a network, a host or a near-duplicate that
came very often, the last few comments are found without the others, and so are the
published comments of a thread without the rest.
"""

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

ORDERED = (
    ("ix_contact_site_email", "contact", ["site_id", "email_index"]),
    ("ix_contact_site_network", "contact", ["site_id", "network_index"]),
    ("ix_comment_host_site_host", "comment_host", ["site_id", "host"]),
    ("ix_comment_band_site_band", "comment_band", ["site_id", "band"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    for name, table, columns in ORDERED:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, [*columns, "comment_id"])
    op.drop_index("ix_comment_thread_status", table_name="comment")
    op.create_index(
        "ix_comment_thread_status", "comment", ["thread_id", "status", "root_id", "id"]
    )


def downgrade() -> None:
    op.drop_index("ix_comment_thread_status", table_name="comment")
    op.create_index(
        "ix_comment_thread_status", "comment", ["thread_id", "status", "id"]
    )
    for name, table, columns in ORDERED:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns)
    for name, table, _ in INDEXES:
        op.drop_index(name, table_name=table)
