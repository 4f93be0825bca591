"""How much a label counts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from service.operations.lessons import Lesson
from worker.filter.guard import learning_weight
from worker.training.counting import BULK_MOST, BULK_WEIGHT, DAILY_MOST, Counting

OWNER, MODERATOR = 1, 2
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def lesson(**given: Any) -> Lesson:
    plain: dict[str, Any] = {
        "label_id": 1,
        "comment_id": 1,
        "public_id": "A" * 22,
        "is_spam": True,
        "source": "move",
        "moderator_id": MODERATOR,
        "bulk_size": 1,
        "created_at": AT,
        "number": None,
        "weight": None,
        "log_odds": None,
        "name": "Ana",
        "website": "",
        "text": "Buy coins.",
        "group_key": "host:coins.example",
    }
    return Lesson(**plain | given)


def counting() -> Counting:
    return Counting(owners=frozenset({OWNER}))


@pytest.mark.parametrize(
    ("given", "log_odds", "is_confirmed", "weight"),
    [
        ({}, 0.0, False, 1.0),
        ({}, -2.0, False, learning_weight(True, -2.0)),
        ({}, -4.0, True, 1.0),
        ({}, 5.0, False, 1.0),
        ({"is_spam": False}, 4.0, False, learning_weight(False, 4.0)),
        ({"moderator_id": OWNER}, -5.0, False, 1.0),
        ({"moderator_id": None}, -5.0, False, 1.0),
        (
            {"moderator_id": None, "source": "import"},
            *(-5.0, False, learning_weight(True, -5.0)),
        ),
        ({"bulk_size": 2}, 0.0, False, BULK_WEIGHT),
        ({"bulk_size": 2, "moderator_id": OWNER}, -5.0, False, BULK_WEIGHT),
        ({"bulk_size": 2}, -6.0, False, learning_weight(True, -6.0)),
        ({"is_spam": None}, 0.0, False, 0.0),
        ({"text": ""}, 0.0, False, 0.0),
    ],
)
def test_label_counts_as_far_as_it_is_believed(
    given: dict[str, Any], log_odds: float, is_confirmed: bool, weight: float
) -> None:
    said = counting().weight(lesson(**given), log_odds, is_confirmed=is_confirmed)
    assert said == weight


def test_day_has_its_limit_for_everybody_but_owners() -> None:
    day = counting()
    for _ in range(DAILY_MOST):
        assert day.weight(lesson(), 0.0, is_confirmed=False) == 1.0
    assert day.weight(lesson(), 0.0, is_confirmed=True) == 0.0
    tomorrow = lesson(created_at=AT.replace(day=2))
    assert day.weight(tomorrow, 0.0, is_confirmed=False) == 1.0
    for _ in range(DAILY_MOST + 1):
        owners = lesson(moderator_id=OWNER)
        assert day.weight(owners, 0.0, is_confirmed=False) == 1.0


def test_what_is_doubted_counts_little() -> None:
    assert counting().weight(lesson(), -4.0, is_confirmed=False) < 0.1


def test_labels_without_a_text_use_nothing_of_the_day() -> None:
    day = counting()
    for _ in range(DAILY_MOST):
        day.weight(lesson(text=""), 0.0, is_confirmed=False)
    assert day.weight(lesson(), 0.0, is_confirmed=False) == 1.0


def test_alike_comments_of_one_bulk_decision_count_so_often() -> None:
    bulk = counting()
    bulk.note_bulk((OWNER, AT), {"host:coins.example": BULK_MOST - 1})
    alike = lesson(bulk_size=500, moderator_id=OWNER)
    assert bulk.weight(alike, 0.0, is_confirmed=False) == BULK_WEIGHT
    assert bulk.weight(alike, 0.0, is_confirmed=False) == 0.0
    unlike = lesson(bulk_size=500, moderator_id=OWNER, group_key="text:other")
    assert bulk.weight(unlike, 0.0, is_confirmed=False) == BULK_WEIGHT
    alone = lesson(bulk_size=500, moderator_id=OWNER, group_key="")
    for _ in range(BULK_MOST + 1):
        assert bulk.weight(alone, 0.0, is_confirmed=False) == BULK_WEIGHT
