"""The family of a browser, by what it says of itself: nothing more is kept of it."""

import re

from flask import request

# Each names the ones that pretend to be those after it.
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|Chromium/|CriOS/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iOS", r"iPhone|iPad|iPod"),
    ("ChromeOS", r"CrOS"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)
_LOOKED_AT_CHARS = 512


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for name, mark in known if re.search(mark, agent)), "")


def family_of(agent: str) -> str:
    """Such as ``Firefox/Linux``; a part that is not known is empty, and so may be all.

    :param agent: the ``User-Agent`` header.
    """
    agent = agent[:_LOOKED_AT_CHARS]
    parts = (_first(_BROWSERS, agent), _first(_SYSTEMS, agent))
    return "/".join(parts).strip("/") if any(parts) else ""


def browser() -> str:
    """The family of the browser that sent the present request."""
    return family_of(request.headers.get("User-Agent", ""))
