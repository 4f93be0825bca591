"""Who may see how a site is set, and who may change it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment
from service.domain.errors import Forbidden, Unknown
from service.operations.listing import Wanted, list_by_comment, unlist
from service.operations.lists import add_entry, entries
from service.operations.members import add_member, change_role, renew_link
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.own_sites import own_site, seen_site, site_roles
from service.operations.rules import set_mode
from service.operations.site_lists import list_entry, list_lines, unlist_entry
from service.operations.site_settings import change_policy, rename_site
from service.operations.site_threads import set_open, set_title
from service.operations.sites import site_by_key
from tests.db.owners import Owners

Change = Callable[[Owners, Session, ModeratorView], object]

CHANGES: dict[str, Change] = {
    "policy": lambda o, s, who: change_policy(
        s, who, "blog", seen=1, change={"mode": "all"}, now=o.acts.clock()
    ),
    "name": lambda o, s, who: rename_site(
        s, who, "blog", seen="blog", name="Bread", now=o.acts.clock()
    ),
    "entries": lambda o, s, who: list_lines(
        *(s, o.acts.keyring, who, "blog", "spam", "any", ["casino"], o.acts.clock())
    ),
    "thread": lambda o, s, who: set_open(
        s, who, "blog", "/a", is_open=False, now=o.acts.clock()
    ),
    "title": lambda o, s, who: set_title(
        s, who, "blog", "/a", "Bread", seen="", now=o.acts.clock()
    ),
    "member": lambda o, s, who: add_member(
        *(s, o.acts.keyring, who, "blog", "new@example.org"),
        name="New",
        role=Role.VIEWER,
        now=o.acts.clock(),
    ),
    "role": lambda o, s, who: change_role(
        s, who, "blog", o.vi.id, Role.OWNER, seen=Role.VIEWER, now=o.acts.clock()
    ),
    "member away": lambda o, s, who: change_role(
        s, who, "blog", o.vi.id, None, seen=None, now=o.acts.clock()
    ),
    "link": lambda o, s, who: renew_link(s, who, "blog", o.vi.id, now=o.acts.clock()),
}

LISTINGS: dict[str, Change] = {
    "settings": lambda o, s, who: list_entry(
        *(s, o.acts.keyring, who, "blog", "spam", "any", "casino", o.acts.clock())
    ),
    "settings, away": lambda o, s, who: unlist_entry(
        s, who, "blog", _entry(s, o), o.acts.clock()
    ),
    "rules": lambda o, s, who: set_mode(
        s, who, _entry(s, o), "log", now=o.acts.clock()
    ),
    "rules, away": lambda o, s, who: unlist(s, who, _entry(s, o), now=o.acts.clock()),
    "writer": lambda o, s, who: list_by_comment(
        *(s, o.acts.keyring, who, _said(o), Wanted(what="address", list_name="spam")),
        now=o.acts.clock(),
    ),
}
"""Every door to single entries of the lists."""


def _entry(session: Session, owners: Owners) -> int:
    """The entry that stands on the list before anybody comes."""
    site_id = owners.acts.site_id
    return next(e.id for e in entries(session, site_id) if e.shown == "poker")


def _said(owners: Owners) -> str:
    found = owners.acts.store.read(lambda s: s.scalars(select(Comment.public_id)).one())
    return str(found)


@pytest.mark.parametrize("name", LISTINGS)
def test_who_may_decide_may_list_by_every_door(owners: Owners, name: str) -> None:
    acts, change = owners.acts, LISTINGS[name]
    acts.submit("Rye wants patience.")
    acts.store.write(
        lambda s: add_entry(
            *(s, acts.keyring, acts.site_id, "spam", "text", "poker", acts.clock())
        )
    )
    before = acts.store.read(lambda s: site_by_key(s, "blog")).list_version
    for who, error in ((owners.vi, Forbidden), (owners.zoe, Unknown)):
        with pytest.raises(error):
            acts.store.write(lambda s: change(owners, s, who))  # noqa: B023  # at once
    unchanged = acts.store.read(lambda s: site_by_key(s, "blog")).list_version
    assert unchanged == before
    acts.store.write(lambda s: change(owners, s, owners.mo))
    assert acts.store.read(lambda s: site_by_key(s, "blog")).list_version > before


@pytest.mark.parametrize("name", CHANGES)
def test_only_owners_change_anything(owners: Owners, name: str) -> None:
    store, change = owners.acts.store, CHANGES[name]
    for who, error in (
        (owners.mo, Forbidden),
        (owners.vi, Forbidden),
        (owners.zoe, Unknown),
    ):
        with pytest.raises(error):
            store.write(lambda s: change(owners, s, who))  # noqa: B023  # run at once
    store.write(lambda s: change(owners, s, owners.ada))


def test_role_counts_as_it_is_now_and_not_as_it_was_when_the_page_came(
    owners: Owners,
) -> None:
    store, now = owners.acts.store, owners.acts.clock()
    blog = owners.acts.site_id
    assert store.write(lambda s: own_site(s, owners.ada, "blog")).key == "blog"
    store.write(lambda s: set_role(s, owners.ada.id, blog, Role.VIEWER, now=now))
    with pytest.raises(Forbidden):
        store.write(lambda s: own_site(s, owners.ada, "blog"))


def test_moderators_see_settings_and_viewers_do_not(owners: Owners) -> None:
    store = owners.acts.store
    for who in (owners.ada, owners.mo):
        assert store.read(lambda s: seen_site(s, who, "blog")).key == "blog"  # noqa: B023
    with pytest.raises(Forbidden):
        store.read(lambda s: seen_site(s, owners.vi, "blog"))
    for key in ("other", "nowhere", "\x00"):
        with pytest.raises(Unknown):
            store.read(lambda s: seen_site(s, owners.ada, key))  # noqa: B023


def test_operator_may_change_every_site(owners: Owners) -> None:
    assert owners.acts.store.write(lambda s: own_site(s, None, "other")).key == "other"


def test_sites_of_somebody_are_listed_by_name_with_the_role(owners: Owners) -> None:
    store, now = owners.acts.store, owners.acts.clock()
    store.write(
        lambda s: set_role(s, owners.mo.id, owners.other.id, Role.VIEWER, now=now)
    )
    found = store.read(lambda s: site_roles(s, owners.mo))
    assert [(site.key, site.role) for site in found] == [
        ("blog", Role.MODERATOR),
        ("other", Role.VIEWER),
    ]
    assert [s.key for s in store.read(lambda s: site_roles(s, owners.zoe))] == ["other"]
