"""Figures, against values worked out by hand and against scikit-learn's."""

from math import isnan, log, nan

import numpy as np
import pytest

from worker.filter.evaluation.metrics import Figures, figures, mean_of, threshold_for


def odds(probability: float) -> float:
    return log(probability / (1 - probability))


def test_figures_are_those_worked_out_by_hand() -> None:
    scores = [odds(p) for p in (0.95, 0.85, 0.35, 0.65, 0.15, 0.05)]
    found = figures(scores, [True, True, True, False, False, False])
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.mcc == pytest.approx(1 / 3)
    # Of nine pairs only the spam of .35 below the ham of .65 is the wrong way round.
    assert found.roc_auc == pytest.approx(8 / 9)
    assert found.caught_at_one_percent == pytest.approx(2 / 3)
    assert found.spam_caught == pytest.approx(2 / 3)
    assert found.ham_blocked == pytest.approx(1 / 3)
    gaps = (0.05, 0.15, 0.65, 0.65, 0.15, 0.05)
    assert found.ece == pytest.approx(sum(gaps) / 6)


def test_ties_count_half_and_catch_nothing() -> None:
    found = figures([1.0, 1.0], [True, False])
    assert found.roc_auc == 0.5
    assert found.caught_at_one_percent == 0


@pytest.mark.parametrize(("share", "above"), [(0.005, 0), (0.01, 1), (0.02, 2)])
def test_threshold_leaves_the_share_of_ham_above_it(share: float, above: int) -> None:
    ham = np.arange(100.0)
    threshold = threshold_for(ham, np.zeros(100, np.bool_), share)
    assert (ham > threshold).sum() == above


def test_what_needs_both_kinds_is_unknown_without_them() -> None:
    found = figures([1.0, 2.0], [True, True])
    assert isnan(found.roc_auc)
    assert isnan(found.caught_at_one_percent)
    assert isnan(found.ham_blocked)
    assert found.spam_caught == 1


def test_scores_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        figures([nan], [True])
    with pytest.raises(ValueError, match="each label"):
        figures([1.0], [True, False])


def test_mean_leaves_out_what_a_file_does_not_know() -> None:
    both, spam = figures([1.0, -1.0], [True, False]), figures([1.0], [True])
    mean = mean_of([both, spam])
    assert mean.roc_auc == both.roc_auc == 1
    assert mean.spam_caught == 1


def test_figures_are_those_of_scikit_learn() -> None:
    peer = pytest.importorskip("sklearn.metrics")
    chance = np.random.default_rng(5)
    is_spam = chance.random(400) < 0.3
    # Rounded, so that there are ties.
    scores = np.round(chance.normal(size=400) + 1.5 * is_spam, 1).tolist()
    found: Figures = figures(scores, is_spam)
    assert found.accuracy == pytest.approx(
        peer.accuracy_score(is_spam, np.array(scores) >= 0)
    )
    assert found.mcc == pytest.approx(
        peer.matthews_corrcoef(is_spam, np.array(scores) >= 0)
    )
    assert found.roc_auc == pytest.approx(peer.roc_auc_score(is_spam, scores))
    ham, spam, _ = peer.roc_curve(is_spam, scores, drop_intermediate=False)
    assert found.caught_at_one_percent == pytest.approx(spam[ham <= 0.01].max())
