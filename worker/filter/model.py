"""Two linear models that add up: a frozen shared base, and what a site learns.

Both are logistic regressions over hashed pieces: the log-odds are a sum of one weight
for each id, times how much it counts. What the base already knows, the site's model
need not learn; what the base gets wrong there, it learns against.
"""

from dataclasses import dataclass
from math import exp, fsum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.domain.findings import LOG_ODDS_LIMIT
from worker.filter.features import values
from worker.filter.hashing import Ids

Weights = NDArray[np.float32]

SITE_BITS: Final = 17
"""A site's model has 2**17 weights; a measured 2**14 were enough for 1,400 comments."""

ETA: Final = 0.5
"""Size of the first steps; SPAM filters of the TREC tracks and AdaGrad (Duchi, Hazan
and Singer 2011) work with values from 0.1 to 1."""

DAMPING: Final = 0.001
"""Start of the sums of squared gradients: keeps a first decision from moving a rare
piece all the way."""


def places(ids: Ids, bits: int) -> NDArray[np.int64]:
    """Where in an array of ``2**bits`` weights the ids have theirs."""
    return (ids & np.uint32((1 << bits) - 1)).astype(np.int64)


def _product(weights: Weights, counts: Weights) -> float:
    # Exact, so that the same decisions make the same model with every build of NumPy:
    # how a dot product is rounded depends on the processor.
    return fsum((weights.astype(np.float64) * counts).tolist())


def sigmoid(log_odds: float) -> float:
    """Probability for log-odds; never overflows."""
    if log_odds >= 0:
        return 1 / (1 + exp(-log_odds))
    return exp(log_odds) / (1 + exp(log_odds))


@dataclass(frozen=True, slots=True)
class Base:
    """The frozen model that ships with the product or was built by an operator."""

    weights: Weights
    """One for each place; a power of two of them."""
    bias: float
    name: str
    """Which base it is: stored with what was learned on top of it."""

    @property
    def bits(self) -> int:
        """The base-2 logarithm of the number of weights."""
        return len(self.weights).bit_length() - 1

    def log_odds(self, ids: Ids, counts: Weights | None = None) -> float:
        """Evidence for spam in what the comment is made of, from -4 to 4.

        :param counts: `values` of the ids, where they are at hand.
        """
        counts = values(ids) if counts is None else counts
        raw = self.bias + _product(self.weights[places(ids, self.bits)], counts)
        return max(-LOG_ODDS_LIMIT, min(LOG_ODDS_LIMIT, raw))


@dataclass(slots=True)
class SiteModel:
    """What one site has learned: AdaGrad logistic regression, step by step."""

    weights: Weights
    squares: Weights
    """Sums of squared gradients, by place."""
    bias: float = 0.0
    bias_square: float = 0.0
    decisions: int = 0
    """Steps taken so far."""

    @classmethod
    def empty(cls) -> "SiteModel":
        """A model that knows nothing: every comment has log-odds 0."""
        size = 1 << SITE_BITS
        return cls(np.zeros(size, np.float32), np.zeros(size, np.float32))

    @property
    def bits(self) -> int:
        """The base-2 logarithm of the number of weights."""
        return len(self.weights).bit_length() - 1

    def log_odds(self, ids: Ids, counts: Weights | None = None) -> float:
        """Evidence for spam from this site's decisions alone; not limited.

        :param counts: `values` of the ids, where they are at hand.
        """
        counts = values(ids) if counts is None else counts
        return self.bias + _product(self.weights[places(ids, self.bits)], counts)

    def learn(
        self, ids: Ids, is_spam: bool, weight: float = 1.0, offset: float = 0.0
    ) -> None:
        """Take one online step towards what was decided; changes this model.

        :param ids: of the comment, as `features` gives them.
        :param is_spam: what was decided.
        :param weight: how much the decision counts, 0.0-1.0.
        :param offset: log-odds of everything else that was known of the comment, so
            that only what is missing is learned.
        """
        at, counts = places(ids, self.bits), values(ids)
        score = self.bias + _product(self.weights[at], counts) + offset
        error = weight * (sigmoid(score) - (1.0 if is_spam else 0.0))
        if error == 0:
            return
        slope = np.float32(error) * counts
        # Two ids may share a place: `add.at` counts both.
        np.add.at(self.squares, at, slope * slope)
        step = slope / np.sqrt(self.squares[at] + np.float32(DAMPING))
        np.subtract.at(self.weights, at, np.float32(ETA) * step)
        self.bias_square += error * error
        self.bias -= ETA * error / (self.bias_square + 1.0) ** 0.5
        self.decisions += 1
