"""Settings that are changed by several owners at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from service.db.models import AuditEntry, SitePolicyRow
from service.domain.errors import InvalidInput, StaleSettings
from service.operations.site_settings import change_policy, rename_site
from service.operations.sites import SiteView
from tests.db.owners import Owners


def change(owners: Owners, seen: int, **given: Any) -> SiteView:
    return owners.acts.store.write(
        lambda s: change_policy(
            s, owners.ada, "blog", seen=seen, change=given, now=owners.acts.clock()
        )
    )


def test_change_is_a_new_version_with_who_made_it(owners: Owners) -> None:
    after = change(owners, 1, mode="all", held_from=0.3)
    assert (after.policy_version, after.policy.mode) == (2, "all")
    by = owners.acts.store.read(
        lambda s: list(
            s.scalars(select(SitePolicyRow.changed_by).order_by(SitePolicyRow.id))
        )
    )
    assert by[-1] == f"moderator {owners.ada.id}"


def test_two_who_change_the_same_do_not_overwrite_each_other(owners: Owners) -> None:
    change(owners, 1, mode="all")
    with pytest.raises(StaleSettings) as caught:
        change(owners, 1, mode="new", held_from=0.3)
    assert caught.value.fields == ("mode",)
    policy = owners.acts.site.policy
    assert (policy.mode, policy.held_from) == ("all", 0.5), "nothing of it was written"
    assert change(owners, 2, mode="new").policy.mode == "new"


def test_two_who_change_different_things_both_succeed(owners: Owners) -> None:
    change(owners, 1, mode="all", held_from=0.5)
    after = change(owners, 1, mode="doubtful", held_from=0.3)
    assert (after.policy.mode, after.policy.held_from) == ("all", 0.3)


def test_two_who_change_to_the_same_both_succeed(owners: Owners) -> None:
    change(owners, 1, origins=("https://new.example",))
    after = change(owners, 1, origins=("HTTPS://New.example:443",))
    assert after.policy_version == 2


def test_each_check_is_a_setting_of_its_own(owners: Owners) -> None:
    change(owners, 1, checks={"links": "log"})
    after = change(owners, 1, checks={"hosts": "off"})
    assert after.policy.checks == {"links": "log", "hosts": "off"}
    with pytest.raises(StaleSettings) as caught:
        change(owners, 1, checks={"links": "off"})
    assert caught.value.fields == ("checks",)
    assert change(owners, 3, checks={"hosts": "off"}).policy.checks == {"hosts": "off"}


def test_rules_hold_for_what_two_have_made_together(owners: Owners) -> None:
    change(owners, 1, held_from=0.9)
    with pytest.raises(InvalidInput) as caught:
        change(owners, 1, spam_from=0.6)
    assert list(caught.value.errors) == ["spam_from"]
    assert owners.acts.site.policy_version == 2


@pytest.mark.parametrize("seen", [0, 2, 2**31 - 1])
def test_version_that_never_was_is_refused(owners: Owners, seen: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        change(owners, seen, mode="all")
    assert list(caught.value.errors) == ["seen"]


def test_two_at_the_same_moment_take_turns(owners: Owners) -> None:
    given = [{"mode": "all"}, {"held_from": 0.1}, {"spam_from": 0.99}, {"max_depth": 3}]
    with ThreadPoolExecutor(len(given)) as pool:
        list(pool.map(lambda each: change(owners, 1, **each), given))
    site = owners.acts.site
    assert site.policy_version == 5
    assert (site.policy.mode, site.policy.held_from) == ("all", 0.1)
    assert (site.policy.spam_from, site.policy.max_depth) == (0.99, 3)


def rename(owners: Owners, seen: str, name: str) -> SiteView:
    return owners.acts.store.write(
        lambda s: rename_site(
            s, owners.ada, "blog", seen=seen, name=name, now=owners.acts.clock()
        )
    )


def test_new_name_is_logged_and_never_overwrites_another(owners: Owners) -> None:
    assert rename(owners, "blog", " Bread  and rye ").name == "Bread and rye"
    with pytest.raises(StaleSettings):
        rename(owners, "blog", "Rye")
    assert rename(owners, "blog", "Bread and rye").name == "Bread and rye"
    rows = owners.acts.store.read(
        lambda s: [
            (row.moderator_id, row.site_id, row.detail)
            for row in s.scalars(select(AuditEntry))
            if row.action == "site-renamed"
        ]
    )
    detail = {"from": "blog", "to": "Bread and rye"}
    assert rows == [(owners.ada.id, owners.acts.site_id, detail)]


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_name_must_be_one(owners: Owners, name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        rename(owners, "blog", name)
    assert list(caught.value.errors) == ["name"]
