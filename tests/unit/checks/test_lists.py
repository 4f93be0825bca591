"""What entries of the block lists demand."""

import pytest

from service.domain.checking import ListHit
from service.domain.findings import weigh
from service.domain.policy import SitePolicy
from service.domain.status import Status
from tests.unit.checks.inputs import comment
from worker.checks.lists import lists, rules

SPAM = ListHit(list_name="spam", field="website", pattern="bad.example")
HOLD = ListHit(list_name="hold", field="text", pattern="casino")


def test_no_hits_say_nothing() -> None:
    assert lists(comment()) is None


@pytest.mark.parametrize(
    ("hits", "demanded"),
    [
        pytest.param((SPAM,), Status.SPAM, id="spam list"),
        pytest.param((HOLD,), Status.HELD, id="hold list"),
        pytest.param((HOLD, SPAM), Status.SPAM, id="the stricter list wins"),
        pytest.param(
            (*(HOLD,) * 50, SPAM), Status.SPAM, id="even behind fifty other entries"
        ),
    ],
)
def test_lists_demand(hits: tuple[ListHit, ...], demanded: Status) -> None:
    said = lists(comment(known={"list_hits": hits}))
    assert said is not None
    assert said.at_least is demanded


def test_spam_list_weighs_most_and_hold_list_less() -> None:
    spam = lists(comment(known={"list_hits": (SPAM,)}))
    hold = lists(comment(known={"list_hits": (HOLD,)}))
    assert spam is not None
    assert spam.log_odds == 4.0
    assert hold is not None
    assert 0 < hold.log_odds < 2.0


def test_reason_names_list_field_and_entry() -> None:
    said = lists(comment(known={"list_hits": (SPAM,)}))
    assert said is not None
    assert said.reason == 'The spam list has "bad.example" for the website.'


@pytest.mark.parametrize(
    "pattern", ["eve@mail.example", "a text with eve@mail.example"]
)
def test_address_in_an_entry_is_not_shown(pattern: str) -> None:
    hit = ListHit(list_name="hold", field="text", pattern=pattern)
    said = lists(comment(known={"list_hits": (hit,)}))
    assert said is not None
    assert "eve" not in said.reason + str(said.detail)
    assert "mail.example" not in said.reason + str(said.detail)


def test_rule_on_trial_says_what_it_would_do_and_never_acts() -> None:
    trial = ListHit(list_name="spam", field="host", pattern="bad.example", mode="log")
    given = comment(known={"list_hits": (trial, HOLD)})
    said = rules(given)
    assert said is not None
    assert (said.mode, said.at_least) == ("log", Status.SPAM)
    assert said.reason == 'The spam list has "bad.example" for a link or the website.'
    acting = lists(given)
    assert acting is not None
    assert (acting.mode, acting.at_least) == ("on", Status.HELD)
    assert rules(comment(known={"list_hits": (HOLD,)})) is None
    assert weigh([said], SitePolicy()).status is Status.PUBLISHED


def test_trusted_writer_counts_as_good_unless_something_is_listed() -> None:
    said = lists(comment(known={"is_trusted": True}))
    assert said is not None
    assert (said.log_odds, said.at_least) == (-4.0, None)
    listed = lists(comment(known={"is_trusted": True, "list_hits": (SPAM,)}))
    assert listed is not None
    assert listed.at_least is Status.SPAM
