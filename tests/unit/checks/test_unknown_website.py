"""A new writer's website that nobody here has seen."""

from typing import Any

import pytest

from service.domain.findings import MODEL, Finding, weigh
from service.domain.policy import SitePolicy
from service.domain.status import Status
from tests.unit.checks.inputs import comment
from worker.checks.unknown_website import YOUNG_BELOW, unknown_website

GROWN = {"site_seen": YOUNG_BELOW}
SHOP = {"website": "https://shop.example", "website_host": "shop.example"}


def _verdict(read: dict[str, Any], known: dict[str, Any]) -> Status:
    said = unknown_website(comment(read, known))
    return weigh([said] if said else [], SitePolicy()).status


def test_first_comment_with_an_unknown_website_is_held_and_says_which() -> None:
    assert _verdict(SHOP, GROWN) is Status.HELD
    said = unknown_website(comment(SHOP, GROWN))
    assert said is not None
    assert "shop.example" in said.reason


@pytest.mark.parametrize(
    ("read", "known"),
    [
        pytest.param({}, GROWN, id="no website"),
        pytest.param(
            SHOP, {**GROWN, "known_hosts": frozenset({"shop.example"})}, id="known"
        ),
        pytest.param(SHOP, {**GROWN, "proven_published": 1}, id="proven writer"),
        pytest.param(
            {"website": "https://github.com/ada", "website_host": "github.com"},
            GROWN,
            id="a place of very many",
        ),
        pytest.param(
            SHOP,
            {**GROWN, "policy": SitePolicy(origins=("https://www.shop.example",))},
            id="the blog itself",
        ),
    ],
)
def test_says_nothing(read: dict[str, Any], known: dict[str, Any]) -> None:
    assert unknown_website(comment(read, known)) is None


@pytest.mark.parametrize(
    ("log_odds", "status"), [(-0.5, Status.PUBLISHED), (0.5, Status.HELD)]
)
def test_the_model_may_speak_for_the_comment(log_odds: float, status: Status) -> None:
    said = unknown_website(comment(SHOP, GROWN))
    assert said is not None
    model = Finding(check=MODEL, log_odds=log_odds, reason="Reads so.")
    assert weigh([said, model], SitePolicy()).status is status


def test_another_known_host_does_not_help() -> None:
    known = {**GROWN, "known_hosts": frozenset({"friend.example"})}
    read = {**SHOP, "hosts": ("friend.example",)}
    assert _verdict(read, known) is Status.HELD


def test_first_comments_of_a_young_site_are_not_all_held() -> None:
    young = {"site_seen": YOUNG_BELOW - 1}
    assert _verdict(SHOP, young) is Status.PUBLISHED
    said = unknown_website(comment(SHOP, young))
    assert said is not None
    assert said.log_odds > 0
