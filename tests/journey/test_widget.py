"""The widget on a stranger's blog, in a real browser: all that readers do with it."""

import http.client
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    Locator,
    Page,
    Request,
    Route,
    expect,
    sync_playwright,
)

from tests.journey.blog import Blog, serving
from tests.journey.test_browser import quiet_page
from tests.needs import need
from tests.running import Running, running
from tests.servers import free_port

SERVICE_HOST, BLOG_HOST = "comments.service.test", "www.stranger-blog.test"
_HOSTS = f"MAP {SERVICE_HOST} 127.0.0.1, MAP {BLOG_HOST} 127.0.0.1, MAP * ~NOTFOUND"
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--test-third-party-cookie-phaseout",
    f"--host-resolver-rules={_HOSTS}",
)
COMMENT_MILLISECONDS = 30_000
NO_ANSWER_SECONDS = 15
AWAY = re.compile("cannot be reached at the moment")


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=list(_ARGUMENTS)
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def blog_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def foyer(
    tmp_path_factory: pytest.TempPathFactory, blog_port: int
) -> Iterator[Running]:
    port = free_port()
    # The site's origin is the blog's, and the service is asked under a name of its own.
    settings = {"PORT": str(port), "FOYER_BASE_URL": f"http://{SERVICE_HOST}:{port}"}
    with running(tmp_path_factory.mktemp("widget"), settings) as started:
        started.port = port
        origin = f"http://{BLOG_HOST}:{blog_port}"
        added = started.command("site", "add", "blog", "--origin", origin)
        assert added.returncode == 0, added.stderr
        yield started


