"""An owner, a moderator and a viewer of the site ``demo``, each with a browser."""

from collections.abc import Callable

import pytest
from flask import Flask

from service.db.store import Store
from service.operations.moderators import ModeratorView, Role
from service.operations.sites import SiteView, site_by_id
from service.privacy.keyring import Keyring
from service.web.context import Context
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds
from tests.web.moderation.visitor import Visitor

Join = Callable[[str, Role], ModeratorView]


@pytest.fixture
def join(
    sqlite_store: Store, keyring: Keyring, clock: FrozenClock, site: SiteView
) -> Join:
    """Makes somebody a member of ``demo``, by name."""

    def join(name: str, role: Role) -> ModeratorView:
        return sqlite_store.write(
            lambda s: Seeds(session=s, keyring=keyring, now=clock.now).moderator(
                f"{name}@example.org", a=(site.id, role)
            )
        )

    return join


@pytest.fixture
def ada(join: Join) -> ModeratorView:
    """The owner of ``demo``."""
    return join("ada", Role.OWNER)


@pytest.fixture
def owner(app: Flask, context: Context, ada: ModeratorView) -> Visitor:
    """Ada, signed in."""
    return Visitor(app.test_client()).with_session(context, ada.id)


@pytest.fixture
def viewer(app: Flask, context: Context, join: Join) -> Visitor:
    """Somebody who may see the queue and no more, signed in."""
    who = join("vi", Role.VIEWER)
    return Visitor(app.test_client()).with_session(context, who.id)


@pytest.fixture
def now_site(sqlite_store: Store, site: SiteView) -> Callable[[], SiteView]:
    """The site as it is now."""
    return lambda: sqlite_store.read(lambda s: site_by_id(s, site.id))
