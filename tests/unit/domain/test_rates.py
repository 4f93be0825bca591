"""Rates: what one use costs."""

import pytest

from service.domain.rates import Rate


@pytest.mark.parametrize(
    ("rate", "seconds"),
    [(Rate(10, 60), 6.0), (Rate(1, 1), 1.0), (Rate(100, 1), 0.01)],
    ids=["10-a-minute", "1-a-second", "100-a-second"],
)
def test_interval_is_what_one_use_costs(rate: Rate, seconds: float) -> None:
    assert rate.interval == seconds
