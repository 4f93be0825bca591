"""Forms of the settings pages, with everything that a browser would send."""

import re
from html import unescape

from tests.web.moderation.visitor import Visitor

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_INPUT = re.compile(r"<input\b([^>]*)>")
_SELECT = re.compile(r'<select\b[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_CHOSEN = re.compile(r'<option value="([^"]*)" selected>')
_FIRST = re.compile(r'<option value="([^"]*)"')
_AREA = re.compile(r'<textarea\b[^>]*\bname="([^"]+)"[^>]*>(.*?)</textarea>', re.DOTALL)
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


def fields(html: str, marker: str) -> dict[str, str]:
    """What the first form with this text in it sends if nothing is touched."""
    form = next(content for _, content in _FORM.findall(html) if marker in content)
    found: dict[str, str] = {}
    for text in _INPUT.findall(form):
        given = {name: unescape(value) for name, value in _ATTRIBUTE.findall(text)}
        ticks = given.get("type") in {"radio", "checkbox"}
        if "name" in given and (not ticks or text.rstrip().endswith("checked")):
            found[given["name"]] = given.get("value", "")
    for name, options in _SELECT.findall(form):
        chosen = _CHOSEN.search(options) or _FIRST.search(options)
        assert chosen
        found[name] = unescape(chosen[1])
    for name, text in _AREA.findall(form):
        # A browser drops the first line end of a textarea.
        found[name] = unescape(text).lstrip("\r\n")
    return found


def section(visitor: Visitor, key: str, path: str = "/settings/demo") -> dict[str, str]:
    """The fields of a section of the settings page."""
    return fields(visitor.get(path).text, f'name="section" value="{key}"')


def text_of(html: str) -> str:
    """The words of a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