@pytest.fixture(scope="module")
def blog(foyer: Running, blog_port: int) -> Iterator[Blog]:
    place = Blog(
        f"http://{SERVICE_HOST}:{foyer.port}", f"http://{BLOG_HOST}:{blog_port}"
    )
    with serving(blog_port, place):
        yield place


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a fresh profile; whatever its console says fails the test."""
    with quiet_page(browser) as opened:
        yield opened


def set_site(foyer: Running, *options: str) -> None:
    changed = foyer.command("site", "set", "blog", *options)
    assert changed.returncode == 0, changed.stderr


def write(page: Page, text: str, email: str = "ana@example.org") -> None:
    page.get_by_role("textbox", name="Comment").fill(text)
    page.get_by_role("textbox", name="Name").fill("Ana")
    page.get_by_role("textbox", name="Email").fill(email)


def post(page: Page) -> None:
    page.get_by_role("button", name="Post Comment").click()


def publish(page: Page, text: str) -> None:
    """Write something that the checks let through, and see it in the thread."""
    write(page, text)
    post(page)
    expect(page.get_by_role("article").filter(has_text=text)).to_be_visible(
        timeout=COMMENT_MILLISECONDS
    )


def axe(page: Page) -> list[Any]:
    """What axe-core finds wrong on the page, shadow roots included."""
    package = find_spec("axe_playwright_python")
    need("axe", package)
    assert package is not None
    source = Path(str(package.origin)).with_name("axe.min.js")
    # By the protocol, so that the blog's policy does not stand in the way.
    client = page.context.new_cdp_session(page)
    client.send("Runtime.evaluate", {"expression": source.read_text("utf-8")})
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    assert len(found["passes"]) > 10
    return [
        (v["id"], n["target"], n["failureSummary"])
        for v in found["violations"]
        for n in v["nodes"]
    ]


def mend_an_address(page: Page, text: str) -> None:
    """Send a wrong address, find the mistake at its field, and lose nothing."""
    write(page, text, email="ana@nowhere@example.org")
    post(page)
    email = page.get_by_role("textbox", name="Email")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_be_focused()
    expect(email).to_have_accessible_description(re.compile(r"\w+"))
    assert axe(page) == []
    page.reload()
    expect(page.get_by_role("textbox", name="Comment")).to_have_value(text)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview em")).to_have_text("rye")
    write(page, text)
    expect(page.get_by_role("checkbox", name="Save my name")).not_to_be_checked()


def edit_and_delete(page: Page, mine: Locator) -> None:
    """What a writer may do with an own comment for a while."""
    mine.get_by_role("button", name="Edit").click()
    page.locator("form.edit textarea").fill("Mine is *wheat*, though.")
    page.get_by_role("button", name="Save changes").click()
    changed = page.get_by_role("article").filter(has_text="Mine is wheat, though.")
    expect(changed).to_be_visible(timeout=COMMENT_MILLISECONDS)
    expect(changed.get_by_text("edited")).to_be_visible()
    changed.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Delete this comment?")).to_be_visible()
    page.locator(".danger").click()
    expect(page.get_by_text("Your comment was removed.")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)


def test_reader_writes_mends_and_is_published(
    foyer: Running, blog: Blog, page: Page
) -> None:
    page.goto(f"{blog.origin}/rye")
    expect(page.get_by_role("heading", name="No comments yet.")).to_be_visible()
    expect(
        page.get_by_text("Your email address will not be published.")
    ).to_be_visible()
    expect(page.get_by_text("Required fields are marked *")).to_be_visible()
    assert axe(page) == []

    mend_an_address(page, "Mine is *rye*, too.")
    post(page)
    expect(page.get_by_text("is being checked")).to_be_visible()
    mine = page.get_by_role("article").filter(has_text="Mine is rye, too.")
    expect(mine.locator("em")).to_have_text("rye", timeout=COMMENT_MILLISECONDS)
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("")
    page.reload()
    expect(mine).to_be_visible()
    expect(page.get_by_role("heading", name="1 comment")).to_be_visible()
    expect(page.locator("foyer-count")).to_have_text("1 comment")
    for name in ("Name", "Email", "Comment"):
        expect(page.get_by_role("textbox", name=name)).to_have_value("")
    edit_and_delete(page, mine)
    assert page.context.cookies() == []
    assert "ana@example.org" not in foyer.log


def test_reply_is_nested_and_its_address_leads_to_it(blog: Blog, page: Page) -> None:
    page.goto(f"{blog.origin}/nested")
    publish(page, "How long does it rest?")
    page.get_by_role("button", name="Reply to Ana").click()
    expect(page.get_by_role("heading", name="Leave a Reply to Ana")).to_be_visible()
    expect(page.get_by_role("textbox", name="Comment")).to_be_focused()
    publish(page, "Two hours, at least.")
    answer = page.locator("li li").filter(has_text="Two hours")
    expect(answer).to_be_visible()
    expect(page.get_by_role("heading", name="2 comments")).to_be_visible()
    assert axe(page) == []
    address = answer.locator("[part=permalink]").get_attribute("href")
    page.goto("about:blank")
    page.goto(f"{blog.origin}{address}")
    expect(page.locator("li li.named")).to_contain_text("Two hours")
    expect(page.locator("li li.named")).to_be_in_viewport()


def test_waiting_comment_is_told_of_after_a_reload(
    foyer: Running, blog: Blog, page: Page
) -> None:
    word = f"w{free_port()}kettle"
    added = foyer.command("list", "add", "hold", word, "--site", "blog")
    assert added.returncode == 0, added.stderr
    page.goto(f"{blog.origin}/held")
    write(page, f"My {word} sings.")
    page.get_by_role("checkbox", name="Save my name").check()
    post(page)
    expect(page.get_by_text("waiting for a moderator")).to_be_visible(
        timeout=COMMENT_MILLISECONDS
    )
    page.reload()
    notice = page.locator(".notice").filter(has_text="waiting for a moderator")
    expect(notice).to_contain_text(word)
    expect(page.get_by_role("article")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Ana")
    assert axe(page) == []


def test_long_thread_comes_in_windows(blog: Blog, page: Page) -> None:
    page.goto(f"{blog.origin}/long")
    for word in ("One", "Two", "Three"):
        publish(page, f"{word} is the number of my jars.")
    address = page.locator("[part=permalink]").last.get_attribute("href")

    def one_only(route: Route) -> None:
        route.continue_(url=f"{route.request.url}&limit=1")

    page.route("**/thread?*", one_only)
    page.goto(f"{blog.origin}/long")
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("button", name="Load more comments").click()
    expect(page.get_by_role("article")).to_have_count(2)
    page.goto("about:blank")
    page.goto(f"{blog.origin}{address}")
    expect(page.locator("li.named")).to_contain_text("Three is the number")
    expect(page.get_by_role("button", name="Load more comments")).to_be_hidden()


def test_closed_thread_and_removed_comment_keep_their_place(
    foyer: Running, blog: Blog, page: Page, browser: Browser
) -> None:
    page.goto(f"{blog.origin}/closing")
    publish(page, "Will this stay?")
    with quiet_page(browser) as other:
        other.goto(f"{blog.origin}/closing")
        other.get_by_role("button", name="Reply to Ana").click()
        publish(other, "This will.")
    page.locator("article").first.get_by_role("button", name="Delete").click()
    page.locator(".danger").click()
    expect(page.get_by_text("This comment is gone.")).to_be_visible()
    expect(page.locator("li li article")).to_contain_text("This will.")
    closed = foyer.command("thread", "close", "/closing", "--site", "blog")
    assert closed.returncode == 0, closed.stderr
    page.reload()
    expect(page.get_by_text("Comments are closed.")).to_be_visible()
    expect(page.get_by_role("button", name="Reply to Ana")).to_have_count(0)
    assert axe(page) == []


def test_answer_in_work_is_found_again_after_a_reload(blog: Blog, page: Page) -> None:
    page.goto(f"{blog.origin}/again")
    publish(page, "Answer me, please.")
    page.get_by_role("button", name="Reply to Ana").click()
    page.get_by_role("textbox", name="Comment").fill("Half of an ans")
    page.reload()
    expect(page.get_by_role("heading", name="Leave a Reply to Ana")).to_be_visible()
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("Half of an ans")
    expect(page.get_by_role("textbox", name="Comment")).not_to_be_focused()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Leave a Reply")).to_be_visible()
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("Half of an ans")


def test_what_the_service_should_never_send_is_not_shown(
    blog: Blog, browser: Browser
) -> None:
    """Even with a sanitiser that fails, and without any policy of the blog."""
    html = (
        "<p>Before<script>alert(1)</script><img src=x onerror=alert(1)></p>"
        '<a href="java&#115;cript:alert(1)" onclick="alert(1)">one</a>'
        '<a href="data:text/html,x">two</a><iframe srcdoc="<b>"></iframe>'
        '<a href="https://b.example/?a=1&amp;b=2" rel="me">three</a></p></div>after <'
    )
    comment = {
        "id": "A" * 22,
        "parent": None,
        "name": "<b>Eve",
        "html": html,
        "website": "javascript:alert(1)",
        "published_at": "2026-01-02T03:04:05Z",
        "edited_at": None,
        "by_moderator": True,
    }
    thread = {"open": True, "count": 1, "comments": [comment], "next": None}
    headers = {"Access-Control-Allow-Origin": "*"}
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.route("**/thread?*", lambda route: route.fulfill(json=thread, headers=headers))
    page.goto(f"{blog.origin}/hostile")
    shown = page.locator("[part=text]")
    expect(shown).to_contain_text("Before")
    expect(shown).to_contain_text("after <")
    tags = shown.evaluate("e => [...e.querySelectorAll('*')].map(n => n.localName)")
    assert set(tags) == {"p", "a"}
    links = shown.locator("a").all()
    targets = [link.get_attribute("href") for link in links]
    assert targets == [None, None, "https://b.example/?a=1&b=2"]
    assert {link.get_attribute("rel") for link in links} == {
        "ugc nofollow noopener noreferrer"
    }
    assert shown.locator("[onclick]").count() == 0
    expect(page.locator("[part=name]")).to_have_text("<b>Eve")
    assert page.locator("[part=comment-header] > a[href^=java]").count() == 0
    expect(page.get_by_text("Moderator", exact=True)).to_be_visible()
    assert dialogs == []
    context.close()


def hold_the_widget(page: Page) -> list[Route]:
    """Let the widget come late, as over a bad line: when what is held continues."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/embed.js", hold)
    return held


