"""What the first page of the queue weighs over the wire, with all that it loads."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from typing_extensions import override

from tests.journey.visitor import Visitor

_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']\./([^"']+)["']""")

PAGE_BYTES, SCRIPT_BYTES = 100_000, 20_000
"""The bars: the page with everything, and scripts alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """Bytes of answers, headers and all, as an ordinary browser is sent them."""

    page: int
    styles: int
    scripts: int
    others: int

    @property
    def total(self) -> int:
        """All together."""
        return self.page + self.styles + self.scripts + self.others

    @property
    def told(self) -> str:
        """In words."""
        return (
            f"first page over the wire: {self.total:,} bytes (HTML {self.page:,}, "
            f"styles {self.styles:,}, scripts {self.scripts:,}, others {self.others:,})"
        )

    @property
    def troubles(self) -> list[str]:
        """The bars that are missed, in words."""
        found = []
        if self.total >= PAGE_BYTES:
            found.append(f"the first page weighs {self.total:,} bytes")
        if self.scripts >= SCRIPT_BYTES:
            found.append(f"scripts weigh {self.scripts:,} bytes")
        return found


class _Loaded(HTMLParser):
    """Addresses that a page makes a browser load."""

    def __init__(self) -> None:
        super().__init__()
        self.styles: list[str] = []
        self.scripts: list[str] = []
        self.others: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        rel = given.get("rel", "").split()
        if tag == "link" and "stylesheet" in rel:
            self.styles.append(given["href"])
        elif tag == "link" and {"icon", "manifest", "preload"} & set(rel):
            self.others.append(given["href"])
        elif tag == "link" and "modulepreload" in rel:
            self.scripts.append(given["href"])
        elif tag in {"script", "img"} and given.get("src"):
            (self.scripts if tag == "script" else self.others).append(given["src"])


def weigh(visitor: Visitor) -> Weight:
    """Load the queue as a browser does; modules that scripts import count, too."""
    page = visitor.visit("/queue")
    loaded = _Loaded()
    loaded.feed(page.text)

    def bytes_of(paths: list[str]) -> int:
        local = {path for path in paths if path.startswith("/")}
        return sum(len(visitor.visit(path).raw) for path in sorted(local))

    return Weight(
        page=len(page.raw),
        styles=bytes_of(loaded.styles),
        scripts=bytes_of(_with_imports(visitor, loaded.scripts)),
        others=bytes_of(loaded.others),
    )


def _with_imports(visitor: Visitor, scripts: list[str]) -> list[str]:
    """These scripts, and all modules that they import by a relative address."""
    found, left = dict[str, None](), list(scripts)
    while left:
        path = left.pop()
        if path in found:
            continue
        found[path] = None
        folder = path.rpartition("/")[0]
        imported = _IMPORT.findall(visitor.visit(path).text)
        left += [f"{folder}/{name}" for name in imported]
    return list(found)
