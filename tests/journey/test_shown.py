"""What others have collected to break pages is published, shown, and breaks none.

Each payload is the text, the name and, where it can be, the website of a published
comment. Every page that shows comments is opened in a real browser, with its Content
Security Policy and with that taken off, so that the sanitiser alone must do. Each tenth
payload is tried, or all of them if ``FOYER_TEST_SHOWN=all``.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urljoin

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journey import payloads, shown
from tests.journey.shown import IN_THREAD, SITE, thread_path
from tests.journey.test_browser import sign_in_by_link_and_set_a_password
from tests.running import Running, running
from tests.servers import free_port

EMAIL = "moderator@demo.example"
WIDGETS = 6
"""Threads on one page of the blog."""
RAW = 400
"""Payloads of the control page."""
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    # Other hosts are asked for, which is seen, and not found.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
POLICY = (
    "default-src 'none'; script-src {service}; connect-src {service}; "
    "base-uri 'none'; form-action {service}; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
STEP = 1 if os.environ.get("FOYER_TEST_SHOWN") == "all" else 10
"""Of so many payloads one is shown: all of them take most of an hour."""
POLICIES = pytest.mark.parametrize("strips", [False, True], ids=["csp", "no-csp"])


@dataclass(slots=True)
class Stage:
    """Where the payloads are published, and a blog that shows them."""

    foyer: Running
    blog: str
    payloads: list[str]

    @property
    def threads(self) -> list[str]:
        """The pages that have comments, in order."""
        numbers = range(0, len(self.payloads), IN_THREAD)
        return [thread_path(number) for number in numbers]

    def expected(self, path: str) -> int:
        """How many comments a thread has."""
        first = int(path.rpartition("/")[2]) * IN_THREAD
        return min(IN_THREAD, len(self.payloads) - first)

    def check(self, place: str, seen: shown.Seen, marks: set[int]) -> None:
        """All were seen, and nothing came of it."""
        print(f"{place}: {len(marks)} of {len(self.payloads)} seen; {seen}")
        assert marks == set(range(len(self.payloads))), place
        assert seen.is_calm, seen


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=list(_ARGUMENTS)
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Stage]:
    found = payloads.markup(shared)
    assert len(found) > 10_000
    found = found[::STEP]
    port = free_port()
    blog = f"http://127.0.0.1:{port}"
    with running(tmp_path_factory.mktemp("shown")) as foyer:
        site = ("site", "set", "demo", "--held-from", "1", "--spam-from", "1")
        origins = ("--origin", foyer.base_url, "--origin", blog)
        changed = foyer.command(*site, *origins, "--audit-share", "0")
        assert changed.returncode == 0, changed.stderr
        given = ("--name", "shown", "--scope", "decide")
        token = foyer.command("moderator", "token", EMAIL, *given)
        assert token.returncode == 0, token.stderr
        posted = shown.post_all(foyer.port, found)
        forced = shown.publish_all(foyer.port, token.stdout.strip())
        print(f"{len(found)} payloads, refused {dict(posted.refused)}, {forced} forced")
        made = Stage(foyer, blog, found)

        def answer(path: str) -> tuple[str, str]:
            kind, _, which = path.strip("/").partition("/")
            if not which.isdecimal():
                # The browser's own wishes, and those of payloads.
                return "", ""
            if kind == "raw":
                step = len(found) // RAW
                begin = int(which) * 40
                return shown.framed(found[::step][begin : begin + 40]), ""
            if kind == "feed":
                return shown.read_by_a_naive_reader(foyer.port, f"/p/{which}"), ""
            policy = POLICY.format(service=foyer.base_url) if kind == "strict" else ""
            begin = int(which) * WIDGETS
            threads = made.threads[begin : begin + WIDGETS]
            return shown.widgets(foyer.base_url, threads), policy

        with shown.blog(port, answer):
            yield made


def test_control_page_without_the_sanitiser_does_execute_some(
    stage: Stage, browser: Browser
) -> None:
    context = browser.new_context()
    seen = shown.watch(context)
    page = context.new_page()
    for number in range(RAW // 40):
        page.goto(f"{stage.blog}/raw/{number}")
        page.wait_for_timeout(200)
    context.close()
    print(f"control page, {RAW} payloads raw: {seen}")
    assert len(seen.ran) > 10
    assert seen.dialogs
    assert seen.foreign


@POLICIES
def test_widget(stage: Stage, browser: Browser, strips: bool) -> None:
    context = browser.new_context()
    seen, marks = shown.watch(context), set[int]()
    page = context.new_page()
    kind = "open" if strips else "strict"
    for number in range(-(-len(stage.threads) // WIDGETS)):
        begin = number * WIDGETS
        threads = stage.threads[begin : begin + WIDGETS]
        least = sum(stage.expected(path) for path in threads)
        address = f"{stage.blog}/{kind}/{number}"
        within = "foyer-thread article"
        marks |= shown.marks(shown.look(page, address, within, least))
    context.close()
    stage.check(f"widget, {kind} policy of the blog", seen, marks)


@POLICIES
def test_thread_as_a_page(stage: Stage, browser: Browser, strips: bool) -> None:
    context = browser.new_context()
    if strips:
        shown.strip_policy(context)
    seen, marks = shown.watch(context), set[int]()
    page = context.new_page()
    for path in stage.threads:
        address = (
            f"{stage.foyer.base_url}{SITE}/thread.html?page={quote(path, safe='')}"
        )
        least = stage.expected(path)
        marks |= shown.marks(shown.look(page, address, "article", least))
    context.close()
    stage.check(f"thread.html, stripped: {strips}", seen, marks)


def test_feeds(stage: Stage, browser: Browser) -> None:
    context = browser.new_context()
    seen, marks, read = shown.watch(context), set[int](), set[int]()
    page = context.new_page()
    for path in stage.threads:
        asked = quote(path, safe="")
        page.goto(f"{stage.foyer.base_url}{SITE}/thread.atom?page={asked}")
        marks |= shown.marks([page.locator("body").inner_text()])
        number = path.rpartition("/")[2]
        address, least = f"{stage.blog}/feed/{number}", stage.expected(path)
        read |= shown.marks(shown.look(page, address, "article", least))
    context.close()
    stage.check("Atom feed in the browser", seen, marks)
    stage.check("feed in a naive reader", seen, read)


@pytest.fixture(scope="module")
def moderator(
    stage: Stage, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What a signed-in browser brings along."""
    kept = tmp_path_factory.mktemp("moderator") / "state.json"
    context = browser.new_context()
    sign_in_by_link_and_set_a_password(context.new_page(), stage.foyer)
    context.storage_state(path=kept)
    context.close()
    return kept


@POLICIES
def test_queue_page(
    stage: Stage, browser: Browser, moderator: Path, strips: bool
) -> None:
    context = browser.new_context(storage_state=moderator)
    if strips:
        shown.strip_policy(context)
    seen, marks = shown.watch(context), set[int]()
    page = context.new_page()
    address: str | None = f"{stage.foyer.base_url}/queue?status=published"
    while address:
        marks |= shown.marks(shown.look(page, address, "article.card", 1))
        further = page.locator("a[rel=next]")
        href = further.first.get_attribute("href") if further.count() else None
        address = urljoin(page.url, href) if href else None
    context.close()
    stage.check(f"queue, stripped: {strips}", seen, marks)
