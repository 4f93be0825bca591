"""The whole application in this process, on a fresh database."""

import pytest
from flask import Flask

from service.db.store import Store
from service.domain.policy import SitePolicy
from service.operations.published import PublishedThreads
from service.operations.sites import add_site
from service.privacy.keyring import Keyring
from service.settings import Settings
from service.web.app import create_app
from service.web.context import Context
from tests.doubles import FrozenClock, RememberingBell

BLOG = "https://blog.example"


@pytest.fixture
def context(
    sqlite_store: Store,
    keyring: Keyring,
    bell: RememberingBell,
    clock: FrozenClock,
    settings: Settings,
) -> Context:
    """Real doors, with the demo site behind them."""
    settings.data.mkdir(parents=True)
    policy = SitePolicy(origins=(BLOG,))
    sqlite_store.write(
        lambda s: add_site(s, "demo", name="Demo", policy=policy, now=clock())
    )
    return Context(
        settings=settings,
        store=sqlite_store,
        keyring=keyring,
        bell=bell,
        published=PublishedThreads(),
        clock=clock,
    )


@pytest.fixture
def app(context: Context) -> Flask:
    """The application on these doors."""
    return create_app(context)