def test_plain_form_is_upgraded_with_what_was_typed(
    blog: Blog, browser: Browser
) -> None:
    with quiet_page(browser) as page:
        held = hold_the_widget(page)
        page.goto(f"{blog.origin}/plain/late", wait_until="commit")
        page.locator("form textarea").fill("Typed before it")
        page.locator("form textarea").focus()
        held[0].continue_()
        expect(page.get_by_text("Required fields are marked *")).to_be_visible()
        area = page.get_by_role("textbox", name="Comment")
        expect(area).to_have_count(1)
        expect(area).to_have_value("Typed before it")
        expect(area).to_be_focused()


def begin_a_reply(page: Page, address: str, text: str) -> None:
    """Publish a comment on a page with a plain form, and leave a reply unsent."""
    page.goto(address)
    expect(page.get_by_text("Required fields are marked *")).to_be_visible()
    publish(page, "Does rye rise at all?")
    page.get_by_role("button", name="Reply to Ana").click()
    page.get_by_role("textbox", name="Comment").fill(text)


def test_draft_stays_a_reply_however_often_the_page_is_loaded(
    blog: Blog, page: Page
) -> None:
    begin_a_reply(page, f"{blog.origin}/plain/begun", "Slowly, but")
    for _ in range(3):
        page.reload()
        expect(page.get_by_role("heading", name="Leave a Reply to Ana")).to_be_visible()
        expect(page.get_by_role("textbox", name="Comment")).to_have_value("Slowly, but")


