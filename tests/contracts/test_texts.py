"""What pages say is there in every language that is offered, whole and up to date."""

import re
import subprocess
import sys
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from service.web.language import LANGUAGES, RIGHT_TO_LEFT
from tests.needs import ROOT

TEXTS = ROOT / "service" / "web" / "texts"
LEAST = {"en", "de", "fr", "es", "pt", "ja", "ar"}
OTHERS = sorted(set(LANGUAGES) - {"en"})
PLACES = re.compile(r"%\((\w+)\)[a-z]|%[a-z]")
TAGS = re.compile(r"</?\w+[^>]*>")


def _of(tag: str, kind: str) -> Path:
    return TEXTS / tag / "LC_MESSAGES" / f"messages.{kind}"


@cache
def _written(path: Path) -> Catalog:
    return read_po(BytesIO(path.read_bytes()))


def _ids(catalogue: Catalog) -> set[Any]:
    return {message.id for message in catalogue if message.id}


def _forms(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_the_languages_that_were_promised_are_offered() -> None:
    assert set(LANGUAGES) >= LEAST
    assert "ar" in RIGHT_TO_LEFT
    assert {path.name for path in TEXTS.iterdir() if path.is_dir()} == set(OTHERS)


def test_what_pages_say_was_gathered(tmp_path: Path) -> None:
    gathered = tmp_path / "messages.pot"
    made = (ROOT / "Makefile").read_text("utf-8")
    named = re.search(r"\(foreach error,([\w ]+),", made)
    assert named is not None
    errors = [word for error in named[1].split() for word in ("-k", error)]
    subprocess.run(
        [
            *(sys.executable, "-m", "babel.messages.frontend", "-q", "extract"),
            *("-F", "pyproject.toml", "-k", "mark", *errors),
            *("-o", str(gathered), "."),
        ],
        cwd=ROOT,
        check=True,
        stderr=subprocess.DEVNULL,
    )
    # If this fails: make texts, and write what is missing in each language.
    assert _ids(_written(gathered)) == _ids(_written(TEXTS / "messages.pot"))


@pytest.mark.parametrize("tag", OTHERS)
def test_a_language_says_everything(tag: str) -> None:
    catalogue = _written(_of(tag, "po"))
    assert _ids(catalogue) == _ids(_written(TEXTS / "messages.pot"))
    missing = [
        message.id
        for message in catalogue
        if message.id and (message.fuzzy or not all(_forms(message.string)))
    ]
    assert missing == []


@pytest.mark.parametrize("tag", OTHERS)
def test_what_is_filled_in_and_marked_up_is_the_same(tag: str) -> None:
    for message in _written(_of(tag, "po")):
        if not message.id:
            continue
        source = _forms(message.id)[-1]
        for said in _forms(message.string):
            # A form for one alone may leave the number out, which stands under either.
            may_miss = {"num", "times"} if len(_forms(message.id)) > 1 else set()
            assert set(PLACES.findall(source)) ^ set(PLACES.findall(said)) <= may_miss
            assert sorted(TAGS.findall(said)) == sorted(TAGS.findall(source)), said


@pytest.mark.parametrize("tag", OTHERS)
def test_what_programs_read_is_what_was_written(tag: str) -> None:
    read = read_mo(BytesIO(_of(tag, "mo").read_bytes()))
    assert {_forms(m.id): _forms(m.string) for m in read if m.id} == {
        _forms(m.id): _forms(m.string) for m in _written(_of(tag, "po")) if m.id
    }
