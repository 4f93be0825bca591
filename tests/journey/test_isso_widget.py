"""Isso's own scripts, as its package carries them, in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

from tests.journey.isso_blog import IssoBlog, isso_blog
from tests.needs import isso_scripts, need
from tests.running import Running, running
from tests.servers import wait_until

SECONDS = 30.0
FOREIGN = "blog.example"
"""Another registrable name than that of the service."""
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--host-resolver-rules=MAP {FOREIGN} 127.0.0.1",
)


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(_QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def blog() -> Iterator[IssoBlog]:
    scripts = isso_scripts()
    need("isso", scripts)
    assert scripts is not None
    with isso_blog(scripts) as opened:
        yield opened


@pytest.fixture(scope="module")
def foyer(
    blog: IssoBlog, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("isso")) as started:
        origins = (blog.address("", host) for host in ("localhost", FOREIGN))
        given = [word for origin in origins for word in ("--origin", origin)]
        made = started.command("site", "add", "blog", *given)
        assert made.returncode == 0, made.stderr
        # As it would stand on the blog before: only the address is another.
        blog.door.append(f"{started.base_url}/sites/blog/isso")
        yield started


@contextmanager
def opened_page(browser: Browser, foyer: Running) -> Iterator[Page]:
    """A page of a fresh profile.

    It fails the test if a script does, or if anybody but blog and service is asked for
    anything.
    """
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    asked: set[str] = set()
    failed: list[str] = []
    page.on("request", lambda request: asked.add(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("dialog", lambda dialog: failed.append(dialog.message))
    yield page
    context.close()
    assert failed == []
    hosts = {urlsplit(url).hostname for url in asked if url.startswith("http")}
    assert hosts <= {"localhost", FOREIGN}
    assert any(str(foyer.port) in url for url in asked)


@pytest.fixture
def page(browser: Browser, foyer: Running) -> Iterator[Page]:
    with opened_page(browser, foyer) as opened:
        yield opened


def write(page: Page, text: str, author: str = "Ana") -> Response:
    """Fill in Isso's form, and send it; what was answered."""
    box = page.locator(".isso-postbox").first
    box.locator(".isso-textarea").fill(text)
    box.locator("[name=author]").fill(author)
    box.locator("[name=email]").fill("ana@example.org")
    with page.expect_response("**/isso/new?*") as answered:
        box.locator("[type=submit]").click()
    return answered.value


def shown(page: Page, text: str) -> bool:
    page.reload()
    expect(page.locator(".isso-postbox")).to_be_visible()
    expect(page.locator(".isso-thread-heading")).not_to_be_empty()
    return page.locator("#isso-root .isso-text", has_text=text).count() > 0


def preview(page: Page, text: str, emphasis: str) -> None:
    """Look at a text as it would be published, and go on writing."""
    expect(page.locator(".isso-postbox .isso-preview")).to_be_hidden()
    page.locator(".isso-textarea").fill(text)
    page.locator("[name=preview]").click()
    expect(page.locator(".isso-preview em")).to_have_text(emphasis)
    page.locator("[name=edit]").click()


def edit(page: Page, was: str, text: str) -> None:
    """Change the first comment, which is one's own."""
    mine = page.locator("#isso-root > .isso-comment").first
    mine.locator("a.isso-edit").first.click()
    editor = mine.locator(".isso-textarea-wrapper textarea")
    expect(editor).to_have_value(was)
    editor.fill(text)
    with page.expect_response("**/isso/id/*") as answered:
        mine.locator("a.isso-edit").first.click()
    assert answered.value.status == 200, answered.value.text()


def answer_first(page: Page, text: str) -> None:
    """Reply to the first comment, which is somebody else's."""
    seen = page.locator("#isso-root > .isso-comment").first
    expect(seen.locator(".isso-author")).to_have_text("Ana")
    expect(seen.locator("a.isso-edit")).to_have_count(0)
    seen.locator("a.isso-reply").click()
    form = seen.locator(".isso-postbox")
    form.locator(".isso-textarea").fill(text)
    form.locator("[name=author]").fill("Bo")
    form.locator("[name=email]").fill("bo@example.org")
    with page.expect_response("**/isso/new?*") as replied:
        form.locator("[type=submit]").click()
    assert replied.value.status in {201, 202}, replied.value.text()
    below = page.locator(".isso-follow-up .isso-comment .isso-text")
    expect(below).to_have_text(text)


