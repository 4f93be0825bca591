"""The queue in a real browser: by keys, without scripts, on a phone, and by two."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from sqlalchemy import case, literal, select

from service.db.models import Comment, Site
from service.db.store import make_engine
from service.domain.check_names import reasons_of
from service.domain.status import Status
from service.operations.finding import LOOKED_THROUGH
from tests.journey.moderating import (
    BEHIND_A_PROXY,
    Seat,
    card,
    current,
    put_in_the_queue,
    sign_in_by_link,
    wait_until_checked,
    wait_until_held,
)
from tests.journey.test_browser import _QUIET
from tests.running import Running, running
from tests.stored import Crowd, StoredText, add_comments, add_threads

PASSWORD = "seven quiet lanterns"
LOOKS_AGAIN = 15_000
"""Milliseconds in which an open page has surely asked what others did."""


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(_QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def foyer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("queue"), BEHIND_A_PROXY) as started:
        yield started


@pytest.fixture(scope="module")
def state(
    browser: Browser, foyer: Running, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The cookies of the signed-in moderator."""
    kept = tmp_path_factory.mktemp("state") / "state.json"
    with Seat(browser).page() as page:
        sign_in_by_link(page, foyer)
        page.context.storage_state(path=kept)
    return kept


def log_of(page: Page, foyer: Running, public_id: str) -> str:
    page.goto(f"{foyer.base_url}/queue/{public_id}")
    return page.locator("section.log").inner_text()


def go_to(page: Page, public_id: str) -> None:
    """Move to a card by keys, from the first one, where a page begins."""
    page.keyboard.press("k")
    for _ in range(40):
        if current(page) == public_id:
            break
        page.keyboard.press("j")
    expect(card(page, public_id)).to_be_focused()


def write_in(page: Page, public_id: str, key: str, field: str, text: str) -> None:
    """Open the form in a card by its key, and send it, by keys alone."""
    page.keyboard.press(key)
    area = card(page, public_id).get_by_role("textbox", name=field)
    expect(area).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")


def test_moderator_works_by_keys_alone(
    browser: Browser, foyer: Running, state: Path
) -> None:
    ids = put_in_the_queue(foyer, 4, "Kay")
    with Seat(browser).page(state) as page:
        wait_until_held(page, foyer, ids)
        go_to(page, ids[1])
        page.keyboard.press("k")
        assert current(page) == ids[0]
        expect(card(page, ids[0]).locator("mark").first).to_have_text("lantern")
        write_in(page, ids[0], "e", "Text of the comment", "Better: asd *jk*.")
        expect(card(page, ids[0]).locator(".words em")).to_have_text("jk")
        expect(page.locator(".toast")).to_contain_text("Your edit is saved.")
        expect(card(page, ids[0])).to_be_focused()
        write_in(page, ids[0], "r", "Your reply", "Thank you, says the site.")
        expect(card(page, ids[0])).to_be_hidden()
        expect(card(page, ids[1])).to_be_focused()
        page.keyboard.press("s")
        expect(page.get_by_role("status").first).to_contain_text("Marked as spam")
        expect(card(page, ids[1])).to_be_hidden()
        page.keyboard.press("u")
        expect(card(page, ids[1])).to_be_visible()
        go_to(page, ids[1])
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/queue/{ids[1]}")
        log = log_of(page, foyer, ids[0])
        assert "Edited by Moderator" in log
        assert re.search(r"(?s)held.+published\s+by Moderator", log)
        log = log_of(page, foyer, ids[1])
        assert re.search(r"(?s)spam.+held\s+by Moderator", log)
        page.goto(f"{foyer.base_url}/demo/")
        expect(page.get_by_text("Thank you, says the site.")).to_be_visible()


def test_what_was_done_before_the_page_came_is_undone_by_its_key(
    browser: Browser, foyer: Running, state: Path
) -> None:
    (one,) = put_in_the_queue(foyer, 1, "Back")
    with Seat(browser).page(state) as page:
        wait_until_checked(page, foyer, one)
        page.get_by_role("button", name="Spam").first.click()
        page.wait_for_url("**/queue/*?done=*")
        page.goto(f"{foyer.base_url}/queue?{page.url.partition('?')[2]}")
        page.keyboard.press("u")
        expect(page.get_by_role("status").first).to_contain_text("Put back to held")
        assert "spam" in log_of(page, foyer, one)
        expect(page.get_by_role("heading", level=1)).to_have_text("Held comment")


