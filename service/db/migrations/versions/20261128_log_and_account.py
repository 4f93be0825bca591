"""The log in its order, second factors, API tokens, and what an account keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_audit_entry_site_time", "audit_entry", ["site_id", "created_at", "id"]),
)

# People decide on few of the comments that checks settle, and are asked about most. Two
# indexes that have nothing in common leave a database no wrong choice.
PARTIAL = (
    (
        "ix_move_checks_time",
        "move",
        ["site_id", "created_at", "id"],
        "actor = 'checks'",
    ),
    (
        "ix_move_people_time",
        "move",
        ["site_id", "created_at", "id"],
        "actor <> 'checks'",
    ),
    (
        "ix_move_moderator_time",
        "move",
        ["site_id", "moderator_id", "created_at", "id"],
        "moderator_id IS NOT NULL",
    ),
    (
        "ix_audit_entry_account_time",
        "audit_entry",
        ["moderator_id", "created_at", "id"],
        "site_id IS NULL",
    ),
)


def _moderator(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["moderator_id"],
        ["moderator.id"],
        name=op.f(f"fk_{table}_moderator_id_moderator"),
    )


def _time(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _make_second_factor() -> None:
    op.create_table(
        "second_factor",
        sa.Column("moderator_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        _time("created_at"),
        _time("confirmed_at", nullable=True),
        _moderator("second_factor"),
        sa.PrimaryKeyConstraint("moderator_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        _time("used_at", nullable=True),
        _moderator("recovery_code"),
        sa.PrimaryKeyConstraint(
            "moderator_id", "digest", name=op.f("pk_recovery_code")
        ),
    )
    op.create_table(
        "sign_in_step",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        _time("expires_at"),
        _moderator("sign_in_step"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_step")),
    )
    for column in ("moderator_id", "expires_at"):
        op.create_index(f"ix_sign_in_step_{column}", "sign_in_step", [column])


def _make_api_token() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        _time("created_at"),
        _time("expires_at", nullable=True),
        _time("used_at", nullable=True),
        sa.CheckConstraint("scope IN ('read', 'decide')", name="ck_api_token_scope"),
        _moderator("api_token"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_index("ix_api_token_moderator_id", "api_token", ["moderator_id"])


def upgrade() -> None:
    op.add_column(
        "moderator",
        sa.Column("language", sa.String(length=16), server_default="", nullable=False),
    )
    op.add_column(
        "sign_in_session",
        sa.Column("browser", sa.String(length=60), server_default="", nullable=False),
    )
    _make_second_factor()
    _make_api_token()
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    for name, table, columns, which in PARTIAL:
        op.create_index(
            name,
            table,
            columns,
            sqlite_where=sa.text(which),
            postgresql_where=sa.text(which),
        )


def downgrade() -> None:
    for name, table, _, _ in reversed(PARTIAL):
        op.drop_index(name, table_name=table)
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
    for table in ("api_token", "sign_in_step", "recovery_code", "second_factor"):
        op.drop_table(table)
    op.drop_column("sign_in_session", "browser")
    op.drop_column("moderator", "language")
