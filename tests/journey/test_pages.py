"""A thread is read and answered in a real browser without JavaScript, and framed."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from typing_extensions import override

from tests.journey.test_browser import SECONDS, quiet_page, reload_until, write
from tests.journey.wire import Wire
from tests.needs import need
from tests.running import Running, running
from tests.servers import free_port, wait_until

PAGE = "/journal/jar"
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run")


@pytest.fixture(scope="module")
def foyer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("pages")) as started:
        yield started


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=list(_ARGUMENTS)
        )
        yield opened
        opened.close()


def thread_of(foyer: Running, page: str = PAGE, **more: str) -> str:
    said = "".join(f"&{name}={value}" for name, value in more.items())
    return f"{foyer.base_url}/api/v1/sites/demo/thread.html?page={page}{said}"


def publish(foyer: Running, text: str, page: str, **more: str) -> str:
    """Public id of a new comment that readers see."""
    with Wire(foyer.port) as wire:
        given = {"page": page, "name": "Ana", "email": "ana@example.org", **more}
        answer = wire.submit({**given, "comment": text})
        assert answer.status == 202, answer.text
    made: str = answer.json["id"]

    def is_there() -> bool:
        thread = json.loads(foyer.get(f"/api/v1/sites/demo/thread?page={page}"))
        return any(comment["id"] == made for comment in thread["comments"])

    wait_until(is_there, "the published comment", SECONDS)
    return made


def test_reader_without_script_reads_answers_and_is_read(
    foyer: Running, browser: Browser
) -> None:
    first = publish(foyer, f"Is rye hard, {free_port()}?", PAGE)
    text = f"Not if it is warm.\n\n*Patience*, {free_port()}."
    with quiet_page(browser, java_script_enabled=False) as page:
        page.goto(thread_of(foyer))
        page.get_by_role("link", name="Reply to Ana").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Reply to Ana")
        expect(page.get_by_role("article")).to_contain_text("Is rye hard")
        write(page, text, email="bob@")
        # Everything is kept, and the mistake is at its field.
        expect(page.get_by_role("alert")).to_contain_text("was not sent yet")
        expect(page.get_by_role("textbox", name="Comment")).to_have_value(text)
        field = page.get_by_role("textbox", name="Email")
        expect(field).to_have_value("bob@")
        expect(field).to_have_attribute("aria-invalid", "true")
        field.fill("bob@example.org")
        page.get_by_role("button", name="Post Comment").click()
        page.wait_for_url("**/sites/demo/sent/*")
        reload_until(page, "is published")
        page.get_by_role("link", name="Read the comments").click()
        page.wait_for_url(re.compile(r"/thread\.html\?.*#comment-"))
        mine = page.locator(f"#comment-{first} li:target")
        expect(mine).to_contain_text("Not if it is warm.")
        expect(mine.locator("em")).to_have_text("Patience")
        assert "bob@" not in page.content()
        assert page.context.cookies() == []


def test_form_below_the_thread_is_taken_without_script(
    foyer: Running, browser: Browser
) -> None:
    with quiet_page(browser, java_script_enabled=False) as page:
        page.goto(thread_of(foyer, "/journal/new"))
        expect(page.get_by_text("Nobody has said anything yet.")).to_be_visible()
        write(page, f"The first word, {free_port()}.")
        page.wait_for_url("**/sites/demo/sent/*")
        reload_until(page, "is published")
        page.goto(thread_of(foyer, "/journal/new"))
        expect(page.get_by_role("heading", level=2).first).to_have_text("1 comment")


class _Blog(BaseHTTPRequestHandler):
    """One page, which frames a thread."""

    def __init__(self, thread: str, *given: Any) -> None:
        self._thread = thread
        super().__init__(*given)

    def do_GET(self) -> None:
        address = self._thread.replace("&", "&amp;")
        body = f'<!doctype html><h1>A blog</h1><iframe src="{address}"></iframe>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def blog(thread: str) -> Iterator[int]:
    """The port of a blog that frames this address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Blog, thread)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_only_the_sites_own_blog_frames_it_and_forms_leave_the_frame(
    foyer: Running, browser: Browser
) -> None:
    publish(foyer, f"Framed, {free_port()}.", "/framed")
    with (
        blog(thread_of(foyer, "/framed", lang="de")) as port,
        quiet_page(browser, java_script_enabled=False) as page,
    ):
        own = f"http://127.0.0.1:{port}"
        demo = f"http://localhost:{foyer.port}"
        set_ = ("site", "set", "demo", "--origin", demo, "--origin", own)
        changed = foyer.command(*set_)
        assert changed.returncode == 0, changed.stderr
        frame = page.frame_locator("iframe")

        def is_framed() -> bool:
            page.goto(own)
            return frame.get_by_text("Framed").count() > 0

        wait_until(is_framed, "the framed thread", SECONDS)
        expect(frame.get_by_role("heading", level=2).first).to_have_text("1 Kommentar")
        frame.get_by_role("link", name=re.compile("Ana antworten|Ana")).last.click()
        page.wait_for_url(re.compile(r"/sites/demo/reply\?.*lang=de"))
        expect(page.locator("html")).to_have_attribute("lang", "de")