def test_escape_closes_what_is_open_and_keys_act_on_nothing_meanwhile(
    browser: Browser, foyer: Running, state: Path
) -> None:
    ids = put_in_the_queue(foyer, 1, "Esc")
    with Seat(browser).page(state) as page:
        wait_until_held(page, foyer, ids)
        go_to(page, ids[0])
        page.keyboard.press("?")
        sheet = page.get_by_role("dialog", name="Keys")
        expect(sheet).to_be_visible()
        page.keyboard.press("s")
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        page.keyboard.press("r")
        # Typed ahead: the form is still on its way.
        page.keyboard.type("sad")
        area = card(page, ids[0]).get_by_role("textbox", name="Your reply")
        expect(area).to_be_focused()
        page.keyboard.type("sad")
        page.keyboard.press("Escape")
        expect(area).to_have_count(0)
        expect(card(page, ids[0])).to_be_focused()
        assert log_of(page, foyer, ids[0]).count("by ") == 1


def test_keys_can_be_switched_off_and_leave_other_keys_alone(
    browser: Browser, foyer: Running, state: Path
) -> None:
    ids = put_in_the_queue(foyer, 2, "Off")
    with Seat(browser).page(state) as page:
        wait_until_held(page, foyer, ids)
        first = current(page)
        page.keyboard.press("Control+j")
        page.keyboard.press("Alt+j")
        assert current(page) == first
        page.get_by_role("button", name="Keys").click()
        page.get_by_label("Keys of one letter act").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("?")
        assert current(page) == first
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.reload()
        page.keyboard.press("j")
        assert current(page) == first
        page.get_by_role("button", name="Keys").click()
        page.get_by_label("Keys of one letter act").check()
        page.get_by_role("button", name="Close").click()
        page.keyboard.press("j")
        expect(page.locator("article.card:focus")).to_have_count(1)


class Scripted:
    """Answers of a server that decides for scripts, as they are agreed."""

    def __init__(self, page: Page) -> None:
        self.asked: list[str] = []
        self.answer: dict[str, object] | None = None
        self.status = 200
        page.route(re.compile(r"/queue/[^/]+$"), self._decide)

    def _decide(self, route: Route) -> None:
        request = route.request
        if request.method != "POST":
            route.fallback()
            return
        assert request.headers["accept"] == "application/json"
        self.asked.append(request.post_data or "")
        if self.answer is None:
            route.abort()
            return
        kind = "application/json" if self.status == 200 else "application/problem+json"
        route.fulfill(
            status=self.status, content_type=kind, body=json.dumps(self.answer)
        )


def decided(public_id: str, status: str, words: str) -> dict[str, object]:
    moved = {"id": public_id, "version": 3, "status": status}
    return {"batch": "b1", "decided": [moved], "stale": [], "words": words}


def test_decision_by_script_needs_no_reload_and_can_be_undone(
    browser: Browser, foyer: Running, state: Path
) -> None:
    ids = put_in_the_queue(foyer, 3, "Dot")
    with Seat(browser).page(state) as page:
        wait_until_held(page, foyer, ids)
        server = Scripted(page)
        page.evaluate("window.stays = true")
        go_to(page, ids[0])
        server.answer = decided(ids[0], "spam", "Marked as spam: “I hung”.")
        page.keyboard.press("s")
        expect(card(page, ids[0])).to_be_hidden()
        expect(card(page, ids[1])).to_be_focused()
        assert current(page) == ids[1]
        toast = page.locator(".toast")
        expect(toast).to_contain_text("Marked as spam: “I hung”.")
        assert "decision=spam" in server.asked[0]
        assert "seen=" in server.asked[0]

        server.answer = decided(ids[0], "held", "Undone.")
        toast.get_by_role("button", name="Undo").click()
        expect(card(page, ids[0])).to_be_visible()
        expect(card(page, ids[0])).to_be_focused()
        assert "batch=b1" in server.asked[1]
        order = page.locator("article.card:visible").evaluate_all(
            "all => all.map(one => one.dataset.id)"
        )
        assert order.index(ids[0]) + 1 == order.index(ids[1])

        assert page.evaluate("window.stays") is True


def test_undo_waits_for_the_answer_to_what_was_done_last(
    browser: Browser, foyer: Running, state: Path
) -> None:
    ids = put_in_the_queue(foyer, 2, "Sol")
    with Seat(browser).page(state) as page:
        wait_until_held(page, foyer, ids)
        go_to(page, ids[0])
        page.keyboard.press("s")
        expect(page.locator(".toast")).to_contain_text("Marked as spam")
        held_back: list[Route] = []

        def hold(route: Route) -> None:
            held_back.append(route)

        page.route(f"**/queue/{ids[1]}", hold)
        go_to(page, ids[1])
        page.keyboard.press("d")
        expect(card(page, ids[1])).to_be_hidden()
        page.keyboard.press("u")
        page.wait_for_timeout(300)
        (late,) = held_back
        late.continue_()
        page.unroute(f"**/queue/{ids[1]}", hold)
        expect(card(page, ids[1])).to_be_visible()
        expect(card(page, ids[0])).to_be_hidden()
        back = "A decision was taken back"
        assert back in log_of(page, foyer, ids[1])
        assert back not in log_of(page, foyer, ids[0])


