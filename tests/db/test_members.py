"""Members of a site: who may be what, and that no site loses its last owner."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from service.db.models import AuditEntry
from service.domain.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    StaleSettings,
    Unknown,
)
from service.operations.access import disable_moderator, set_password
from service.operations.members import (
    Joined,
    add_member,
    change_role,
    members_of,
    renew_link,
)
from service.operations.moderators import ModeratorView, Role, moderator_by_id, set_role
from service.operations.sign_in import signed_in
from service.operations.sign_in_links import spend_link
from tests.db.owners import Owners


def add(owners: Owners, email: str, role: Role = Role.MODERATOR) -> Joined:
    return owners.acts.store.write(
        lambda s: add_member(
            *(s, owners.acts.keyring, owners.ada, "blog", email),
            name="New",
            role=role,
            now=owners.acts.clock(),
        )
    )


def change(
    owners: Owners,
    whose: ModeratorView,
    role: Role | None,
    seen: Role | None = None,
    who: ModeratorView | None = None,
) -> None:
    owners.acts.store.write(
        lambda s: change_role(
            *(s, who or owners.ada, "blog", whose.id, role),
            seen=seen,
            now=owners.acts.clock(),
        )
    )


def renew(owners: Owners, whose: ModeratorView) -> Joined:
    return owners.acts.store.write(
        lambda s: renew_link(s, owners.ada, "blog", whose.id, now=owners.acts.clock())
    )


def test_new_member_signs_in_by_the_link_and_has_the_role(owners: Owners) -> None:
    joined = add(owners, "new@example.org", Role.VIEWER)
    acts = owners.acts
    cookie = acts.store.write(lambda s: spend_link(s, joined.token, now=acts.clock()))
    found = acts.store.read(lambda s: signed_in(s, cookie.token, now=acts.clock()))
    assert found is not None
    assert (found.moderator.id, found.moderator.name) == (joined.id, "New")
    assert found.moderator.roles == {acts.site_id: Role.VIEWER}


def test_members_are_listed_with_masked_addresses(owners: Owners) -> None:
    acts = owners.acts
    found = acts.store.read(
        lambda s: members_of(s, acts.keyring, owners.ada, acts.site_id)
    )
    assert [(m.id, m.role, m.address) for m in found] == [
        (owners.ada.id, Role.OWNER, "a…@example.org"),
        (owners.mo.id, Role.MODERATOR, "m…@example.org"),
        (owners.vi.id, Role.VIEWER, "v…@example.org"),
    ]
    assert [m.may_get_link for m in found] == [False, True, True]


def test_whoever_is_known_gets_the_role_but_no_link(owners: Owners) -> None:
    # A link would let the owner of blog into what Zoe owns.
    joined = add(owners, "ZOE@example.org", Role.MODERATOR)
    assert (joined.id, joined.name, joined.token) == (owners.zoe.id, "Zoe", "")
    assert owners.again(owners.zoe).roles == {
        owners.acts.site_id: Role.MODERATOR,
        owners.other.id: Role.OWNER,
    }
    with pytest.raises(Conflict):
        renew(owners, owners.zoe)


def test_member_is_added_once(owners: Owners) -> None:
    with pytest.raises(Conflict):
        add(owners, "mo@example.org", Role.OWNER)
    assert owners.again(owners.mo).roles == owners.mo.roles


@pytest.mark.parametrize("email", ["", "mo", "mo@"])
def test_bad_address_is_refused_by_field(owners: Owners, email: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        add(owners, email)
    assert list(caught.value.errors) == ["email"]


def test_role_is_changed_and_taken_away(owners: Owners) -> None:
    change(owners, owners.vi, Role.MODERATOR, seen=Role.VIEWER)
    assert owners.again(owners.vi).may_decide(owners.acts.site_id)
    change(owners, owners.vi, None)
    assert owners.again(owners.vi).roles == {}
    with pytest.raises(Unknown):
        change(owners, owners.vi, Role.VIEWER)
    with pytest.raises(Unknown):
        change(owners, owners.zoe, Role.VIEWER)


def test_role_changed_by_somebody_else_is_not_overwritten(owners: Owners) -> None:
    change(owners, owners.vi, Role.MODERATOR, seen=Role.VIEWER)
    with pytest.raises(StaleSettings):
        change(owners, owners.vi, Role.OWNER, seen=Role.VIEWER)
    change(owners, owners.vi, Role.MODERATOR, seen=Role.VIEWER)
    assert owners.again(owners.vi).roles == {owners.acts.site_id: Role.MODERATOR}


@pytest.mark.parametrize("role", [None, Role.MODERATOR, Role.VIEWER])
def test_last_owner_stays(owners: Owners, role: Role | None) -> None:
    with pytest.raises(Conflict, match="needs an owner"):
        change(owners, owners.ada, role)
    assert owners.again(owners.ada).roles == {owners.acts.site_id: Role.OWNER}


def test_operator_cannot_take_the_last_owner_either(owners: Owners) -> None:
    acts = owners.acts
    with pytest.raises(Conflict):
        acts.store.write(
            lambda s: change_role(
                s, None, "blog", owners.ada.id, None, seen=None, now=acts.clock()
            )
        )


def test_owner_who_is_shut_out_does_not_count(owners: Owners) -> None:
    acts = owners.acts
    change(owners, owners.mo, Role.OWNER)
    acts.store.write(lambda s: disable_moderator(s, owners.mo.id, now=acts.clock()))
    with pytest.raises(Conflict):
        change(owners, owners.ada, None)


def test_owner_may_go_when_another_stays(owners: Owners) -> None:
    change(owners, owners.mo, Role.OWNER)
    change(owners, owners.ada, None)
    assert owners.again(owners.ada).roles == {}


def test_two_owners_cannot_remove_each_other_at_once(owners: Owners) -> None:
    change(owners, owners.mo, Role.OWNER)

    def remove(pair: tuple[ModeratorView, ModeratorView]) -> bool:
        try:
            change(owners, pair[1], Role.VIEWER, who=pair[0])
        except (Conflict, Forbidden):
            return False
        return True

    pairs = [(owners.ada, owners.mo), (owners.mo, owners.ada)]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(remove, pairs))
    assert sorted(done) == [False, True]
    roles = [owners.again(who).roles[owners.acts.site_id] for who in pairs[0]]
    assert Role.OWNER in roles


def test_link_is_renewed_until_there_is_a_password(owners: Owners) -> None:
    acts = owners.acts
    token = renew(owners, owners.vi).token
    spent = acts.store.write(lambda s: spend_link(s, token, now=acts.clock()))
    assert not spent.awaits_code
    acts.store.write(lambda s: set_password(s, owners.vi.id, "hash", now=acts.clock()))
    with pytest.raises(Conflict):
        renew(owners, owners.vi)
    with pytest.raises(Conflict):
        renew(owners, owners.ada)
    with pytest.raises(Unknown):
        renew(owners, owners.zoe)


def test_link_is_not_renewed_for_who_belongs_to_a_foreign_site(owners: Owners) -> None:
    acts = owners.acts
    acts.store.write(
        lambda s: set_role(
            s, owners.vi.id, owners.other.id, Role.VIEWER, now=acts.clock()
        )
    )
    with pytest.raises(Conflict):
        renew(owners, owners.vi)


def test_log_says_who_did_it_and_no_address(owners: Owners) -> None:
    joined = add(owners, "new@example.org")
    change(owners, owners.vi, None)
    rows = owners.acts.store.read(
        lambda s: [
            (row.action, row.moderator_id, row.detail)
            for row in s.scalars(select(AuditEntry).order_by(AuditEntry.id))
        ]
    )
    ada, blog = owners.ada.id, owners.acts.site_id
    assert rows[-4:] == [
        ("moderator-added", ada, {"moderator": joined.id}),
        ("role-set", ada, {"moderator": joined.id, "role": "moderator"}),
        ("link-made", ada, {"moderator": joined.id}),
        ("role-set", ada, {"moderator": owners.vi.id, "role": None}),
    ]
    assert blog
    assert "example.org" not in str(rows)


def test_unknown_member_is_unknown(owners: Owners) -> None:
    with pytest.raises(Unknown):
        owners.acts.store.read(lambda s: moderator_by_id(s, 999))
    with pytest.raises(Unknown):
        owners.acts.store.write(
            lambda s: renew_link(s, owners.ada, "blog", 999, now=owners.acts.clock())
        )
