"""The figures that the filter must reach on real comments, where these are at hand.

`benchmarks/filter.py` measures all of them, on all comments, beside the peers.
"""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from statistics import mean

import pytest

from benchmarks.corpora import (
    ARTICLES,
    HAM_FROM,
    LARGE_BLOG,
    OWN,
    SMALL_BLOGS,
    YOUTUBE,
)
from tests.needs import need, shared_folder
from worker.filter.evaluation.attack import attack, least_kept
from worker.filter.evaluation.comments import CommentFile, read_comments
from worker.filter.evaluation.metrics import Figures
from worker.filter.evaluation.promises import kept, poison
from worker.filter.evaluation.protocols import (
    Setting,
    leave_one_out,
    prequential,
    split,
    transfer,
)
from worker.filter.evaluation.results import Result
from worker.filter.evaluation.streams import prepared, run
from worker.filter.evaluation.training import trained
from worker.filter.evaluation.tricks import CHARACTERS
from worker.filter.model import Base

SAMPLED = 8
"""Of the large blog's spam one in so many is taken, to be quick."""


@cache
def file(name: str) -> CommentFile:
    folder = shared_folder()
    need("shared", folder and (folder / "spam").is_dir())
    assert folder is not None
    found = read_comments(folder / "spam" / f"{name}.csv")
    if name != LARGE_BLOG:
        return found
    spam = [one for one in found.in_order() if one.is_spam][::SAMPLED]
    ham = [one for one in found.in_order() if not one.is_spam]
    return CommentFile(name=name, comments=(*ham, *spam))


def files(*names: str) -> Sequence[CommentFile]:
    return [file(name) for name in names]


@cache
def base(*names: str) -> Base:
    return trained([prepared(one.in_order()) for one in files(*names)])


def test_split_reaches_more_than_the_best_of_tubespam() -> None:
    figures = split(files(*YOUTUBE), Setting(), dated=False).figures
    assert figures.accuracy >= 0.96
    assert figures.mcc >= 0.92


def test_split_by_date_reaches_its_bar() -> None:
    assert split(files(*YOUTUBE), Setting(), dated=True).figures.accuracy >= 0.945


@cache
def left_out() -> Figures:
    return leave_one_out(files(*YOUTUBE), Setting()).figures


@cache
def transferred() -> Figures:
    setting = Setting(is_full=True, policy=OWN, ham=files(*HAM_FROM))
    return transfer(files(LARGE_BLOG), files(*SMALL_BLOGS), setting).figures


def test_file_left_out_is_ranked_well() -> None:
    assert left_out().roc_auc >= 0.98
    assert left_out().caught_at_one_percent >= 0.70


@pytest.mark.xfail(strict=True, reason="reached are .983 and .84; see docs/filter.md")
def test_file_left_out_reaches_its_bars() -> None:
    assert left_out().roc_auc >= 0.985
    assert left_out().caught_at_one_percent >= 0.85


def test_foreign_blogs_are_ranked_well() -> None:
    assert transferred().roc_auc >= 0.95
    assert transferred().caught_at_one_percent >= 0.55


@pytest.mark.xfail(strict=True, reason="reached is .67; see docs/filter.md")
def test_foreign_blogs_reach_the_bar_at_one_percent() -> None:
    assert transferred().caught_at_one_percent >= 0.70


def test_flooded_blog_keeps_its_budget() -> None:
    setting = Setting(
        base=base(*SMALL_BLOGS, *YOUTUBE, ARTICLES), is_full=True, policy=OWN
    )
    scores = run(setting.learner(), prepared(file(LARGE_BLOG).in_order()), learns=True)
    assert scores.figures().roc_auc >= 0.995
    held = kept(scores, 0.01)
    # One good comment beyond the share is luck among so few.
    assert held.ham_blocked <= 0.015 * held.ham_after + 1


@cache
def attacked() -> tuple[Result, ...]:
    several = []
    for name in YOUTUBE:
        others = [one for one in YOUTUBE if one != name]
        several.append(attack(files(name), base(*others), Setting()))
    return tuple(several)


def caught(trick: str) -> float:
    rows = chain.from_iterable(result.rows for result in attacked())
    return mean(float(row["caught"]) for row in rows if row["trick"] == trick)


def test_least_kept_is_that_of_the_best_trick() -> None:
    for result in attacked():
        assert least_kept(result) <= min(
            float(row["kept"]) for row in result.rows if row["trick"] == "leet"
        )


@pytest.mark.parametrize("trick", CHARACTERS)
def test_trick_gains_little(trick: str) -> None:
    assert caught(trick) / caught("none") >= 0.90


def test_hostile_labels_spoil_little() -> None:
    lost = []
    for name in YOUTUBE:
        others = [one for one in YOUTUBE if one != name]
        setting = Setting(base=base(*others, ARTICLES))
        lost += [
            float(row["lost"])
            for row in poison(files(name), setting).rows
            if (row["hostile"], row["share"]) == ("flipped", 0.2)
        ]
    assert mean(lost) <= 0.015


def test_foreign_language_is_learned() -> None:
    setting = Setting(base=base(*SMALL_BLOGS, *YOUTUBE, ARTICLES))
    assert prequential(files("id_gambling_hf"), setting).figures.roc_auc >= 0.97
