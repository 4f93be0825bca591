"""People do it all in a real browser without scripts, behind https too."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journey.tls_proxy import tls_proxy
from tests.running import Running, running
from tests.servers import free_port, wait_until

SECONDS = 30.0
PASSWORD = "seven quiet lanterns"
EMAIL = "moderator@demo.example"
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(_QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def foyer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("plain")) as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a fresh profile, without scripts; test_widget.py has others."""
    with quiet_page(browser, java_script_enabled=False) as opened:
        yield opened


@contextmanager
def quiet_page(browser: Browser, **options: bool) -> Iterator[Page]:
    """A page of a fresh profile that fails the test if the browser complains."""
    said: list[str] = []
    context = browser.new_context(**options)  # type: ignore[arg-type]  # all switches
    opened = context.new_page()
    opened.set_default_timeout(SECONDS * 1000)
    opened.on(
        "console",
        lambda message: (
            said.append(message.text) if message.type in {"error", "warning"} else None
        ),
    )
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    # Browsers note every 4xx; what must not be there is a blocked style or form.
    assert [text for text in said if "status of 4" not in text] == []


def write(page: Page, text: str, email: str = "ana@example.org") -> None:
    """Fill in the reply form as a person does, and send it."""
    page.get_by_role("textbox", name="Comment").fill(text)
    page.get_by_role("textbox", name="Name").fill("Ana")
    page.get_by_role("textbox", name="Email").fill(email)
    page.get_by_role("button", name="Post Comment").click()


def reload_until(page: Page, words: str) -> None:
    """Load the page again, as a person would, until its heading says so."""

    def says_so() -> bool:
        page.reload()
        return words in page.get_by_role("heading", level=1).inner_text()

    wait_until(says_so, f"a page that says {words!r}", SECONDS)


def test_reader_writes_mends_and_is_published(foyer: Running, page: Page) -> None:
    text = f"Mine was climbing, too.\n\nIt is rye {free_port()}, and *patient*."
    page.goto(f"{foyer.base_url}/demo/")
    expect(
        page.get_by_text("Your email address will not be published.")
    ).to_be_visible()
    write(page, text, email="")
    expect(page.get_by_role("alert")).to_contain_text("was not sent yet")
    expect(page.get_by_role("textbox", name="Comment")).to_have_value(text)
    field = page.get_by_role("textbox", name="Email")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("Please give an e-mail"))
    field.fill("ana@example.org")
    page.get_by_role("button", name="Post Comment").click()
    page.wait_for_url("**/sites/demo/sent/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    reload_until(page, "is published")
    assert "climbing" not in page.content()
    page.get_by_role("link", name="Back to the page").click()
    page.wait_for_url("**/demo/#comment-*")
    mine = page.locator(":target")
    expect(mine).to_contain_text("Mine was climbing, too.")
    expect(mine.locator("em")).to_have_text("patient")
    assert "ana@example.org" not in page.content()

    mine.get_by_role("link", name="Reply to Ana").click()
    expect(page.get_by_role("heading", name="Leave a Reply to Ana")).to_be_visible()
    write(page, f"And what became of {free_port()}?", "bob@example.org")
    page.wait_for_url("**/sites/demo/sent/*")
    reload_until(page, "is published")
    page.get_by_role("link", name="Back to the page").click()
    answer = page.locator("li li:target")
    expect(answer).to_contain_text("And what became of")


def test_reader_edits_and_takes_back(foyer: Running, page: Page) -> None:
    page.goto(f"{foyer.base_url}/demo/rain")
    write(page, f"Barrels leak, number {free_port()}.")
    page.wait_for_url("**/sites/demo/sent/*")
    reload_until(page, "is published")
    page.get_by_role("button", name="Show what I wrote").click()
    expect(page.locator("blockquote")).to_contain_text("Barrels leak")
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Your comment").fill(
        f"Barrels never leak, {free_port()}."
    )
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/sites/demo/sent/*")
    there = page.url

    def is_changed() -> bool:
        page.goto(f"{foyer.base_url}/demo/rain")
        return "Barrels never leak" in page.content()

    wait_until(is_changed, "the edit on the page", SECONDS)
    page.goto(there)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("taken away")
    page.goto(f"{foyer.base_url}/demo/rain")
    assert "Barrels never leak" not in page.content()


def test_demo_has_the_widget_where_scripts_run(
    foyer: Running, browser: Browser
) -> None:
    # Under the demo's own policy, which lets no text become HTML.
    with quiet_page(browser) as page:
        page.goto(f"{foyer.base_url}/demo/")
        expect(page.locator("foyer-thread .foyer form")).to_be_visible()
        text = f"Widgets rise, too, {free_port()}."
        write(page, text)
        expect(page.get_by_role("article").filter(has_text=text)).to_be_visible(
            timeout=SECONDS * 1000
        )
        page.reload()
        expect(page.get_by_role("article").filter(has_text=text)).to_have_count(1)
        assert "/demo/" in page.url


def sign_in_by_link_and_set_a_password(page: Page, foyer: Running) -> None:
    """The first steps of a moderator, up to the account with its new password."""
    page.goto(foyer.sign_in_link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("status")).to_contain_text("Your new password holds")


def sign_out_and_in_again(page: Page) -> None:
    """With a wrong password first, then with the right one."""
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    for password, url in ((f"not {PASSWORD}", "**/login"), (PASSWORD, "**/queue")):
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(url)


