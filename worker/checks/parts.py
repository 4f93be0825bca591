"""A finding put together from parts, each a weight and a few words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.domain.findings import LOG_ODDS_LIMIT, Finding
from service.domain.status import Status

_ADDRESS = re.compile(r"[^\s@]{0,64}@\S{0,255}")
_UNSHOWN = re.compile(
    r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a check noticed."""

    log_odds: float
    """Evidence for spam (positive) or against it (negative), natural logarithm."""
    words: str
    """The same in words; a clause without a full stop."""


def counted(number: int, thing: str, things: str = "") -> str:
    """The number with its noun, such as ``1 link`` or ``3 links``."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def shown(text: str, max_chars: int = 60) -> str:
    """Text from outside, fit for a reason: one short line without e-mail addresses."""
    # Cut first: what follows must stay cheap whatever the length.
    line = _UNSHOWN.sub(" ", text[: 4 * max_chars]).strip()
    line = _ADDRESS.sub("(address)", line)
    return line if len(line) <= max_chars else line[: max_chars - 1] + "…"


def limited(log_odds: float) -> float:
    """The weight, held within what one check may say, in thousandths."""
    return round(max(-LOG_ODDS_LIMIT, min(LOG_ODDS_LIMIT, log_odds)), 3)


def sentence(parts: Iterable[Part]) -> str:
    """The words of all parts as one sentence, in the order given."""
    text = "; ".join(part.words for part in parts)
    return text[:1].upper() + text[1:] + "."


def finding(
    check: str,
    parts: Iterable[Part],
    detail: Mapping[str, Any],
    at_least: Status | None = None,
    lapses_below: float = 0.0,
) -> Finding | None:
    """One finding that adds up the parts, or None if there are none."""
    noticed = list(parts)
    if not noticed:
        return None
    return Finding(
        check=check,
        log_odds=limited(sum(part.log_odds for part in noticed)),
        reason=sentence(noticed),
        detail=dict(detail),
        at_least=at_least,
        lapses_below=lapses_below,
    )
