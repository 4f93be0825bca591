"""Owners set a site in a real browser, without scripts, on a narrow screen."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.journey.test_browser import quiet_page
from tests.running import Running, running

SECONDS = 30.0
WIDTH = 390


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def foyer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("settings")) as started:
        yield started


@pytest.fixture
def page(browser: Browser, foyer: Running) -> Iterator[Page]:
    """The owner's browser, without scripts, on a narrow screen."""
    with quiet_page(browser, java_script_enabled=False) as opened:
        opened.set_viewport_size({"width": WIDTH, "height": 844})
        said = say(
            foyer,
            *("moderator", "add", "owner@demo.example", "--site", "demo"),
            *("--role", "owner", "--name", "Olga"),
        )
        link = re.search(r"http\S+/login/link/\S+", said)
        assert link
        opened.goto(link[0])
        opened.get_by_role("main").get_by_role("button", name="Sign in").click()
        yield opened


def say(foyer: Running, *arguments: str) -> str:
    """What a command on the same installation says."""
    done = foyer.command(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def section(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def open_part(page: Page, foyer: Running, name: str = "") -> None:
    page.goto(f"{foyer.base_url}/settings")
    page.get_by_role("link", name="Demo blog").click()
    if name:
        parts = page.get_by_role("navigation", name="Settings of this site")
        parts.get_by_role("link", name=name).click()


def test_owner_sets_a_site_and_is_told_what_another_has_set(
    foyer: Running, page: Page
) -> None:
    open_part(page, foyer)
    other = page.context.new_page()
    other.goto(page.url)
    moderation = section(other, "Moderation")
    moderation.get_by_label("Everything waits").check()
    moderation.get_by_role("button", name="Save").click()
    expect(moderation.get_by_role("status")).to_have_text("Saved.")

    moderation = section(page, "Moderation")
    moderation.get_by_label("Comments of new writers wait").check()
    moderation.get_by_label("Hold from this score on").fill("0.4")
    moderation.get_by_role("button", name="Save").click()
    told = moderation.get_by_role("alert")
    expect(told).to_contain_text("now: Everything waits")
    expect(told).to_contain_text("Olga")
    expect(told).to_contain_text("yours: Comments of new writers wait")
    assert "mode              all\n" in say(foyer, "site", "show", "demo")
    expect(moderation.get_by_label("Hold from this score on")).to_have_value("0.4")
    moderation.get_by_role("button", name="Save").click()
    expect(moderation.get_by_role("status")).to_have_text("Saved.")
    shown = say(foyer, "site", "show", "demo")
    assert "mode              new\n" in shown
    assert "held-from         0.4\n" in shown

    open_part(page, foyer, "Changes")
    newest = page.get_by_role("list", name="Changes").get_by_role("listitem").first
    expect(newest).to_contain_text("Olga")
    expect(newest).to_contain_text("Everything waits")
    expect(newest).to_contain_text("Comments of new writers wait")


def test_owner_keeps_lists_threads_and_members(
    foyer: Running, browser: Browser, page: Page
) -> None:
    open_part(page, foyer, "Lists")
    page.get_by_label("What to look for").fill("snakeoil")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The entry was added")
    assert "snakeoil" in say(foyer, "list", "show", "hold", "--site", "demo")
    page.get_by_role("button", name="Remove snakeoil").click()
    expect(page.get_by_role("status")).to_contain_text("removed")
    assert "snakeoil" not in say(foyer, "list", "show", "hold", "--site", "demo")

    open_part(page, foyer, "Threads")
    page.get_by_label("Page", exact=True).fill("/demo/closed/")
    page.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_role("status")).to_contain_text("The thread is closed")
    assert "/demo/closed/\tclosed" in say(foyer, "thread", "list", "--site", "demo")

    open_part(page, foyer, "Members")
    page.get_by_label("E-mail address").fill("vera@example.org")
    page.get_by_label("Name").fill("Vera")
    page.get_by_role("radio", name="Viewer").check()
    page.get_by_role("button", name="Add").click()
    link = page.get_by_label("One-time link").input_value()
    assert "vera@" not in page.content()
    with quiet_page(browser, java_script_enabled=False) as vera:
        vera.goto(link)
        vera.get_by_role("main").get_by_role("button", name="Sign in").click()
        vera.goto(f"{foyer.base_url}/settings")
        expect(vera.get_by_role("main")).to_contain_text("Viewer")
        vera.goto(f"{foyer.base_url}/settings/demo")
        expect(vera.get_by_role("heading", level=1)).to_have_text("Not allowed")


@pytest.mark.parametrize(
    "part", ["", "Lists", "Threads", "Members", "Changes"], ids=lambda part: part
)
def test_page_fits_a_narrow_screen(foyer: Running, page: Page, part: str) -> None:
    open_part(page, foyer, part)
    with_scripts = page.context.browser
    assert with_scripts
    state = page.context.storage_state()
    context = with_scripts.new_context(
        storage_state=state, viewport={"width": WIDTH, "height": 844}
    )
    again = context.new_page()
    again.goto(page.url)
    assert again.evaluate("document.documentElement.scrollWidth") <= WIDTH
    context.close()
