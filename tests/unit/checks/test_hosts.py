"""What moderators decided on the same hosts."""

import pytest

from service.domain.checking import Tally
from service.domain.findings import weigh
from service.domain.policy import SitePolicy
from service.domain.status import Status
from tests.unit.checks.inputs import comment
from worker.checks.hosts import hosts

SHOP = "shop.example"


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
