"""A web application for moderators' pages, and a browser without script."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.db.store import Store
from service.operations.access import set_password
from service.operations.moderators import ModeratorView, Role
from service.operations.passwords import hash_password
from service.operations.published import PublishedThreads
from service.operations.sites import SiteView
from service.privacy.keyring import Keyring
from service.settings import Settings
from service.web.app import create_app
from service.web.context import Context
from tests.doubles import FrozenClock, RememberingBell
from tests.queue_seeds import PASSWORD, Seeds
from tests.web.moderation.visitor import Visitor


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of `PASSWORD`; slow to make, so made once."""
    return hash_password(PASSWORD)


@pytest.fixture
def context(
    settings: Settings, sqlite_store: Store, keyring: Keyring, clock: FrozenClock
) -> Context:
    return Context(
        settings=settings,
        store=sqlite_store,
        keyring=keyring,
        bell=RememberingBell(),
        published=PublishedThreads(),
        clock=clock,
    )


@pytest.fixture
def https_app(context: Context) -> Flask:
    """The application as behind a proxy that speaks https."""
    settings = replace(context.settings, base_url="https://foyer.example.com")
    return create_app(replace(context, settings=settings))


@pytest.fixture
def app(context: Context) -> Flask:
    return create_app(context)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(client)


@pytest.fixture
def site(sqlite_store: Store, keyring: Keyring, clock: FrozenClock) -> SiteView:
    return sqlite_store.write(
        lambda s: Seeds(session=s, keyring=keyring, now=clock.now).site("demo")
    )


@pytest.fixture
def grace(
    sqlite_store: Store,
    keyring: Keyring,
    clock: FrozenClock,
    site: SiteView,
    password_hash: str,
) -> ModeratorView:
    """A moderator of the site ``demo`` with `PASSWORD`."""
    found = sqlite_store.write(
        lambda s: Seeds(session=s, keyring=keyring, now=clock.now).moderator(
            "grace@example.com", a=(site.id, Role.MODERATOR)
        )
    )
    sqlite_store.write(
        lambda s: set_password(s, found.id, password_hash, now=clock.now)
    )
    return found


@pytest.fixture
def moderator(app: Flask, context: Context, grace: ModeratorView) -> Visitor:
    """Grace, signed in."""
    return Visitor(app.test_client()).with_session(context, grace.id)
