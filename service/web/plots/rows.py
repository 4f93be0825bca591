"""Bars that lie below each other, each with its name and number."""

from collections.abc import Callable, Sequence
from typing import Final

from service.web.plots.shapes import (
    WIDTH,
    Bars,
    Box,
    Drawing,
    Text,
    fitted,
    width_of,
)

_ROW: Final = 34.0
_BAR: Final = 10.0
_SPACE: Final = 12.0


def ranked(
    rows: Sequence[tuple[str, int]], css: str, number: Callable[[int], str]
) -> Drawing:
    """A bar for each count, in the order given, with its name above it.

    :param css: CSS class of the bars.
    :param number: a number in words.
    """
    most = max(count for _, count in rows)
    texts = []
    for place, (name, count) in enumerate(rows):
        y = place * _ROW + 13
        told = number(count)
        room = WIDTH - width_of(told) - _SPACE
        texts += [
            Text(0, y, fitted(name, room), "start", "name"),
            Text(WIDTH, y, told, "end", "value"),
        ]
    boxes = [
        Box(0, place * _ROW + 18, WIDTH * count / most, _BAR)
        for place, (_, count) in enumerate(rows)
        if count
    ]
    return Drawing(height=len(rows) * _ROW, bars=[Bars(css, boxes)], texts=texts)
