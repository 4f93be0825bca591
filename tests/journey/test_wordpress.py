"""WordPress's stock comment form on a blog elsewhere, with another ``action``."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, Response, sync_playwright
from typing_extensions import override

from tests.journey.test_contract import _aged
from tests.running import Running, running
from tests.servers import wait_until

SECONDS = 30.0
BLOG_HOST = "blog.test"
"""Another registrable name than Foyer's; the browser is told where it is."""

FORM = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Hello world</title></head><body>
<h1>Hello world</h1>
<div id="respond">
<h2 id="reply-title">Leave a Reply</h2>
<form action="{action}" method="post" id="commentform">
<p><span id="email-notes">Your email address will not be published.</span>
  Required fields are marked <span aria-hidden="true">*</span></p>
<p><label for="comment">Comment *</label>
  <textarea id="comment" name="comment" cols="45" rows="8" maxlength="65525">
</textarea></p>
<p><label for="author">Name *</label>
  <input id="author" name="author" type="text" maxlength="245" autocomplete="name"></p>
<p><label for="email">Email *</label>
  <input id="email" name="email" type="text" maxlength="100"
    aria-describedby="email-notes" autocomplete="email"></p>
<p><label for="url">Website</label>
  <input id="url" name="url" type="url" maxlength="200" autocomplete="url"></p>
<p><input id="wp-comment-cookies-consent" name="wp-comment-cookies-consent"
    type="checkbox" value="yes">
  <label for="wp-comment-cookies-consent">Save my name for the next time.</label></p>
<p><input name="submit" type="submit" id="submit" value="Post Comment">
  <input type="hidden" name="comment_post_ID" value="{post}" id="comment_post_ID">
  <input type="hidden" name="comment_parent" value="{parent}" id="comment_parent"></p>
