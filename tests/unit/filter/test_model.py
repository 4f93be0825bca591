"""The site's model learns at once what was decided, and only what is missing."""

import numpy as np
import pytest

from tests.unit.filter.samples import HAM, SPAM, ids
from worker.filter.hashing import Ids
from worker.filter.model import Base, SiteModel, sigmoid


def base(weight: float) -> Base:
    return Base(np.full(1 << 10, weight, np.float32), 0.0, "test")


def taught(rounds: int = 1) -> SiteModel:
    model = SiteModel.empty()
    for _ in range(rounds):
        for spam, ham in zip(SPAM[:-1], HAM[:-1], strict=True):
            model.learn(ids(spam), is_spam=True)
            model.learn(ids(ham), is_spam=False)
    return model


def test_empty_model_says_nothing() -> None:
    assert SiteModel.empty().log_odds(ids(SPAM[0])) == 0.0
    assert SiteModel.empty().log_odds(np.zeros(0, np.uint32)) == 0.0


def test_one_decision_moves_the_next_alike_comment() -> None:
    model = SiteModel.empty()
    model.learn(ids(SPAM[0]), is_spam=True)
    assert model.log_odds(ids(SPAM[1])) > 0.2
    assert model.log_odds(ids(SPAM[1])) > model.log_odds(ids(HAM[0]))


def test_comments_never_seen_are_told_apart() -> None:
    model = taught()
    assert model.log_odds(ids(SPAM[-1])) > 0.5
    assert model.log_odds(ids(HAM[-1])) < -0.5


def test_weight_nothing_learns_nothing_and_less_weight_less() -> None:
    moved = {}
    for weight in (0.0, 0.1, 1.0):
        model = SiteModel.empty()
        model.learn(ids(SPAM[0]), is_spam=True, weight=weight)
        moved[weight] = model.log_odds(ids(SPAM[0]))
    assert moved[0.0] == 0.0
    assert 0 < moved[0.1] < moved[1.0]


def test_what_is_known_elsewhere_is_hardly_learned() -> None:
    known, unknown = SiteModel.empty(), SiteModel.empty()
    known.learn(ids(SPAM[0]), is_spam=True, offset=4.0)
    unknown.learn(ids(SPAM[0]), is_spam=True, offset=-4.0)
    assert known.log_odds(ids(SPAM[0])) < unknown.log_odds(ids(SPAM[0])) / 2


def test_learning_the_same_again_stays_finite_and_slows_down() -> None:
    model, scores = SiteModel.empty(), [0.0]
    for _ in range(200):
        model.learn(ids(SPAM[0]), is_spam=True)
        scores.append(model.log_odds(ids(SPAM[0])))
    steps = np.diff(scores)
    assert np.isfinite(model.weights).all()
    assert (steps >= 0).all()
    assert steps[-1] < steps[0] / 20


def test_two_ids_in_one_place_both_count() -> None:
    # The upper bits differ, the place is the same.
    pair: Ids = np.array([5, 5 + (1 << 20)], np.uint32)
    model = SiteModel.empty()
    model.weights[5] = 1.0
    assert model.log_odds(pair) == pytest.approx(2 * 2**-0.5, rel=1e-5)
    before = model.log_odds(pair)
    model.learn(pair, is_spam=True)
    assert model.log_odds(pair) > before


@pytest.mark.parametrize(("weight", "limit"), [(9.0, 4.0), (-9.0, -4.0)])
def test_base_never_says_more_than_a_check_may(weight: float, limit: float) -> None:
    assert base(weight).log_odds(ids(SPAM[0])) == limit


def test_order_of_decisions_is_all_that_counts() -> None:
    assert (taught().weights == taught().weights).all()


@pytest.mark.parametrize("log_odds", [-1e9, -2.0, 0.0, 2.0, 1e9])
def test_probabilities_are_symmetric(log_odds: float) -> None:
    assert sigmoid(log_odds) + sigmoid(-log_odds) == pytest.approx(1)
    assert 0 <= sigmoid(log_odds) <= 1


def test_steps_are_those_of_adagrad() -> None:
    # One id has the value 1, so each step can be worked out by hand: the gradient is
    # -1/2 at first, and the weight moves by half of it over the root of its square.
    one: Ids = np.array([7], np.uint32)
    model = SiteModel.empty()
    model.learn(one, is_spam=True)
    assert model.weights[7] == pytest.approx(0.5 * 0.5 / 0.251**0.5, rel=1e-5)
    assert model.squares[7] == pytest.approx(0.25)
    assert model.bias == pytest.approx(0.5 * 0.5 / 1.25**0.5)
    assert model.bias_square == 0.25
    weight, bias = float(model.weights[7]), model.bias

    error = 1 / (1 + np.exp(-(weight + bias + 0.3)))
    model.learn(one, is_spam=False, offset=0.3)
    squares = 0.25 + error**2
    moved = 0.5 * error / (squares + 0.001) ** 0.5
    assert model.weights[7] == pytest.approx(weight - moved, rel=1e-4)
    assert model.squares[7] == pytest.approx(squares, rel=1e-5)
    moved = 0.5 * error / (squares + 1) ** 0.5
    assert model.bias == pytest.approx(bias - moved, rel=1e-5)
    assert model.decisions == 2
    assert np.flatnonzero(model.weights).tolist() == [7]


def test_two_ids_in_one_place_move_it_twice() -> None:
    pair: Ids = np.array([5, 5 + (1 << 20)], np.uint32)
    model = SiteModel.empty()
    model.learn(pair, is_spam=True)
    each = 0.5 * 2**-0.5
    assert model.squares[5] == pytest.approx(2 * each**2)
    step = 0.5 * each / (2 * each**2 + 0.001) ** 0.5
    assert model.weights[5] == pytest.approx(2 * step, rel=1e-5)


def test_decision_without_weight_leaves_no_trace() -> None:
    model = SiteModel.empty()
    model.learn(ids(SPAM[0]), is_spam=True, weight=0.0)
    assert (model.decisions, model.bias, model.bias_square) == (0, 0.0, 0.0)
    assert not model.squares.any()


def test_site_with_spam_alone_finds_the_unknown_suspicious() -> None:
    model = SiteModel.empty()
    for text in SPAM:
        model.learn(ids(text), is_spam=True)
    nothing: Ids = np.zeros(0, np.uint32)
    assert model.log_odds(nothing) == model.bias > 0


def test_base_adds_its_bias_to_what_each_place_says() -> None:
    weights = np.zeros(8, np.float32)
    weights[[1, 2]] = 1.0, -3.0
    ids_: Ids = np.array([1, 2, 8 + 3], np.uint32)
    told = Base(weights, 0.25, "test").log_odds(ids_)
    assert told == pytest.approx(0.25 + (1 - 3) / 3**0.5, rel=1e-5)
    assert Base(weights, 0.25, "test").bits == 3
