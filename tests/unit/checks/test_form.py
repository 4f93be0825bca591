"""Form tokens, the hidden field and the origin."""

from typing import Any

import pytest

from service.domain.status import Status
from tests.unit.checks.inputs import comment
from worker.checks.form import form


@pytest.mark.parametrize(
    ("arrived", "low", "high"),
    [
        pytest.param({"token": "missing"}, 0.1, 0.5, id="no token is a little odd"),
        pytest.param({"token": "forged"}, 1.0, 1.9, id="forged token is worse"),
        pytest.param({"token": "foreign"}, 1.0, 1.9, id="foreign token is worse"),
        pytest.param(
            {"token": "good", "token_age_seconds": 1.2}, 1.0, 1.9, id="too fast"
        ),
        pytest.param(
            {"token": "good", "token_age_seconds": -5.0}, 1.0, 1.9, id="before it began"
        ),
        pytest.param(
            {"token": "good", "token_age_seconds": 45.0}, -1.0, -0.1, id="in good time"
        ),
        pytest.param(
            {"token": "good", "token_age_seconds": 90_000.0}, 0.1, 0.5, id="a day old"
        ),
        pytest.param(
            {"token": "missing", "origin": "null"}, 0.31, 0.5, id="null origin adds"
        ),
        pytest.param(
            {"token": "missing", "via": "form"}, 0.5, 0.9, id="form without origin adds"
        ),
        pytest.param({"trap_filled": True}, 4.0, 4.0, id="trap weighs most"),
    ],
)
def test_form_weighs(arrived: dict[str, Any], low: float, high: float) -> None:
    said = form(comment(**arrived))
    assert said is not None
    assert low <= said.log_odds <= high


def test_good_token_of_unknown_age_says_nothing() -> None:
    assert form(comment(token="good", origin="own")) is None


def test_only_a_filled_trap_demands_to_hold() -> None:
    trapped = form(comment(trap_filled=True, token="good", token_age_seconds=30.0))
    forged = form(comment(token="forged"))
    assert trapped is not None
    assert trapped.at_least is Status.HELD
    assert forged is not None
    assert forged.at_least is None


def test_reason_names_the_seconds() -> None:
    said = form(comment(token="good", token_age_seconds=1.24, origin="own"))
    assert said is not None
    assert said.reason == "It came back 1.2 s after the form was given out."


def test_age_of_a_token_that_is_not_good_is_not_believed() -> None:
    said = form(comment(token="forged", token_age_seconds=60.0))
    assert said is not None
    assert said.log_odds > 0
