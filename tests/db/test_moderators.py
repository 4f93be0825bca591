from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import AuditEntry, Moderator, SignInLink, SignInSession
from service.db.store import Store
from service.domain.errors import Conflict, InvalidInput, Unknown
from service.operations.access import disable_moderator, renew_feed, set_password
from service.operations.moderators import (
    Role,
    add_moderator,
    all_moderators,
    masked_address,
    moderator_by_email,
    moderator_by_id,
    set_role,
)
from service.operations.sign_in import open_session, signed_in
from service.operations.sign_in_links import make_link
from service.privacy.keyring import Keyring, generate
from service.privacy.tokens import token_digest
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds

EMAIL = "grace@example.com"


def _add(store: Store, keyring: Keyring, clock: FrozenClock, email: str = EMAIL) -> int:
    return store.write(
        lambda s: add_moderator(
            s, keyring, email, name="Grace", roles={}, now=clock.now
        )
    )


def test_moderator_is_found_by_the_address_in_any_case(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    number = _add(store, keyring, clock)
    found = store.read(lambda s: moderator_by_email(s, keyring, " GRACE@Example.COM "))
    assert (found.id, found.name) == (number, "Grace")
    assert not found.has_password
    assert store.read(all_moderators) == [found]


def test_address_is_stored_in_no_readable_form(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    number = _add(store, keyring, clock)
    row = store.read(lambda s: s.get_one(Moderator, number))
    for value in (row.email_sealed, row.email_index):
        assert b"grace" not in value.lower()
    assert store.read(lambda s: masked_address(s, keyring, number)) == "g…@example.com"


def test_address_that_cannot_be_opened_is_empty_and_no_error(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    number = _add(store, keyring, clock)
    other = Keyring.from_text(generate())
    assert store.read(lambda s: masked_address(s, other, number)) == ""


def test_moderator_is_found_after_a_newer_key_was_added(
    store: Store, clock: FrozenClock
) -> None:
    first = generate()
    number = _add(store, Keyring.from_text(first), clock)
    newer = Keyring.from_text(f"{first}\n{generate(2)}")
    assert store.read(lambda s: moderator_by_email(s, newer, EMAIL)).id == number
    with pytest.raises(Conflict):
        _add(store, newer, clock)


def test_second_moderator_with_the_same_address_is_a_conflict(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    _add(store, keyring, clock)
    with pytest.raises(Conflict):
        _add(store, keyring, clock, "Grace@example.com")


@pytest.mark.parametrize(
    ("email", "name", "field"),
    [("grace", "Grace", "email"), (EMAIL, " ", "name"), (EMAIL, "x" * 81, "name")],
    ids=["no address", "no name", "long name"],
)
def test_bad_moderator_is_refused_by_field(
    sqlite_store: Store,
    keyring: Keyring,
    clock: FrozenClock,
    email: str,
    name: str,
    field: str,
) -> None:
    with pytest.raises(InvalidInput) as caught:
        sqlite_store.write(
            lambda s: add_moderator(
                s, keyring, email, name=name, roles={}, now=clock.now
            )
        )
    assert list(caught.value.errors) == [field]


def test_unknown_moderators_are_unknown(sqlite_store: Store, keyring: Keyring) -> None:
    with pytest.raises(Unknown):
        sqlite_store.read(lambda s: moderator_by_id(s, 7))
    with pytest.raises(Unknown):
        sqlite_store.read(lambda s: moderator_by_email(s, keyring, EMAIL))


def test_roles_say_where_a_moderator_may_decide(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    number = _add(store, keyring, clock)
    one, two, three = store.write(
        lambda s: [
            Seeds(session=s, keyring=keyring, now=clock.now).site(key).id
            for key in ("one", "two", "three")
        ]
    )

    def set_role_of(site: int, role: Role | None, session: Session) -> None:
        set_role(session, number, site, role, now=clock.now)

    for site, role in ((one, Role.OWNER), (two, Role.MODERATOR), (three, Role.VIEWER)):
        store.write(partial(set_role_of, site, role))
    found = store.read(lambda s: moderator_by_id(s, number))
    assert found.site_ids == (one, two, three)
    assert [found.may_decide(i) for i in (one, two, three, 99)] == [
        *(True, True, False, False)
    ]
    store.write(partial(set_role_of, one, None))
    store.write(partial(set_role_of, two, Role.VIEWER))
    found = store.read(lambda s: moderator_by_id(s, number))
    assert found.roles == {two: Role.VIEWER, three: Role.VIEWER}


def test_new_password_ends_all_other_sessions_and_links(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    number = _add(store, keyring, clock)
    here, elsewhere = (
        store.write(lambda s: open_session(s, number, now=clock.now)) for _ in range(2)
    )
    store.write(lambda s: make_link(s, number, now=clock.now))
    store.write(
        lambda s: set_password(
            s, number, "a hash", now=clock.now, keep=token_digest(here)
        )
    )
    assert store.read(lambda s: signed_in(s, here, now=clock.now)) is not None
    assert store.read(lambda s: signed_in(s, elsewhere, now=clock.now)) is None
    assert not store.read(lambda s: list(s.scalars(select(SignInLink))))
    assert store.read(lambda s: moderator_by_id(s, number)).has_password


def test_disabled_moderator_is_out_at_once(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    number = _add(store, keyring, clock)
    token = store.write(lambda s: open_session(s, number, now=clock.now))
    store.write(lambda s: disable_moderator(s, number, now=clock.now))
    assert store.read(lambda s: moderator_by_id(s, number)).disabled
    assert store.read(lambda s: signed_in(s, token, now=clock.now)) is None
    assert not store.read(lambda s: list(s.scalars(select(SignInSession))))


def test_what_is_done_to_moderators_is_logged_without_addresses(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    number = _add(store, keyring, clock)
    clock.advance(timedelta(minutes=1))
    store.write(lambda s: set_password(s, number, "a hash", now=clock.now))
    store.write(lambda s: renew_feed(s, number, now=clock.now))
    rows = store.read(lambda s: list(s.scalars(select(AuditEntry))))
    assert [(row.actor, row.action) for row in rows] == [
        ("operator", "moderator-added"),
        ("moderator", "password-set"),
        ("moderator", "feed-renewed"),
    ]
    assert "example.com" not in "".join(str(row.detail) for row in rows)
