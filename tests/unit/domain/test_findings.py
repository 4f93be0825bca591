"""Findings become one score and one verdict."""

from dataclasses import replace
from math import exp

import pytest

from service.domain.findings import (
    LOG_ODDS_LIMIT,
    PRIOR_LOG_ODDS,
    SILENT_SCORE,
    Finding,
    weigh,
)
from service.domain.policy import SitePolicy
from service.domain.status import Status

POLICY = SitePolicy()


def found(log_odds: float, at_least: Status | None = None) -> Finding:
    return Finding(check="links", log_odds=log_odds, reason="Why.", at_least=at_least)


def sigmoid(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


def test_silence_of_all_checks_publishes() -> None:
    verdict = weigh([], POLICY)
    assert verdict.status is Status.PUBLISHED
    assert verdict.score == pytest.approx(sigmoid(PRIOR_LOG_ODDS))


@pytest.mark.parametrize(
    ("log_odds", "status"),
    [
        (1.9, Status.PUBLISHED),
        (2.0, Status.HELD),
        ([2.0, 2.9], Status.HELD),
        ([2.0, 3.0], Status.SPAM),
        ([4.0, 4.0, -4.0], Status.HELD),
    ],
    ids=["just-below-held", "at-held", "just-below-spam", "above-spam", "in-sum"],
)
def test_thresholds_of_the_site_decide(
    log_odds: float | list[float], status: Status
) -> None:
    each = log_odds if isinstance(log_odds, list) else [log_odds]
    assert weigh([found(x) for x in each], POLICY).status is status


def test_score_exactly_at_a_threshold_is_over_it() -> None:
    score = weigh([found(1.0)], POLICY).score
    assert weigh([found(1.0)], SitePolicy(held_from=score)).status is Status.HELD
    both = SitePolicy(held_from=score, spam_from=score)
    assert weigh([found(1.0)], both).status is Status.SPAM


@pytest.mark.parametrize("sign", [1, -1])
def test_one_check_weighs_no_more_than_the_limit(sign: int) -> None:
    limited = weigh([found(sign * LOG_ODDS_LIMIT)], POLICY).score
    assert weigh([found(sign * 1e9)], POLICY).score == limited


def test_extreme_sums_stay_probabilities() -> None:
    assert weigh([found(4.0)] * 1000, POLICY).score == 1.0
    assert 0.0 <= weigh([found(-4.0)] * 1000, POLICY).score < 1e-9


@pytest.mark.parametrize(
    ("log_odds", "at_least", "status"),
    [
        (0.0, Status.HELD, Status.HELD),
        (0.0, Status.SPAM, Status.SPAM),
        (-4.0, Status.HELD, Status.HELD),
        (2.5, Status.SPAM, Status.SPAM),
    ],
    ids=["held", "spam", "held-against-the-score", "spam-over-held"],
)
def test_finding_can_demand_a_verdict(
    log_odds: float, at_least: Status, status: Status
) -> None:
    assert weigh([found(log_odds, at_least)], POLICY).status is status


def test_demand_never_lowers_a_verdict() -> None:
    heavy = [found(4.0), found(4.0), found(0.0, Status.HELD)]
    assert weigh(heavy, POLICY).status is Status.SPAM


@pytest.mark.parametrize(
    ("log_odds", "status"),
    [(-0.1, Status.PUBLISHED), (0.0, Status.HELD), (0.1, Status.HELD)],
)
def test_demand_may_lapse_where_all_else_speaks_for_the_comment(
    log_odds: float, status: Status
) -> None:
    demand = replace(found(0.0, Status.HELD), lapses_below=SILENT_SCORE)
    verdict = weigh([found(log_odds), demand], POLICY)
    assert verdict.status is status
    stands = status is Status.HELD
    assert [f.at_least for f in verdict.findings].count(Status.HELD) == stands
    # One that lapses takes no other with it.
    both = weigh([found(log_odds), demand, found(0.0, Status.HELD)], POLICY)
    assert both.status is Status.HELD


def test_demand_that_only_logs_lapses_as_well() -> None:
    demand = replace(found(0.0, Status.HELD), lapses_below=SILENT_SCORE, mode="log")
    assert weigh([found(-0.1), demand], POLICY).would_be is Status.PUBLISHED
    assert weigh([found(0.0), demand], POLICY).would_be is Status.HELD


def test_strongest_finding_comes_first_and_demands_before_all() -> None:
    weak, strong, against = found(0.1), found(3.0), found(-3.5)
    demand = found(0.0, Status.HELD)
    verdict = weigh([weak, strong, demand, against], POLICY)
    assert verdict.findings == (demand, against, strong, weak)


def test_finding_that_only_logs_changes_nothing_and_tells_what_it_would_have() -> None:
    acting = found(1.0)
    logged = replace(found(3.9, at_least=Status.HELD), mode="log")
    verdict = weigh([logged, acting], POLICY)
    assert verdict.score == weigh([acting], POLICY).score
    assert verdict.status is Status.PUBLISHED
    assert (
        verdict.would_be is weigh([acting, replace(logged, mode="on")], POLICY).status
    )
    assert verdict.findings == (acting, logged), "what acts comes first"


def test_verdict_on_which_all_findings_act_would_be_no_other() -> None:
    assert weigh([found(1.0)], POLICY).would_be is None
