"""The owner's modes."""

import pytest

from service.domain.policy import Mode, SitePolicy
from service.domain.status import Status
from tests.unit.checks.inputs import comment
from worker.checks.waiting import waiting


@pytest.mark.parametrize(
    ("mode", "proven", "holds"),
    [
        pytest.param("all", 0, True, id="all holds a new writer"),
        pytest.param("all", 9, True, id="all holds a known writer"),
        pytest.param("new", 0, True, id="new holds a new writer"),
        pytest.param("new", 1, False, id="new lets a known writer pass"),
        pytest.param("doubtful", 0, False, id="doubtful lets a new writer pass"),
    ],
)
def test_mode_decides_who_waits(mode: Mode, proven: int, holds: bool) -> None:
    policy = SitePolicy(mode=mode)
    said = waiting(comment(known={"policy": policy, "proven_published": proven}))
    assert (said is not None) is holds
    if said is not None:
        assert said.at_least is Status.HELD
        assert said.log_odds == 0.0


def test_reason_says_it_is_the_rule_of_the_site() -> None:
    said = waiting(comment(known={"policy": SitePolicy(mode="all")}))
    assert said is not None
    assert said.reason == "This site holds every comment for a moderator."
