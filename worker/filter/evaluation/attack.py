"""How much of the spam is still caught when it is disguised."""

import random
from collections.abc import Sequence

import numpy as np

from service.domain.errors import MalformedInput
from worker.filter.evaluation.comments import CommentFile, LabelledComment
from worker.filter.evaluation.metrics import threshold_for
from worker.filter.evaluation.protocols import Setting, part_of
from worker.filter.evaluation.results import Cell, Result
from worker.filter.evaluation.sites import FrozenModel, WholeSite
from worker.filter.evaluation.streams import Scores, prepared, run
from worker.filter.evaluation.tricks import CHARACTERS, TRICKS, Trickster
from worker.filter.model import Base

MOST_SPAM = 500
"""Spam that tricks are played on: drawn by the seed where there is more."""
HAM_SHARE = 0.01
"""Of the clean ham, that the threshold may block."""


def attack(files: Sequence[CommentFile], model: Base, setting: Setting) -> Result:
    """The share of spam above the threshold, clean and with each trick played on it.

    The threshold is the one that blocks 1 % of the files' own ham, untouched. The model
    neither learns the files nor knows any trick. With all checks, none of them has a
    past to go by.

    :raises MalformedInput: unless there are both spam and ham.
    """
    every = [one for file in files for one in file.comments]
    ham = [one for one in every if not one.is_spam]
    spam = _drawn([one for one in every if one.is_spam], setting.seed)
    if not ham or not spam:
        raise MalformedInput("attack needs comments of both labels.")
    clean = _scores((*ham, *spam), model, setting)
    labels = np.array(clean.is_spam)
    line = threshold_for(np.array(clean.log_odds), labels, HAM_SHARE)
    caught = _caught(clean, line)
    trickster = Trickster(ham, setting.seed)
    rows = [_row("none", caught, caught)]
    for trick in TRICKS:
        tricked = _scores(trickster.play(trick, spam), model, setting)
        rows.append(_row(trick, _caught(tricked, line), caught))
    part = part_of("clean", clean)
    return Result(
        protocol="attack",
        figures=part.figures,
        parts=(part,),
        rows=tuple(rows),
        notes=(
            (
                "Caught is told at the threshold that blocks 1 % of clean ham; kept "
                "is the share of what is caught of the clean spam."
            ),
        ),
    )


def least_kept(result: Result) -> float:
    """The smallest share kept of all tricks with characters, which must be undone."""
    kept = [row["kept"] for row in result.rows if row["trick"] in CHARACTERS]
    return min(float(share) for share in kept)


def _drawn(spam: Sequence[LabelledComment], seed: int) -> Sequence[LabelledComment]:
    if len(spam) <= MOST_SPAM:
        return spam
    return random.Random(seed).sample(spam, MOST_SPAM)  # noqa: S311  # repeatable


def _scores(
    comments: Sequence[LabelledComment], model: Base, setting: Setting
) -> Scores:
    site = (
        WholeSite(model, setting.policy, learns_text=False)
        if setting.is_full
        else FrozenModel(model)
    )
    return run(site, prepared(comments), learns=False)


def _caught(scores: Scores, line: float) -> float:
    pairs = zip(scores.log_odds, scores.is_spam, strict=True)
    return float(np.mean([log_odds > line for log_odds, is_spam in pairs if is_spam]))


def _row(trick: str, caught: float, clean: float) -> dict[str, Cell]:
    return {
        "trick": trick,
        "caught": caught,
        "kept": caught / clean if clean else float("nan"),
    }
