"""The what-if plot: scores at their places, curves by the numbers, labels inside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.what_if import Decisions
from service.web.plots.curves import HEIGHT, Mark, place_of, what_if
from service.web.plots.shapes import WIDTH
from tests.unit.plots.test_columns_and_rows import bounds

GROUND = HEIGHT - 26


def percent(share: float) -> str:
    return f"{100 * share:g}%"


def curve(drawn: object, css: str) -> list[tuple[float, float]]:
    found = [line for line in drawn.lines if line.css == css]  # type: ignore[attr-defined]
    assert len(found) == 1
    return list(found[0].points)


@given(st.floats(0, 1), st.floats(0, 1))
def test_higher_scores_lie_further_on(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= place_of(low) <= place_of(high) <= WIDTH
    assert place_of(0.5) == pytest.approx((place_of(0) + place_of(1)) / 2)


def test_curves_tell_the_share_on_each_side() -> None:
    decisions = Decisions.of(
        [
            (0.1, False),
            (0.2, False),
            (0.3, False),
            (0.9, False),
            (0.4, True),
            (0.8, True),
        ]
    )
    drawn = what_if(decisions, [Mark(0.5, "held", "held")], percent)
    top = 15 + 8
    good, spam = curve(drawn, "curve good"), curve(drawn, "curve spam")
    assert good[0][1] == pytest.approx(top), "all good ones are above the lowest score"
    assert good[-1][1] == pytest.approx(GROUND)
    assert spam[0][1] == pytest.approx(GROUND)
    assert spam[-1][1] == pytest.approx(top)

    def at(points: list[tuple[float, float]], score: float) -> float:
        x = place_of(score)
        height = [y for place, y in points if place <= x][-1]
        return (GROUND - height) / (GROUND - top)

    assert at(good, 0.5) == pytest.approx(1 / 4)
    assert at(good, 0.25) == pytest.approx(2 / 4)
    assert at(spam, 0.5) == pytest.approx(1 / 2)
    assert at(spam, 0.9) == pytest.approx(1)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=200),
    st.lists(st.floats(0, 1), min_size=1, max_size=200),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_everything_lies_inside_and_lines_have_a_row_each(
    good: list[float], spam: list[float], held: float, now: float
) -> None:
    decisions = Decisions(tuple(sorted(good)), tuple(sorted(spam)))
    marks = [
        Mark(held, "held from here", "held"),
        Mark(now, "spam from here", "now"),
        Mark(1 - now, "Spam nach dem Budget, das du gerade probierst " * 2, "tried"),
    ]
    drawn = what_if(decisions, marks, percent)
    for line in drawn.lines:
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in line.points)
    for text in drawn.texts:
        begin, end = bounds(text)
        assert begin >= -6, text
        assert end <= WIDTH + 6, text
    rows = [text.y for text in drawn.texts if text.css]
    assert len(set(rows)) == len(marks)


def test_thousand_decisions_make_a_short_path() -> None:
    scores = tuple(number / 1000 for number in range(1000))
    drawn = what_if(Decisions(scores, scores), [], percent)
    assert all(len(line.d) < 12_000 for line in drawn.lines)
