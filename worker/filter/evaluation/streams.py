"""Comments as they come to a site: read, scored, and then learned by their labels."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from service.domain.checking import Reading
from service.text.reading import read
from worker.filter.evaluation.comments import LabelledComment
from worker.filter.evaluation.metrics import Figures, figures
from worker.filter.features import features

_MICRO = 1e6


@dataclass(frozen=True, slots=True)
class Prepared:
    """A comment with what is read of it."""

    comment: LabelledComment
    reading: Reading = field(repr=False)
    ids: NDArray[np.uint32] = field(repr=False)
    """Its features."""
    microseconds: float
    """What reading it and making its features took."""

    @property
    def is_spam(self) -> bool:
        """What a person said it is."""
        return self.comment.is_spam


def prepared(comments: Sequence[LabelledComment]) -> tuple[Prepared, ...]:
    """Comments read as the worker reads them, in the same order."""
    return tuple(map(_prepared, comments))


def _prepared(comment: LabelledComment) -> Prepared:
    begun = perf_counter()
    reading = read(name=comment.author, website=comment.url, text=comment.text)
    ids = features(reading)
    return Prepared(comment, reading, ids, (perf_counter() - begun) * _MICRO)


class Site(Protocol):
    """Whatever scores comments one by one."""

    def score(self, one: Prepared) -> float:
        """The log-odds that it is spam, from all that came before."""

    def learn(self, one: Prepared, is_spam: bool, weight: float = 1.0) -> None:
        """Take in a decision on the comment that was scored last."""


@dataclass(slots=True)
class Scores:
    """The scores of a stream, in its order, and what they cost."""

    log_odds: list[float] = field(default_factory=list)
    is_spam: list[bool] = field(default_factory=list)
    score_microseconds: list[float] = field(default_factory=list)
    learn_microseconds: list[float] = field(default_factory=list)

    def __add__(self, other: "Scores") -> "Scores":
        """Both, one after the other."""
        return Scores(
            self.log_odds + other.log_odds,
            self.is_spam + other.is_spam,
            self.score_microseconds + other.score_microseconds,
            self.learn_microseconds + other.learn_microseconds,
        )

    def figures(self) -> Figures:
        """How well these scores tell spam from ham."""
        return figures(
            self.log_odds,
            self.is_spam,
            score_microseconds=_median(self.score_microseconds),
            learn_microseconds=_median(self.learn_microseconds),
        )


def run(site: Site, stream: Sequence[Prepared], *, learns: bool) -> Scores:
    """Score each comment, and only then let the site learn its label.

    :param learns: whether it may; else the labels are only noted.
    """
    scores = Scores()
    for one in stream:
        begun = perf_counter()
        log_odds = site.score(one)
        scored = perf_counter()
        if learns:
            site.learn(one, one.is_spam)
            scores.learn_microseconds.append((perf_counter() - scored) * _MICRO)
        scores.log_odds.append(log_odds)
        scores.is_spam.append(one.is_spam)
        scores.score_microseconds.append(one.microseconds + (scored - begun) * _MICRO)
    return scores


def _median(values: Sequence[float]) -> float:
    return median(values) if values else float("nan")
