"""What checks say, and the verdict it leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import exp, nextafter
from typing import Any

from service.domain.check_names import CheckMode
from service.domain.policy import SitePolicy
from service.domain.status import Status

LOG_ODDS_LIMIT = 4.0
"""No check but a list weighs more than this, either way (about 55 to 1)."""

MODEL = "model"
"""Name of the check that asks the learned model."""

MODEL_LIMIT = 2 * LOG_ODDS_LIMIT
"""The model may weigh as much as two checks: it is the shared base and what the site
has learned, each within `LOG_ODDS_LIMIT`."""

ECHOES = frozenset({"links", "website", "writer_name", "disguise"})
ECHO_SHARE = 0.5
"""These checks read what the model reads as well. Beside it they count half, or the
same facts would count twice."""

PRIOR_LOG_ODDS = -2.0
"""Where a comment starts: 12 in 100, so that silence of all checks publishes."""


def limited(check: str, log_odds: float) -> float:
    """What a check says, held within what it may say."""
    limit = MODEL_LIMIT if check == MODEL else LOG_ODDS_LIMIT
    return max(-limit, min(limit, log_odds))


def heard(said: Mapping[str, float]) -> dict[str, float]:
    """What checks that act together say, before the site's weights.

    :param said: log-odds by check. They are held within their limits; beside the
        model's own, those of `ECHOES` count half.
    """
    return {
        check: limited(check, log_odds) * _echo(check, MODEL in said)
        for check, log_odds in said.items()
    }


def _echo(check: str, is_beside_model: bool) -> float:
    return ECHO_SHARE if is_beside_model and check in ECHOES else 1.0


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
    lapses_below: float = 0.0
    """A score below which the demand is dropped, because all else speaks for the
    comment; 0.0 for one that always stands."""
    mode: CheckMode = "on"
    """``log`` for a finding that is stored and shown, and does not act."""
    weight: float = 1.0
    """What the log-odds count for on the site, 0.0-2.0; `weigh` notes it."""

    @property
    def share(self) -> float:
        """What it adds to the log-odds of the comment: limited, then weighted."""
        return self.weight * limited(self.check, self.log_odds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What a site has learned about its checks; nothing by default."""

    weights: Mapping[str, float] = field(default_factory=dict)
    """How far each check is trusted, 0.0-2.0; 1.0 for one that is not named."""
    bias: float = 0.0
    """Added to the log-odds of every comment."""
    spam_above: float | None = None
    """The score that keeps the site's budget: no more than this share of its good
    comments lies above. None until there were enough good comments to tell."""
    model_version: int | None = None
    """The version of the site's model that was asked."""


NOTHING_LEARNED = Learned()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The scores that were in force for a verdict, 0.0-1.0."""

    held_from: float
    spam_from: float
    by_budget: bool
    """True where ``spam_from`` follows from the site's budget and its good comments."""

    def to_json(self) -> dict[str, Any]:
        """The thresholds as JSON values."""
        return asdict(self)


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
    thresholds: Thresholds | None = None
    """What was in force; None where nothing was weighed."""
    model_version: int | None = None
    """The version of the site's model that was asked; None without one."""


def sigmoid(log_odds: float) -> float:
    """The probability that log-odds stand for, 0.0-1.0."""
    return (
        1 / (1 + exp(-log_odds))
        if log_odds > 0
        else exp(log_odds) / (1 + exp(log_odds))
    )


SILENT_SCORE = sigmoid(PRIOR_LOG_ODDS)
"""Of a comment of which no check says anything: 0.12."""


def _weighed(
    findings: Sequence[Finding], learned: Learned, acting: Sequence[Finding]
) -> list[Finding]:
    """The findings with what each counts for, beside those that act."""
    beside = any(f.check == MODEL for f in acting)
    return [
        replace(f, weight=learned.weights.get(f.check, 1.0) * _echo(f.check, beside))
        for f in findings
    ]


def log_odds_of(findings: Sequence[Finding], learned: Learned) -> float:
    """Log-odds of spam: the prior, the site's bias, and the share of each finding.

    :param findings: those that act, together.
    """
    weighed = _weighed(findings, learned, findings)
    return PRIOR_LOG_ODDS + learned.bias + sum(f.share for f in weighed)


def thresholds_of(policy: SitePolicy, learned: Learned) -> Thresholds:
    """The scores from which a site holds comments and calls them spam.

    Spam begins where the budget for good comments allows it, but never below the middle
    between ``held_from`` and certainty: what lies between is for a person to see.
    """
    held_from = policy.held_from
    if learned.spam_above is None:
        return Thresholds(
            held_from=held_from, spam_from=policy.spam_from, by_budget=False
        )
    # The least number above: a good comment had this score.
    allowed = nextafter(learned.spam_above, 1.0)
    return Thresholds(
        held_from=held_from,
        spam_from=max(allowed, (held_from + 1) / 2),
        by_budget=True,
    )


def _is_spam(
    findings: Sequence[Finding], score: float, thresholds: Thresholds, learned: Learned
) -> bool:
    if score < thresholds.spam_from:
        return False
    if thresholds.by_budget:
        return True
    # Nobody knows yet what the model says of this site's good comments.
    others = [f for f in findings if f.check != MODEL]
    return sigmoid(log_odds_of(others, learned)) >= thresholds.spam_from


def _outcome(
    findings: Sequence[Finding], thresholds: Thresholds, learned: Learned
) -> tuple[Status, float]:
    """Status and score, if all these findings act."""
    score = sigmoid(log_odds_of(findings, learned))
    demanded = {f.at_least for f in findings if score >= f.lapses_below}
    if Status.SPAM in demanded or _is_spam(findings, score, thresholds, learned):
        return Status.SPAM, score
    if score >= thresholds.held_from or Status.HELD in demanded:
        return Status.HELD, score
    return Status.PUBLISHED, score


def weigh(
    findings: Sequence[Finding],
    policy: SitePolicy,
    learned: Learned = NOTHING_LEARNED,
) -> Verdict:
    """Turn findings into one score and one verdict.

    The score is the sigmoid of the prior plus all log-odds, each held within
    +-`LOG_ODDS_LIMIT` (the model's within +-`MODEL_LIMIT`) and counted as far as the
    site trusts the check; `ECHOES` count half beside the model. A finding's
    ``at_least`` can raise the verdict, never lower it, and is taken off where it lapses
    at the score. Findings of checks that only log
    change neither. Before the site has had enough good comments to keep its budget, the
    model can hold a comment but not call it spam.
    """
    thresholds = thresholds_of(policy, learned)
    acting = [f for f in findings if f.mode == "on"]
    status, score = _outcome(acting, thresholds, learned)
    is_whole = len(acting) == len(findings)
    would_be = None if is_whole else _outcome(findings, thresholds, learned)[0]
    return Verdict(
        status=status,
        score=score,
        findings=tuple(
            sorted(_standing(_weighed(findings, learned, acting), score), key=_rank)
        ),
        would_be=would_be,
        thresholds=thresholds,
        model_version=learned.model_version,
    )


def _standing(findings: Sequence[Finding], score: float) -> list[Finding]:
    """The findings without demands that lapse at this score."""
    return [
        f if score >= f.lapses_below else replace(f, at_least=None) for f in findings
    ]


def _rank(finding: Finding) -> tuple[bool, bool, float]:
    return (
        finding.mode != "on",
        finding.at_least is None,
        -abs(finding.share),
    )
