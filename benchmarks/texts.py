"""Comments to fill a store with: varied prose, some Markdown, the same each time."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_PROSE = (
    "the quick answer about your article reads well but one section seems to mix two "
    "ideas and I would expect another example before that claim thanks for sharing "
    "these notes we measured similar results on older machines while my garden had "
    "tomatoes next to basil which grew faster because of rain last summer neighbours "
    "built a small wooden bridge across the stream so children could cross safely "
    "every morning nobody remembers who planted apple trees behind the station yet "
    "they still bear fruit each October music sounded through open windows until late"
)
_WORDS = _PROSE.split()
_NAMES = ("Ada", "Bruno", "Chiara", "Dmitri", "Emre", "Fatima", "Goran", "Hana", "Ines")
VARIANTS = 400
_SPAN = timedelta(days=360)
"""Over how long before now the comments were written."""


@dataclass(frozen=True, slots=True)
class Text:
    """A writer's name and what they said, in Markdown."""

    name: str
    source: str


def variants() -> list[Text]:
    """`VARIANTS` different texts of 15 to 80 words: 48 on average, 250 characters."""
    dice = random.Random(20_240_229)  # noqa: S311  # the same each time
    return [_text(dice) for _ in range(VARIANTS)]


def _text(dice: random.Random) -> Text:
    words = [dice.choice(_WORDS) for _ in range(dice.randint(15, 80))]
    if dice.random() < 0.3:  # noqa: PLR2004  # some writers stress a word
        place = dice.randrange(len(words))
        words[place] = f"**{words[place]}**"
    if dice.random() < 0.2:  # noqa: PLR2004  # fewer quote the article
        words = ["> the", "article", "says", "so\n\n", *words]
    if len(words) > 40:  # noqa: PLR2004  # long texts have paragraphs
        words.insert(30, "\n\n")
    return Text(dice.choice(_NAMES), " ".join(words).capitalize() + ".")


def written_at(number: int, total: int) -> datetime:
    """When comment ``number`` of ``total`` was written; the last is a day old."""
    age = timedelta(days=1) + _SPAN * ((total - number) / total)
    return datetime.now(UTC) - age


def pages_of(total: int, fixed: Mapping[str, int]) -> list[str]:
    """The page of each of ``total`` comments, in no order.

    :param fixed: pages with so many; the rest go to ``/page/1/`` … ``/page/100/``.
    :raises ValueError: if ``total`` is less than the fixed pages need.
    """
    rest = total - sum(fixed.values())
    if rest < 0:
        raise ValueError(f"{total} comments are fewer than the fixed pages need.")
    pages = [page for page, count in fixed.items() for _ in range(count)]
    return pages + [f"/page/{number % 100 + 1}/" for number in range(rest)]