def test_what_is_typed_into_the_plain_form_answers_the_page(
    blog: Blog, page: Page
) -> None:
    begin_a_reply(page, f"{blog.origin}/plain/anew", "Slowly, but")
    held = hold_the_widget(page)
    page.reload(wait_until="commit")
    page.locator("form textarea").fill("Something else")
    held[0].continue_()
    page.unroute("**/embed.js")
    for _ in range(2):
        expect(page.get_by_text("Required fields are marked *")).to_be_visible()
        expect(page.get_by_role("textbox", name="Comment")).to_have_value(
            "Something else"
        )
        expect(page.get_by_role("heading", name="Leave a Reply to Ana")).to_have_count(
            0
        )
        page.reload()


def test_consent_is_asked_for_and_told_to_the_service(
    foyer: Running, blog: Blog, page: Page
) -> None:
    set_site(foyer, "--consent", "My name and words are kept.")
    try:
        page.goto(f"{blog.origin}/consent")
        write(page, "I agree to rye.")
        post(page)
        box = page.get_by_role("checkbox", name="My name and words are kept.")
        expect(box).to_be_focused()
        expect(box).to_have_accessible_description("Please tick this box.")
        box.check()
        post(page)
        expect(page.get_by_role("article")).to_contain_text(
            "I agree", timeout=COMMENT_MILLISECONDS
        )
    finally:
        set_site(foyer, "--consent", "")


def test_service_goes_away_and_comes_back(blog: Blog, browser: Browser) -> None:
    # Browsers note a refused connection, so the console may speak here.
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(COMMENT_MILLISECONDS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{blog.origin}/away")
    write(page, "Said into the dark.")
    # It takes the request, and says nothing for more than five seconds.
    page.route("**/comments", lambda _: None)
    post(page)
    expect(page.get_by_role("alert").filter(has_text=AWAY)).to_be_visible(
        timeout=NO_ANSWER_SECONDS * 1000
    )
    expect(page.get_by_role("textbox", name="Comment")).to_have_value(
        "Said into the dark."
    )
    page.route("**/api/v1/**", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("status").filter(has_text=AWAY)).to_be_visible()
    expect(page.get_by_role("heading", name="A jar of sourdough")).to_be_visible()
    page.unroute_all()
    area = page.get_by_role("textbox", name="Comment")
    expect(area).to_have_value("Said into the dark.")
    publish(page, "Said into the dark.")
    expect(page.get_by_role("article")).to_have_count(1)
    assert errors == []
    context.close()


def arrive(port: int, request: Request) -> None:
    """Let a request reach the service, whose answer nobody will see."""
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {**request.headers, "Host": f"{SERVICE_HOST}:{port}"}
    wire.request("POST", urlsplit(request.url).path, request.post_data_buffer, headers)
    assert wire.getresponse().status == 202
    wire.close()


def test_lost_answer_makes_no_second_comment(
    foyer: Running, blog: Blog, browser: Browser
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(COMMENT_MILLISECONDS)
    page.goto(f"{blog.origin}/lost")
    lost: list[str] = []

    def lose_once(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.request.headers["idempotency-key"])
            arrive(foyer.port, route.request)
            route.abort()
        else:
            route.continue_()

    page.route("**/comments", lose_once)
    publish(page, "Once and for all.")
    page.reload()
    expect(page.get_by_role("article")).to_have_count(1)
    assert len(lost) == 1
    context.close()


@pytest.mark.parametrize("lang", ["ar", "he", "de"])
def test_widget_speaks_the_language_of_the_page(
    blog: Blog, page: Page, lang: str
) -> None:
    page.goto(f"{blog.origin}/tongues?lang={lang}")
    frame = page.locator(".foyer")
    expect(frame.locator("form")).to_be_visible()
    expect(frame).to_have_attribute("dir", "rtl" if lang in {"ar", "he"} else "ltr")
    expect(frame).to_have_attribute("lang", lang)
    expect(page.get_by_text("Leave a Reply")).to_have_count(0)
    assert axe(page) == []
