"""What thresholds would do: two curves over the score, and the lines that are drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from service.domain.what_if import Decisions
from service.web.plots.shapes import (
    WIDTH,
    Anchor,
    Drawing,
    Line,
    Text,
    fitted,
    within,
)

HEIGHT: Final = 240.0
_BOTTOM, _BEGIN, _END = 26.0, 42.0, 8.0
_MARK_ROW: Final = 15.0
_SHARES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_SCORES: Final = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
_REACH: Final = 7.5
"""Log-odds of spam at the ends of the scale; what lies beyond is drawn there."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A threshold."""

    score: float
    words: str
    css: str


def place_of(score: float) -> float:
    """Where a score lies: at even distances for even steps of its log-odds."""
    if score <= 0 or score >= 1:
        odds = -_REACH if score <= 0 else _REACH
    else:
        odds = max(-_REACH, min(_REACH, log(score / (1 - score))))
    return _BEGIN + (odds + _REACH) / (2 * _REACH) * (WIDTH - _END - _BEGIN)


def what_if(
    decisions: Decisions, marks: Sequence[Mark], percent: Callable[[float], str]
) -> Drawing:
    """At each threshold, the share of good comments above it and of spam below it.

    :param decisions: at least one good comment and one spam.
    :param marks: thresholds, each labelled in a row of its own above the plot.
    :param percent: a share in words.
    """
    top = len(marks) * _MARK_ROW + 8
    ground = HEIGHT - _BOTTOM

    def height(share: float) -> float:
        return ground - share * (ground - top)

    return Drawing(
        height=HEIGHT,
        lines=[
            *(
                Line(
                    "grid" if share else "ground",
                    [(_BEGIN, height(share)), (WIDTH - _END, height(share))],
                )
                for share in _SHARES
            ),
            *(
                Line(
                    f"mark {mark.css}",
                    [
                        (place_of(mark.score), row * _MARK_ROW + 4),
                        (place_of(mark.score), ground),
                    ],
                )
                for row, mark in enumerate(marks)
            ),
            Line(
                "curve spam",
                _stairs(decisions.spam, lambda n: height(n / len(decisions.spam))),
            ),
            Line(
                "curve good",
                _stairs(decisions.good, lambda n: height(1 - n / len(decisions.good))),
            ),
        ],
        texts=[
            *(
                Text(_BEGIN - 6, height(share) + 4, percent(share), "end")
                for share in _SHARES
            ),
            *(
                within(Text(place_of(score), HEIGHT - 8, percent(score)), _BEGIN, WIDTH)
                for score in _SCORES
            ),
            *(_label(mark, row) for row, mark in enumerate(marks)),
        ],
    )


def _stairs(
    scores: Sequence[float], height: Callable[[int], float]
) -> list[tuple[float, float]]:
    """A step at each score; ``height`` tells the place for so many scores below."""
    points = [(_BEGIN, height(0))]
    for number, score in enumerate(scores):
        x = place_of(score)
        points += [(x, height(number)), (x, height(number + 1))]
    points.append((WIDTH - _END, height(len(scores))))
    return _without_repeats(points)


def _without_repeats(
    points: Sequence[tuple[float, float]],
) -> list[tuple[float, float]]:
    """The same line with what lies within half a unit of the point before left out."""
    kept = [points[0]]
    for x, y in points[1:-1]:
        if max(abs(x - kept[-1][0]), abs(y - kept[-1][1])) >= 0.5:  # noqa: PLR2004  # half a pixel
            kept.append((x, y))
    return [*kept, points[-1]]


def _label(mark: Mark, row: int) -> Text:
    """The words on the side of the line where there is more room."""
    x, y = place_of(mark.score), row * _MARK_ROW + 12
    is_late = x > WIDTH / 2
    anchor: Anchor = "end" if is_late else "start"
    room = (x if is_late else WIDTH - x) - 4
    words = fitted(mark.words, room)
    return Text(x - 4 if is_late else x + 4, y, words, anchor, mark.css)
