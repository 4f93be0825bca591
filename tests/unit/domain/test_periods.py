"""Periods are made of spans without gap or overlap, the last of them ending today."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from service.domain.periods import PERIODS, PRESENT_PERIOD, Span, days_of, weeks_of
from service.operations.retention import TALLIES_KEPT

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("make", [days_of, weeks_of])
def test_spans_hold_the_period_and_end_today(make: object, period: int) -> None:
    spans: list[Span] = make(TODAY, period)  # type: ignore[operator]
    assert spans[-1].last == TODAY
    assert len({span.days for span in spans}) == 1
    day = timedelta(days=1)
    assert all(one.last + day == other.first for one, other in pairwise(spans))
    held = (TODAY - spans[0].first).days + 1
    assert period <= held < period + spans[0].days
    assert timedelta(days=held) < TALLIES_KEPT, "or they would be dropped too early"


def test_sizes() -> None:
    days = {period: days_of(TODAY, period)[0].days for period in PERIODS}
    assert days == {7: 1, 30: 1, 90: 1, 365: 7}
    weeks = {period: weeks_of(TODAY, period)[0].days for period in PERIODS}
    assert weeks == {7: 1, 30: 7, 90: 7, 365: 7}
    assert PRESENT_PERIOD in PERIODS
