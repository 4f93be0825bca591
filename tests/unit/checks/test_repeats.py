"""Texts that came before."""

from typing import Any

import pytest

from service.domain.checking import Alike
from service.domain.findings import weigh
from service.domain.policy import SitePolicy
from service.domain.status import Status
from tests.unit.checks.inputs import WORDS, comment
from worker.checks.repeats import SHORT_WORDS, repeats


def _said(words: tuple[str, ...] = WORDS, **alike: Any) -> float:
    said = repeats(comment({"words": words}, {"alike": Alike(**alike)}))
    return said.log_odds if said else 0.0


def test_new_text_says_nothing() -> None:
    assert repeats(comment()) is None


@pytest.mark.parametrize(
    ("lighter", "heavier"),
    [
        pytest.param({"same": 1}, {"same": 1, "same_other_pages": 1}, id="other pages"),
        pytest.param({"same": 1}, {"same": 3}, id="more often"),
        pytest.param({"near": 1}, {"near": 4}, id="more near ones"),
        pytest.param({"near": 2}, {"near": 2, "spam": 1}, id="spam among them"),
        pytest.param(
            {"same": 2, "spam": 1}, {"same": 2, "spam": 2}, id="more spam among them"
        ),
    ],
)
def test_heavier(lighter: dict[str, Any], heavier: dict[str, Any]) -> None:
    assert 0 < _said(**lighter) < _said(**heavier)


def test_one_second_sending_is_not_held() -> None:
    said = repeats(comment(known={"alike": Alike(same=1, same_other_pages=1)}))
    assert said is not None
    assert weigh([said], SitePolicy()).status is Status.PUBLISHED


def test_repeated_spam_is_held() -> None:
    said = repeats(comment(known={"alike": Alike(same=2, spam=2)}))
    assert said is not None
    assert weigh([said], SitePolicy()).status is Status.HELD


@pytest.mark.parametrize(
    "text", ["thanks", "thank you so much", "this helped me a lot"]
)
def test_short_thanks_may_repeat_any_number_of_times(text: str) -> None:
    words = tuple(text.split())
    assert _said(words, same=900, same_other_pages=800, near=90) == 0.0


def test_short_text_like_much_spam_is_still_not_held_alone() -> None:
    words = ("great", "post")
    assert 0 < _said(words, same=900, same_other_pages=800, spam=900) <= 1.0


def test_the_short_ones_end_where_long_ones_begin() -> None:
    assert _said(("word",) * (SHORT_WORDS - 1), same=5) == 0.0
    assert _said(("word",) * SHORT_WORDS, same=5) > 0.0


def test_reason_says_where_and_how_often() -> None:
    said = repeats(comment(known={"alike": Alike(same=3, same_other_pages=3)}))
    assert said is not None
    assert said.reason == "The same words came 3 times before on other pages."


def test_near_ones_of_a_day_weigh_more_than_those_of_a_week() -> None:
    assert 0 < _said(near=3) < _said(near=3, near_today=1)


def test_notices_of_the_blogs_own_pages_say_nothing() -> None:
    policy = SitePolicy(origins=("https://blog.example",))
    known = {"alike": Alike(same=2, near=4, near_today=4), "policy": policy}
    read = {"website": "https://blog.example/b", "website_host": "blog.example"}
    assert repeats(comment(read, known)) is None
    assert repeats(comment({}, known)) is not None
