"""What a site has learned moves its verdicts, within limits."""

from dataclasses import replace

import pytest

from service.domain.findings import (
    ECHO_SHARE,
    ECHOES,
    MODEL,
    Finding,
    Learned,
    Thresholds,
    thresholds_of,
    weigh,
)
from service.domain.policy import SitePolicy
from service.domain.status import Status

POLICY = SitePolicy()


def said(check: str, log_odds: float) -> Finding:
    return Finding(check=check, log_odds=log_odds, reason="It says so.")


def test_model_may_weigh_as_much_as_two_checks_and_any_other_as_one() -> None:
    assert said(MODEL, 9.0).share == 8.0
    assert said("links", 9.0).share == 4.0
    assert said(MODEL, -9.0).share == -8.0


def test_check_counts_as_far_as_the_site_trusts_it() -> None:
    trusting = Learned(weights={"links": 0.5}, bias=0.25, model_version=7)
    verdict = weigh([said("links", 3.0), said("form", 1.0)], POLICY, trusting)
    shares = {f.check: f.share for f in verdict.findings}
    assert shares == {"links": 1.5, "form": 1.0}
    assert verdict.score == pytest.approx(0.679, abs=0.001)  # -2 + 0.25 + 1.5 + 1
    assert verdict.model_version == 7


def test_model_alone_holds_until_the_budget_can_be_kept() -> None:
    findings = [said(MODEL, 8.0)]
    assert weigh(findings, POLICY).status is Status.HELD
    known = Learned(spam_above=0.4)
    assert weigh(findings, POLICY, known).status is Status.SPAM


def test_others_may_call_it_spam_without_the_model() -> None:
    findings = [said("hosts", 4.0), said("links", 2.0), said(MODEL, 1.0)]
    assert weigh(findings, POLICY).status is Status.SPAM


def shares(findings: list[Finding]) -> dict[str, float]:
    trusting = Learned(weights={"links": 1.5})
    return {f.check: f.share for f in weigh(findings, POLICY, trusting).findings}


@pytest.mark.parametrize("check", sorted(ECHOES))
def test_what_the_model_reads_as_well_counts_half_beside_it(check: str) -> None:
    alone = shares([said(check, 1.0), said("form", 1.0)])
    beside = shares([said(check, 1.0), said("form", 1.0), said(MODEL, 1.0)])
    assert beside == alone | {check: ECHO_SHARE * alone[check], MODEL: 1.0}


def test_score_is_that_of_the_shares() -> None:
    verdict = weigh([said("links", 3.0), said(MODEL, 1.0)], POLICY)
    assert verdict.score == pytest.approx(0.622, abs=0.001)  # -2 + 1.5 + 1


def test_beside_a_model_that_only_logs_all_count_whole() -> None:
    logged = replace(said(MODEL, 3.0), mode="log")
    verdict = weigh([said("links", 2.0), logged], POLICY)
    assert verdict.score == weigh([said("links", 2.0)], POLICY).score == 0.5
    assert verdict.findings[0].share == 2.0
    assert verdict.would_be is Status.HELD


def test_without_the_model_all_count_whole_for_spam() -> None:
    # -2 + 4 + 1.5 are 3.5, and by halves 1.5; the line of .95 lies at 2.94.
    heavy = [said("links", 4.0), said("form", 1.5), said(MODEL, 4.0)]
    assert weigh(heavy, POLICY).status is Status.SPAM


@pytest.mark.parametrize(
    ("spam_above", "spam_from"), [(0.1, 0.75), (0.75, 0.75), (0.9, 0.9)]
)
def test_spam_begins_where_the_budget_allows_and_never_too_low(
    spam_above: float, spam_from: float
) -> None:
    found = thresholds_of(POLICY, Learned(spam_above=spam_above))
    assert found.by_budget
    assert found.spam_from == pytest.approx(spam_from)
    assert found.spam_from > spam_above


def test_score_of_the_worst_good_comment_is_not_spam() -> None:
    findings = [said("links", 4.0), said("form", 1.0)]
    score = weigh(findings, POLICY).score
    assert weigh(findings, POLICY, Learned(spam_above=score)).status is Status.HELD


def test_verdict_says_what_was_in_force() -> None:
    verdict = weigh([], POLICY)
    assert verdict.thresholds == Thresholds(
        held_from=0.5, spam_from=0.95, by_budget=False
    )
    assert verdict.thresholds.to_json()["by_budget"] is False
