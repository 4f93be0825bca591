"""A base is the same for the same comments, and means on other blogs what it says."""

import random

import numpy as np
import pytest

from benchmarks.corpora import BLOGS, HAM_FROM
from tests.needs import need, shared_folder
from tests.unit.filter.samples import HAM, SPAM, ids, samples
from worker.filter.building import BuildError, Sample, build
from worker.filter.evaluation.comments import read_comments
from worker.filter.evaluation.streams import prepared
from worker.filter.storage import base_from, shipped_base, to_bytes


def blogs() -> list[list[Sample]]:
    return [samples(suffix) for suffix in ("here", "there", "somewhere")]


def test_same_comments_make_the_same_bytes() -> None:
    assert to_bytes(build(blogs())) == to_bytes(build(blogs()))


def test_base_is_stored_without_loss() -> None:
    base = build(blogs())
    again = base_from(to_bytes(base))
    assert again.weights.tobytes() == base.weights.tobytes()
    assert (again.bias, again.name) == (base.bias, base.name)


def test_base_tells_spam_it_never_saw() -> None:
    base = build(blogs())
    assert base.log_odds(ids("casino bonus with free shipping, win now")) > 0
    assert base.log_odds(ids("my loaf of rye was slower than your recipe")) < 0


def test_what_came_a_hundred_times_counts_once() -> None:
    flood = [*blogs(), [*samples("flood"), *samples("flood")[:1] * 100]]
    once = [*blogs(), samples("flood")]
    assert to_bytes(build(flood)) == to_bytes(build(once))


def test_spam_from_elsewhere_than_blogs_is_not_learned() -> None:
    good = [[Sample(ids(text), is_spam=False) for text in HAM]]
    spam = [Sample(ids(text), is_spam=True) for text in SPAM]
    assert to_bytes(build(blogs(), good)) == to_bytes(build(blogs(), [good[0] + spam]))
    assert to_bytes(build(blogs(), good)) != to_bytes(build(blogs()))


def test_another_name_can_be_given() -> None:
    assert build(blogs(), name="mine").name == "mine"
    assert len(build(blogs()).name) == 12


@pytest.mark.parametrize("is_spam", [True, False])
def test_one_label_alone_makes_no_base(is_spam: bool) -> None:
    alone = [[sample for sample in samples() if sample.is_spam is is_spam]]
    with pytest.raises(BuildError, match="both labels"):
        build(alone)
    with pytest.raises(BuildError, match="both labels"):
        build([])


def _shared(name: str) -> list[Sample]:
    folder = shared_folder()
    need("shared", folder)
    assert folder is not None
    comments = read_comments(folder / "spam" / f"{name}.csv").comments
    return [Sample(one.ids, one.is_spam) for one in prepared(comments)]


def test_shipped_base_is_what_the_command_makes() -> None:
    made = build(list(map(_shared, BLOGS)), list(map(_shared, HAM_FROM)))
    assert made.name == shipped_base().name
    assert to_bytes(made) == to_bytes(shipped_base())


def test_shipped_base_is_calm_about_ordinary_comments() -> None:
    chance = random.Random(3)  # noqa: S311  # no secret
    words = " ".join(HAM).split()
    scores = [
        shipped_base().log_odds(ids(" ".join(chance.sample(words, 12)), "Ada Reader"))
        for _ in range(50)
    ]
    assert float(np.median(scores)) < 0
