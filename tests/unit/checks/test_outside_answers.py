"""What answers from outside count for."""

import pytest

from service.domain.findings import weigh
from service.domain.outside import AKISMET, CUSTOM, OutsideAnswer
from service.domain.policy import SitePolicy
from service.domain.status import Status
from tests.unit.checks.inputs import comment
from worker.checks.akismet import akismet
from worker.checks.custom import custom


@pytest.mark.parametrize(
    ("said", "log_odds", "status"),
    [
        ("spam", 3.0, Status.HELD),
        ("blatant", 4.0, Status.HELD),
        ("good", -1.0, Status.PUBLISHED),
    ],
)
def test_akismet_alone_holds_and_never_bins(
    said: str, log_odds: float, status: Status
) -> None:
    answer = {AKISMET: OutsideAnswer(said=said)}
    found = akismet(comment(known={"outside": answer}))
    assert found is not None
    assert found.log_odds == log_odds
    assert weigh([found], SitePolicy()).status is status


@pytest.mark.parametrize("given", [-6.0, -1.5, 0.0, 2.25, 6.0])
def test_custom_answer_counts_as_far_as_any_check_may(given: float) -> None:
    answer = OutsideAnswer(said="score", log_odds=given, reason="It knows.")
    found = custom(comment(known={"outside": {CUSTOM: answer}}))
    assert found is not None
    assert found.log_odds == max(-4.0, min(4.0, given))
    assert found.reason == "The custom check says: It knows."
    assert found.detail == {"log_odds": given}


@pytest.mark.parametrize("check", [akismet, custom])
def test_nothing_is_said_without_an_answer(check: object) -> None:
    assert callable(check)
    assert check(comment()) is None
    unknown = {AKISMET: OutsideAnswer(said="of a later version")}
    assert check(comment(known={"outside": unknown})) is None
