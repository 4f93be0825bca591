"""The newest published comments of a site, for its feed.

By the time of publication: a comment may have waited for long, and imported ones are
older than their numbers say.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    published = sa.text("status = 'published'")
    op.create_index(
        "ix_comment_site_published",
        "comment",
        ["site_id", "published_at", "id"],
        sqlite_where=published,
        postgresql_where=published,
    )


def downgrade() -> None:
    op.drop_index("ix_comment_site_published", table_name="comment")
