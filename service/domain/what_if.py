"""What other thresholds would have done with comments that people have decided on."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from service.domain.budget import MAX_HAM_SCORES, enough_for, threshold
from service.domain.findings import Learned, Thresholds, sigmoid, thresholds_of
from service.domain.policy import SitePolicy

FEW: Final = 20
"""Of fewer good comments, or fewer spam, a share says nothing."""

BUDGETS: Final = (1 / 300, 1 / 200, 1 / 100, 1 / 50, 1 / 20, 1 / 10)
"""Budgets to compare, the most careful first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where comments would have gone, by what people said they are."""

    good_published: int
    good_held: int
    good_spam: int
    spam_published: int
    spam_held: int
    spam_spam: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """The scores of decided comments, 0.0-1.0, each in rising order."""

    good: tuple[float, ...]
    spam: tuple[float, ...]

    @classmethod
    def of(cls, scores: Iterable[tuple[float, bool]]) -> "Decisions":
        """The decisions as pairs of score and whether it is spam, in any order."""
        given = sorted(scores)
        return cls(
            tuple(score for score, is_spam in given if not is_spam),
            tuple(score for score, is_spam in given if is_spam),
        )

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.good) + len(self.spam)

    @property
    def are_few(self) -> bool:
        """True if they are too few to say anything by them."""
        return min(len(self.good), len(self.spam)) < FEW

    def good_from(self, score: float) -> int:
        """How many good comments have this score or a higher one."""
        return len(self.good) - bisect_left(self.good, score)

    def spam_below(self, score: float) -> int:
        """How much spam has a lower score."""
        return bisect_left(self.spam, score)

    def outcome(self, thresholds: Thresholds) -> Outcome:
        """Where they would have gone by their scores alone."""
        held_from, spam_from = thresholds.held_from, thresholds.spam_from
        good_stopped, good_spam = self.good_from(held_from), self.good_from(spam_from)
        spam_passed, spam_below = self.spam_below(held_from), self.spam_below(spam_from)
        return Outcome(
            good_published=len(self.good) - good_stopped,
            good_held=good_stopped - good_spam,
            good_spam=good_spam,
            spam_published=spam_passed,
            spam_held=spam_below - spam_passed,
            spam_spam=len(self.spam) - spam_below,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """What a budget leads to."""

    budget: float
    thresholds: Thresholds
    outcome: Outcome
    missing: int
    """Good comments that must come before a line can keep it; 0 if there is one."""
    is_kept_ever: bool
    """False for a budget so small that the scores that are kept never suffice."""


def budget_line(
    decisions: Decisions,
    policy: SitePolicy,
    budget: float,
    ham_scores: Sequence[float],
) -> BudgetLine:
    """What a budget would do on a site.

    :param ham_scores: log-odds of the site's last good comments, the oldest first.
    """
    line = threshold(ham_scores, budget)
    learned = Learned(spam_above=None if line is None else sigmoid(line))
    thresholds = thresholds_of(replace(policy, budget=budget), learned)
    enough = enough_for(budget)
    return BudgetLine(
        budget=budget,
        thresholds=thresholds,
        outcome=decisions.outcome(thresholds),
        missing=max(0, enough - min(len(ham_scores), MAX_HAM_SCORES)),
        is_kept_ever=enough <= MAX_HAM_SCORES,
    )
