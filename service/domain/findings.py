"""What checks say, and the verdict it leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp
from typing import Any

from service.domain.check_names import CheckMode
from service.domain.policy import SitePolicy
from service.domain.status import Status

LOG_ODDS_LIMIT = 4.0
"""No check but a list weighs more than this, either way (about 55 to 1)."""

PRIOR_LOG_ODDS = -2.0
"""Where a comment starts: 12 in 100, so that silence of all checks publishes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check says about one comment."""

    check: str
    """The check's name, such as ``links``."""
    log_odds: float
    """Evidence for spam (positive) or against it (negative), natural logarithm."""
    reason: str
    """One sentence a moderator reads; never holds an e-mail address."""
    version: int = 1
    """Version of the check that said it."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """Evidence for the queue page, such as ``{"hosts": ["example.com"]}``;
    JSON values only, never an e-mail address."""
    at_least: Status | None = None
    """A verdict that this finding alone demands: held or spam."""
    mode: CheckMode = "on"
    """``log`` for a finding that is stored and shown, and does not act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the findings lead to."""

    status: Status
    """Published, held or spam."""
    score: float
    """Probability of spam, 0.0-1.0."""
    findings: tuple[Finding, ...]
    """All findings, strongest first; those that do not act come last."""
    would_be: Status | None = None
    """The status if all findings acted; None when all of them do."""


def _sigmoid(log_odds: float) -> float:
    return (
        1 / (1 + exp(-log_odds))
        if log_odds > 0
        else exp(log_odds) / (1 + exp(log_odds))
    )


def _outcome(findings: Sequence[Finding], policy: SitePolicy) -> tuple[Status, float]:
    """Status and score, if all these findings act."""
    total = PRIOR_LOG_ODDS + sum(
        max(-LOG_ODDS_LIMIT, min(LOG_ODDS_LIMIT, f.log_odds)) for f in findings
    )
    score = _sigmoid(total)
    demanded = {f.at_least for f in findings}
    if score >= policy.spam_from or Status.SPAM in demanded:
        return Status.SPAM, score
    if score >= policy.held_from or Status.HELD in demanded:
        return Status.HELD, score
    return Status.PUBLISHED, score


def weigh(findings: Sequence[Finding], policy: SitePolicy) -> Verdict:
    """Turn findings into one score and one verdict by the site's two thresholds.

    The score is the sigmoid of the prior plus all log-odds, each held within
    +-`LOG_ODDS_LIMIT`. A finding's ``at_least`` can raise the verdict, never lower it.
    Findings of checks that only log change neither.
    """
    acting = [f for f in findings if f.mode == "on"]
    status, score = _outcome(acting, policy)
    is_whole = len(acting) == len(findings)
    return Verdict(
        status=status,
        score=score,
        findings=tuple(sorted(findings, key=_rank)),
        would_be=None if is_whole else _outcome(findings, policy)[0],
    )


def _rank(finding: Finding) -> tuple[bool, bool, float]:
    return (
        finding.mode != "on",
        finding.at_least is None,
        -abs(finding.log_odds),
    )
