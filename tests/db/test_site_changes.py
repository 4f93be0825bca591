"""The list of what was changed on a site."""

from datetime import timedelta

from sqlalchemy.orm import Session

from service.operations.audit import audit
from service.operations.moderators import Role, set_role
from service.operations.site_changes import (
    PAGE_SIZE,
    Change,
    Place,
    change_page,
    last_change_of,
)
from service.operations.site_settings import change_policy
from tests.db.owners import Owners


def change(owners: Owners, **given: object) -> None:
    acts = owners.acts
    acts.clock.advance(timedelta(minutes=1))
    acts.store.write(
        lambda s: change_policy(
            *(s, owners.ada, "blog"),
            seen=acts.site.policy_version,
            change=given,
            now=acts.clock(),
        )
    )


def all_of(owners: Owners) -> list[list[Change]]:
    acts = owners.acts
    pages = []
    before: Place | None = None
    while True:
        page = acts.store.read(lambda s: change_page(s, acts.site_id, before))  # noqa: B023
        pages.append(page.changes)
        before = page.next
        if before is None:
            return pages


def test_change_says_who_when_and_from_what_to_what(owners: Owners) -> None:
    change(owners, mode="all", max_depth=3)
    (newest, *_), *_ = all_of(owners)
    assert (newest.who, newest.at) == ("Ada", owners.acts.clock())
    assert newest.fields == ["mode", "max_depth"]
    assert newest.old is not None
    assert newest.new is not None
    assert (newest.old.mode, newest.new.mode) == ("doubtful", "all")


def test_operator_has_no_name_and_the_first_version_no_old_one(owners: Owners) -> None:
    owners.acts.set_policy(mode="all")
    policies = [each for each in all_of(owners)[0] if each.version]
    assert [each.who for each in policies] == ["", ""]
    assert [each.old is None for each in policies] == [False, True]


def test_other_things_are_among_them_by_time(owners: Owners) -> None:
    acts = owners.acts
    change(owners, mode="all")
    acts.clock.advance(timedelta(minutes=1))
    acts.store.write(
        lambda s: set_role(
            *(s, owners.mo.id, acts.site_id, Role.VIEWER),
            now=acts.clock(),
            by=owners.ada.id,
        )
    )
    change(owners, mode="new")
    found = all_of(owners)[0]
    assert [each.version or each.action for each in found[:3]] == [3, "role-set", 2]
    assert (found[1].who, found[1].about) == ("Ada", "Mo")


def test_changes_of_other_sites_are_not_among_them(owners: Owners) -> None:
    acts = owners.acts
    acts.store.write(
        lambda s: audit(s, "canary", now=acts.clock(), site_id=owners.other.id)
    )
    assert "canary" not in [each.action for each in all_of(owners)[0]]


def test_every_change_is_on_exactly_one_page(owners: Owners) -> None:
    acts = owners.acts

    def fill(session: Session) -> None:
        for number in range(2 * PAGE_SIZE):
            audit(
                session,
                "list-added",
                # Not all in the order of their numbers.
                now=acts.clock() + timedelta(seconds=number - 3 * (number % 2)),
                site_id=acts.site_id,
                detail={"number": number},
            )

    acts.store.write(fill)
    for number in range(20):
        change(owners, max_depth=number % 2 + 1)
    pages = all_of(owners)
    assert [len(page) for page in pages[:-1]] == [PAGE_SIZE] * (len(pages) - 1)
    found = [each for page in pages for each in page]
    numbers = [each.detail["number"] for each in found if each.action == "list-added"]
    assert numbers == list(reversed(range(2 * PAGE_SIZE)))
    versions = [each.version for each in found if each.version]
    assert versions == list(range(21, 0, -1))
    lonely = [each for each in found if each.version and each.version > 1]
    assert all(each.fields == ["max_depth"] for each in lonely)


def test_last_change_of_a_field_is_found(owners: Owners) -> None:
    acts = owners.acts
    change(owners, mode="all")
    at = acts.clock()
    change(owners, max_depth=3)
    found = acts.store.read(lambda s: last_change_of(s, acts.site_id, "mode", since=1))
    assert found is not None
    assert (found.who, found.at) == ("Ada", at)
    assert (
        acts.store.read(lambda s: last_change_of(s, acts.site_id, "mode", since=2))
        is None
    )
