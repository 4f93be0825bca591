"""What the filter promises: a budget that holds, and labels that may lie.

Both come one by one, each scored before it is learned.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from service.domain.budget import MAX_HAM_SCORES, threshold
from worker.filter.evaluation.comments import CommentFile
from worker.filter.evaluation.metrics import Figures, mean_of
from worker.filter.evaluation.protocols import Setting, part_of
from worker.filter.evaluation.results import Cell, Result
from worker.filter.evaluation.streams import Prepared, Scores, prepared, run
from worker.filter.guard import learning_weight

BUDGETS = (0.005, 0.01, 0.02)
"""Shares of ham that may be called spam."""
LEAST_SPAM = log(0.75 / 0.25)
"""Log-odds below which a site calls nothing spam, however low its good comments score:
the middle between where comments are held (.5) and certainty."""
HOSTILE_SHARES = (0.05, 0.2, 0.4)
"""Of labels that are the opposite of the truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a budget led to on one stream."""

    ham_after: int
    """Ham that came when there was a threshold."""
    ham_blocked: int
    """Of these, those above it."""
    spam: int
    """All spam of the stream, whether there was a threshold or not."""
    spam_caught: int


def kept(scores: Scores, budget: float) -> Kept:
    """What happens when each comment meets the threshold of the ham before it."""
    ham = list[float]()
    line: float | None = None
    after = blocked = caught = 0
    for log_odds, is_spam in zip(scores.log_odds, scores.is_spam, strict=True):
        is_above = line is not None and log_odds > max(line, LEAST_SPAM)
        if is_spam:
            caught += is_above
        else:
            after += line is not None
            blocked += is_above
            ham.append(log_odds)
            line = threshold(ham[-MAX_HAM_SCORES:], budget)
    return Kept(
        ham_after=after,
        ham_blocked=blocked,
        spam=sum(scores.is_spam),
        spam_caught=caught,
    )


def budget(files: Sequence[CommentFile], setting: Setting) -> Result:
    """How much ham is called spam at thresholds drawn from past scores alone.

    A row for each budget adds up all files, a site each.
    """
    streams = {
        file.name: run(setting.learner(), prepared(file.in_order()), learns=True)
        for file in files
    }
    parts = tuple(part_of(name, scores) for name, scores in streams.items())
    return Result(
        protocol="budget",
        figures=mean_of([part.figures for part in parts]),
        parts=parts,
        rows=tuple(_budget_row(streams.values(), share) for share in BUDGETS),
        notes=(
            (
                "Ham blocked is told of the ham that came once there was a threshold, "
                "after 1 / budget good comments; spam caught of all spam."
            ),
        ),
    )


def _budget_row(streams: Iterable[Scores], share: float) -> dict[str, Cell]:
    several = [kept(scores, share) for scores in streams]
    after = sum(one.ham_after for one in several)
    spam = sum(one.spam for one in several)
    return {
        "budget": share,
        "ham blocked": _ratio(sum(one.ham_blocked for one in several), after),
        "of ham": after,
        "spam caught": _ratio(sum(one.spam_caught for one in several), spam),
        "of spam": spam,
    }


def _ratio(some: int, all_: int) -> float:
    return some / all_ if all_ else float("nan")


HOSTILE = {
    "flipped": (True, False),
    "ham called spam": (False,),
    "spam called ham": (True,),
}
"""Kinds of hostile labels: by name, the truths that are turned round."""


def poison(files: Sequence[CommentFile], setting: Setting) -> Result:
    """How much accuracy is lost when a share of the labels lies.

    Decisions are learned under the guard that refuses those against a clear score. A
    row is the mean over all files, a site each.
    """
    streams = {file.name: prepared(file.in_order()) for file in files}
    parts = tuple(
        part_of(name, run(setting.learner(), stream, learns=True))
        for name, stream in streams.items()
    )
    true = mean_of([part.figures for part in parts]).accuracy
    several = list(streams.values())
    return Result(
        protocol="poison",
        figures=mean_of([part.figures for part in parts]),
        parts=parts,
        rows=(
            _poison_row("none", 0.0, _guarded(several, setting, (), 0.0), true),
            *(
                _poison_row(kind, at, _guarded(several, setting, truths, at), true)
                for kind, truths in HOSTILE.items()
                for at in HOSTILE_SHARES
            ),
        ),
        notes=(
            (
                "Hostile is a share of the labels of that kind. What is lost is told "
                "against true labels without the guard, so it holds the guard's price."
            ),
        ),
    )


def _guarded(
    streams: Sequence[Sequence[Prepared]],
    setting: Setting,
    truths: Sequence[bool],
    share: float,
) -> Figures:
    dice = random.Random(f"{setting.seed} {truths} {share}")  # noqa: S311  # repeatable
    found = list[Figures]()
    for stream in streams:
        site, scores = setting.learner(), Scores()
        for one in stream:
            is_hostile = one.is_spam in truths and dice.random() < share
            said = one.is_spam is not is_hostile
            log_odds = site.score(one)
            site.learn(one, said, learning_weight(said, log_odds))
            scores.log_odds.append(log_odds)
            scores.is_spam.append(one.is_spam)
        found.append(scores.figures())
    return mean_of(found)


def _poison_row(
    kind: str, share: float, found: Figures, true: float
) -> dict[str, Cell]:
    return {
        "hostile": kind,
        "share": share,
        "accuracy": found.accuracy,
        "lost": true - found.accuracy,
        "AUC": found.roc_auc,
        "spam caught": found.spam_caught,
        "ham blocked": found.ham_blocked,
    }
