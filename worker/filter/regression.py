"""Logistic regression over rows of hashed features, all at once, in NumPy alone.

Each comment is a row of distinct feature ids, all of one value, so that its length is
1. The loss is that of logistic regression with a quadratic penalty; it is minimised by
L-BFGS (Nocedal 1980; Liu and Nocedal 1989), which needs no learning rate, no order and
no chance, so the same rows give the same weights.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

MOST_STEPS = 100
REMEMBERED = 10
"""Steps that the curvature is told from (Liu and Nocedal find 3 to 20 alike)."""
SMALL_GRADIENT = 1e-4
"""Of the first one: where the weights' third digit has long stopped to change."""
_ENOUGH_DESCENT = 1e-4  # Armijo's constant, as in Nocedal and Wright 2006, 3.1
_HALVINGS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What was learned."""

    ids: NDArray[np.uint32]
    """The features that have a weight, sorted."""
    weights: Numbers
    """Their weights, in the same order, for rows of length 1."""
    bias: float
    """Log-odds of a row without features."""


class _Rows:
    """A sparse matrix in which every row has one value for all its columns."""

    def __init__(self, rows: Sequence[NDArray[np.uint32]]) -> None:
        lengths = np.array([row.size for row in rows], np.int64)
        joined = np.concatenate(rows) if len(rows) else np.zeros(0, np.uint32)
        self.ids, columns = np.unique(joined, return_inverse=True)
        self._columns = columns.astype(np.int64)
        self._filled = lengths > 0
        self._starts = (np.cumsum(lengths) - lengths)[self._filled]
        self._lengths = lengths[self._filled]
        self._value = 1 / np.sqrt(self._lengths)

    def times(self, weights: Numbers) -> Numbers:
        """Each row's product with the weights of the columns."""
        product = np.zeros(self._filled.size)
        if self._starts.size:
            sums = np.add.reduceat(weights[self._columns], self._starts)
            product[self._filled] = sums * self._value
        return product

    def transposed_times(self, values: Numbers) -> Numbers:
        """Each column's product with one value a row."""
        each = np.repeat(values[self._filled] * self._value, self._lengths)
        sums = np.bincount(self._columns, weights=each, minlength=self.ids.size)
        return sums.astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Loss:
    rows: _Rows
    signs: Numbers
    """1 for spam, -1 for ham."""
    shares: Numbers
    """How much each row counts."""
    penalty: float

    def __call__(self, point: Numbers) -> tuple[float, Numbers]:
        """The loss and its gradient; the last number of the point is the bias."""
        weights = point[:-1]
        margins = self.signs * (self.rows.times(weights) + point[-1])
        # log(1 + exp(-m)) without overflow, for both signs of m.
        losses = np.logaddexp(0, -margins)
        pulls = -self.signs * self.shares * np.exp(-np.logaddexp(0, margins))
        gradient = np.empty_like(point)
        gradient[:-1] = self.rows.transposed_times(pulls) + self.penalty * weights
        gradient[-1] = pulls.sum()
        loss = (self.shares * losses).sum() + self.penalty / 2 * (weights @ weights)
        return float(loss), gradient


def fit(
    rows: Sequence[NDArray[np.uint32]],
    is_spam: Sequence[bool],
    *,
    counts: Sequence[float] | None = None,
    penalty: float,
) -> Fitted:
    """Learn from all rows at once.

    :param rows: distinct feature ids of each comment.
    :param counts: how much each row counts; 1 by default.
    :param penalty: above 0; what is half the weights' squared length in the loss, in
        units of one row's log-loss. The inverse of scikit-learn's ``C``.
    :raises ValueError: unless there are as many labels as rows, of both kinds.
    """
    if len(rows) != len(is_spam) or len(set(is_spam)) != len((True, False)):
        raise ValueError("There must be one label for each row, and both kinds.")
    matrix = _Rows(rows)
    loss = _Loss(
        rows=matrix,
        signs=np.where(np.asarray(is_spam, np.bool_), 1.0, -1.0),
        shares=np.ones(len(rows)) if counts is None else np.asarray(counts, np.float64),
        penalty=penalty,
    )
    point = _minimise(loss, np.zeros(matrix.ids.size + 1))
    return Fitted(ids=matrix.ids, weights=point[:-1], bias=float(point[-1]))


def _minimise(loss: _Loss, point: Numbers) -> Numbers:
    value, gradient = loss(point)
    enough = SMALL_GRADIENT * float(np.linalg.norm(gradient))
    past = deque[tuple[Numbers, Numbers]](maxlen=REMEMBERED)
    for _ in range(MOST_STEPS):
        if float(np.linalg.norm(gradient)) <= enough:
            break
        step = _direction(gradient, past)
        slope, size = float(gradient @ step), 1.0
        for _ in range(_HALVINGS):
            new_value, new_gradient = loss(point + size * step)
            if new_value <= value + _ENOUGH_DESCENT * size * slope:
                break
            size /= 2
        else:
            # No descent left that floating point can tell.
            break
        moved, changed = size * step, new_gradient - gradient
        # Rounding may hide the curvature of a tiny step; it would divide by nothing.
        if float(moved @ changed) > 0:
            past.append((moved, changed))
        point, value, gradient = point + size * step, new_value, new_gradient
    return point


def _direction(gradient: Numbers, past: deque[tuple[Numbers, Numbers]]) -> Numbers:
    """The quasi-Newton step, by the two loops of Nocedal 1980."""
    step, factors = -gradient, list[float]()
    if not past:
        # The first step has no curvature to go by, so it is short.
        return step / max(1.0, float(np.linalg.norm(gradient)))
    for moved, changed in reversed(past):
        factors.append(float(moved @ step) / float(moved @ changed))
        step = step - factors[-1] * changed
    moved, changed = past[-1]
    step = step * (float(moved @ changed) / float(changed @ changed))
    for (moved, changed), factor in zip(past, reversed(factors), strict=True):
        step = step + moved * (factor - float(changed @ step) / float(moved @ changed))
    return step
