"""A site is read once in a while, and a change of it is seen in time."""

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from service.db.models import Site
from service.domain.errors import Unknown
from service.domain.policy import SitePolicy
from service.operations.kept_sites import KEPT_SECONDS, MOST_SITES, KeptSites
from service.operations.sites import add_site, site_by_key
from tests.db.acts import Acts, make_site


class Ticking:
    """Seconds that go up when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


@pytest.fixture
def kept(ticking: Ticking) -> KeptSites:
    return KeptSites(clock=ticking)


def change_elsewhere(acts: Acts, name: str) -> None:
    """Change the site as another process does: this one is not told."""
    acts.store.write(lambda s: s.execute(update(Site).values(name=name)))


def test_site_is_as_the_store_has_it(acts: Acts, kept: KeptSites) -> None:
    stored = acts.store.read(lambda s: site_by_key(s, "blog"))
    assert kept.get(acts.store, "blog") == stored
    assert kept.get(acts.store, "blog") is kept.get(acts.store, "blog")


def test_change_by_another_process_is_seen_within_a_second(
    acts: Acts, kept: KeptSites, ticking: Ticking
) -> None:
    old = kept.get(acts.store, "blog")
    change_elsewhere(acts, "New")
    ticking.now += KEPT_SECONDS * 0.99
    assert kept.get(acts.store, "blog") is old
    ticking.now += KEPT_SECONDS * 0.02
    assert kept.get(acts.store, "blog").name == "New"
    assert KEPT_SECONDS <= 1.0


def test_change_by_this_process_is_seen_at_once(acts: Acts, kept: KeptSites) -> None:
    kept.get(acts.store, "blog")
    acts.set_policy(mode="all")
    assert kept.get(acts.store, "blog").policy.mode == "all"


def test_change_that_is_undone_is_not_seen(acts: Acts, kept: KeptSites) -> None:
    old = kept.get(acts.store, "blog")
    with pytest.raises(Unknown):
        acts.store.write(lambda s: add_and_fail(s, acts))
    assert kept.get(acts.store, "blog") is old


def add_and_fail(session: Session, acts: Acts) -> None:
    add_site(session, "other", name="", policy=SitePolicy(), now=acts.clock())
    raise Unknown("x")


def test_unknown_site_is_found_as_soon_as_it_is_there(
    acts: Acts, kept: KeptSites
) -> None:
    with pytest.raises(Unknown):
        kept.get(acts.store, "other")
    made = make_site(acts.store, "other", SitePolicy(), acts.clock())
    assert kept.get(acts.store, "other") == made


def test_nothing_is_kept_for_no_seconds(acts: Acts, ticking: Ticking) -> None:
    kept = KeptSites(0, ticking)
    kept.get(acts.store, "blog")
    change_elsewhere(acts, "New")
    assert kept.get(acts.store, "blog").name == "New"


def test_no_more_are_kept_than_were_agreed(
    acts: Acts, kept: KeptSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.operations.kept_sites.MOST_SITES", 2)
    assert MOST_SITES > 2
    for key in ("one", "two", "three"):
        make_site(acts.store, key, SitePolicy(), acts.clock())
        kept.get(acts.store, key)
        assert len(kept._kept) <= 2
