"""The web application with one blog, and readers of it."""

import pytest

from service.db.store import Store
from service.domain.policy import SitePolicy
from service.operations.kept_sites import KeptSites
from service.operations.published import PublishedThreads
from service.privacy.keyring import Keyring
from service.settings import Settings
from service.web.context import Context
from tests.db.acts import Acts, make_site
from tests.doubles import FrozenClock, RememberingBell
from tests.web.public.reader import BLOG, House, Reader


@pytest.fixture
def house(
    settings: Settings,
    sqlite_store: Store,
    keyring: Keyring,
    clock: FrozenClock,
    bell: RememberingBell,
) -> House:
    return House(
        Context(
            settings=settings,
            store=sqlite_store,
            keyring=keyring,
            bell=bell,
            published=PublishedThreads(),
            sites=KeptSites(0),
            clock=clock,
        )
    )


@pytest.fixture
def acts(sqlite_store: Store, keyring: Keyring, clock: FrozenClock) -> Acts:
    """The site ``blog`` with pages under ``https://blog.example``."""
    site = make_site(sqlite_store, "blog", SitePolicy(origins=(BLOG,)), clock())
    return Acts(store=sqlite_store, keyring=keyring, clock=clock, site_id=site.id)


@pytest.fixture
def reader(house: House, acts: Acts) -> Reader:
    """A reader of ``blog``."""
    assert acts.site.key == "blog"
    return house.reader()
