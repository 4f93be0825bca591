"""Logistic regression in one go."""

from math import log

import numpy as np
import pytest
from numpy.typing import NDArray

from worker.filter.regression import Fitted, fit

Rows = list[NDArray[np.uint32]]


def rows_of(*several: list[int]) -> Rows:
    return [np.array(one, np.uint32) for one in several]


def some_rows(number: int = 80, seed: int = 3) -> tuple[Rows, list[bool]]:
    chance = np.random.default_rng(seed)
    is_spam = [bool(one) for one in chance.random(number) < 0.4]
    rows = [
        np.unique(chance.integers(0, 40, 12) + 15 * spam).astype(np.uint32)
        for spam in is_spam
    ]
    return rows, is_spam


def log_odds(fitted: Fitted, row: NDArray[np.uint32]) -> float:
    known = np.isin(fitted.ids, row)
    return fitted.bias + float(fitted.weights[known].sum() / np.sqrt(row.size))


def test_bias_alone_is_the_log_odds_of_the_labels() -> None:
    fitted = fit(rows_of([], [], [], []), [True, True, True, False], penalty=0.1)
    assert fitted.ids.size == 0
    assert fitted.bias == pytest.approx(log(3), abs=1e-3)


def test_features_of_spam_weigh_for_spam() -> None:
    rows, is_spam = some_rows()
    fitted = fit(rows, is_spam, penalty=0.1)
    right = [
        (log_odds(fitted, row) > 0) == spam
        for row, spam in zip(rows, is_spam, strict=True)
    ]
    assert np.mean(right) > 0.95


def test_order_changes_nothing() -> None:
    rows, is_spam = some_rows()
    one = fit(rows, is_spam, penalty=0.1)
    other = fit(rows[::-1], is_spam[::-1], penalty=0.1)
    np.testing.assert_allclose(one.weights, other.weights, atol=1e-3)


def test_row_that_counts_twice_is_two_rows() -> None:
    rows, is_spam = some_rows()
    counts = [2.0, *[1.0] * (len(rows) - 1)]
    one = fit(rows, is_spam, counts=counts, penalty=0.1)
    other = fit([rows[0], *rows], [is_spam[0], *is_spam], penalty=0.1)
    np.testing.assert_allclose(one.weights, other.weights, atol=1e-3)


def test_offset_takes_the_place_of_the_bias() -> None:
    rows, is_spam = some_rows()
    plain = fit(rows, is_spam, penalty=0.1)
    moved = fit(rows, is_spam, penalty=0.1, offsets=[1.5] * len(rows))
    assert moved.bias == pytest.approx(plain.bias - 1.5, abs=0.01)
    np.testing.assert_allclose(moved.weights, plain.weights, atol=0.01)


def test_values_scale_what_a_feature_says() -> None:
    rows, is_spam = some_rows()
    halves = [np.full(row.size, 0.5 / np.sqrt(row.size), np.float32) for row in rows]
    plain = fit(rows, is_spam, penalty=0.1)
    halved = fit(rows, is_spam, penalty=0.025, values=halves)
    np.testing.assert_allclose(halved.weights, 2 * plain.weights, atol=0.02)


def test_labels_of_one_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="both kinds"):
        fit(rows_of([1], [2]), [True, True], penalty=0.1)


def test_weights_are_those_of_scikit_learn() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    rows, is_spam = some_rows()
    dense = np.zeros((len(rows), 60))
    for number, row in enumerate(rows):
        dense[number, row] = 1 / np.sqrt(row.size)
    peer = linear.LogisticRegression(C=10, tol=1e-8, max_iter=1000).fit(dense, is_spam)
    fitted = fit(rows, is_spam, penalty=0.1)
    np.testing.assert_allclose(fitted.weights, peer.coef_[0][fitted.ids], atol=2e-3)
    assert fitted.bias == pytest.approx(float(peer.intercept_[0]), abs=2e-3)
