"""Bars, lines and words: their paths, their widths, and their mirror image."""

import pytest

from service.web.plots.shapes import (
    WIDTH,
    Bars,
    Box,
    Drawing,
    Line,
    Text,
    fitted,
    width_of,
    within,
)


def test_paths_hold_plain_numbers() -> None:
    bars = Bars("a", [Box(1, 2.5, 3.333333, 4), Box(10, 0, 1, 1)])
    assert bars.d == "M1 2.5h3.33v4h-3.33zM10 0h1v1h-1z"
    assert Line("b", [(0, 1), (2.25, 3)]).d == "M0 1L2.25 3"


def test_mirror_image_keeps_sizes_and_mirrored_twice_is_the_same() -> None:
    drawing = Drawing(
        height=10,
        bars=[Bars("a", [Box(10, 1, 30, 5)])],
        lines=[Line("b", [(0, 0), (20, 5)])],
        texts=[Text(15, 3, "x", "end")],
    )
    turned = drawing.mirrored()
    assert turned.bars[0].boxes == [Box(WIDTH - 40, 1, 30, 5)]
    assert turned.lines[0].points == [(WIDTH, 0), (WIDTH - 20, 5)]
    assert turned.texts == [Text(WIDTH - 15, 3, "x", "end")], "anchors are logical"
    assert turned.mirrored() == drawing


def test_wide_letters_are_wide_and_marks_take_no_place() -> None:
    assert width_of("3月1日") > width_of("Mar1")
    assert width_of("e\N{COMBINING ACUTE ACCENT}") == width_of("e")


@pytest.mark.parametrize(
    "words", ["short.example", "a-very-long-host." * 9, "長い" * 40]
)
@pytest.mark.parametrize("room", [40.0, 120.0, 300.0])
def test_words_are_cut_to_fit(words: str, room: float) -> None:
    cut = fitted(words, room)
    assert width_of(cut) <= room + 6, "an ellipsis is as wide as a wide letter at most"
    if width_of(words) <= room:
        assert cut == words
    else:
        assert cut.endswith("…")
        assert words.startswith(cut[:-1])
        assert len(cut) > 1


def test_word_at_an_edge_is_moved_inside() -> None:
    half = width_of("Mar 1") / 2
    assert within(Text(0, 0, "Mar 1"), 0, 100).x == half
    assert within(Text(99, 0, "Mar 1"), 0, 100).x == 100 - half
    assert within(Text(50, 0, "Mar 1"), 0, 100).x == 50
