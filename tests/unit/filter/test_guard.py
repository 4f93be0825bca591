"""Decisions against what is known count little, but always something."""

import pytest

from worker.filter.guard import learning_weight


@pytest.mark.parametrize("is_spam", [True, False])
def test_decision_counts_less_the_more_it_contradicts(is_spam: bool) -> None:
    towards = 1.0 if is_spam else -1.0
    weights = [learning_weight(is_spam, towards * odds) for odds in (5, 1, 0, -1, -3)]
    assert weights[:3] == [1, 1, 1]
    assert weights[3] == pytest.approx(0.5, abs=0.01)
    assert 0.1 < weights[4] < 0.15


def test_no_score_makes_a_decision_worth_nothing() -> None:
    assert learning_weight(is_spam=True, log_odds=-16) > 0
