"""What the README says of the settings is what the program reads."""

import re

from service.settings import documented
from tests.needs import ROOT

_ROW = re.compile(r"^\|(?P<cells>.+)\|\s*$")


def rows() -> list[tuple[str, str, str]]:
    """The rows of the table of settings, without Markdown's signs."""
    found: list[tuple[str, str, str]] = []
    inside = False
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines():
        row = _ROW.match(line)
        if row is None:
            inside = False
            continue
        cells = [cell.strip().strip("`") for cell in row["cells"].split("|")]
        if cells == ["variable", "default", "what it does"]:
            inside = True
        elif inside and not set(cells[0]) <= set("-: ") and len(cells) == 3:
            found.append((cells[0], cells[1], cells[2]))
    return found


def test_table_of_settings_is_complete_and_true() -> None:
    assert rows() == documented()
