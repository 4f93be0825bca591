"""What tests of the worker may ask for."""

import pytest

from service.db.store import Store
from service.privacy.keyring import Keyring
from tests.doubles import FrozenClock
from tests.worker.laboratory import Laboratory


@pytest.fixture
def laboratory(store: Store, keyring: Keyring, clock: FrozenClock) -> Laboratory:
    """A site and a worker's doors, on one database of each kind in turn."""
    return Laboratory(store=store, keyring=keyring, clock=clock)
