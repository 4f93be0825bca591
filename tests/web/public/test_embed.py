"""The widget's script and its texts: small, readable from anywhere, complete."""

import json
import re
from typing import Any

import pytest

from service.web.public.embed_script import FOLDER, joined, script
from tests.web.public.reader import Reader

MOST_BYTES = 12_000
LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.json"))
WORDS = (FOLDER / "words.js").read_text("utf-8")
PLACES = re.compile(r"{\w+}")


def english() -> dict[str, Any]:
    """The texts that stand in the script."""
    body = WORDS.partition("ENGLISH = {")[2].partition("\n};")[0]
    quoted = re.sub(r"(^\s*|[{,]\s*)(\w+):", r'\1"\2":', body, flags=re.MULTILINE)
    texts: dict[str, Any] = json.loads("{" + quoted.rstrip().rstrip(",") + "}")
    return texts


@pytest.mark.parametrize("path", ["/embed.js", "/embed/de.json"])
def test_any_blog_may_load_it(reader: Reader, path: str) -> None:
    answer = reader.get(path, Origin="https://somewhere.example")
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=600" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    again = reader.get(path, If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


def test_script_goes_over_the_wire_in_twelve_kilobytes(reader: Reader) -> None:
    answer = reader.get("/embed.js", Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.mimetype == "text/javascript"
    assert len(answer.data) <= MOST_BYTES
    assert reader.get("/embed.js").data == script()


def test_every_module_is_in_the_script_and_hands_no_text_to_a_parser() -> None:
    text = script().decode()
    modules = list(FOLDER.glob("*.js"))
    assert len(modules) > 5
    for path in modules:
        assert joined((path.read_text("utf-8"),)) in text, path.name
    assert not re.search(r"^(?:import|export)\b|^//|^/\*", text, re.MULTILINE)
    sinks = r"HTML\b|DOMParser|createContextual|\beval\b|Function\(|setTimeout\([\"']"
    assert not re.search(sinks, text)
    assert not re.search(r"document\.cookie|randomUUID|\.style\b", text)


@pytest.mark.parametrize("name", ["xx", "..%2Fnodes", "words.js", "DE"])
def test_nothing_else_is_told(reader: Reader, name: str) -> None:
    assert reader.get(f"/embed/{name}.json").status_code == 404


def test_the_languages_that_the_script_knows_are_there() -> None:
    named = re.search(r'LANGUAGES = "([a-z ]+)"', WORDS)
    assert named is not None
    assert named[1].split() == LANGUAGES
    assert len(LANGUAGES) >= 12
    assert {"ar", "he", "fa"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_everything(language: str) -> None:
    said = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
    wanted = english()
    assert set(said) == set(wanted)
    assert "other" in said["comments"]
    assert all("{n}" in said["comments"][form] for form in ("other",))
    for key, text in said.items():
        if key != "comments":
            assert text.strip(), key
            assert PLACES.findall(text) == PLACES.findall(wanted[key]), key
    same = [key for key in wanted if said[key] == wanted[key]]
    assert len(same) < 6, same
