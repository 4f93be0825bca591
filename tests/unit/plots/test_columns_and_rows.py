"""Columns and rows are as long as their numbers say, and no label overflows."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.plots.columns import HEIGHT, nice_step, stacked
from service.web.plots.rows import ranked
from service.web.plots.shapes import WIDTH, Drawing, Text, width_of

COUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=120)


def bounds(text: Text) -> tuple[float, float]:
    """Where a text begins and ends."""
    width = width_of(text.words)
    begin = {
        "start": text.x,
        "middle": text.x - width / 2,
        "end": text.x - width,
    }[text.anchor]
    return begin, begin + width


def assert_all_inside(drawing: Drawing) -> None:
    for text in drawing.texts:
        begin, end = bounds(text)
        assert begin >= -0.01, text
        assert end <= WIDTH + 0.01, text
        assert 0 <= text.y <= drawing.height
    for bars in drawing.bars:
        for box in bars.boxes:
            assert box.x >= -0.01
            assert box.x + box.width <= WIDTH + 0.01
            assert box.y >= -0.01
            assert box.y + box.height <= drawing.height + 0.01
            assert box.width > 0
            assert box.height > 0


@given(st.integers(1, 10**9))
def test_steps_are_round_and_reach_the_top_in_four(most: int) -> None:
    step = nice_step(most)
    assert step * 4 >= most
    assert str(step).strip("0") in {"1", "2", "5"}
    if step > 1:
        assert step <= most, "not rounder than it must be"


@given(COUNTS, st.data())
def test_columns_are_as_high_as_their_numbers(
    counts: list[int], data: st.DataObject
) -> None:
    others = data.draw(
        st.lists(st.integers(0, 10**6), min_size=len(counts), max_size=len(counts))
    )
    if not sum(counts) + sum(others):
        counts[0] = 1
    labels = [f"Dec {n}" for n in range(len(counts))]
    drawing = stacked({"a": counts, "b": others}, labels, lambda n: f"{n:,}")
    assert_all_inside(drawing)
    low, high = (bars.boxes for bars in drawing.bars)
    assert len(low) == sum(count > 0 for count in counts)
    boxes = [
        *zip(low, filter(None, counts), strict=True),
        *zip(high, filter(None, others), strict=True),
    ]
    scales = {round(box.height / count, 9) for box, count in boxes}
    assert max(scales) - min(scales) < 1e-6, "one scale for all"
    ground = HEIGHT - 24
    assert all(abs(box.y + box.height - ground) < 0.01 for box in low)


def test_column_stands_on_the_one_below() -> None:
    drawing = stacked({"a": [3], "b": [4]}, ["Mar 1"], str)
    below, above = (bars.boxes[0] for bars in drawing.bars)
    assert above.y + above.height == pytest.approx(below.y)
    assert above.x == below.x
    assert above.height / below.height == pytest.approx(4 / 3)


@pytest.mark.parametrize("count", [1, 2, 7, 13, 30, 53, 90])
@pytest.mark.parametrize("label", ["Mar 1", "22 septembre", "3月1日"])
def test_labels_of_columns_never_touch(count: int, label: str) -> None:
    drawing = stacked({"a": [1] * count}, [label] * count, str)
    below = [text for text in drawing.texts if text.y > HEIGHT - 10]
    assert below, "some day is named"
    places = sorted(bounds(text) for text in below)
    assert all(end < begin for (_, end), (begin, _) in pairwise(places))


@given(
    st.lists(
        st.tuples(st.text(max_size=300), st.integers(0, 10**9)), min_size=1, max_size=10
    )
)
def test_rows_are_as_long_as_their_numbers(rows: list[tuple[str, int]]) -> None:
    if not any(count for _, count in rows):
        rows[0] = (rows[0][0], 1)
    drawing = ranked(rows, "a", lambda n: f"{n:,}")
    assert_all_inside(drawing)
    boxes = drawing.bars[0].boxes
    counts = [count for _, count in rows if count]
    most = max(counts)
    assert [box.width for box in boxes] == [
        pytest.approx(WIDTH * count / most) for count in counts
    ]
    for name, value in zip(drawing.texts[::2], drawing.texts[1::2], strict=True):
        assert bounds(name)[1] <= bounds(value)[0], "a name stops before its number"
