"""Whether a model that was built anew is worse than what acted."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.operations.model_versions import KEPT_VERSIONS, to_drop
from worker.training.anew import Figures, figures_of


def test_figures_are_of_scores_by_what_was_decided() -> None:
    said = figures_of([-1.0, 0.5, 2.0, 3.0], [False, False, True, False], 2.0)
    assert said.blocked == pytest.approx(1 / 3)
    assert said.auc == pytest.approx(2 / 3)


def test_one_kind_alone_tells_nothing_of_the_other() -> None:
    assert math.isnan(figures_of([1.0], [True], 0.0).auc)
    assert math.isnan(figures_of([1.0], [True], 0.0).blocked)
    unknown = Figures(auc=math.nan, blocked=math.nan)
    assert not unknown.is_worse_than(Figures(auc=0.9, blocked=0.0))
    assert not Figures(auc=0.9, blocked=0.0).is_worse_than(unknown)


@pytest.mark.parametrize(
    ("auc", "blocked", "is_worse"),
    [
        (0.98, 0.01, False),
        (0.971, 0.019, False),
        (0.969, 0.01, True),
        (0.99, 0.021, True),
    ],
)
def test_a_point_worse_is_too_much(auc: float, blocked: float, is_worse: bool) -> None:
    old = Figures(auc=0.98, blocked=0.01)
    assert Figures(auc=auc, blocked=blocked).is_worse_than(old) is is_worse


@given(st.integers(1, 400))
def test_versions_that_stay_reach_far_back_and_are_dense_near_the_newest(
    count: int,
) -> None:
    known: list[tuple[int, int]] = []
    for number in range(1, count + 1):
        known.append((number, number))
        gone = to_drop(known, number)
        known = [each for each in known if each[0] not in gone]
    assert len(known) == min(count, KEPT_VERSIONS)
    newest = [version for version, _ in known][-2:]
    assert newest == list(range(count - len(newest) + 1, count + 1))
    for (_, older), (_, newer) in pairwise(known):
        # To take back the label after one of them costs a few times its age at most.
        assert count - older <= 8 * (count - newer + 1)


def test_active_version_stays_however_old_it_is() -> None:
    known = [(n, n) for n in range(1, KEPT_VERSIONS + 5)]
    assert 1 not in to_drop(known, 1)
