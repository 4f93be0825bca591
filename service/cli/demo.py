"""The demo: a site for this service's own demo page, and somebody to moderate it."""

from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from service.cli.doors import Doors, utc_now
from service.domain.errors import Unknown
from service.domain.policy import SitePolicy
from service.operations.moderators import Role, add_moderator, all_moderators
from service.operations.sign_in_links import make_link
from service.operations.sites import SiteView, add_site, set_policy, site_by_key
from service.settings import Settings

SITE_KEY = "demo"
MODERATOR_EMAIL = "moderator@demo.example"
MODERATOR_NAME = "Moderator"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlace:
    """What the demo has that cannot be looked up later."""

    link_token: str = field(repr=False)
    """Signs the moderator in once; empty when there is a password."""


def _demo_site(session: Session, settings: Settings) -> SiteView:
    now = utc_now()
    try:
        site = site_by_key(session, SITE_KEY)
    except Unknown:
        policy = SitePolicy(origins=settings.own_origins)
        return add_site(session, SITE_KEY, name="Demo blog", policy=policy, now=now)
    # The demo page lies under our own address, which PORT may have changed.
    policy = replace(site.policy, origins=settings.own_origins)
    return set_policy(session, site.id, policy, changed_by="operator", now=now)


def make_demo(doors: Doors) -> DemoPlace:
    """The demo, made as far as it is not there, with a fresh link to sign in by.

    The link is for the first moderator, and only while that one has no password.
    """

    def act(session: Session) -> str:
        site = _demo_site(session, doors.settings)
        found = all_moderators(session)
        if not found:
            add_moderator(
                session,
                doors.keyring,
                MODERATOR_EMAIL,
                name=MODERATOR_NAME,
                roles={site.id: Role.OWNER},
                now=utc_now(),
            )
            found = all_moderators(session)
        first = found[0]
        if first.has_password or first.disabled:
            return ""
        return make_link(session, first.id, now=utc_now())

    return DemoPlace(link_token=doors.store.write(act))
