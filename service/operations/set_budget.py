"""An owner sets how many good comments may be called spam."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from service.domain.errors import Conflict, Forbidden
from service.operations.moderators import ModeratorView, Role, moderator_by_id
from service.operations.sites import SiteView, set_policy, site_by_id, wait_for_site


def may_set_budget(moderator: ModeratorView, site_id: int) -> bool:
    """True for an owner of the site."""
    return moderator.roles.get(site_id) is Role.OWNER


def set_budget(
    session: Session,
    moderator: ModeratorView,
    site_id: int,
    budget: float,
    *,
    seen_version: int,
    now: datetime,
) -> SiteView:
    """Give the site another budget; the same again changes nothing.

    :param budget: share of good comments that may be called spam, 0.001-0.1.
    :param seen_version: version of the policy that the owner saw.
    :returns: the site as it is then; the new version of its policy names the owner.
    :raises Forbidden: if the moderator does not own the site.
    :raises Conflict: if its policy was changed since.
    :raises InvalidInput: if the budget is out of range.
    """
    # What the moderator may do is asked again here, where the answer cannot grow old.
    moderator = moderator_by_id(session, moderator.id)
    if moderator.disabled or not may_set_budget(moderator, site_id):
        raise Forbidden("Only an owner of this site sets its budget.")
    # Whoever changes settings beside waits here, so that neither overwrites the other.
    wait_for_site(session, site_id)
    site = site_by_id(session, site_id)
    if site.policy.budget == budget:
        return site
    if site.policy_version != seen_version:
        raise Conflict("The settings of this site were changed since you saw them.")
    return set_policy(
        session,
        site_id,
        replace(site.policy, budget=budget),
        changed_by=f"moderator {moderator.id}",
        now=now,
    )
