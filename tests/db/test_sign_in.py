from datetime import timedelta

import pytest
from sqlalchemy import select, update

from service.db.models import Moderator, SignInLink, SignInSession
from service.db.store import Store
from service.domain.errors import Forbidden, TooManyRequests, Unknown
from service.operations.access import disable_moderator, set_password
from service.operations.moderators import add_moderator
from service.operations.sign_in import (
    ABSOLUTE,
    IDLE,
    TRIES,
    admit_by_password,
    charge_network,
    charge_try,
    close_session,
    credentials,
    open_session,
    own_credentials,
    signed_in,
    touch_session,
)
from service.operations.sign_in_links import (
    LINK_KEPT,
    link_holds,
    make_link,
    spend_link,
)
from service.privacy.keyring import Keyring
from tests.doubles import FrozenClock

EMAIL = "grace@example.com"
SECOND = timedelta(seconds=1)


@pytest.fixture
def number(store: Store, keyring: Keyring, clock: FrozenClock) -> int:
    """A moderator without a role."""
    return store.write(
        lambda s: add_moderator(
            s, keyring, EMAIL, name="Grace", roles={}, now=clock.now
        )
    )


def _is_in(store: Store, token: str, clock: FrozenClock) -> bool:
    return store.read(lambda s: signed_in(s, token, now=clock.now)) is not None


def _use(store: Store, token: str, clock: FrozenClock) -> None:
    found = store.read(lambda s: signed_in(s, token, now=clock.now))
    assert found is not None
    assert found.to_touch
    store.write(lambda s: touch_session(s, found.digest, now=clock.now))


def test_session_is_known_by_its_token_of_which_only_the_digest_is_stored(
    store: Store, clock: FrozenClock, number: int
) -> None:
    token = store.write(lambda s: open_session(s, number, now=clock.now))
    found = store.read(lambda s: signed_in(s, token, now=clock.now))
    assert found is not None
    assert found.moderator.id == number
    row = store.read(lambda s: s.scalars(select(SignInSession)).one())
    assert len(row.digest) == 32
    assert token.encode() not in row.digest
    assert not _is_in(store, token + "x", clock)
    assert not _is_in(store, "", clock)


def test_session_idles_out_after_two_hours(
    store: Store, clock: FrozenClock, number: int
) -> None:
    token = store.write(lambda s: open_session(s, number, now=clock.now))
    clock.advance(IDLE - SECOND)
    assert _is_in(store, token, clock)
    clock.advance(SECOND)
    assert not _is_in(store, token, clock)


def test_session_in_use_ends_after_twelve_hours(
    store: Store, clock: FrozenClock, number: int
) -> None:
    token = store.write(lambda s: open_session(s, number, now=clock.now))
    start = clock.now
    while clock.now + IDLE / 2 < start + ABSOLUTE:
        clock.advance(IDLE / 2)
        _use(store, token, clock)
    clock.advance(IDLE / 2)
    assert not _is_in(store, token, clock)


def test_next_sign_in_sweeps_away_sessions_that_are_over(
    store: Store, clock: FrozenClock, number: int
) -> None:
    store.write(lambda s: open_session(s, number, now=clock.now))
    clock.advance(ABSOLUTE)
    store.write(lambda s: open_session(s, number, now=clock.now))
    assert len(store.read(lambda s: list(s.scalars(select(SignInSession))))) == 1


def test_session_of_a_moderator_disabled_by_hand_is_over(
    store: Store, clock: FrozenClock, number: int
) -> None:
    token = store.write(lambda s: open_session(s, number, now=clock.now))
    store.write(lambda s: s.execute(update(Moderator).values(disabled_at=clock.now)))
    assert not _is_in(store, token, clock)


def test_closed_session_is_over(store: Store, clock: FrozenClock, number: int) -> None:
    token = store.write(lambda s: open_session(s, number, now=clock.now))
    store.write(lambda s: close_session(s, token))
    assert not _is_in(store, token, clock)


def test_link_signs_in_once(store: Store, clock: FrozenClock, number: int) -> None:
    link = store.write(lambda s: make_link(s, number, now=clock.now))
    assert store.read(lambda s: link_holds(s, link, now=clock.now))
    opened = store.write(lambda s: spend_link(s, link, now=clock.now))
    assert not opened.awaits_code
    assert _is_in(store, opened.token, clock)
    assert not store.read(lambda s: link_holds(s, link, now=clock.now))
    with pytest.raises(Unknown):
        store.write(lambda s: spend_link(s, link, now=clock.now))


