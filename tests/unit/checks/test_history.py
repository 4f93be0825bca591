"""Proof counts for the writer, a claim only against."""

import pytest

from service.domain.checking import Tally
from tests.unit.checks.inputs import comment
from worker.checks.history import history


def test_unknown_writer_says_nothing() -> None:
    assert history(comment()) is None


def test_more_proven_comments_count_more_up_to_three() -> None:
    said = [history(comment(known={"proven_published": n})) for n in (1, 3, 7, 500)]
    weights = [finding.log_odds for finding in said if finding]
    assert weights == [-1.0, -2.0, -3.0, -3.0]


@pytest.mark.parametrize("field", ["address_tally", "network_tally"])
def test_claimed_good_past_never_counts_for(field: str) -> None:
    assert history(comment(known={field: Tally(published=500)})) is None


@pytest.mark.parametrize("field", ["address_tally", "network_tally"])
@pytest.mark.parametrize(
    ("lighter", "heavier"),
    [
        pytest.param(Tally(spam=1), Tally(spam=3), id="more spam"),
        pytest.param(Tally(trashed=2), Tally(spam=2), id="spam more than trash"),
        pytest.param(
            Tally(spam=3, published=1), Tally(spam=3), id="published ones outweigh"
        ),
    ],
)
def test_bad_past_speaks_against(field: str, lighter: Tally, heavier: Tally) -> None:
    light = history(comment(known={field: lighter}))
    heavy = history(comment(known={field: heavier}))
    assert light is not None
    assert heavy is not None
    assert 0 < light.log_odds < heavy.log_odds


@pytest.mark.parametrize("field", ["address_tally", "network_tally"])
def test_mostly_published_past_says_nothing(field: str) -> None:
    assert history(comment(known={field: Tally(spam=1, published=9)})) is None


def test_proof_outweighs_what_others_did_under_the_same_address() -> None:
    known = {"proven_published": 20, "address_tally": Tally(spam=50)}
    said = history(comment(known=known))
    assert said is not None
    assert said.log_odds < 0


def test_reason_names_the_counts() -> None:
    said = history(comment(known={"network_tally": Tally(spam=3, trashed=1)}))
    assert said is not None
    assert said.reason == (
        "Moderators took away 4 earlier comments from the same network."
    )