def take_back(page: Page) -> None:
    """Delete the first comment, which is one's own."""
    button = page.locator("#isso-root > .isso-comment a.isso-delete").first
    button.click()
    with page.expect_response("**/isso/id/*") as answered:
        button.click()
    assert answered.value.status == 200, answered.value.text()


def test_reader_writes_edits_and_takes_back(
    foyer: Running, browser: Browser, blog: IssoBlog, page: Page
) -> None:
    page.goto(blog.address("/bread/"))
    expect(page.locator(".isso-thread-heading")).to_have_text("No Comments Yet")
    expect(page.locator(".isso-notification-section")).to_be_hidden()
    preview(page, "Rye wants *patience*.", "patience")
    answer = write(page, "Rye wants *patience*.")
    assert answer.status in {201, 202}, answer.text()
    assert "ana@example.org" not in answer.text()
    mine = page.locator("#isso-root .isso-comment").first
    expect(mine.locator(".isso-text em")).to_have_text("patience")
    # There are no votes, so nothing to vote by.
    expect(mine.locator(".isso-upvote")).to_have_count(0)
    edit(page, "Rye wants *patience*.", "Rye wants a *fortnight*.")
    expect(mine.locator(".isso-text em")).to_have_text("fortnight")

    with opened_page(browser, foyer) as stranger:
        stranger.goto(blog.address("/bread/"))
        wait_until(lambda: shown(stranger, "fortnight"), "publishing", SECONDS)
        answer_first(stranger, "And oats want none.")
        wait_until(lambda: shown(stranger, "oats"), "publishing", SECONDS)
        expect(stranger.locator(".isso-thread-heading")).to_have_text("2 Comments")
        # Its writer takes it back, and the answer keeps its place.
        assert shown(page, "fortnight")
        take_back(page)
        assert shown(stranger, "oats")
        assert not shown(stranger, "fortnight")
        expect(stranger.locator(".isso-note").first).to_have_text("Comment deleted.")
        stranger.goto(blog.address("/"))
        expect(stranger.locator("#bread")).to_have_text("One Comment")
        expect(stranger.locator("#salt")).to_have_text("0 Comments")


def test_nothing_that_is_written_is_run(blog: IssoBlog, page: Page) -> None:
    page.goto(blog.address("/attacked/"))
    expect(page.locator(".isso-postbox")).to_be_visible()
    author = "<img src=x onerror=alert(1)>'\"><script>alert(2)</script>"
    answer = write(page, f"{author} [x](javascript:alert(3))", author)
    assert answer.status in {201, 202}, answer.text()
    mine = page.locator("#isso-root .isso-comment").first
    expect(mine.locator(".isso-author")).to_have_text(author)
    assert mine.locator("img, script").count() == 0
    assert mine.locator("a[href^=javascript]").count() == 0


def test_blog_under_another_name_reads_and_writes(blog: IssoBlog, page: Page) -> None:
    page.goto(blog.address("/elsewhere/", FOREIGN))
    expect(page.locator(".isso-postbox")).to_be_visible()
    answer = write(page, "Spelt, from far away.")
    assert answer.status in {201, 202}, answer.text()
    wait_until(lambda: shown(page, "from far away"), "publishing", SECONDS)


def test_what_is_wrong_is_refused_and_nothing_is_lost(
    blog: IssoBlog, page: Page
) -> None:
    page.goto(blog.address("/wrong/"))
    expect(page.locator(".isso-postbox")).to_be_visible()
    page.locator("[name=website]").fill("ftp://ana.example/")
    answer = write(page, "Where does it rise?")
    assert answer.status == 400
    assert answer.text().startswith("website: ")
    expect(page.locator(".isso-textarea")).to_have_value("Where does it rise?")
    page.locator("[name=website]").fill("https://ana.example/")
    assert write(page, "Where does it rise?").status in {201, 202}
