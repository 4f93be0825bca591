"""Counters of what happens on each day of a site, filled from what is stored.

Old counters can be found by their day, so that they can be dropped.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WAIT_ENDS = (600, 3_600, 14_400, 43_200, 86_400, 259_200, 604_800, 2_419_200)
"""Ends of the classes of waiting times in seconds; the last has no end."""

PEOPLE = "('moderator', 'operator')"


def _day(column: str, dialect: str) -> str:
    if dialect == "sqlite":
        return f"substr({column}, 1, 10)"
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


def _seconds(after: str, before: str, dialect: str) -> str:
    if dialect == "sqlite":
        return f"(julianday({after}) - julianday({before})) * 86400"
    return f"EXTRACT(EPOCH FROM {after} - {before})"


def _wait_class(seconds: str, ends: Sequence[int] = WAIT_ENDS) -> str:
    # To a millisecond, since SQLite reckons in parts of days.
    cases = " ".join(
        f"WHEN {seconds} < {end} - 0.001 THEN 'wait:{place}'"
        for place, end in enumerate(ends)
    )
    return f"CASE {cases} ELSE 'wait:{len(ends)}' END"


def so_far(dialect: str) -> tuple[str, ...]:
    """Statements that count what is stored already."""
    sent, judged, moved = (
        _day(column, dialect)
        for column in ("comment.created_at", "verdict.created_at", "move.created_at")
    )
    wait = _wait_class(_seconds("move.created_at", "comment.created_at", dialect))
    return (
        f"""
        INSERT INTO day_tally (site_id, what, day, total)
        SELECT site_id, 'is:' || status, {sent}, count(*) FROM comment
        WHERE status <> 'pending' GROUP BY 1, 2, 3
        """,
        f"""
        INSERT INTO day_tally (site_id, what, day, total)
        SELECT site_id, 'judged:' || new, {moved}, count(*) FROM move
        WHERE actor = 'checks' GROUP BY 1, 2, 3
        """,
        f"""
        INSERT INTO day_tally (site_id, what, day, total)
        SELECT move.site_id, {wait}, {moved}, count(*)
        FROM move JOIN comment ON comment.id = move.comment_id
        WHERE move.old = 'held' AND move.actor IN {PEOPLE}
            AND NOT comment.by_moderator
            AND move.id = (
                SELECT min(other.id) FROM move AS other
                WHERE other.comment_id = move.comment_id AND other.actor IN {PEOPLE}
            )
        GROUP BY 1, 2, 3
        """,
        f"""
        INSERT INTO day_tally (site_id, what, day, total)
        SELECT label.site_id,
            CASE WHEN label.is_spam THEN 'spam:' ELSE 'good:' END || verdict.new,
            {judged}, count(*)
        FROM label JOIN move AS verdict ON verdict.comment_id = label.comment_id
        WHERE label.is_spam IS NOT NULL
            AND label.id = (
                SELECT max(later.id) FROM label AS later
                WHERE later.comment_id = label.comment_id
            )
            AND verdict.id = (
                SELECT min(first.id) FROM move AS first
                WHERE first.comment_id = label.comment_id AND first.actor = 'checks'
            )
            AND label.created_at >= verdict.created_at
        GROUP BY 1, 2, 3
        """,
    )


def upgrade() -> None:
    op.create_table(
        "day_tally",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_day_tally_site_id_site")
        ),
        sa.PrimaryKeyConstraint("site_id", "what", "day", name=op.f("pk_day_tally")),
    )
    for statement in so_far(op.get_context().dialect.name):
        op.execute(statement)
    op.create_index("ix_day_tally_day", "day_tally", ["day"])
    op.create_index("ix_check_tally_day", "check_tally", ["day"])


def downgrade() -> None:
    op.drop_index("ix_check_tally_day", table_name="check_tally")
    op.drop_table("day_tally")
