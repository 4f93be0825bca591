"""Templates of comment programs, sent by mistake before their choices were made."""

import re

from service.domain.checking import CheckInput
from service.domain.findings import Finding
from worker.checks.parts import Part, finding

CHOICES = 3
"""Program code has a brace with a bar in it now and then; three are a template."""
CHOICES_LOG_ODDS = 3.5

# No white space beside the bar, and no doubled brace: that is code, not a template.
_CHOICE = re.compile(r"(?<![{%$#])\{[^\s{}|][^{}|]{0,80}(?<!\s)\|(?!\s)[^{}]{1,400}\}")


def template(given: CheckInput) -> Finding | None:
    """Speaks against a text with several open choices such as ``{great|good}``."""
    number = len(_CHOICE.findall(given.reading.text))
    if number < CHOICES:
        return None
    words = f"{number} choices like {{one|other}} were left open by a program"
    return finding("template", [Part(CHOICES_LOG_ODDS, words)], {"choices": number})
