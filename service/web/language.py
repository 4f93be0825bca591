"""In which language a page speaks, and its texts in that language.

Texts stand in English where they are used, marked for `pybabel extract`: by ``_`` and
``{% trans %}`` in templates, by `gettext`, `ngettext` and `mark` in Python.
"""

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

from flask import Flask, g, has_request_context, request

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

_FOLDER = Path(__file__).parent / "texts"


@cache
def _catalogue(tag: str) -> NullTranslations:
    return translation("messages", _FOLDER, [tag], fallback=True)


def speak(tag: str) -> None:
    """Let the present page speak a language, whatever the browser asks for."""
    g.foyer_language = tag if tag in LANGUAGES else "en"


def language() -> str:
    """Tag of the present page's language, such as ``pt``; English outside of pages."""
    if not has_request_context():
        return "en"
    if "foyer_language" not in g:
        best = request.accept_languages.best_match(LANGUAGES, default="en")
        g.foyer_language = best
    tag: str = g.foyer_language
    return tag


def direction() -> str:
    """Whether the language is written ``ltr`` or ``rtl``."""
    return "rtl" if language() in RIGHT_TO_LEFT else "ltr"


def gettext(text: str, **values: object) -> str:
    """The text in the page's language, its ``%(name)s`` filled in."""
    # The empty text is the name under which a catalogue keeps facts of itself.
    said = _catalogue(language()).gettext(text) if text else ""
    return said % values if values else said


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The text for a count in the page's language; ``%(num)s`` stands for the count."""
    said = _catalogue(language()).ngettext(one, many, count)
    return said % {"num": count, **values}


def mark(text: str) -> str:
    """The text itself: names one that is given to `gettext` later."""
    return text


def register(app: Flask) -> None:
    """Let templates of ``app`` speak the page's language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # by i18n
        lambda text: _catalogue(language()).gettext(text),
        lambda one, many, count: _catalogue(language()).ngettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.globals.update(language=language, direction=direction)
    # For texts that were marked elsewhere, such as labels of forms.
    app.jinja_env.filters["said"] = gettext
