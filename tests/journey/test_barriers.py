"""Nobody is kept out: axe-core finds no breach of WCAG 2.2 AA on any page."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import (  # type: ignore[import-untyped]  # no types
    AXE_SCRIPT,
)
from playwright.sync_api import Browser, Page

from tests.journey.moderating import Seat
from tests.journey.test_queue_page import browser, state
from tests.journey.tour import BEHIND_A_PROXY, Stop, furnish, stops
from tests.running import Running, running

__all__ = ["browser", "state"]

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""Tags of axe-core; its best practices come on top of the standard."""
# Of what holds one place for each rule is enough: naming all takes most of the time.
_ASKED = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
_RUN = f"async () => await axe.run({_ASKED})"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def breaches(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands: rule, place and what is wrong."""
    # By the debugger, which the page's own policy does not concern.
    page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = page.evaluate(_RUN)
    assert found["passes"], "axe-core has looked at nothing"
    return [
        f"{breach['id']}: {node['target']}: {node['failureSummary']}"
        for breach in found["violations"]
        for node in breach["nodes"]
    ]


@pytest.fixture(scope="module")
def foyer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("barriers"), BEHIND_A_PROXY) as started:
        furnish(started)
        yield started


@pytest.fixture(scope="module")
def tour(browser: Browser, foyer: Running, state: Path) -> list[Stop]:
    with Seat(browser).page(state) as page:
        return list(stops(page, foyer))


def test_axe_finds_what_is_wrong(browser: Browser) -> None:
    """Else it would find nothing anywhere."""
    with Seat(browser).page() as page:
        page.set_content("<main><img src=x><p style='color:#aaa'>Pale</p></main>")
        wrong = {each.partition(":")[0] for each in breaches(page)}
    assert {"image-alt", "color-contrast", "html-has-lang"} <= wrong


def _name_of(look: dict[str, Any]) -> str:
    return f"{look['color_scheme']}-{look['locale']}-{look['viewport']['width']}"


LOOKS = [
    {"color_scheme": scheme, "locale": language, "viewport": size}
    for scheme in ("light", "dark")
    for language, size in (("en", WIDE), ("en", NARROW), ("ar", WIDE))
]


@pytest.mark.parametrize("look", LOOKS, ids=_name_of)
def test_no_page_of_moderators_has_a_barrier(
    browser: Browser,
    foyer: Running,
    state: Path,
    tour: list[Stop],
    look: dict[str, Any],
) -> None:
    found: dict[str, list[str]] = {}
    with Seat(browser).page(state, reduced_motion="reduce", **look) as page:
        for stop in tour:
            answer = page.goto(f"{foyer.base_url}{stop.path}")
            assert answer is not None
            assert answer.status == stop.status, stop.name
            if stop.act is not None:
                stop.act(page)
            assert page.locator("html").get_attribute("lang") == look["locale"] or (
                stop.path == "/demo/"
            )
            found[stop.name] = breaches(page)
    wrong = {name: each for name, each in found.items() if each}
    assert wrong == {}, json.dumps(wrong, indent=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_nobody_is_kept_from_signing_in(
    browser: Browser, foyer: Running, language: str, scheme: str
) -> None:
    with Seat(browser).page(color_scheme=scheme, locale=language) as page:
        page.goto(f"{foyer.base_url}/login")
        assert breaches(page) == []
        page.get_by_role("textbox").first.fill("nobody@example.org")
        page.locator("input[type=password]").fill("not the one")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert breaches(page) == []
