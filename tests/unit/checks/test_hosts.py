"""What moderators decided on the same hosts."""

import pytest

from service.domain.checking import Tally
from service.domain.findings import Finding, weigh
from service.domain.policy import SitePolicy
from service.domain.status import Status
from tests.unit.checks.inputs import comment
from worker.checks.hosts import hosts

SHOP = "shop.example"


def weigh_alone(log_odds: float) -> Status:
    said = Finding(check="hosts", log_odds=log_odds, reason="Why.")
    return weigh([said], SitePolicy()).status


def _said(tally: Tally) -> float:
    said = hosts(comment({"hosts": (SHOP,)}, {"host_tallies": {SHOP: tally}}))
    return said.log_odds if said else 0.0


def test_unknown_host_says_nothing() -> None:
    assert hosts(comment({"hosts": (SHOP,)})) is None


@pytest.mark.parametrize(
    "tally",
    [
        pytest.param(Tally(published=50), id="published ones never count for"),
        pytest.param(Tally(spam=1, published=1), id="even"),
        pytest.param(Tally(trashed=9), id="trashed for other reasons"),
    ],
)
def test_host_says_nothing(tally: Tally) -> None:
    assert _said(tally) == 0.0


def test_weight_grows_with_spam_and_falls_with_published() -> None:
    assert _said(Tally(spam=1, published=0)) < _said(Tally(spam=2)) <= 4.0
    assert _said(Tally(spam=4, published=2)) < _said(Tally(spam=4, published=1))
    assert _said(Tally(spam=9_999)) == 4.0


def test_host_of_one_spam_is_held_at_the_next() -> None:
    given = comment({"hosts": (SHOP,)}, {"host_tallies": {SHOP: Tally(spam=1)}})
    said = hosts(given)
    assert said is not None
    assert weigh([said], SitePolicy()).status is Status.HELD


def test_website_counts_as_a_host() -> None:
    known = {"host_tallies": {SHOP: Tally(spam=5)}}
    assert hosts(comment({"website_host": SHOP}, known)) is not None


def test_the_blog_itself_never_counts() -> None:
    policy = SitePolicy(origins=(f"https://{SHOP}",))
    known = {"host_tallies": {SHOP: Tally(spam=50)}, "policy": policy}
    assert hosts(comment({"website_host": SHOP}, known)) is None


def test_the_worst_host_is_named_with_its_counts() -> None:
    tallies = {SHOP: Tally(spam=1), "worse.example": Tally(spam=7, published=1)}
    read = {"hosts": (SHOP, "worse.example")}
    said = hosts(comment(read, {"host_tallies": tallies}))
    assert said is not None
    assert said.reason == (
        "Moderators called 7 comments with links to worse.example spam and published 1."
    )
    assert set(said.detail["hosts"]) == {SHOP, "worse.example"}


def test_old_decisions_count_less() -> None:
    fresh = _said(Tally(spam=3))
    assert fresh > _said(Tally(spam=3, faded_spam=2.0)) > 0
    assert _said(Tally(spam=3, faded_spam=3.0)) == 0


def test_published_long_ago_protects_a_host_less() -> None:
    protected = _said(Tally(spam=3, published=2))
    assert protected < _said(Tally(spam=3, published=2, faded_published=1.5))


@pytest.mark.parametrize("place", ["github.com", "bit.ly"])
def test_one_spammer_does_not_speak_for_a_place_of_very_many(place: str) -> None:
    def said(spam: int) -> float:
        known = {"host_tallies": {place: Tally(spam=spam)}}
        found = hosts(comment({"hosts": (place,)}, known))
        return found.log_odds if found else 0.0

    assert said(1) < _said(Tally(spam=1)) / 2
    assert weigh_alone(said(1)) is Status.PUBLISHED
    assert weigh_alone(said(20)) is Status.HELD
