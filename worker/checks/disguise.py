"""Letters that hide words from machines while people still read them."""

from service.domain.checking import CheckInput
from service.domain.findings import Finding
from worker.checks.parts import Part, finding

_NOTICED = {
    "bidi": Part(1.0, "hidden marks turn the reading direction"),
    "combining": Part(0.8, "letters carry stacked accents"),
    "entities": Part(0.8, "letters are written as HTML codes"),
    "fancy-letters": Part(1.0, "letters are look-alikes from symbol blocks"),
    "hidden-address": Part(0.8, "an address is written so that programs miss it"),
    "letters-apart": Part(0.8, "the letters of words are set apart"),
    "mixed-script": Part(1.2, "words mix letters of several scripts"),
    "zero-width": Part(0.8, "invisible characters stand in the text"),
}
"""By marker of `Reading`. Digits for letters and stretched words are not among them:
good comments have both now and then. Modest: copying from a page or an office
program brings some of them, and emoji are joined by invisible characters."""

MOST = 1.8
"""Below what holds alone: no disguise is certain."""


def disguise(given: CheckInput) -> Finding | None:
    """How the letters of the text and the name are disguised."""
    markers = sorted(given.reading.markers & _NOTICED.keys())
    parts = [_NOTICED[marker] for marker in markers]
    total = sum(part.log_odds for part in parts)
    scale = min(1.0, MOST / total) if total else 1.0
    scaled = [Part(part.log_odds * scale, part.words) for part in parts]
    return finding("disguise", scaled, {"markers": markers})