def test_stranger_cannot_frame_it(foyer: Running, browser: Browser) -> None:
    publish(foyer, f"Mine, {free_port()}.", "/stranger")
    with blog(thread_of(foyer, "/stranger")) as port:
        context = browser.new_context()
        page = context.new_page()
        with page.expect_console_message(
            lambda said: "frame-ancestors" in said.text, timeout=SECONDS * 1000
        ):
            page.goto(f"http://localhost:{port}")
        assert page.frame_locator("iframe").get_by_text("Mine").count() == 0
        context.close()


def test_feeds_of_the_running_service_are_read(foyer: Running) -> None:
    made = publish(foyer, f"Told, {free_port()}.", "/fed")
    for path in ("thread.atom?page=/fed", "feed.atom"):
        feed = ET.fromstring(foyer.get(f"/api/v1/sites/demo/{path}"))  # noqa: S314
        ids = [e.text or "" for e in feed.iter("{http://www.w3.org/2005/Atom}id")]
        assert any(each.endswith(made) for each in ids)
    for path in ("thread.json?page=/fed", "feed.json"):
        told = json.loads(foyer.get(f"/api/v1/sites/demo/{path}"))
        assert any(item["id"].endswith(made) for item in told["items"])


# --- Accessibility --------------------------------------------------------------------


def axe() -> str:
    """The script of axe-core."""
    need("axe", find_spec("axe_playwright_python"))
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is shown."""
    page.evaluate(axe())
    # Of what holds one place for each rule is enough: naming all takes long.
    found = page.evaluate(
        "async () => await axe.run(document, {resultTypes: ['violations']})"
    )
    assert len(found["passes"]) > 10
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_axe_finds_nothing_on_any_of_the_pages(
    foyer: Running, browser: Browser, scheme: str, lang: str
) -> None:
    text = (
        "So **it** is.\n\n> Really?\n\n- `one`\n\n```\ntwo\n```\n\nhttps://rye.example/"
    )
    where = f"/axe/{scheme}/{lang}"
    first = publish(foyer, f"{text} {free_port()}", where, website="https://a.example")
    publish(foyer, f"Yes, {free_port()}.", where, parent=first)
    reply = (
        f"{foyer.base_url}/sites/demo/reply?page={where}&replyto={first}&lang={lang}"
    )
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]  # one of two
    page = context.new_page()
    found = {}
    page.goto(thread_of(foyer, where, lang=lang))
    found["thread"] = violations(page)
    page.goto(reply)
    found["reply"] = violations(page)
    page.locator("form.reply button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found["refused"] = violations(page)
    page.locator("#comment").fill(f"A third, {free_port()}.")
    page.locator("#name").fill("Cy")
    page.locator("#email").fill("cy@example.org")
    page.locator("form.reply button").click()
    page.wait_for_url("**/sites/demo/sent/*")
    found["sent"] = violations(page)
    context.close()
    assert found == {"thread": [], "reply": [], "refused": [], "sent": []}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_the_page_about_the_contract(
    foyer: Running, browser: Browser, scheme: str, width: int
) -> None:
    context = browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]  # one of two
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()
    page.goto(f"{foyer.base_url}/openapi.html")
    for details in page.locator("article details > summary").all()[:6]:
        details.click()
    wide = page.evaluate("document.documentElement.scrollWidth")
    found = violations(page)
    context.close()
    assert wide == width
    assert found == []