def test_decision_that_fails_brings_the_card_back_and_says_why(
    browser: Browser, foyer: Running, state: Path
) -> None:
    ids = put_in_the_queue(foyer, 2, "Bad")
    with Seat(browser).page(state) as page:
        wait_until_held(page, foyer, ids)
        server, toast = Scripted(page), page.locator(".toast")
        go_to(page, ids[0])
        page.keyboard.press("d")
        expect(toast).to_contain_text("That did not arrive.")
        expect(card(page, ids[0])).to_be_visible()
        expect(card(page, ids[0])).to_be_focused()
        server.status = 409
        server.answer = {"title": "Stale", "detail": "Eve called it spam."}
        page.keyboard.press("a")
        expect(toast).to_contain_text("Eve called it spam.")
        expect(card(page, ids[0])).to_have_class(re.compile("changed"))
        server.status = 403
        server.answer = {"title": "Not allowed", "detail": "You may only look."}
        page.keyboard.press("a")
        expect(toast).to_contain_text("You may only look.")
        expect(card(page, ids[0])).to_be_visible()
        assert len(server.asked) == 3


def test_page_fills_up_when_few_are_left(
    browser: Browser, foyer: Running, state: Path
) -> None:
    ids = put_in_the_queue(foyer, 30, "Many")
    with Seat(browser).page(state) as page:
        wait_until_held(page, foyer, ids[:1])
        more = page.get_by_role("link", name="Next page")
        page.goto(f"{foyer.base_url}/queue")
        expect(more).to_be_visible()
        server = Scripted(page)
        shown = page.locator("article.card:visible")
        with page.expect_response(re.compile(r"/queue\?")):
            for _ in range(18):
                count = shown.count()
                server.answer = decided(current(page), "spam", "Marked.")
                page.keyboard.press("s")
                expect(shown).to_have_count(count - 1)


def test_moderator_works_without_scripts(
    browser: Browser, foyer: Running, state: Path
) -> None:
    ids = put_in_the_queue(foyer, 3, "Plain")
    with Seat(browser).page(state, java_script_enabled=False) as page:
        wait_until_checked(page, foyer, ids[0])
        expect(page.get_by_role("button", name="Keys")).to_be_hidden()
        page.get_by_role("button", name="Spam").click()
        expect(page.get_by_role("status").first).to_contain_text("Marked as spam")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("status").first).to_contain_text("Put back to held")
        page.get_by_text("Edit", exact=True).click()
        area = page.get_by_role("textbox", name="Text of the comment")
        area.fill("   ")
        page.get_by_role("button", name="Save").click()
        expect(area).to_have_attribute("aria-invalid", "true")
        expect(area).to_have_accessible_description("Write something.")
        area.fill("Mended by *hand*.")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status").first).to_contain_text("Your edit is saved.")
        expect(page.locator(".words em")).to_have_text("hand")
        page.goto(f"{foyer.base_url}/queue/{ids[0]}?do=reply#reply")
        page.get_by_role("textbox", name="Your reply").fill("Said without scripts.")
        page.get_by_role("button", name="Publish it, and reply").click()
        expect(page.get_by_role("status").first).to_contain_text(
            "Your reply is published."
        )
        expect(page.get_by_role("heading", level=1)).to_have_text("Published comment")
        page.goto(f"{foyer.base_url}/demo/")
        expect(page.get_by_text("Said without scripts.")).to_be_visible()


