"""`foyer export`: what readers see, as files that a blog is built from."""

import stat
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import orjson
import pytest

from service.domain.status import Status
from service.operations.threads import open_thread
from service.transfer.thread_folder import file_name
from tests.cli.conftest import Foyer
from tests.db.acts import Acts

PAGE = "/2024/Rye & Öl/"


@pytest.fixture
def talk(acts: Acts) -> list[str]:
    """A comment, its answer, one whose answer outlived it, and what nobody may see."""
    first = acts.say(
        "One <i> *so*.", page=PAGE, title="Rye", website="https://ana.example/?a&b"
    )
    second = acts.say("Two.", page=PAGE, parent=first, name="<b>Bob</b> & Co")
    gone = acts.say("Three.", page=PAGE)
    last = acts.say("Four.", page=PAGE, parent=gone)
    acts.move(gone, Status.TRASHED)
    acts.say("Waits.", Status.HELD, page=PAGE)
    acts.say("Junk.", Status.SPAM, page="/junk")
    return [first, second, gone, last]


def export(foyer: Foyer, folder: Path, kind: str, *more: str) -> dict[str, Any]:
    """The index after an export."""
    options = ("--site", "blog", "--format", kind, "--output", str(folder))
    done = foyer("export", *options, *more)
    assert done.status == 0, done.err
    index: dict[str, Any] = orjson.loads((folder / "index.json").read_bytes())
    return index


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_data_are_nested_and_public(
    foyer: Foyer, tmp_path: Path, talk: list[str]
) -> None:
    index = export(foyer, tmp_path / "out", "json")
    assert (index["site"], index["format"]) == ("blog", "json")
    assert set(index["pages"]) == {PAGE}
    entry = index["pages"][PAGE]
    assert (entry["title"], entry["count"]) == ("Rye", 3)
    whole = (tmp_path / "out" / entry["file"]).read_bytes()
    thread = orjson.loads(whole)
    assert (thread["page"], thread["open"]) == (PAGE, True)
    first, gone = thread["comments"]
    assert [first["id"], first["replies"][0]["id"]] == talk[:2]
    assert first["html"] == "<p>One &lt;i&gt; <em>so</em>.</p>\n"
    assert first["reply_url"].startswith("http://localhost:8000/sites/blog/reply?page=")
    assert first["reply_url"].endswith(f"&replyto={talk[0]}")
    assert set(gone) == {"id", "removed", "replies"}
    assert [c["id"] for c in gone["replies"]] == [talk[3]]
    for private in (b"example.org", b"Waits.", b"Junk.", b"Three.", b"192.0.2"):
        assert private not in whole


def test_html_is_whole_and_escaped(
    foyer: Foyer, tmp_path: Path, talk: list[str]
) -> None:
    index = export(foyer, tmp_path / "out", "html")
    html = (tmp_path / "out" / index["pages"][PAGE]["file"]).read_text("utf-8")
    # It is XML as well, so every element is closed and every sign escaped.
    section = ET.fromstring(html)  # noqa: S314  # our own
    assert section.attrib["data-page"] == PAGE
    items = {item.attrib["id"]: item for item in section.iter("li")}
    assert list(items) == [f"comment-{each}" for each in talk]
    nested = items[f"comment-{talk[0]}"].find(f".//li[@id='comment-{talk[1]}']")
    assert nested is not None
    assert "<b>Bob</b> & Co" in "".join(nested.itertext())
    (link,) = [a for a in section.iter("a") if a.get("class") == "foyer-writer"]
    assert link.attrib["href"] == "https://ana.example/?a&b"
    assert "nofollow" in link.attrib["rel"]
    assert items[f"comment-{talk[2]}"].findtext("p") == "This comment is gone."
    assert "<em>so</em>" in html
    assert "example.org" not in html
    assert "<script" not in html


def test_words_and_dates_are_in_the_language_asked_for(
    foyer: Foyer, tmp_path: Path, talk: list[str]
) -> None:
    assert len(talk) == 4
    index = export(foyer, tmp_path / "out", "html", "--language", "de")
    html = (tmp_path / "out" / index["pages"][PAGE]["file"]).read_text("utf-8")
    assert "Antworten" in html
    assert "01.03.2026" in html


def test_closed_thread_names_no_place_to_answer(
    foyer: Foyer, tmp_path: Path, acts: Acts, talk: list[str]
) -> None:
    assert len(talk) == 4
    acts.store.write(
        lambda s: open_thread(s, acts.site, PAGE, is_open=False, now=acts.clock())
    )
    for kind in ("html", "json"):
        index = export(foyer, tmp_path / kind, kind)
        file = tmp_path / kind / index["pages"][PAGE]["file"]
        assert b"replyto" not in file.read_bytes()


