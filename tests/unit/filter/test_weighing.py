"""Multipliers follow decisions slowly; thresholds keep the budget."""

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.budget import threshold
from service.domain.findings import MODEL, PRIOR_LOG_ODDS, Finding, Learned, weigh
from service.domain.policy import SitePolicy
from worker.filter.model import sigmoid
from worker.filter.weighing import Weighing


def test_fresh_weighing_adds_up_what_all_say_within_their_limits() -> None:
    assert Weighing().log_odds({}) == PRIOR_LOG_ODDS
    said = {"hosts": 2.0, "history": -1.5, "repeats": 99.0}
    assert Weighing().log_odds(said) == PRIOR_LOG_ODDS + 2.0 - 1.5 + 4.0


@pytest.mark.parametrize("model", [None, -1.0, 7.0, 99.0])
def test_the_trainer_adds_up_as_verdicts_do(model: float | None) -> None:
    said = {"links": 2.0, "website": 0.5, "hosts": 1.0, "history": -9.0}
    said |= {} if model is None else {MODEL: model}
    weighing = Weighing({"links": 0.5, MODEL: 1.25}, bias=0.5)
    findings = [
        Finding(check=check, log_odds=log_odds, reason="Why.")
        for check, log_odds in said.items()
    ]
    learned = Learned(weights=weighing.multipliers, bias=weighing.bias)
    score = weigh(findings, SitePolicy(), learned).score
    assert sigmoid(weighing.log_odds(said)) == pytest.approx(score)


def test_check_that_is_always_wrong_loses_weight_and_a_right_one_keeps_it() -> None:
    weighing = Weighing()
    for number in range(300):
        is_spam = number % 2 == 0
        right = 2.0 if is_spam else -2.0
        weighing.learn({"right": right, "wrong": -right}, is_spam)
    assert weighing.multipliers["wrong"] < 0.6
    assert weighing.multipliers["right"] > 1.0
    assert weighing.multipliers["wrong"] >= 0


def test_one_decision_changes_little_and_is_forgotten() -> None:
    weighing = Weighing()
    weighing.learn({"links": 4.0}, is_spam=False)
    moved = weighing.multipliers["links"]
    assert 0.9 < moved < 1.0
    for _ in range(2_000):
        weighing.learn({}, is_spam=False)
    assert weighing.multipliers["links"] == pytest.approx(1.0, abs=0.01)


def test_decision_without_weight_changes_nothing() -> None:
    weighing = Weighing()
    weighing.learn({"links": 4.0}, is_spam=False, weight=0.0)
    assert weighing.log_odds({"links": 4.0}) == Weighing().log_odds({"links": 4.0})


def test_number_of_multipliers_is_bounded() -> None:
    weighing = Weighing()
    weighing.learn({f"check {number}": 1.0 for number in range(100)}, is_spam=True)
    assert len(weighing.multipliers) == 30


def test_weighing_survives_json() -> None:
    weighing = Weighing()
    weighing.learn({"links": 4.0, MODEL: -1.0}, is_spam=False)
    assert Weighing.from_json(json.loads(json.dumps(weighing.to_json()))) == weighing


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"multipliers": 3, "bias": 0},
        {"multipliers": {"links": None}, "bias": 0},
        {"multipliers": {"links": float("nan")}, "bias": 0},
        {"multipliers": {}, "bias": float("inf")},
    ],
    ids=str,
)
def test_what_is_no_weighing_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Weighing.from_json(said)


def test_threshold_waits_for_enough_good_comments() -> None:
    assert threshold([0.1] * 99, 0.01) is None
    assert threshold([0.1] * 100, 0.01) == 0.1
    assert threshold([], 1.0) is None
    assert threshold([0.1] * 10, 0.1) is not None


def test_threshold_looks_at_the_last_scores_only() -> None:
    assert threshold([9.0] * 500 + [0.0] * 300, 0.01) == 0.0


def test_threshold_of_a_known_row() -> None:
    # 101 * 0.99 is the 100th of the 100 scores; 301 * 0.99 the 298th of 300.
    assert threshold([float(number) for number in range(1, 101)], 0.01) == 100.0
    assert threshold([float(number) for number in range(1, 301)], 0.01) == 298.0


@pytest.mark.parametrize("budget", [0.01, 0.05, 0.2])
def test_budget_holds_for_scores_of_one_kind(budget: float) -> None:
    chance = random.Random(7)  # noqa: S311  # no secret
    trials, above = 4_000, 0
    for _ in range(trials):
        scores = [chance.random() for _ in range(300)]
        line = threshold(scores, budget)
        assert line is not None
        above += chance.random() > line
    # Three standard deviations above the promise.
    assert above / trials < budget + 3 * (budget / trials) ** 0.5


@pytest.mark.parametrize("budget", [0.0, -1.0, 1.5])
def test_impossible_budget_is_refused(budget: float) -> None:
    with pytest.raises(ValueError, match="budget"):
        threshold([0.0] * 100, budget)


def test_decision_moves_bias_and_multiplier_by_known_steps() -> None:
    weighing = Weighing({"hosts": 1.5, "links": 0.5}, bias=1.0)
    assert weighing.log_odds({"hosts": 2.0}) == pytest.approx(PRIOR_LOG_ODDS + 1 + 3)
    error = 0.5 / (1 + math.exp(-(PRIOR_LOG_ODDS + 1 + 3)))
    weighing.learn({"hosts": 2.0}, is_spam=False, weight=0.5)
    # First a thousandth of the way back to 1, then the step.
    assert weighing.multipliers["links"] == pytest.approx(0.5 + 0.001 * 0.5)
    moved = 1.5 - 0.001 * 0.5 - 0.02 * error * 2.0
    assert weighing.multipliers["hosts"] == pytest.approx(moved)
    assert weighing.bias == pytest.approx(1.0 * (1 - 0.001) - 0.02 * error)


def test_multipliers_stay_between_none_and_twice() -> None:
    weighing = Weighing({"wrong": 0.0, "right": 2.0}, bias=2.0)
    weighing.learn({"wrong": 4.0, "right": -0.5}, is_spam=False)
    assert weighing.multipliers == {"wrong": 0.0, "right": 2.0}


def test_site_of_spam_alone_raises_the_bias_within_its_limit() -> None:
    weighing = Weighing()
    for _ in range(3_000):
        weighing.learn({}, is_spam=True)
    assert 1.0 < weighing.bias <= 4.0


@given(
    st.lists(st.integers(-50, 50).map(float), max_size=400),
    st.sampled_from([0.01, 0.02, 0.05, 0.1, 0.25, 1.0]),
)
def test_next_score_in_any_order_is_above_as_rarely_as_promised(
    scores: list[float], budget: float
) -> None:
    # Each of the scores may be the next one, if all orders are alike. The share of
    # those that lie above the line drawn from the rest is then at most the budget.
    kept = scores[-300:]
    rest = [kept[:at] + kept[at + 1 :] for at in range(len(kept))]
    lines = [threshold(others, budget) for others in rest]
    if len(kept) - 1 < round(1 / budget):
        assert set(lines) <= {None}
        return
    above = [
        score > line
        for score, line in zip(kept, lines, strict=True)
        if line is not None
    ]
    assert len(above) == len(kept)
    assert sum(above) <= budget * len(kept) + 1e-9


@pytest.mark.parametrize("budget", [0.01, 0.02, 0.05, 0.1])
def test_threshold_comes_with_the_first_score_that_is_enough(budget: float) -> None:
    enough = round(1 / budget)
    assert threshold([0.0] * (enough - 1), budget) is None
    assert threshold([0.0] * enough, budget) == 0.0
