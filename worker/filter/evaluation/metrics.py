"""Figures that say how well scores tell spam from good comments ("ham")."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import nan

import numpy as np
from numpy.typing import NDArray

BINS = 10
"""Of equal width, for the calibration error."""
SHARES = (0.005, 0.01)
"""Of ham that may be blocked where spam caught is told."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well some comments were told apart. Shares are 0-1; unknown ones are NaN."""

    accuracy: float
    """Share that the score, cut at one half, calls what they are."""
    mcc: float
    """Correlation of that call with the truth, -1 to 1 (Matthews 1975)."""
    roc_auc: float
    """Chance that a spam scores above a ham, ties counted half."""
    caught_at_half_percent: float
    """Share of spam above a threshold that blocks at most 0.5 % of ham."""
    caught_at_one_percent: float
    """The same at 1 %. Both thresholds are set on the very ham they are told for: they
    compare rankings and promise nothing. The protocol ``budget`` measures a promise."""
    ece: float
    """Expected calibration error: how far probabilities are from what happens, on
    average, in ten bins of equal width (Naeini and others 2015)."""
    spam_caught: float
    """Share of spam with a score of one half or more."""
    ham_blocked: float
    """Share of ham with a score of one half or more."""
    score_microseconds: float = nan
    """Median time to read and score one comment."""
    learn_microseconds: float = nan
    """Median time to learn one decision; NaN where nothing is learned one by one."""


def figures(
    log_odds: Sequence[float] | Numbers,
    is_spam: Sequence[bool] | NDArray[np.bool_],
    *,
    score_microseconds: float = nan,
    learn_microseconds: float = nan,
) -> Figures:
    """The figures of comments by their log-odds of spam, in any order.

    :raises ValueError: unless both are of one length, and all log-odds are numbers.
    """
    odds, spam = np.asarray(log_odds, np.float64), np.asarray(is_spam, np.bool_)
    if odds.shape != spam.shape or odds.ndim != 1 or not np.isfinite(odds).all():
        raise ValueError("There must be one finite log-odds for each label.")
    called = odds >= 0
    half, one = (caught_at(odds, spam, share) for share in SHARES)
    return Figures(
        accuracy=_share(called == spam),
        mcc=_mcc(called, spam),
        roc_auc=roc_auc(odds, spam),
        caught_at_half_percent=half,
        caught_at_one_percent=one,
        ece=calibration_error(_probabilities(odds), spam),
        spam_caught=_share(called[spam]),
        ham_blocked=_share(called[~spam]),
        score_microseconds=score_microseconds,
        learn_microseconds=learn_microseconds,
    )


def mean_of(several: Sequence[Figures]) -> Figures:
    """The mean of each figure over those of several files that know it."""
    return Figures(
        **{
            one.name: _mean([getattr(each, one.name) for each in several])
            for one in fields(Figures)
        }
    )


def threshold_for(odds: Numbers, is_spam: NDArray[np.bool_], share: float) -> float:
    """The log-odds that at most this share of the ham lies above; -inf without ham."""
    ham = np.sort(odds[~is_spam])[::-1]
    allowed = int(np.floor(share * ham.size + 1e-9))
    return float(ham[allowed]) if allowed < ham.size else -np.inf


def caught_at(odds: Numbers, is_spam: NDArray[np.bool_], share: float) -> float:
    """Share of spam that a threshold catches which blocks at most a share of ham.

    With fewer ham than ``1 / share`` that is the spam above all ham. NaN if either
    kind is missing.
    """
    if is_spam.all() or not is_spam.any():
        return nan
    return _share(odds[is_spam] > threshold_for(odds, is_spam, share))


def roc_auc(odds: Numbers, is_spam: NDArray[np.bool_]) -> float:
    """Area under the ROC curve, by ranks (Mann and Whitney 1947).

    NaN if either kind is missing.
    """
    spam = int(is_spam.sum())
    ham = is_spam.size - spam
    if not spam or not ham:
        return nan
    _, places, counts = np.unique(odds, return_inverse=True, return_counts=True)
    # Equal scores share the middle of the ranks they take up.
    middles = np.cumsum(counts) - (counts - 1) / 2
    above = float(middles[places][is_spam].sum()) - spam * (spam + 1) / 2
    return above / (spam * ham)


def calibration_error(probabilities: Numbers, is_spam: NDArray[np.bool_]) -> float:
    """Mean distance of probability and share of spam, weighed by the bins' sizes."""
    bins = np.minimum((probabilities * BINS).astype(np.int64), BINS - 1)
    said = np.bincount(bins, weights=probabilities, minlength=BINS)
    happened = np.bincount(bins, weights=is_spam.astype(np.float64), minlength=BINS)
    return float(np.abs(said - happened).sum() / max(1, is_spam.size))


def _probabilities(odds: Numbers) -> Numbers:
    # Beyond 500 the exponential overflows; the probability is 0 or 1 long before.
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -500, 500))))


def _share(which: NDArray[np.bool_]) -> float:
    return float(which.mean()) if which.size else nan


def _mcc(called: NDArray[np.bool_], spam: NDArray[np.bool_]) -> float:
    # All with the truth on one side has no correlation; 0 is the usual word for it.
    tp, tn = float((called & spam).sum()), float((~called & ~spam).sum())
    fp, fn = float((called & ~spam).sum()), float((~called & spam).sum())
    below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return (tp * tn - fp * fn) / float(np.sqrt(below)) if below else 0.0


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return sum(known) / len(known) if known else nan
