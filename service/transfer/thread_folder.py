"""A folder of exported threads: one file for each page, and an index of them.

It is written beside its place first, so a failure half-way changes nothing; then file
by file takes the place of the one before, the index last, and files that the index
before had and the new one has not are removed. What else lies there is left alone.
"""

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson

from service.domain.errors import Conflict, Unavailable

INDEX = "index.json"
MADE_BY = "foyer export"

_DRAFT = ".foyer-export-"
_SLUG_CHARS = 60
_NO_SLUG = re.compile(r"[^a-z0-9]+")
_NAME = re.compile(r"[a-z0-9-]{1,80}\.(?:html|json)")
_READABLE, _ENTERABLE = 0o644, 0o755
_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export led to."""

    threads: int
    comments: int


def as_json(value: Any) -> bytes:
    """JSON that is the same for the same value, and easy to compare by lines."""
    return orjson.dumps(value, option=_OPTIONS)


def file_name(page: str) -> str:
    """A name for a page's file, without its ending: safe on every file system.

    It tells people which page it is, and its last part keeps pages apart whose names
    differ in case or in signs alone.
    """
    slug = _NO_SLUG.sub("-", unquote(page).lower()).strip("-")[:_SLUG_CHARS].strip("-")
    mark = blake2b(page.encode(), digest_size=6).hexdigest()
    return f"{slug or 'page'}-{mark}"


def write_threads(
    folder: Path,
    site: str,
    ending: str,
    threads: Iterable[tuple[dict[str, Any], bytes]],
) -> Exported:
    """Make the folder hold these threads.

    :param ending: of the files, ``html`` or ``json``.
    :param threads: each as its value and the content of its file.
    :raises Conflict: if the folder holds anything, but no earlier export.
    :raises Unavailable: if the file system refuses.
    """
    try:
        before = _files_before(folder)
        with _draft_in(folder) as draft:
            index = _write_all(draft, ending, threads)
            whole = {"made_by": MADE_BY, "site": site, "format": ending, "pages": index}
            (draft / INDEX).write_bytes(as_json(whole))
            files = [entry["file"] for entry in index.values()]
            for name in (*files, INDEX):
                _put(draft / name, folder / name)
        for name in before.difference(files):
            (folder / name).unlink(missing_ok=True)
    except OSError as err:
        raise Unavailable(f"Cannot write to {folder}: {err.strerror}.") from err
    counts = [entry["count"] for entry in index.values()]
    return Exported(threads=len(counts), comments=sum(counts))


def _write_all(
    draft: Path, ending: str, threads: Iterable[tuple[dict[str, Any], bytes]]
) -> dict[str, dict[str, Any]]:
    index: dict[str, dict[str, Any]] = {}
    for thread, content in threads:
        name = file_name(thread["page"])
        (draft / f"{name}.{ending}").write_bytes(content)
        index[thread["page"]] = {
            "name": name,
            "file": f"{name}.{ending}",
            "title": thread["title"],
            "url": thread["url"],
            "count": thread["count"],
        }
    return index


def _files_before(folder: Path) -> set[str]:
    """Names of the files that an earlier export left there."""
    if not folder.exists():
        return set()
    try:
        found = orjson.loads((folder / INDEX).read_bytes())
        if found["made_by"] != MADE_BY:
            raise _foreign(folder)
        names = {str(entry["file"]) for entry in found["pages"].values()}
    except FileNotFoundError:
        if any(not path.name.startswith(".") for path in folder.iterdir()):
            raise _foreign(folder) from None
        return set()
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _foreign(folder) from None
    return {name for name in names if _NAME.fullmatch(name)}


def _foreign(folder: Path) -> Conflict:
    return Conflict(
        f"{folder} holds something that is no export of threads. Name a folder that is "
        "new or empty, or one that was exported to before."
    )


@contextmanager
def _draft_in(folder: Path) -> Iterator[Path]:
    """A new folder on the same file system, which is gone afterwards."""
    if not folder.exists():
        folder.mkdir(parents=True)
        # What everybody may read anyway; the server that shows it is another user.
        folder.chmod(_ENTERABLE)
    for left in folder.glob(f"{_DRAFT}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_DRAFT, dir=folder) as draft:
        yield Path(draft)


def _put(draft: Path, place: Path) -> None:
    # A file that stays the same keeps its time, so that nothing is built in vain.
    if place.is_file() and place.read_bytes() == draft.read_bytes():
        return
    draft.chmod(_READABLE)
    draft.replace(place)
