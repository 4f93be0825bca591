"""In which language a page speaks, and its texts in that language.

Texts stand in English where they are used, marked for `pybabel extract`: by ``_`` and
``{% trans %}`` in templates, by `gettext`, `ngettext` and `mark` in Python.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Any

from flask import Flask, g, has_request_context, request
from markupsafe import escape

from service.web.html import SafeHtml

LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "pt": "Português",
    "ja": "日本語",
    "ar": "العربية",
}
"""Languages there are texts in, each by its own name."""
RIGHT_TO_LEFT = frozenset({"ar"})

_KEPT = 4_096
_FOLDER = Path(__file__).parent / "texts"


@cache
def _catalogue(tag: str) -> NullTranslations:
    return translation("messages", _FOLDER, [tag], fallback=True)


@lru_cache(_KEPT)
def text_in(tag: str, text: str) -> str:
    """The text in this language, for what is no page."""
    return _catalogue(tag).gettext(text)


def speak(tag: str) -> None:
    """Let the present page speak a language, whatever the browser asks for."""
    g.foyer_language = tag if tag in LANGUAGES else "en"


def language() -> str:
    """Tag of the present page's language, such as ``pt``; English outside of pages."""
    # Asked for with every text of a page, so the usual answer takes one look.
    try:
        tag: str = g.foyer_language
    except (AttributeError, RuntimeError):
        if not has_request_context():
            return "en"
        best = request.accept_languages.best_match(LANGUAGES, default="en")
        tag = asked_language() or best
        g.foyer_language = tag
    return tag


def asked_language() -> str:
    """The language that the address asks for by ``?lang=``; empty if it asks for none.

    A page that is framed speaks its blog's language so, whatever the browser's is.
    """
    wanted = request.args.get("lang", "")
    return wanted if wanted in LANGUAGES else ""


def kept_language() -> dict[str, Any]:
    """What the next address must say, so that its page speaks the same language."""
    wanted = asked_language()
    return {"lang": wanted} if wanted else {}


def direction() -> str:
    """Whether the language is written ``ltr`` or ``rtl``."""
    return "rtl" if language() in RIGHT_TO_LEFT else "ltr"


def gettext(text: str, **values: object) -> str:
    """The text in the page's language, its ``%(name)s`` filled in."""
    # The empty text is the name under which a catalogue keeps facts of itself.
    said = text_in(language(), text) if text else ""
    return said % values if values else said


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The text for a count in the page's language; ``%(num)s`` stands for the count."""
    said = _catalogue(language()).ngettext(one, many, count)
    return said % {"num": count, **values}


def mark(text: str) -> str:
    """The text itself: names one that is given to `gettext` later."""
    return text


@lru_cache(_KEPT)
def _plain(tag: str, text: str) -> SafeHtml:
    return SafeHtml(text_in(tag, text) % {})


def _filled(said: str, values: Mapping[str, object]) -> SafeHtml:
    return SafeHtml(said % {name: escape(value) for name, value in values.items()})


def _said(text: str, /, **values: object) -> SafeHtml:
    """A template's text: HTML, in which what is filled in is escaped."""
    tag = language()
    return _filled(text_in(tag, text), values) if values else _plain(tag, text)


def _counted(one: str, many: str, count: int, /, **values: object) -> SafeHtml:
    """A template's text for a count, as `_said`."""
    said = _catalogue(language()).ngettext(one, many, count)
    return _filled(said, {"num": count, **values})


def register(app: Flask) -> None:
    """Let templates of ``app`` speak the page's language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # That says how `{% trans %}` is to be compiled. Jinja's own functions of this kind
    # make a text anew with each call, which took a seventh of the queue page.
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]  # by i18n
    app.jinja_env.globals.update(_=_said, gettext=_said, ngettext=_counted)
    app.jinja_env.globals.update(language=language, direction=direction)
    # For texts that were marked elsewhere, such as labels of forms.
    app.jinja_env.filters["said"] = gettext