@pytest.mark.parametrize("kind", ["html", "json"])
def test_same_comments_give_the_same_files(
    foyer: Foyer, tmp_path: Path, talk: list[str], kind: str
) -> None:
    assert len(talk) == 4
    export(foyer, tmp_path / "one", kind)
    export(foyer, tmp_path / "two", kind)
    assert content(tmp_path / "one") == content(tmp_path / "two")
    times = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "one").iterdir()}
    export(foyer, tmp_path / "one", kind)
    # What has not changed is not even written again, so nothing is built in vain.
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "one").iterdir()} == times


def test_next_export_takes_the_place_of_the_one_before(
    foyer: Foyer, tmp_path: Path, acts: Acts
) -> None:
    folder = tmp_path / "out"
    once, kept = acts.say("One.", page="/once"), acts.say("Two.", page="/kept")
    first = export(foyer, folder, "json")
    (folder / "README").write_text("mine", "utf-8")
    (folder / "own.json").write_text("{}", "utf-8")
    acts.move(once, Status.TRASHED)
    acts.say("More.", page="/kept", parent=kept)
    second = export(foyer, folder, "json")
    assert set(second["pages"]) == {"/kept"}
    assert not (folder / first["pages"]["/once"]["file"]).exists()
    file = folder / second["pages"]["/kept"]["file"]
    assert orjson.loads(file.read_bytes())["count"] == 2
    # What is not ours stays.
    assert (folder / "README").read_text("utf-8") == "mine"
    assert set(content(folder)) == {"README", "own.json", "index.json", file.name}


def test_failure_half_way_changes_nothing(
    foyer: Foyer, tmp_path: Path, acts: Acts, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    acts.say("One.", page="/a")
    export(foyer, folder, "json")
    before = content(folder)
    acts.say("Two.", page="/a")
    acts.say("Three.", page="/b")
    written = Path.write_bytes

    def fail(path: Path, data: bytes) -> int:
        if path.name.startswith("b-"):
            raise OSError(28, "No space left on device")
        return written(path, data)

    monkeypatch.setattr(Path, "write_bytes", fail)
    done = foyer("export", "--site", "blog", "--output", str(folder))
    assert done.status == 1
    assert "No space left on device" in done.err
    assert content(folder) == before


def test_folder_with_other_things_is_left_alone(foyer: Foyer, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.json").write_text('{"pages": []}', "utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "post.md").write_text("mine", "utf-8")
    for name in ("mine", "other"):
        before = content(tmp_path / name)
        done = foyer("export", "--site", "blog", "--output", str(tmp_path / name))
        assert (done.status, done.out) == (1, "")
        assert "no export" in done.err
        assert content(tmp_path / name) == before


def test_forged_index_removes_nothing_outside(foyer: Foyer, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    index = export(foyer, folder, "json")
    (tmp_path / "precious.json").write_text("{}", "utf-8")
    index["pages"]["/x"] = {"file": "../precious.json"}
    (folder / "index.json").write_bytes(orjson.dumps(index))
    export(foyer, folder, "json")
    assert (tmp_path / "precious.json").exists()


def test_files_are_for_everybody_to_read(
    foyer: Foyer, tmp_path: Path, talk: list[str]
) -> None:
    assert len(talk) == 4
    export(foyer, tmp_path / "deep" / "out", "json")
    modes = {stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "deep/out").iterdir()}
    assert modes == {0o644}


@pytest.mark.parametrize(
    ("page", "begin"),
    [
        ("/", "page-"),
        ("/2024/Soundtrack/", "2024-soundtrack-"),
        ("/con", "con-"),
        ("../../etc/passwd", "etc-passwd-"),
        ("/%2e%2e/a%00b", "a-b-"),
        ("/日本", "page-"),
        ("/" + "x" * 500, "x" * 60 + "-"),
    ],
)
def test_file_names_are_safe_and_say_the_page(page: str, begin: str) -> None:
    name = file_name(page)
    assert name.startswith(begin)
    assert name.isascii()
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name == file_name(page)


def test_pages_that_differ_in_case_have_files_of_their_own() -> None:
    assert len({file_name(page) for page in ("/a", "/A", "/a/", "/a?b", "/a-")}) == 5


def test_unknown_site_is_said(foyer: Foyer, tmp_path: Path) -> None:
    done = foyer("export", "--site", "nobody", "--output", str(tmp_path / "out"))
    assert done.status == 1
    assert "no site" in done.err
