"""What a plot is made of: bars, lines and words at their places.

All is laid out for a page that is read from left to right; `Drawing.mirrored` turns it
round for the others. Anchors are logical, as SVG takes them: ``start`` is the side on
which reading begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal
from unicodedata import combining, east_asian_width

WIDTH: Final = 320.0
"""Of every drawing, in its own units: about the pixels that a phone has for it."""

Anchor = Literal["start", "middle", "end"]

_CHAR, _WIDE_CHAR = 6.6, 11.5
# Widths of letters at the size of labels (11 units), rather too wide than too narrow.


@dataclass(frozen=True, slots=True)
class Text:
    """Words at a place."""

    x: float
    """Where their anchor lies."""
    y: float
    """Where the line is that they stand on."""
    words: str
    anchor: Anchor = "middle"
    css: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle by its corner at the top, nearest to the beginning."""

    x: float
    y: float
    width: float
    height: float


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Bars:
    """Rectangles that look alike."""

    css: str
    boxes: Sequence[Box]

    @property
    def d(self) -> str:
        """All of them as the data of one SVG path."""
        return "".join(
            f"M{_number(box.x)} {_number(box.y)}h{_number(box.width)}"
            f"v{_number(box.height)}h{_number(-box.width)}z"
            for box in self.boxes
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    css: str
    points: Sequence[tuple[float, float]]

    @property
    def d(self) -> str:
        """The line as the data of an SVG path."""
        return "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A plot, `WIDTH` units wide."""

    height: float
    bars: Sequence[Bars] = ()
    lines: Sequence[Line] = ()
    texts: Sequence[Text] = ()
    width: float = WIDTH

    def mirrored(self) -> "Drawing":
        """The drawing for pages that are read from right to left."""
        width = self.width
        return replace(
            self,
            bars=[
                Bars(
                    bars.css,
                    [replace(box, x=width - box.x - box.width) for box in bars.boxes],
                )
                for bars in self.bars
            ],
            lines=[
                Line(line.css, [(width - x, y) for x, y in line.points])
                for line in self.lines
            ],
            texts=[replace(text, x=width - text.x) for text in self.texts],
        )


def width_of(words: str) -> float:
    """About how wide words are as a label; rather more than less."""
    return sum(
        0.0
        if combining(char)
        else _WIDE_CHAR
        if east_asian_width(char) in "WF"
        else _CHAR
        for char in words
    )


def fitted(words: str, width: float) -> str:
    """The words, or as many of their letters as fit, and an ellipsis."""
    if width_of(words) <= width:
        return words
    cut = words
    while cut and width_of(cut) + _WIDE_CHAR > width:
        cut = cut[:-1]
    return cut.rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def within(text: Text, low: float, high: float) -> Text:
    """A text with the anchor in its middle, moved as far as it takes to lie between."""
    half = width_of(text.words) / 2
    return replace(text, x=max(low + half, min(high - half, text.x)))
