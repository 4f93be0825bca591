"""A process with the wrong keys does not start."""

import pytest
from sqlalchemy import select

from service.db.models import KeyCanary
from service.db.store import Store
from service.operations.keys import KeysMismatch, drop_canary, ensure_canary
from service.privacy.keyring import Keyring, KeysError, generate
from tests.doubles import FrozenClock


def known_keys(store: Store) -> list[int]:
    query = select(KeyCanary.key_id).order_by(KeyCanary.key_id)
    return store.read(lambda s: list(s.scalars(query)))


def test_every_key_leaves_a_proof_once(store: Store, clock: FrozenClock) -> None:
    first = generate(1)
    for text in (first, first, f"{first}\n{generate(5)}"):
        keyring = Keyring.from_text(text)
        store.write(lambda s, k=keyring: ensure_canary(s, k, clock()))  # type: ignore[misc]  # a bound name
    assert known_keys(store) == [1, 5]


def test_a_fresh_database_knows_all_keys_of_the_file(
    store: Store, clock: FrozenClock
) -> None:
    both = Keyring.from_text(f"{generate(1)}\n{generate(2)}")
    store.write(lambda s: ensure_canary(s, both, clock()))
    assert known_keys(store) == [1, 2]
    assert both.newest == 2
    store.write(lambda s: ensure_canary(s, both, clock()))


@pytest.mark.parametrize(
    ("then", "message"),
    [
        pytest.param(lambda _: generate(1), "Key 1 .* is not the one", id="other key"),
        pytest.param(lambda _: generate(2), "lacks key 1", id="missing key"),
        pytest.param(
            lambda first: f"{generate(1)}\n{first.replace('1:', '2:', 1)}",
            "Key 1 .* is not the one",
            id="other number",
        ),
    ],
)
def test_keys_that_do_not_fit_are_refused(
    store: Store, clock: FrozenClock, then: object, message: str
) -> None:
    assert callable(then)
    first = generate(1)
    store.write(lambda s: ensure_canary(s, Keyring.from_text(first), clock()))
    wrong = Keyring.from_text(then(first))
    with pytest.raises(KeysMismatch, match=message) as refused:
        store.write(lambda s: ensure_canary(s, wrong, clock()))
    assert isinstance(refused.value, KeysError)
    assert known_keys(store) == [1], "nothing was written"


def test_a_retired_key_is_no_longer_asked_for(store: Store, clock: FrozenClock) -> None:
    second = generate(2)
    both = Keyring.from_text(f"{generate(1)}\n{second}")
    store.write(lambda s: ensure_canary(s, both, clock()))
    store.write(lambda s: drop_canary(s, 1))
    store.write(lambda s: ensure_canary(s, Keyring.from_text(second), clock()))
    assert known_keys(store) == [2]
