"""The example blogs are built from exported threads by the tools they are for."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typing_extensions import override

from service.domain.status import Status
from service.web.public.submission_form import SUBMISSION_FIELDS
from tests.cli.conftest import Foyer
from tests.db.acts import Acts
from tests.needs import ROOT, need
from tests.web.public.page import Page

EXAMPLES = ROOT / "examples"
PAGE = "/posts/sourdough/"
SECONDS = 240
_QUIET = {"CI": "true", "NO_COLOR": "1", "NO_UPDATE_NOTIFIER": "1"}


def tool(name: str) -> str:
    """Where a tool is: beside this Python, or on the path."""
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    found = shutil.which(name, path=places)
    need({"npm": "node"}.get(name, name), found)
    assert found is not None
    return found


def run(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """What a tool did in the folder."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **_QUIET},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def built(folder: Path, *command: str) -> None:
    done = run(folder, *command)
    assert done.returncode == 0, done.stdout + done.stderr


def hugo(folder: Path) -> Path:
    built(folder, tool("hugo"), "--panicOnWarning")
    return folder / "public"


def eleventy(folder: Path) -> Path:
    npm = tool("npm")
    fetched = run(folder, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    # Without a network there is nothing to build with.
    need("node", fetched.returncode == 0)
    built(folder, npm, "run", "build")
    return folder / "_site"


def jekyll(folder: Path) -> Path:
    built(folder, tool("jekyll"), "build", "--disable-disk-cache")
    return folder / "_site"


BLOGS = {"hugo": (hugo, "data/foyer"), "eleventy": (eleventy, "comments"),
         "jekyll": (jekyll, "_data/foyer")}  # fmt: skip


class _Depths(HTMLParser):
    """In how many lists each comment stands, by the id of its element."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, int] = {}
        self._depth = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag == "ol"
        name = dict(attrs).get("id") or ""
        if name.startswith("comment-"):
            self.found[name] = self._depth

    @override
    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "ol"


def depths(html: str) -> dict[str, int]:
    parser = _Depths()
    parser.feed(html)
    return parser.found


def check_form(page: Page) -> None:
    """The form goes to the service, and sends what it knows."""
    (form,) = page.forms
    assert form.action == "https://comments.example/api/v1/sites/blog/comments"
    assert form.fields["page"] == PAGE
    assert form.fields["title"] == "A jar of sourdough"
    assert set(form.fields) <= set(SUBMISSION_FIELDS)
    assert {"comment", "name", "email", "website", "remarks"} <= set(form.fields)
    (widget,) = page.named("foyer-thread")
    assert widget.attributes == {"site": "blog", "page": PAGE}
    (script,) = page.named("script")
    assert script.attributes["src"] == "https://comments.example/embed.js"


@pytest.mark.parametrize("blog", list(BLOGS))
def test_blog_is_built_with_its_threads(
    foyer: Foyer, acts: Acts, tmp_path: Path, blog: str
) -> None:
    build: Callable[[Path], Path]
    build, place = BLOGS[blog]
    folder = tmp_path / "blog"
    shutil.copytree(EXAMPLES / blog, folder)
    site = build(folder)
    page = Page((site / "posts/sourdough/index.html").read_text("utf-8"))
    assert "Leave a Reply" in page.words
    check_form(page)

    first = acts.say("One *so* <script>x</script>", page=PAGE, name="<i>Eve</i>")
    second = acts.say("Two.", page=PAGE, parent=first)
    third = acts.say("Three.", page=PAGE, parent=second)
    gone = acts.say("Four.", page=PAGE)
    last = acts.say("Five.", page=PAGE, parent=gone)
    acts.move(gone, Status.TRASHED)
    done = foyer("export", "--site", "blog", "--output", str(folder / place))
    assert done.status == 0, done.err
    build(folder)
    html = (site / "posts/sourdough/index.html").read_text("utf-8")
    page = Page(html)
    check_form(page)
    assert "4 comments" in page.words
    nested = ((first, 1), (second, 2), (third, 3), (gone, 1), (last, 2))
    assert depths(html) == {f"comment-{made}": depth for made, depth in nested}
    assert "<em>so</em>" in html
    assert "This comment is gone." in page.words
    for bad in ("<script>x", "<i>Eve", "Four.", "example.org"):
        assert bad not in html
    links = [e.attributes["href"] for e in page.named("a")]
    assert any(href.endswith(f"&replyto={third}") for href in links)
    other = (site / "posts/rain/index.html").read_text("utf-8")
    assert "comment-" not in other.replace("reply-comment", "")


def test_plain_page_needs_no_tool() -> None:
    page = Page((EXAMPLES / "plain-html/sourdough.html").read_text("utf-8"))
    (form,) = page.forms
    assert set(form.fields) <= set(SUBMISSION_FIELDS)
    assert form.fields["page"] == "/sourdough.html"


def test_lock_names_no_registry() -> None:
    lock = (EXAMPLES / "eleventy/package-lock.json").read_text("utf-8")
    assert '"integrity"' in lock
    assert '"resolved"' not in lock
