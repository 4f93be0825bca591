"""Logistic regression over rows of hashed features, all at once, in NumPy alone.

Each comment is a row of distinct feature ids and their values. The loss is that of
logistic regression with a quadratic penalty; it is minimised by L-BFGS (Nocedal 1980;
Liu and Nocedal 1989), which needs no learning rate, no order and no chance, so the same
rows give the same weights.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint32]
Floats = NDArray[np.float32]
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

    ids: Ids
    """The features that have a weight, sorted."""
    weights: Numbers
    """Their weights, in the same order."""
    bias: float
    """Log-odds of a row without features."""


class _Rows:
    """A sparse matrix, row by row."""

    def __init__(self, rows: Sequence[Ids], values: Sequence[Floats] | None) -> None:
        lengths = np.array([row.size for row in rows], np.int64)
        joined = np.concatenate(rows) if len(rows) else np.zeros(0, np.uint32)
        self.ids, columns = np.unique(joined, return_inverse=True)
        self._columns = columns.astype(np.int64)
        self._filled = lengths > 0
        self._starts = (np.cumsum(lengths) - lengths)[self._filled]
        self._lengths = lengths[self._filled]
        self._values = (
            np.repeat(1 / np.sqrt(self._lengths), self._lengths)
            if values is None
            else np.concatenate(values).astype(np.float64)
        )

    def times(self, weights: Numbers) -> Numbers:
        """Each row's product with the weights of the columns."""
        product = np.zeros(self._filled.size)
        if self._starts.size:
            each = weights[self._columns] * self._values
            product[self._filled] = np.add.reduceat(each, self._starts)
        return product

    def transposed_times(self, numbers: Numbers) -> Numbers:
        """Each column's product with one number a row."""
        each = np.repeat(numbers[self._filled], self._lengths) * self._values
        sums = np.bincount(self._columns, weights=each, minlength=self.ids.size)
        return sums.astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Loss:
    rows: _Rows
    signs: Numbers
    """1 for spam, -1 for ham."""
    shares: Numbers
    """How much each row counts."""
    offsets: Numbers
    """Log-odds that each row has from elsewhere."""
    penalty: float

    def __call__(self, point: Numbers) -> tuple[float, Numbers]:
        """The loss and its gradient; the last number of the point is the bias."""
        weights = point[:-1]
        odds = self.rows.times(weights) + point[-1] + self.offsets
        margins = self.signs * odds
        # log(1 + exp(-m)) without overflow, for both signs of m.
        losses = np.logaddexp(0, -margins)
        pulls = -self.signs * self.shares * np.exp(-np.logaddexp(0, margins))
        gradient = np.empty_like(point)
        gradient[:-1] = self.rows.transposed_times(pulls) + self.penalty * weights
        gradient[-1] = pulls.sum()
        loss = (self.shares * losses).sum() + self.penalty / 2 * (weights @ weights)
        return float(loss), gradient


def fit(
    rows: Sequence[Ids],
    is_spam: Sequence[bool],
    *,
    penalty: float,
    values: Sequence[Floats] | None = None,
    counts: Sequence[float] | None = None,
    offsets: Sequence[float] | None = None,
) -> Fitted:
    """Learn from all rows at once.

    :param rows: distinct feature ids of each comment.
    :param penalty: above 0; what is half the weights' squared length in the loss, in
        units of one row's log-loss. The inverse of scikit-learn's ``C``.
    :param values: of each row's features, in their order; by default all are the same,
        and each row's length is 1.
    :param counts: how much each row counts; 1 by default.
    :param offsets: log-odds that each row has from elsewhere; 0 by default.
    :raises ValueError: unless there are as many labels as rows, of both kinds.
    """
    if len(rows) != len(is_spam) or len(set(is_spam)) != len((True, False)):
        raise ValueError("There must be one label for each row, and both kinds.")
    matrix = _Rows(rows, values)
    loss = _Loss(
        rows=matrix,
        signs=np.where(np.asarray(is_spam, np.bool_), 1.0, -1.0),
        shares=_or_else(counts, 1.0, len(rows)),
        offsets=_or_else(offsets, 0.0, len(rows)),
        penalty=penalty,
    )
    point = _minimise(loss, np.zeros(matrix.ids.size + 1))
    return Fitted(ids=matrix.ids, weights=point[:-1], bias=float(point[-1]))


def _or_else(given: Sequence[float] | None, else_: float, number: int) -> Numbers:
    return np.full(number, else_) if given is None else np.asarray(given, np.float64)


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
