"""Markers of disguised letters."""

import pytest

from service.domain.findings import weigh
from service.domain.policy import SitePolicy
from service.domain.status import Status
from service.text import normal_form, oddities
from tests.unit.checks.inputs import comment
from worker.checks.disguise import disguise

KNOWN = (
    oddities.BIDI,
    oddities.COMBINING,
    oddities.ENTITIES,
    oddities.FANCY_LETTERS,
    normal_form.HIDDEN_ADDRESS,
    normal_form.LETTERS_APART,
    oddities.MIXED_SCRIPT,
    oddities.ZERO_WIDTH,
)


@pytest.mark.parametrize("marker", KNOWN)
def test_every_marker_speaks_against_in_words(marker: str) -> None:
    said = disguise(comment({"markers": frozenset({marker})}))
    assert said is not None
    assert 0 < said.log_odds < 2.0
    assert marker not in said.reason


def test_all_markers_together_still_do_not_hold() -> None:
    said = disguise(comment({"markers": frozenset(KNOWN)}))
    assert said is not None
    assert weigh([said], SitePolicy()).status is Status.PUBLISHED
    assert said.detail == {"markers": sorted(KNOWN)}


@pytest.mark.parametrize("markers", [frozenset(), frozenset({"not-known-yet"})])
def test_no_known_marker_says_nothing(markers: frozenset[str]) -> None:
    assert disguise(comment({"markers": markers})) is None