</form></div></body></html>
"""


@dataclass(slots=True)
class Blog:
    """A static blog; each test says what its form is sent to and with."""

    port: int
    action: str = ""
    post: str = "1"
    parent: str = "0"

    @property
    def origin(self) -> str:
        """Where readers find it."""
        return f"http://{BLOG_HOST}:{self.port}"

    def page(self) -> bytes:
        """Any of its pages."""
        return FORM.format(
            action=self.action, post=self.post, parent=self.parent
        ).encode()


@contextmanager
def serving() -> Iterator[Blog]:
    """A blog on a port of its own, under a strict policy for its pages."""
    made = Blog(port=0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = made.page()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            foyer = made.action.partition("/sites/")[0]
            policy = f"default-src 'none'; form-action 'self' {foyer}"
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def blog() -> Iterator[Blog]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def foyer(tmp_path_factory: pytest.TempPathFactory, blog: Blog) -> Iterator[Running]:
    """The product with a site ``wp``, whose posts were mapped from a file."""
    folder = tmp_path_factory.mktemp("wordpress")
    with running(folder) as started:
        file = folder / "posts.csv"
        file.write_text(f"id,address\n1,{blog.origin}/hello/\n2,/closed/\n")
        for command in (
            ("site", "add", "wp", "--origin", blog.origin),
            ("site", "map-posts", "wp", str(file)),
            ("thread", "close", "/closed/", "--site", "wp"),
        ):
            done = started.command(*command)
            assert done.returncode == 0, done.stderr
        blog.action = f"{started.base_url}/sites/wp/wp-comments-post.php"
        yield started


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                *("--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update"),
                "--test-third-party-cookie-phaseout",
                f"--host-resolver-rules=MAP {BLOG_HOST} 127.0.0.1",
            ],
        )
        yield opened
        opened.close()


@pytest.fixture(params=[False, True], ids=["without-script", "with-script"])
def page(
    request: pytest.FixtureRequest, browser: Browser, foyer: Running
) -> Iterator[Page]:
    assert foyer.is_running
    context = browser.new_context(java_script_enabled=request.param)
    opened = context.new_page()
    opened.set_default_timeout(SECONDS * 1000)
    yield opened
    # Consent is taken, and means nothing.
    assert context.cookies() == []
    context.close()


def post(page: Page, blog: Blog, text: str, **more: str) -> Response:
    """What comes of filling in the form of a post and sending it."""
    fields = {"author": "Ana", "email": "ana@example.org", "url": "", **more}
    page.goto(f"{blog.origin}/hello/")
    page.locator("#comment").fill(text)
    for name, value in fields.items():
        page.locator(f"#{name}").fill(value)
    page.locator("#wp-comment-cookies-consent").check()
    with page.expect_response(
        lambda answer: answer.request.method == "POST"
    ) as answered:
        page.locator("#submit").click()
    return answered.value


def published(foyer: Running) -> list[dict[str, object]]:
    """The site's published comments by WordPress's REST API."""
    listed: list[dict[str, object]] = json.loads(
        foyer.get("/sites/wp/wp-json/wp/v2/comments?post=1&per_page=100")
    )
    return listed


def wait_for(foyer: Running, words: str) -> dict[str, object]:
    """The published comment with these words."""

    def found() -> list[dict[str, object]]:
        return [each for each in published(foyer) if words in str(each["content"])]

    wait_until(lambda: bool(found()), f"a comment with {words!r}", SECONDS)
    return found()[0]


def test_form_leads_to_a_published_comment_and_an_answer(
    foyer: Running, blog: Blog, page: Page, request: pytest.FixtureRequest
) -> None:
    blog.post, blog.parent = "1", "0"
    words = f"Rye wants patience, {request.node.name}"
    answer = post(page, blog, words, url="https://ana.example")
    assert answer.status == 302
    assert answer.headers["x-redirect-by"] == "Foyer"
    page.wait_for_url(f"{blog.origin}/hello/#comment-*")
    first = wait_for(foyer, words)
    assert (first["post"], first["author_name"]) == (1, "Ana")
    assert "example.org" not in str(first)
    thread = json.loads(foyer.get("/api/v1/sites/wp/thread?page=/hello/"))
    anchor = page.url.partition("#comment-")[2]
    assert anchor in {each["id"] for each in thread["comments"]}

    blog.parent = str(first["id"])
    replied = f"And a warm place, {request.node.name}"
    assert post(page, blog, replied).status == 302
    assert wait_for(foyer, replied)["parent"] == first["id"]


def test_mistake_is_mended_in_place_with_nothing_lost(
    foyer: Running, blog: Blog, page: Page, request: pytest.FixtureRequest
) -> None:
    blog.post, blog.parent = "1", "0"
    words = f"Nothing is lost, {request.node.name}"
    assert post(page, blog, words, email="").status == 422
    assert page.get_by_role("textbox", name="Comment").input_value() == words
    page.get_by_role("textbox", name="Email").fill("ana@example.org")
    page.get_by_role("button", name="Post Comment").click()
    page.wait_for_url(f"{blog.origin}/hello/#comment-*")
    wait_for(foyer, words)


def test_each_error_has_its_status(
    foyer: Running, blog: Blog, page: Page, request: pytest.FixtureRequest
) -> None:
    blog.post, blog.parent = "1", "0"
    mine = request.node.name
    for more in (
        {"author": ""},
        {"email": "ana@"},
        {"author": "ü" * 123},
        # A browser counts characters, and lets no more of them into the field.
        {"url": f"https://a.example/{'ü' * 110}"},
    ):
        assert post(page, blog, "Wrong.", **more).status == 422, more
    assert post(page, blog, "").status == 422
    blog.parent = "4711"
    assert post(page, blog, f"To nobody, {mine}").status == 403
    blog.post, blog.parent = "99", "0"
    answer = post(page, blog, f"Nowhere, {mine}")
    assert answer.status == 422
    assert "foyer site map-posts wp FILE" in page.content()
    blog.post = "2"
    assert post(page, blog, f"Too late, {mine}").status == 403
    blog.post = "1"
    assert post(page, blog, f"Said before, {mine}").status == 302
    page.wait_for_url("**#comment-*")
    _aged(foyer, page.url.partition("#comment-")[2])
    assert post(page, blog, f"Said before, {mine}").status == 409
    opened = page.goto(blog.action)
    assert opened is not None
    assert (opened.status, opened.headers["allow"]) == (405, "POST")


def test_flood_is_429(tmp_path: Path, browser: Browser, foyer: Running) -> None:
    assert foyer.is_running
    limited = running(tmp_path, env={"FOYER_SUBMIT_LIMIT": "1/minute"})
    with serving() as blog, limited as started:
        (tmp_path / "posts.csv").write_text("1,/hello/\n")
        for command in (
            ("site", "add", "wp", "--origin", blog.origin),
            ("site", "map-posts", "wp", str(tmp_path / "posts.csv")),
        ):
            assert started.command(*command).returncode == 0
        blog.action = f"{started.base_url}/sites/wp/wp-comments-post.php"
        context = browser.new_context(java_script_enabled=False)
        opened = context.new_page()
        assert post(opened, blog, "The first one.").status == 302
        answer = post(opened, blog, "The second one.")
        assert answer.status == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert "The second one." in opened.content()
        context.close()
