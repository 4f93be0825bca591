"""Whose site it is: who may see how a site is set, and who may change it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Membership, Site
from service.domain.errors import Forbidden, Unknown
from service.operations.moderators import ModeratorView, Role
from service.operations.sites import SiteView, site_by_key, wait_for_site


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRole:
    """A site, and what somebody may do there."""

    key: str
    name: str
    role: Role


def site_roles(session: Session, who: ModeratorView) -> list[SiteRole]:
    """The sites on which somebody has a role, by name."""
    rows = session.execute(
        select(Site.key, Site.name, Membership.role)
        .join(Membership, Membership.site_id == Site.id)
        .where(Membership.moderator_id == who.id)
        .order_by(Site.name, Site.key)
    )
    return [SiteRole(key=r.key, name=r.name, role=Role(r.role)) for r in rows]


def seen_site(session: Session, who: ModeratorView, key: str) -> SiteView:
    """The site, for somebody who may see how it is set: an owner or a moderator.

    :raises Unknown: if there is no such site, or none where this person has a role.
    :raises Forbidden: to a viewer.
    """
    site, role = _with_role(session, who, key)
    if role is Role.VIEWER:
        raise Forbidden("Viewers see the queue of this site, not its settings.")
    return site


def own_site(session: Session, who: ModeratorView | None, key: str) -> SiteView:
    """The site, for somebody who is about to change it: an owner, or the operator.

    It waits for its turn, and the role is that of this moment: two who take the role
    from each other do not both succeed.

    :param who: None for the operator, who may change every site.
    :raises Unknown: if there is no such site, or none where this person has a role.
    :raises Forbidden: to everybody else.
    """
    wait_for_site(session, site_by_key(session, key).id)
    if who is None:
        return site_by_key(session, key)
    site, role = _with_role(session, who, key)
    if role is not Role.OWNER:
        raise Forbidden("Only owners of this site may change its settings.")
    return site


def _with_role(session: Session, who: ModeratorView, key: str) -> tuple[SiteView, Role]:
    site = site_by_key(session, key)
    role = session.execute(
        select(Membership.role).where(
            Membership.moderator_id == who.id, Membership.site_id == site.id
        )
    ).scalar_one_or_none()
    if role is None:
        raise Unknown("There is no site with this key.")
    return site, Role(role)
