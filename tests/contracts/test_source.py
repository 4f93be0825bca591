"""House rules that can be read off the source."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.needs import ROOT

SOURCE = [*(ROOT / "service").rglob("*.py"), *(ROOT / "worker").rglob("*.py")]
SHOWN = [
    *(ROOT / "service" / "web" / "templates").rglob("*.html"),
    *(ROOT / "service" / "web" / "static").rglob("*.*"),
]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(path: Path, method: str) -> list[int]:
    """Lines on which something's method of this name is called."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
    ]


def where(paths: Iterable[Path], pattern: str) -> list[str]:
    """Places that match, as ``file:line``."""
    wanted = re.compile(pattern)
    return [
        f"{name(path)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if wanted.search(line)
    ]


def test_there_is_source_to_look_at() -> None:
    assert len(SOURCE) > 100
    assert len(SHOWN) > 15


def test_acts_and_worker_never_commit() -> None:
    rooms = {"operations", "worker"}
    paths = [p for p in SOURCE if rooms.intersection(p.relative_to(ROOT).parts)]
    assert len(paths) > 30
    found = [f"{name(path)}:{line}" for path in paths for line in calls(path, "commit")]
    assert found == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\|\s*safe\b",
        r"\{%-?\s*autoescape\s+false",
        r"\bstyle\s*=",
        r"<style\b",
        r"\bon[a-z]+\s*=\s*[\"']",
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write",
        r"<script(?![^>]*\bsrc=)",
        r"javascript:",
        r"\bhttps?://(?!www\.w3\.org/)[a-z]",
    ],
)
def test_pages_hold_nothing_unescaped_inline_or_foreign(pattern: str) -> None:
    assert where(SHOWN, pattern) == []


def test_safe_html_is_made_in_one_class_only() -> None:
    found = where(SOURCE, r"__html__|render_template_string")
    assert {place.partition(":")[0] for place in found} == {"service/web/html.py"}


def test_markup_is_made_of_constants_only() -> None:
    """``Markup("<b>{}</b>").format(text)`` escapes; ``Markup(text)`` does not."""
    found = [
        f"{name(path)}:{node.lineno}"
        for path in SOURCE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Markup"
        and not all(isinstance(given, ast.Constant) for given in node.args)
    ]
    assert found == []


def test_nobody_sets_a_status_past_the_one_function_that_moves() -> None:
    rooms = {"operations", "worker"}
    paths = [p for p in SOURCE if rooms.intersection(p.relative_to(ROOT).parts)]
    assert where(paths, r"\w\.status\s*=[^=]") == []


def test_no_file_is_called_after_nothing() -> None:
    vague = {"utils", "helpers", "common", "misc"}
    paths = [*SOURCE, *(ROOT / "tests").rglob("*.py")]
    assert [name(path) for path in paths if path.stem in vague] == []


def test_nobody_else_knows_cookies() -> None:
    """Of what stands outside the moderators' rooms, Isso's door alone has one."""
    outside = [p for p in SOURCE if "moderation" not in p.parts]
    found = where(outside, r"request\.cookies|set_cookie|dump_cookie")
    assert {place.partition(":")[0] for place in found} == {
        "service/web/compat/isso/cookie.py",
        # Flask's session, which is opened only where its cookie was brought.
        "service/web/sessions.py",
    }


def test_nothing_is_left_to_do() -> None:
    assert where(SOURCE, r"\b(?:TODO|FIXME|XXX)\b") == []
