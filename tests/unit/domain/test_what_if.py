"""What other thresholds would have done, against counting one by one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.budget import enough_for, threshold
from service.domain.findings import (
    Finding,
    Learned,
    Thresholds,
    sigmoid,
    thresholds_of,
    weigh,
)
from service.domain.policy import SitePolicy
from service.domain.what_if import FEW, Decisions, Outcome, budget_line

SCORES = st.sampled_from([n / 20 for n in range(21)])
DECIDED = st.lists(st.tuples(SCORES, st.booleans()), max_size=80)


def by_hand(decided: list[tuple[float, bool]], held: float, spam: float) -> Outcome:
    """Each comment put where its score belongs."""
    found = dict.fromkeys(
        [f"{kind}_{place}" for kind in ("good", "spam") for place in
         ("published", "held", "spam")], 0,
    )  # fmt: skip
    for score, is_spam in decided:
        place = "spam" if score >= spam else "held" if score >= held else "published"
        found[f"{'spam' if is_spam else 'good'}_{place}"] += 1
    return Outcome(**found)


@given(DECIDED, SCORES, SCORES)
def test_outcome_equals_counting_one_by_one(
    decided: list[tuple[float, bool]], one: float, other: float
) -> None:
    held, spam = sorted((one, other))
    thresholds = Thresholds(held_from=held, spam_from=spam, by_budget=True)
    decisions = Decisions.of(decided)
    assert decisions.outcome(thresholds) == by_hand(decided, held, spam)
    assert decisions.count == len(decided)


@given(st.lists(st.floats(-8, 8), min_size=10, max_size=400), DECIDED)
def test_line_of_a_budget_is_the_one_that_verdicts_have(
    ham: list[float], decided: list[tuple[float, bool]]
) -> None:
    policy = SitePolicy(budget=0.01)
    line = budget_line(Decisions.of(decided), policy, 0.1, ham)
    drawn = threshold(ham, 0.1)
    assert drawn is not None
    learned = Learned(spam_above=sigmoid(drawn))
    assert line.thresholds == thresholds_of(replace(policy, budget=0.1), learned)
    assert line.thresholds.by_budget
    assert (line.missing, line.is_kept_ever) == (0, True)
    assert line.outcome == by_hand(
        decided, line.thresholds.held_from, line.thresholds.spam_from
    )


@given(st.floats(-7, 7))
def test_score_goes_where_the_checks_would_have_put_it(log_odds: float) -> None:
    # What the prior and one finding come to, judged by the same lines.
    found = Finding(check="hosts", log_odds=log_odds, reason="x")
    verdict = weigh([found], SitePolicy(), Learned(spam_above=0.9))
    assert verdict.thresholds is not None
    out = Decisions.of([(verdict.score, True)]).outcome(verdict.thresholds)
    assert getattr(out, f"spam_{verdict.status.value}") == 1


def test_budget_without_enough_good_comments_keeps_the_fixed_line() -> None:
    policy = SitePolicy(spam_from=0.97)
    line = budget_line(Decisions.of([]), policy, 0.01, [0.0] * 60)
    assert (line.thresholds.spam_from, line.thresholds.by_budget) == (0.97, False)
    assert (line.missing, line.is_kept_ever) == (40, True)
    tiny = budget_line(Decisions.of([]), policy, 0.001, [0.0] * 900)
    assert not tiny.thresholds.by_budget
    assert (tiny.missing, tiny.is_kept_ever) == (700, False)


@pytest.mark.parametrize(("budget", "enough"), [(0.1, 10), (0.01, 100), (1 / 300, 300)])
def test_enough_is_as_many_as_the_threshold_asks_for(
    budget: float, enough: int
) -> None:
    assert enough_for(budget) == enough
    assert threshold([0.0] * enough, budget) is not None
    assert threshold([0.0] * (enough - 1), budget) is None


def test_few_of_either_kind_are_few() -> None:
    assert Decisions.of([(0.5, False)] * FEW + [(0.5, True)] * (FEW - 1)).are_few
    assert not Decisions.of([(0.5, False)] * FEW + [(0.5, True)] * FEW).are_few
