"""Numbers that WordPress had for a site's pages."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "post_number",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("page", sa.String(length=512), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_post_number_site_id_site")
        ),
        sa.PrimaryKeyConstraint("site_id", "number", name=op.f("pk_post_number")),
    )
    op.create_index("ix_post_number_page", "post_number", ["site_id", "page", "number"])


def downgrade() -> None:
    op.drop_table("post_number")
