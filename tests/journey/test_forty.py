"""Forty comments are decided: by keys alone, without scripts, and on a phone."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journey.moderating import (
    BEHIND_A_PROXY,
    Seat,
    card,
    current,
    put_a_flood_in_the_queue,
    put_in_the_queue,
)
from tests.journey.test_queue_page import PASSWORD, browser
from tests.running import Running, running
from tests.servers import wait_until

__all__ = ["browser"]

ADDRESS = "eve@demo.example"
SINGLE, FLOOD = 28, 12


@pytest.fixture
def foyer(tmp_path: Path) -> Iterator[Running]:
    """Forty comments wait, twelve of them alike."""
    with running(tmp_path, BEHIND_A_PROXY) as started:
        added = started.command(
            *("moderator", "add", ADDRESS, "--name", "Eve", "--site", "demo"),
            "--password-stdin",
            text=f"{PASSWORD}\n",
        )
        assert added.returncode == 0, added.stderr
        put_in_the_queue(started, SINGLE, "Ada")
        put_a_flood_in_the_queue(started, FLOOD)
        yield started


def _sign_in(page: Page, foyer: Running) -> None:
    """By the keyboard: the form's fields and its button follow each other."""
    page.goto(f"{foyer.base_url}/login")
    page.get_by_label("E-mail address").focus()
    page.keyboard.type(ADDRESS)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")


def _wait_for_all(page: Page, foyer: Running) -> None:
    def is_all() -> bool:
        page.goto(f"{foyer.base_url}/queue")
        return _count(page, "Held") == SINGLE + FLOOD

    wait_until(is_all, "checks of forty comments", 30)


def _count(page: Page, tab: str) -> int:
    link = page.locator(".tabs a").filter(has_text=tab)
    return int(link.locator(".count").inner_text())


def _moves(page: Page, foyer: Running) -> Counter[tuple[str, str]]:
    """What Eve moved, from and to, by the log's file."""
    answer = page.request.get(f"{foyer.base_url}/log.csv?kind=moves&who=people")
    rows = csv.DictReader(StringIO(answer.body().decode("utf-8-sig")))
    return Counter(
        (row["from"], row["to"]) for row in rows if row["moderator"] == "Eve"
    )


def _decide_by_key(page: Page, key: str, times: int) -> None:
    for _ in range(times):
        one = current(page)
        page.keyboard.press(key)
        expect(card(page, one)).to_be_hidden()


def test_forty_by_keys_alone(browser: Browser, foyer: Running) -> None:
    with Seat(browser).page() as page:
        _sign_in(page, foyer)
        _wait_for_all(page, foyer)
        page.keyboard.press("k")
        _decide_by_key(page, "a", 8)
        _decide_by_key(page, "s", 6)
        _tick_three_and_trash(page)
        taken_back = current(page)
        _decide_by_key(page, "s", 1)
        page.keyboard.press("u")
        expect(card(page, taken_back)).to_be_visible()
        answered = current(page)
        page.keyboard.press("r")
        expect(card(page, answered).get_by_role("textbox")).to_be_focused()
        page.keyboard.type("Thank you.")
        page.keyboard.press("Control+Enter")
        expect(card(page, answered)).to_be_hidden()
        _decide_the_flood(page)
        while _count(page, "Held"):
            page.keyboard.press("k")
            _decide_by_key(page, "a", 1)
            page.reload()
        expect(page.locator("#empty")).to_contain_text("The foyer is empty.")
        assert _moves(page, foyer) == {
            # With her own answer, which is a comment, too.
            ("held", "published"): 8 + 11 + 1,
            ("held", "spam"): 6 + 1 + FLOOD,
            ("held", "trashed"): 3,
            ("spam", "held"): 1,
        }


def _tick_three_and_trash(page: Page) -> None:
    ticked = []
    for _ in range(3):
        ticked.append(current(page))
        page.keyboard.press("x")
        page.keyboard.press("j")
    expect(page.locator("#ticked")).to_contain_text("3")
    page.keyboard.press("Shift+D")
    for one in ticked:
        expect(card(page, one)).to_be_hidden()


def _decide_the_flood(page: Page) -> None:
    flood = page.locator("article.card", has=page.locator(".group"))
    page.reload()
    page.keyboard.press("k")
    for _ in range(SINGLE):
        if current(page) == flood.first.get_attribute("data-id"):
            break
        page.keyboard.press("j")
    page.keyboard.press("g")
    page.wait_for_url("**/alike")
    button = page.get_by_role("button", name=f"All {FLOOD} are spam")
    for _ in range(40):
        if button.evaluate("each => each === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue?*")
    expect(page.get_by_role("status").first).to_contain_text(str(FLOOD))


@pytest.mark.parametrize(
    "options",
    [
        {"java_script_enabled": False},
        {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    ],
    ids=["without scripts", "on a phone"],
)
def test_forty_by_clicks(
    browser: Browser, foyer: Running, options: dict[str, Any]
) -> None:
    with Seat(browser).page(**options) as page:
        _sign_in(page, foyer)
        _wait_for_all(page, foyer)
        # Those that wait longest come first, and the flood came last.
        page.get_by_role("link", name="Next page").click()
        page.get_by_role("button", name=f"All {FLOOD} are spam").click()
        expect(page.get_by_role("status").first).to_contain_text(str(FLOOD))
        page.goto(f"{foyer.base_url}/queue")
        boxes = page.get_by_role("checkbox", name="Tick the comment by")
        for place in range(5):
            boxes.nth(place).check()
        ticked = page.locator("article.card").first.get_attribute("data-id") or ""
        page.locator("#many").get_by_role("button", name="Trash").click()
        expect(card(page, ticked)).to_be_hidden()
        page.goto(f"{foyer.base_url}/queue")
        left = _count(page, "Held")
        assert left == SINGLE - 5
        for number in range(left):
            first = page.locator("article.card").first
            one = first.get_attribute("data-id") or ""
            word = "Publish" if number % 2 else "Spam"
            first.get_by_role("button", name=word, exact=True).click()
            expect(card(page, one)).to_be_hidden()
            page.goto(f"{foyer.base_url}/queue")
        expect(page.locator("#empty")).to_contain_text("The foyer is empty.")
        assert _moves(page, foyer) == {
            ("held", "spam"): FLOOD + 12,
            ("held", "published"): 11,
            ("held", "trashed"): 5,
        }
        assert json.loads(
            page.request.get(
                f"{foyer.base_url}/api/v1/sites/demo/counts?page=/demo/"
            ).text()
        ) == {"counts": {"/demo/": 11}}
