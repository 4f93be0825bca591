"""The people whose entries a moderator's log can be asked for."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Membership, Moderator
from service.operations.moderators import ModeratorView


def people_of(session: Session, moderator: ModeratorView) -> dict[int, str]:
    """Names of all who have a role on the moderator's sites, by row number."""
    rows = session.execute(
        select(Moderator.id, Moderator.name)
        .join(Membership, Membership.moderator_id == Moderator.id)
        .where(Membership.site_id.in_(moderator.site_ids))
        .distinct()
        .order_by(Moderator.name, Moderator.id)
    )
    return {row.id: row.name for row in rows}
