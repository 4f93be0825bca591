"""A site on which tests of acts happen, one on each kind of database."""

import sqlite3
from collections.abc import Iterator

import pytest

from service.db.store import Store
from service.domain.policy import SitePolicy
from service.privacy.keyring import Keyring
from tests.db.acts import Acts, make_site
from tests.db.owners import Owners, make_owners
from tests.doubles import FrozenClock


@pytest.fixture
def acts(store: Store, keyring: Keyring, clock: FrozenClock) -> Acts:
    """The site ``blog`` with pages under ``https://blog.example``."""
    policy = SitePolicy(origins=("https://blog.example",))
    site = make_site(store, "blog", policy, clock())
    return Acts(store=store, keyring=keyring, clock=clock, site_id=site.id)


@pytest.fixture
def owners(acts: Acts) -> Owners:
    """The people of ``blog``, one in each role, and an owner of another site."""
    return make_owners(acts)


@pytest.fixture
def other_writer(sqlite_store: Store) -> Iterator[sqlite3.Connection]:
    """Another process that has begun to write and does not end."""
    connection = sqlite3.connect(
        str(sqlite_store.engine.url.database), isolation_level=None
    )
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.rollback()
    connection.close()
