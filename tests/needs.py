"""What some tests need and a machine may lack: skipped there, unless it is required."""

import os
import shutil
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
"""The project."""

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _required(what: str) -> bool:
    asked = {w.strip() for w in os.environ.get("FOYER_TEST_REQUIRE", "").split(",")}
    return what in asked or ("all" in asked and f"-{what}" not in asked)


def need(what: str, present: object) -> None:
    """Skip the test unless what it needs is present.

    It fails instead if ``FOYER_TEST_REQUIRE`` names it. That variable holds words with
    commas between, such as ``postgres,redis``; ``all`` means everything, and ``-amqp``
    after that leaves one thing out.
    """
    if present:
        return
    if _required(what):
        pytest.fail(f"{what} is required by FOYER_TEST_REQUIRE and is not there")
    pytest.skip(f"needs {what}, which is not there")


def shared_folder() -> Path | None:
    """The folder with real comments and attacks beside the project, if it is there."""
    found = (ROOT / ".." / "shared").resolve()
    return found if found.is_dir() else None


def browser() -> Path | None:
    """A Chromium: the one that ``CHROMIUM`` names, or one of the system's."""
    names = [os.environ.get("CHROMIUM", ""), *_BROWSERS]
    paths = (shutil.which(name) for name in names if name)
    return next((Path(path) for path in paths if path), None)


def isso_scripts() -> Path | None:
    """The folder of the scripts that the package ``isso`` carries, if it is there."""
    try:
        carried = files("isso") or ()
    except PackageNotFoundError:
        return None
    wanted = (file for file in carried if file.as_posix() == "isso/js/embed.min.js")
    return next((Path(str(file.locate())).parent for file in wanted), None)
