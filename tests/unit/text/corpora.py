"""Inputs that nobody here wrote, from the folder beside the project.

Tests skip when the folder is absent, unless ``FOYER_TEST_REQUIRE`` holds ``shared`` or
``all``: then they fail, so that nobody believes they ran.
"""

import gzip
import json
import os
from pathlib import Path

import pytest

ATTACK = Path(__file__).parents[3] / ".." / "shared" / "attack"
LIMIT = 10_000


def attack_folder(name: str) -> Path:
    folder = ATTACK / name
    if not folder.is_dir():
        required = os.environ.get("FOYER_TEST_REQUIRE", "").split(",")
        absent = f"shared/attack/{name} is absent"
        if {"shared", "all"} & set(required):
            pytest.fail(absent)
        pytest.skip(absent)
    return folder


def texts(*names: str) -> list[str]:
    """Return all inputs of the folders as strings, at most 10,000 characters each."""
    found: list[str] = []
    for name in names:
        for file in sorted(attack_folder(name).glob("*.json*")):
            found += _strings(_load(file))
    assert found
    return [text[:LIMIT] for text in found]


def pathological() -> dict[str, str]:
    file = attack_folder("markdown") / "cmark_pathological.json.gz"
    loaded: dict[str, str] = json.loads(gzip.decompress(file.read_bytes()))
    return loaded


def _load(file: Path) -> object:
    raw = file.read_bytes()
    return json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return []