def test_link_ends_after_a_day_and_is_swept_away_by_the_next(
    store: Store, clock: FrozenClock, number: int
) -> None:
    link = store.write(lambda s: make_link(s, number, now=clock.now))
    clock.advance(LINK_KEPT)
    assert not store.read(lambda s: link_holds(s, link, now=clock.now))
    with pytest.raises(Unknown):
        store.write(lambda s: spend_link(s, link, now=clock.now))
    store.write(lambda s: make_link(s, number, now=clock.now))
    assert len(store.read(lambda s: list(s.scalars(select(SignInLink))))) == 1


def test_link_of_a_disabled_moderator_is_refused(
    store: Store, clock: FrozenClock, number: int
) -> None:
    link = store.write(lambda s: make_link(s, number, now=clock.now))
    store.write(lambda s: disable_moderator(s, number, now=clock.now))
    with pytest.raises(Forbidden):
        store.write(lambda s: spend_link(s, link, now=clock.now))


@pytest.mark.parametrize(
    "email", ["nobody@example.com", "no address", ""], ids=["unknown", "bad", "empty"]
)
def test_unknown_addresses_have_no_credentials(
    store: Store, keyring: Keyring, number: int, email: str
) -> None:
    assert store.read(lambda s: own_credentials(s, number)).moderator_id == number
    assert store.read(lambda s: credentials(s, keyring, email)).moderator_id is None


def test_disabled_moderators_have_no_credentials(
    store: Store, keyring: Keyring, clock: FrozenClock, number: int
) -> None:
    store.write(lambda s: set_password(s, number, "a hash", now=clock.now))
    found = store.read(lambda s: credentials(s, keyring, EMAIL))
    assert found.password_hash == "a hash"
    store.write(lambda s: disable_moderator(s, number, now=clock.now))
    assert store.read(lambda s: credentials(s, keyring, EMAIL)).password_hash is None


def test_password_changed_during_sign_in_wins(
    store: Store, keyring: Keyring, clock: FrozenClock, number: int
) -> None:
    store.write(lambda s: set_password(s, number, "old hash", now=clock.now))
    checked = store.read(lambda s: credentials(s, keyring, EMAIL))
    store.write(lambda s: set_password(s, number, "new hash", now=clock.now))
    with pytest.raises(Forbidden):
        store.write(lambda s: admit_by_password(s, checked, now=clock.now))


def test_hash_with_other_costs_is_replaced_at_sign_in(
    store: Store, keyring: Keyring, clock: FrozenClock, number: int
) -> None:
    store.write(lambda s: set_password(s, number, "old hash", now=clock.now))
    checked = store.read(lambda s: credentials(s, keyring, EMAIL))
    opened = store.write(
        lambda s: admit_by_password(
            s, checked, now=clock.now, renewed_hash="same password, new costs"
        )
    )
    assert _is_in(store, opened.token, clock)
    renewed = store.read(lambda s: credentials(s, keyring, EMAIL))
    assert renewed.password_hash == "same password, new costs"


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com", "no address"])
def test_account_is_limited_from_whatever_network_whether_it_exists_or_not(
    store: Store, keyring: Keyring, clock: FrozenClock, number: int, email: str
) -> None:
    assert number

    def attempt(last: int) -> None:
        store.write(
            lambda s: charge_try(
                s, keyring, email=email, client_ip=f"203.0.113.{last}", now=clock.now
            )
        )

    for last in range(TRIES.times):
        attempt(last)
    with pytest.raises(TooManyRequests) as caught:
        attempt(200)
    clock.advance(timedelta(seconds=caught.value.retry_after))
    attempt(201)


def test_network_is_limited_whatever_it_tries(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    def attempt(number: int) -> None:
        store.write(
            lambda s: charge_try(
                s,
                keyring,
                email=f"{number}@example.com",
                client_ip=f"2001:db8:0:7::{number}",
                now=clock.now,
            )
        )

    for number in range(TRIES.times):
        attempt(number)
    with pytest.raises(TooManyRequests):
        attempt(99)
    with pytest.raises(TooManyRequests):
        store.write(
            lambda s: charge_network(
                s, keyring, client_ip="2001:db8:0:7::1", now=clock.now
            )
        )
