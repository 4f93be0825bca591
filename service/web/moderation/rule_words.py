"""Lists, fields and modes of rules in words."""

from service.web.language import gettext, mark

_LISTS = {
    "spam": mark("spam"),
    "hold": mark("hold"),
    "trust": mark("trust"),
}
_FIELDS = {
    "any": mark("name, website, text or address"),
    "name": mark("name"),
    "address": mark("address"),
    "website": mark("website"),
    "text": mark("text"),
    "host": mark("links and website"),
    "network": mark("network"),
    "origin": mark("network"),
    "agent": mark("browser"),
}
_MODES = {"on": mark("acts"), "log": mark("only logs")}


def list_words(name: str) -> str:
    """What the rule does with what it finds."""
    return gettext(_LISTS[name])


def field_words(field: str) -> str:
    """Where it looks."""
    return gettext(_FIELDS.get(field, "text"))


def mode_words(mode: str) -> str:
    """Whether it acts."""
    return gettext(_MODES[mode])
