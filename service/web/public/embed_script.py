"""The widget's modules as the one script that a blog loads.

They are modules while they are read and written; readers get one file, so that a blog's
page asks once and can never mix the parts of two versions.
"""

import re
from functools import cache
from pathlib import Path

from service.web.packed import pack

FOLDER = Path(__file__).parents[1] / "static" / "embed"
_ORDER = (
    "nodes",
    "service",
    "kept",
    "words",
    "count",
    "list",
    "field",
    "form",
    "own",
    "style",
    "thread",
    "embed",
)
"""Each after those that it imports."""

_IMPORT = re.compile(r"^import [^;]+;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_BLOCK = re.compile(r"^\s*/\*\*.*?\*/\n", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^\s*//.*\n", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def joined(parts: tuple[str, ...]) -> str:
    """Modules that share no name at their top as one, without what only people read."""
    text = "".join(parts)
    for pattern in (_IMPORT, _EXPORT, _BLOCK, _LINE, _INDENT):
        text = pattern.sub("", text)
    return text


@cache
def script() -> bytes:
    """The script."""
    paths = (FOLDER / f"{name}.js" for name in _ORDER)
    return joined(tuple(path.read_text("utf-8") for path in paths)).encode()


@cache
def texts(language: str) -> bytes | None:
    """What the widget says in a language, or None if that is not among its own."""
    path = FOLDER / f"{language}.json"
    known = language.isascii() and language.isalpha() and path.is_file()
    return path.read_bytes() if known else None


@cache
def packed(body: bytes) -> bytes:
    """One of these files as gzip."""
    return pack(body)
