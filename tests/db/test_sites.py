"""Sites and the versions of their policies."""

import pytest
from sqlalchemy import select

from service.db.models import Site, SitePolicyRow
from service.domain.errors import Conflict, InvalidInput, Unknown
from service.domain.policy import SitePolicy
from service.operations.sites import add_site, all_sites, site_by_id, site_by_key
from tests.db.acts import Acts, make_site


def test_site_is_found_by_key_and_number_with_its_policy(acts: Acts) -> None:
    policy = SitePolicy(origins=("https://other.example",), mode="all", max_depth=2)
    made = make_site(acts.store, "other", policy, acts.clock())
    assert made.policy == policy
    assert acts.store.read(lambda s: site_by_key(s, "other")) == made
    assert acts.store.read(lambda s: site_by_id(s, made.id)) == made
    assert [s.key for s in acts.store.read(all_sites)] == ["blog", "other"]


@pytest.mark.parametrize(
    "key", ["", "nobody", "Blog", "blog ", "\x00", "\ud800", "x" * 5000]
)
def test_no_other_key_finds_a_site(acts: Acts, key: str) -> None:
    with pytest.raises(Unknown):
        acts.store.read(lambda s: site_by_key(s, key))


@pytest.mark.parametrize(
    "key", ["", "-a", "_a", "A", "a b", "a/b", "\u00e4", "x" * 65, "a\n"]
)
def test_key_that_cannot_stand_in_an_address_is_refused(acts: Acts, key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        make_site(acts.store, key, SitePolicy(), acts.clock())
    assert set(caught.value.errors) == {"key"}


def test_key_is_taken_once(acts: Acts) -> None:
    with pytest.raises(Conflict):
        make_site(acts.store, "blog", SitePolicy(), acts.clock())
    assert acts.count(Site) == 1


def test_wrong_policy_adds_no_site(acts: Acts) -> None:
    with pytest.raises(InvalidInput):
        make_site(acts.store, "other", SitePolicy(max_depth=99), acts.clock())
    assert acts.count(Site) == 1


def test_site_without_a_name_is_called_by_its_key(acts: Acts) -> None:
    made = acts.store.write(
        lambda s: add_site(s, "other", name="", policy=SitePolicy(), now=acts.clock())
    )
    assert made.name == "other"


def test_each_change_is_a_new_version_and_the_old_ones_stay(acts: Acts) -> None:
    acts.set_policy(mode="all")
    acts.set_policy(mode="new")
    assert (acts.site.policy_version, acts.site.policy.mode) == (3, "new")
    rows = acts.store.read(
        lambda s: list(s.scalars(select(SitePolicyRow).order_by(SitePolicyRow.id)))
    )
    assert [row.data["mode"] for row in rows] == ["doubtful", "all", "new"]


def test_change_to_the_same_is_none(acts: Acts) -> None:
    acts.set_policy(mode="doubtful")
    assert acts.site.policy_version == 1


def test_wrong_change_changes_nothing(acts: Acts) -> None:
    with pytest.raises(InvalidInput):
        acts.set_policy(held_from=2.0)
    assert acts.site.policy_version == 1
