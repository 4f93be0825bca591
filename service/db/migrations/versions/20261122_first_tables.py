"""The first tables, and the triggers that keep the audit rows as they were written."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON_VALUES = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

AUDITED = ("move", "audit_entry", "site_policy")


def _guard_sqlite(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} rows are never changed'); END"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        "WHEN NOT EXISTS (SELECT 1 FROM retention_gate WHERE is_open = 1) "
        f"BEGIN SELECT RAISE(ABORT, '{table} rows go by retention only'); END"
    )


def _guard_postgresql(table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN IF TG_OP = 'DELETE' AND EXISTS "
        "(SELECT 1 FROM retention_gate WHERE is_open = 1) THEN RETURN OLD; END IF; "
        f"RAISE EXCEPTION '{table} rows are never changed'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_kept()"
    )


def _guard_audit() -> None:
    op.execute("INSERT INTO retention_gate (id, is_open) VALUES (1, 0)")
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in AUDITED:
        (_guard_sqlite if sqlite else _guard_postgresql)(table)


def upgrade() -> None:  # noqa: PLR0915  # one statement a table
    op.create_table(
        "allowance",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("arrival_time", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_allowance")),
    )
    with op.batch_alter_table("allowance", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_allowance_arrival_time"), ["arrival_time"], unique=False
        )

    op.create_table(
        "heartbeat",
        sa.Column("worker", sa.String(length=100), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "job",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column(
            "subject",
            ROW_ID,
            nullable=False,
        ),
        sa.Column("dedupe_key", sa.String(length=100), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=22), nullable=True),
        sa.Column(
            "last_error", sa.String(length=200), server_default="", nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_job_dedupe_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_due_at", ["due_at", "id"], unique=False)

    op.create_table(
        "key_canary",
        sa.Column("key_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_key_canary")),
    )
    op.create_table(
        "moderator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("index_key", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("feed_epoch", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderator")),
        sa.UniqueConstraint("email_index", name=op.f("uq_moderator_email_index")),
    )
    op.create_table(
        "retention_gate",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_open", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_gate")),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("list_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("key", name=op.f("uq_site_key")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("actor", sa.String(length=12), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column(
            "detail",
            JSON_VALUES,
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderator.id"],
            name=op.f("fk_audit_entry_moderator_id_moderator"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_audit_entry_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("index_key", sa.Integer(), nullable=False),
        sa.Column("with_text", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_erasure_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "list_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=8), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("pattern", sa.String(length=512), nullable=False),
        sa.Column("shown", sa.String(length=512), nullable=False),
        sa.Column("address_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("address_key", sa.Integer(), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "list_name IN ('hold', 'spam')", name=op.f("ck_list_entry_list_name")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_list_entry_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_entry")),
        sa.UniqueConstraint(
            "site_id",
            "list_name",
            "field",
            "pattern",
            name=op.f("uq_list_entry_site_id_list_name_field_pattern"),
        ),
    )
    with op.batch_alter_table("list_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_list_entry_address_index", ["address_index"], unique=False
        )

    op.create_table(
        "membership",
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'moderator', 'viewer')", name=op.f("ck_membership_role")
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderator.id"],
            name=op.f("fk_membership_moderator_id_moderator"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_membership_site_id_site")
        ),
        sa.PrimaryKeyConstraint("moderator_id", "site_id", name=op.f("pk_membership")),
    )
    op.create_table(
        "sign_in_link",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderator.id"],
            name=op.f("fk_sign_in_link_moderator_id_moderator"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_link")),
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_in_link_moderator_id"), ["moderator_id"], unique=False
        )

    op.create_table(
        "sign_in_session",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderator.id"],
            name=op.f("fk_sign_in_session_moderator_id_moderator"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_session")),
    )
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_in_session_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_sign_in_session_moderator_id"),
            ["moderator_id"],
            unique=False,
        )

    op.create_table(
        "site_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "data",
            JSON_VALUES,
            nullable=False,
        ),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_site_policy_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_policy")),
        sa.UniqueConstraint(
            "site_id", "version", name=op.f("uq_site_policy_site_id_version")
        ),
    )
    op.create_table(
        "thread",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=512), nullable=False),
        sa.Column("title", sa.String(length=300), server_default="", nullable=False),
        sa.Column(
            "open", sa.Boolean(), server_default=sa.text("(true)"), nullable=False
        ),
        sa.Column(
            "version",
            ROW_ID,
            server_default="1",
            nullable=False,
        ),
        sa.Column("published_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_thread_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        sa.UniqueConstraint("site_id", "page", name=op.f("uq_thread_site_id_page")),
    )
    op.create_table(
        "comment",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column(
            "thread_id",
            ROW_ID,
            nullable=False,
        ),
        sa.Column(
            "parent_id",
            ROW_ID,
            nullable=True,
        ),
        sa.Column(
            "root_id",
            ROW_ID,
            nullable=True,
        ),
        sa.Column("depth", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("website", sa.String(length=2048), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("render_version", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=300), server_default="", nullable=False),
        sa.Column(
            "notify", sa.Boolean(), server_default=sa.text("(false)"), nullable=False
        ),
        sa.Column(
            "arrival",
            JSON_VALUES,
            nullable=False,
        ),
        sa.Column(
            "by_moderator",
            sa.Boolean(),
            server_default=sa.text("(false)"),
            nullable=False,
        ),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=True),
        sa.Column(
            "normal_hash", sa.String(length=32), server_default="", nullable=False
        ),
        sa.Column(
            "group_key", sa.String(length=300), server_default="", nullable=False
        ),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["comment.id"], name=op.f("fk_comment_parent_id_comment")
        ),
        sa.ForeignKeyConstraint(
            ["root_id"], ["comment.id"], name=op.f("fk_comment_root_id_comment")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_comment_site_id_site")
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_comment_thread_id_thread")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_comment_public_id")),
        sa.UniqueConstraint(
            "site_id", "fingerprint", name=op.f("uq_comment_site_id_fingerprint")
        ),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_comment_root_status", ["root_id", "status"], unique=False
        )
        batch_op.create_index(
            "ix_comment_site_group", ["site_id", "group_key", "status"], unique=False
        )
        batch_op.create_index(
            "ix_comment_site_normal_hash",
            ["site_id", "normal_hash", "created_at"],
            unique=False,
        )
        batch_op.create_index(
            "ix_comment_site_status", ["site_id", "status", "id"], unique=False
        )
        batch_op.create_index(
            "ix_comment_thread_parent", ["thread_id", "parent_id", "id"], unique=False
        )
        batch_op.create_index(
            "ix_comment_thread_status", ["thread_id", "status", "id"], unique=False
        )

    op.create_table(
        "comment_band",
        sa.Column(
            "comment_id",
            ROW_ID,
            nullable=False,
        ),
        sa.Column("band", sa.String(length=16), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comment.id"],
            name=op.f("fk_comment_band_comment_id_comment"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_comment_band_site_id_site")
        ),
        sa.PrimaryKeyConstraint("comment_id", "band", name=op.f("pk_comment_band")),
    )
    with op.batch_alter_table("comment_band", schema=None) as batch_op:
        batch_op.create_index(
            "ix_comment_band_site_band", ["site_id", "band"], unique=False
        )

    op.create_table(
        "comment_host",
        sa.Column(
            "comment_id",
            ROW_ID,
            nullable=False,
        ),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comment.id"],
            name=op.f("fk_comment_host_comment_id_comment"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_comment_host_site_id_site")
        ),
        sa.PrimaryKeyConstraint("comment_id", "host", name=op.f("pk_comment_host")),
    )
    with op.batch_alter_table("comment_host", schema=None) as batch_op:
        batch_op.create_index(
            "ix_comment_host_site_host", ["site_id", "host"], unique=False
        )

    op.create_table(
        "contact",
        sa.Column(
            "comment_id",
            ROW_ID,
            nullable=False,
        ),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("network_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("index_key", sa.Integer(), nullable=False),
        sa.Column("ip_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("agent_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("origin_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_contact_comment_id_comment")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_contact_site_id_site")
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_contact")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index("ix_contact_origin_until", ["origin_until"], unique=False)
        batch_op.create_index(
            "ix_contact_site_email", ["site_id", "email_index"], unique=False
        )
        batch_op.create_index(
            "ix_contact_site_network", ["site_id", "network_index"], unique=False
        )

    op.create_table(
        "idempotency",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column(
            "comment_id",
            ROW_ID,
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comment.id"],
            name=op.f("fk_idempotency_comment_id_comment"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_idempotency_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency")),
        sa.UniqueConstraint(
            "site_id", "key_digest", name=op.f("uq_idempotency_site_id_key_digest")
        ),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_idempotency_created_at"), ["created_at"], unique=False
        )

    op.create_table(
        "move",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column(
            "comment_id",
            ROW_ID,
            nullable=False,
        ),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("old", sa.String(length=12), nullable=False),
        sa.Column("new", sa.String(length=12), nullable=False),
        sa.Column("actor", sa.String(length=12), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("model_version", sa.Integer(), nullable=True),
        sa.Column("bulk_size", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_move_comment_id_comment")
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderator.id"],
            name=op.f("fk_move_moderator_id_moderator"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_move_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move")),
    )
    with op.batch_alter_table("move", schema=None) as batch_op:
        batch_op.create_index("ix_move_comment", ["comment_id", "id"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column(
            "comment_id",
            ROW_ID,
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_revision_comment_id_comment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint(
            "comment_id", "number", name=op.f("uq_revision_comment_id_number")
        ),
    )
    op.create_table(
        "ticket",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "comment_id",
            ROW_ID,
            nullable=False,
        ),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("return_to", sa.String(length=2048), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_ticket_comment_id_comment")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ticket")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ticket_comment_id"), ["comment_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_ticket_expires_at"), ["expires_at"], unique=False
        )

    op.create_table(
        "verdict",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column(
            "comment_id",
            ROW_ID,
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("model_version", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_verdict_comment_id_comment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
        sa.UniqueConstraint(
            "comment_id", "revision", name=op.f("uq_verdict_comment_id_revision")
        ),
    )
    op.create_table(
        "finding",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column(
            "verdict_id",
            ROW_ID,
            nullable=False,
        ),
        sa.Column(
            "comment_id",
            ROW_ID,
            nullable=False,
        ),
        sa.Column("check", sa.String(length=40), nullable=False),
        sa.Column("check_version", sa.Integer(), nullable=False),
        sa.Column("log_odds", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column(
            "detail",
            JSON_VALUES,
            nullable=False,
        ),
        sa.Column("at_least", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_finding_comment_id_comment")
        ),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdict.id"], name=op.f("fk_finding_verdict_id_verdict")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_finding_comment_id"), ["comment_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_finding_verdict_id"), ["verdict_id"], unique=False
        )
    _guard_audit()


def downgrade() -> None:  # noqa: PLR0915
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_verdict_id"))
        batch_op.drop_index(batch_op.f("ix_finding_comment_id"))

    op.drop_table("finding")
    op.drop_table("verdict")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_expires_at"))
        batch_op.drop_index(batch_op.f("ix_ticket_comment_id"))

    op.drop_table("ticket")
    op.drop_table("revision")
    with op.batch_alter_table("move", schema=None) as batch_op:
        batch_op.drop_index("ix_move_comment")

    op.drop_table("move")
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_created_at"))

    op.drop_table("idempotency")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_site_network")
        batch_op.drop_index("ix_contact_site_email")
        batch_op.drop_index("ix_contact_origin_until")

    op.drop_table("contact")
    with op.batch_alter_table("comment_host", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_host_site_host")

    op.drop_table("comment_host")
    with op.batch_alter_table("comment_band", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_band_site_band")

    op.drop_table("comment_band")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_thread_status")
        batch_op.drop_index("ix_comment_thread_parent")
        batch_op.drop_index("ix_comment_site_status")
        batch_op.drop_index("ix_comment_site_normal_hash")
        batch_op.drop_index("ix_comment_site_group")
        batch_op.drop_index("ix_comment_root_status")

    op.drop_table("comment")
    op.drop_table("thread")
    op.drop_table("site_policy")
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_session_moderator_id"))
        batch_op.drop_index(batch_op.f("ix_sign_in_session_expires_at"))

    op.drop_table("sign_in_session")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_link_moderator_id"))

    op.drop_table("sign_in_link")
    op.drop_table("membership")
    with op.batch_alter_table("list_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_list_entry_address_index")

    op.drop_table("list_entry")
    op.drop_table("erasure")
    op.drop_table("audit_entry")
    op.drop_table("site")
    op.drop_table("retention_gate")
    op.drop_table("moderator")
    op.drop_table("key_canary")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_due_at")

    op.drop_table("job")
    op.drop_table("heartbeat")
    with op.batch_alter_table("allowance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allowance_arrival_time"))

    op.drop_table("allowance")
    if op.get_bind().dialect.name == "postgresql":
        for table in AUDITED:
            op.execute(f"DROP FUNCTION {table}_kept()")