def test_moderator_works_on_a_phone(
    browser: Browser, foyer: Running, state: Path
) -> None:
    ids = put_in_the_queue(foyer, 1, "Tiny")
    small = {"width": 390, "height": 844}
    with Seat(browser).page(state, viewport=small, has_touch=True) as page:
        page.goto(f"{foyer.base_url}/queue/{ids[0]}")
        for path in ("/queue", f"/queue/{ids[0]}?do=edit"):
            page.goto(f"{foyer.base_url}{path}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, path
            for button in page.locator(".decision button").all()[:4]:
                box = button.bounding_box()
                assert box is not None
                assert box["height"] >= 44
                assert box["width"] >= 44
        page.get_by_role("button", name="Trash").tap()
        expect(page.get_by_role("status").first).to_contain_text("Moved to trash")


def test_two_moderators_see_what_the_other_does(
    browser: Browser, tmp_path: Path
) -> None:
    with running(tmp_path, BEHIND_A_PROXY) as foyer:
        _work_beside_another(browser, foyer)


def _work_beside_another(browser: Browser, foyer: Running) -> None:
    added = foyer.command(
        *("moderator", "add", "eve@demo.example", "--name", "Eve", "--site", "demo"),
        "--password-stdin",
        text=f"{PASSWORD}\n",
    )
    assert added.returncode == 0, added.stderr
    ids = put_in_the_queue(foyer, 3, "Two")
    with Seat(browser).page() as mine, Seat(browser).page() as theirs:
        sign_in_by_link(mine, foyer)
        theirs.goto(f"{foyer.base_url}/login")
        theirs.get_by_label("E-mail address").fill("eve@demo.example")
        theirs.get_by_label("Password").fill(PASSWORD)
        theirs.get_by_role("button", name="Sign in").click()
        theirs.wait_for_url("**/queue")
        theirs.goto(f"{foyer.base_url}/queue/{ids[0]}")
        mine.goto(f"{foyer.base_url}/queue?status=held&site=demo")
        wait_until_held(mine, foyer, ids)
        theirs.get_by_role("button", name="Spam").click()
        expect(theirs.get_by_role("status").first).to_contain_text("Marked as spam")
        gone = card(mine, ids[0])
        expect(gone).to_contain_text("Eve called it spam.", timeout=LOOKS_AGAIN)
        expect(gone).to_be_hidden(timeout=LOOKS_AGAIN)
        expect(mine.locator('[data-tab="spam"] .count')).not_to_have_text("0")

        # Before my page has asked again, Eve decides once more, and I am too late.
        mine.route("**/queue/changes?*", lambda route: route.abort())
        theirs.goto(f"{foyer.base_url}/queue/{ids[1]}")
        theirs.get_by_role("button", name="Trash").click()
        expect(theirs.get_by_role("status").first).to_contain_text("Moved to trash")
        card(mine, ids[1]).get_by_role("button", name="Publish").click()
        expect(mine.locator(".toast")).to_contain_text("Eve")
        expect(card(mine, ids[1])).to_have_attribute("data-status", "trashed")
        assert "trash" in log_of(theirs, foyer, ids[1])
        assert "published" not in log_of(theirs, foyer, ids[1])


def test_what_comes_is_told_without_a_jump(
    browser: Browser, foyer: Running, state: Path
) -> None:
    with Seat(browser).page(state) as page:
        page.goto(f"{foyer.base_url}/queue")
        before = page.locator("article.card").count()
        put_in_the_queue(foyer, 2, "New")
        fresh = page.locator("#fresh")
        expect(fresh).to_have_text("New: 2", timeout=LOOKS_AGAIN * 2)
        assert page.locator("article.card").count() == before


def _store_spam(foyer: Running, count: int) -> str:
    """Public id of the oldest of so many spam comments, the one with a disguise."""
    engine = make_engine(f"sqlite:///{foyer.data / 'foyer.sqlite3'}")
    with engine.begin() as connection:
        site_id = connection.execute(select(Site.id)).scalar_one()
        first = add_threads(connection, site_id, [("/crowd/", count)])
        crowd = Crowd(
            site_id=site_id,
            count=count,
            texts=[StoredText(name="Sam", text="Ware", html="<p>Ware", group_key="")],
            thread=lambda _: literal(first),
            status=lambda _: literal(Status.SPAM.value),
            reasons=lambda n: case((n == 0, reasons_of(["disguise"])), else_=0),
            bands=0,
            until=datetime.now(UTC),
        )
        oldest = add_comments(connection, crowd)
        found = select(Comment.public_id).where(Comment.id == oldest)
        public_id: str = connection.execute(found).scalar_one()
    engine.dispose()
    return public_id


def test_page_without_cards_looks_further_by_itself(
    browser: Browser, tmp_path: Path
) -> None:
    with running(tmp_path, BEHIND_A_PROXY) as foyer, Seat(browser).page() as page:
        sign_in_by_link(page, foyer)
        public_id = _store_spam(foyer, 2 * LOOKED_THROUGH + 10)
        kept = tmp_path / "state.json"
        page.context.storage_state(path=kept)
        page.goto(f"{foyer.base_url}/queue")
        start = f"{foyer.base_url}/queue?status=spam&reason=disguise"
        page.goto(start)
        expect(card(page, public_id)).to_be_visible()
        assert "after=" in page.url
        page.go_back()
        assert page.url == f"{foyer.base_url}/queue"
        with Seat(browser).page(kept, java_script_enabled=False) as plain:
            plain.goto(start)
            for _ in range(2):
                expect(plain.locator("article.card")).to_have_count(0)
                plain.get_by_role("link", name="Look further").click()
            expect(card(plain, public_id)).to_be_visible()
