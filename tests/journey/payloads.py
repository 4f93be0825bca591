"""Inputs that nobody here wrote, from the folder of attacks beside the project."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

MAX_CONFUSABLES = 250
"""Of about 6,000 lines, taken evenly."""


@dataclass(frozen=True, slots=True)
class RawBody:
    """The body of a request as it goes over the wire."""

    name: str
    body: bytes
    kind: str
    """Its ``Content-Type``."""


def json_bodies(shared: Path) -> list[RawBody]:
    """The files of nst/JSONTestSuite; the first letter says what a parser must do."""
    files = sorted((shared / "attack" / "json" / "nst").glob("*.json"))
    return [RawBody(f.stem, f.read_bytes(), "application/json") for f in files]


def multipart_bodies(shared: Path) -> list[RawBody]:
    """The raw multipart bodies of Kludex/python-multipart, each with its boundary."""
    bodies = []
    for file in sorted((shared / "attack" / "multipart").glob("*.http")):
        # Only the boundary is read: the loader without any types leaves it as it is.
        about = yaml.load(file.with_suffix(".yaml").read_text(), yaml.BaseLoader)  # noqa: S506
        kind = f"multipart/form-data; boundary={about['boundary']}"
        bodies.append(RawBody(file.stem, file.read_bytes(), kind))
    return bodies


MARKUP = ("xss", "html", "markdown")


def markup(shared: Path, folders: Sequence[str] = MARKUP) -> list[str]:
    """All texts of these folders, each once."""
    found: list[str] = []
    for folder in folders:
        for file in sorted((shared / "attack" / folder).iterdir()):
            raw = file.read_bytes()
            raw = gzip.decompress(raw) if file.suffix == ".gz" else raw
            found += _strings(json.loads(raw))
    return list(dict.fromkeys(text for text in found if text.strip()))


def texts(shared: Path) -> list[str]:
    """All texts of the folders ``fuzz`` and ``text``, each once."""
    found: list[str] = []
    for folder in ("fuzz", "text"):
        for file in sorted((shared / "attack" / folder).glob("*.json")):
            found += _strings(json.loads(file.read_bytes()))
    found += _confusables(shared / "attack" / "text" / "confusables.txt")
    return list(dict.fromkeys(found))


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    children: list[object] = []
    if isinstance(value, dict):
        children = list(value.values())
    if isinstance(value, list):
        children = value
    return [text for child in children for text in _strings(child)]


def _confusables(file: Path) -> list[str]:
    """Letters of Unicode's table (UTS 39), each beside what it is confused with."""
    lines = file.read_text("utf-8-sig").splitlines()
    rows = [line.split(";") for line in lines if line and not line.startswith("#")]
    step = -(-len(rows) // MAX_CONFUSABLES)
    return [f"{_letters(row[0])} {_letters(row[1])}" for row in rows[::step]]


def _letters(points: str) -> str:
    return "".join(chr(int(point, 16)) for point in points.split())