def answer_an_audit(foyer: Running, reader: Page, moderator: Page) -> None:
    """A comment that the checks publish, found right by a moderator."""
    changed = foyer.command("site", "set", "demo", "--audit-share", "1")
    assert changed.returncode == 0, changed.stderr
    word = f"w{free_port()}kettle"
    reader.goto(f"{foyer.base_url}/demo/")
    write(reader, f"My {word} sings while it rises.")
    reader.wait_for_url("**/sites/demo/sent/*")
    reload_until(reader, "is published")
    moderator.goto(f"{foyer.base_url}/queue")
    moderator.get_by_role("link", name="Audit").click()
    card = moderator.get_by_role("article").filter(has_text=word)
    card.get_by_role("button", name="Right, it is good").click()
    expect(moderator.get_by_role("status").first).to_contain_text("it stays published")
    expect(moderator.get_by_role("article").filter(has_text=word)).to_have_count(0)
    moderator.get_by_role("link", name="Insights").click()
    row = moderator.get_by_role("row").filter(has_text="how the form was sent")
    expect(row.get_by_role("cell").first).to_have_text("on")
    assert int(row.get_by_role("cell").nth(1).inner_text()) > 0


def test_moderator_signs_in_and_publishes_what_waits(
    foyer: Running, browser: Browser
) -> None:
    word = f"w{free_port()}lantern"
    added = foyer.command("list", "add", "hold", word, "--site", "demo")
    assert added.returncode == 0, added.stderr
    with (
        quiet_page(browser, java_script_enabled=False) as reader,
        quiet_page(browser, java_script_enabled=False) as moderator,
    ):
        reader.goto(f"{foyer.base_url}/demo/")
        write(reader, f"I hung a {word} over mine.", "eve@example.org")
        reader.wait_for_url("**/sites/demo/sent/*")
        reload_until(reader, "waits for a moderator")
        sign_in_by_link_and_set_a_password(moderator, foyer)
        sign_out_and_in_again(moderator)
        card = moderator.get_by_role("article").filter(has_text=word)
        expect(card).to_contain_text("hold list")
        card.get_by_role("button", name="Publish").click()
        expect(moderator.get_by_role("status").first).to_be_visible()
        expect(moderator.get_by_role("article").filter(has_text=word)).to_have_count(0)
        reload_until(reader, "is published")
        reader.get_by_role("link", name="Back to the page").click()
        expect(reader.locator(":target")).to_contain_text(word)
        answer_an_audit(foyer, reader, moderator)
        moderator.goto(foyer.sign_in_link)
        expect(moderator.get_by_role("heading", level=1)).to_have_text(
            "This link is used up"
        )


def test_moderator_signs_in_behind_https(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    base = f"https://localhost:{port}"
    settings = {"FOYER_BASE_URL": base, "FOYER_TRUSTED_PROXIES": "127.0.0.1"}
    with (
        running(tmp_path, settings) as foyer,
        tls_proxy(tmp_path, port, foyer.port),
        quiet_page(
            browser, java_script_enabled=False, ignore_https_errors=True
        ) as page,
    ):
        assert foyer.sign_in_link.startswith(f"{base}/")
        sign_in_by_link_and_set_a_password(page, foyer)
        sign_out_and_in_again(page)
        cookies = page.context.cookies()
        assert {c["name"] for c in cookies} == {"__Host-foyer", "__Host-foyer-form"}
        for cookie in cookies:
            assert cookie["secure"], cookie["name"]
            assert cookie["httpOnly"], cookie["name"]
            assert (cookie["sameSite"], cookie["path"]) == ("Lax", "/")
        page.goto(f"{base}/demo/")
        write(page, "Said over https.")
        page.wait_for_url(f"{base}/sites/demo/sent/*")
        reload_until(page, "is published")
