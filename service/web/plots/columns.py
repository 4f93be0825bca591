"""Stacked columns over time."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil, floor, log10
from typing import Final

from service.web.plots.shapes import (
    WIDTH,
    Bars,
    Box,
    Drawing,
    Line,
    Text,
    width_of,
    within,
)

HEIGHT: Final = 190.0
_TOP, _BOTTOM, _END = 12.0, 24.0, 6.0
_STEPS: Final = 4
# At most so many steps between the ground and the top.
_WIDEST: Final = 34.0
_GAP: Final = 0.22
# Share of a column's place that is left free.
_BETWEEN: Final = 10.0
# Space between the labels of columns.


def nice_step(most: int, steps: int = _STEPS) -> int:
    """A round step of whole numbers that reaches ``most`` in so many steps at most."""
    wanted = max(1, ceil(most / steps))
    power: int = 10 ** floor(log10(wanted))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= wanted)


def stacked(
    series: Mapping[str, Sequence[int]],
    labels: Sequence[str],
    number: Callable[[int], str],
) -> Drawing:
    """Columns of counts, one above the other.

    :param series: counts by CSS class, the lowest first; all of one length.
    :param labels: what stands below each column, as far as there is room.
    :param number: a number in words, for the scale.
    """
    tops = [sum(column) for column in zip(*series.values(), strict=True)]
    step = nice_step(max(tops))
    most = step * ceil(max(tops) / step)
    ticks = range(0, most + 1, step)
    begin = max(width_of(number(tick)) for tick in ticks) + 8
    end, ground = WIDTH - _END, HEIGHT - _BOTTOM
    scale = (ground - _TOP) / most
    return Drawing(
        height=HEIGHT,
        bars=_columns(series, begin, end, scale),
        lines=[
            Line(
                "grid" if tick else "ground",
                [(begin, ground - tick * scale), (end, ground - tick * scale)],
            )
            for tick in ticks
        ],
        texts=[
            *(
                Text(begin - 6, ground - tick * scale + 4, number(tick), "end")
                for tick in ticks
            ),
            *_below(labels, begin, end),
        ],
    )


def _columns(
    series: Mapping[str, Sequence[int]], begin: float, end: float, scale: float
) -> list[Bars]:
    count = len(next(iter(series.values())))
    place = (end - begin) / count
    wide = min(place * (1 - _GAP), _WIDEST)
    heights = [0.0] * count
    bars = []
    for css, counts in series.items():
        boxes = []
        for number, value in enumerate(counts):
            heights[number] += value * scale
            if value:
                x = begin + place * (number + 0.5) - wide / 2
                top = HEIGHT - _BOTTOM - heights[number]
                boxes.append(Box(x, top, wide, value * scale))
        bars.append(Bars(css, boxes))
    return bars


def _below(labels: Sequence[str], begin: float, end: float) -> list[Text]:
    """The labels of columns, as many as there is room for, at even distances."""
    place = (end - begin) / len(labels)
    widest = max(map(width_of, labels)) + _BETWEEN
    every = max(1, ceil(widest / place))
    # The last days matter most, so it is counted from them. What is moved to fit in at
    # an edge may not come near its neighbour.
    shown = list(range(len(labels) - 1, -1, -every))
    texts: list[Text] = []
    limit = WIDTH
    for number in shown:
        middle = begin + place * (number + 0.5)
        text = within(Text(middle, HEIGHT - 6, labels[number]), begin - 6, WIDTH)
        half = width_of(text.words) / 2
        if text.x + half <= limit:
            texts.append(text)
            limit = text.x - half - _BETWEEN / 2
    return texts
