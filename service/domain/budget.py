"""Where a site's budget for good comments that are called spam draws the line."""

from collections.abc import Sequence
from math import ceil
from typing import Final

MAX_HAM_SCORES: Final = 300
"""Scores of good comments that a threshold is drawn from, the last ones."""


def enough_for(budget: float) -> int:
    """How many good comments there must be before a line can keep the budget."""
    # Rounded first: 1 / 0.01 is not whole for a computer.
    return ceil(round(1 / budget, 9))


def threshold(ham_scores: Sequence[float], budget: float) -> float | None:
    """The score above which a comment is spam, so that the budget for good ones holds.

    The conformal quantile (Vovk, Gammerman and Shafer 2005): of exchangeable scores,
    the next one lies above it with a probability of at most `budget`.

    :param ham_scores: of good comments, oldest first, each taken before it was
        learned; the last 300 count.
    :param budget: share of good comments that may be called spam, above 0.0, at most
        1.0; 0.01 is one in a hundred.
    :return: a score on the same scale; None until there are 1 / `budget` of them.
    :raises ValueError: if the budget is out of range.
    """
    if not 0 < budget <= 1:
        raise ValueError("A budget is a share above 0 and up to 1.")
    last = sorted(ham_scores[-MAX_HAM_SCORES:])
    if len(last) < enough_for(budget):
        return None
    # Rounded first: 101 * 0.99 is not whole for a computer.
    rank = ceil(round((len(last) + 1) * (1 - budget), 9))
    return last[min(rank, len(last)) - 1]
