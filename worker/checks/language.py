"""Another script or language than that of the page: a weak hint, never more."""

from collections import Counter
from collections.abc import Iterable

from service.domain.checking import CheckInput
from service.domain.findings import Finding
from service.text.languages import language_of, script_of
from service.text.words import words_of
from worker.checks.parts import Part, finding

_OTHER_SCRIPT = 0.8
_OTHER_LANGUAGE = 0.5


def _most(names: Iterable[str]) -> str:
    """The name that clearly comes most often, or an empty text."""
    counts = Counter(name for name in names if name)
    ranked = [*counts.most_common(2), ("", 0), ("", 0)]
    return ranked[0][0] if ranked[0][1] > ranked[1][1] else ""


def _part(given: CheckInput) -> Part | None:
    page, own = given.evidence.page, script_of(given.reading.text)
    texts = [text for text in (page.title, *page.texts) if text]
    if not own or not texts:
        return None
    script = _most(map(script_of, texts))
    if script and script != own:
        words = f"it is in {own} letters, the page's comments in {script} ones"
        return Part(_OTHER_SCRIPT, words)
    tongue = language_of(given.reading.words) if own == script == "Latin" else ""
    there = _most(language_of(words_of(text)) for text in texts) if tongue else ""
    if there and there != tongue:
        words = f"it is in {tongue}, the page's comments in {there}"
        return Part(_OTHER_LANGUAGE, words)
    return None


def language(given: CheckInput) -> Finding | None:
    """Speaks a little against a text unlike the page's title and comments.

    Short texts, and those of which it is not clear, say nothing; so does a page on
    which nothing was published.
    """
    if given.evidence.proven_published > 0:
        return None
    part = _part(given)
    return None if part is None else finding("language", [part], {})
