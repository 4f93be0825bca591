"""What checks said, how often they were right, and what the logging ones would do."""

import pytest
from sqlalchemy import insert

from service.db.models import CheckTally
from service.domain.check_names import CHECK_NAMES
from service.domain.findings import Finding
from service.domain.policy import SitePolicy
from service.domain.status import Status
from service.operations.moderators import ModeratorView, set_role
from service.operations.sites import SiteView, set_policy
from service.operations.tallies import Record
from service.web.context import Context
from service.web.moderation.words import (
    logged_words,
    percent_words,
    record_words,
    right_words,
)
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds
from tests.web.moderation.visitor import Visitor


def tally(context: Context, site_id: int, check: str, mode: str, *counts: int) -> None:
    fired, right, wrong = counts
    row = {
        "site_id": site_id,
        "check": check,
        "day": context.clock().date().isoformat(),
        "mode": mode,
        "fired": fired,
        "right": right,
        "wrong": wrong,
    }
    context.store.write(lambda s: s.execute(insert(CheckTally).values(row)))


def test_table_has_every_check_with_its_record(
    moderator: Visitor, context: Context, site: SiteView
) -> None:
    policy = SitePolicy(checks={"hosts": "log"}, budget=0.005)
    context.store.write(
        lambda s: set_policy(
            s, site.id, policy, changed_by="operator", now=context.clock()
        )
    )
    tally(context, site.id, "links", "on", 1320, 97, 3)
    tally(context, site.id, "hosts", "on", 7, 7, 0)
    tally(context, site.id, "repeats", "on", 4, 2, 2)
    page = moderator.get("/insights").text
    cells = " ".join(page.replace("<", " <").replace(">", "> ").split())
    for part in (
        '1,320 </td> <td class="number decided"> 100 </td>',
        "97 % </td>",
        "At most 1 good comment in 200 may be called",
        "<td> log </td>",
        "<td> on, before </td>",
    ):
        assert part in cells, part
    table = page.split('class="checks"')[1]
    rows = table.count('scope="row"')
    assert rows == len(CHECK_NAMES) + 1, "the check with two modes has two"
    repeats = cells.split('<th scope="row"> repeats', 1)[1].split("</tr>")[0]
    assert "4 </td>" in repeats
    assert "\N{EN DASH}" in repeats, "two of four say nothing yet"


def test_other_sites_are_a_link_away_and_foreign_ones_unknown(
    moderator: Visitor,
    context: Context,
    site: SiteView,
    grace: ModeratorView,
    clock: FrozenClock,
) -> None:
    def act(seeds: Seeds) -> SiteView:
        other = seeds.site("other", "Another")
        seeds.site("foreign")
        set_role(seeds.session, grace.id, other.id, grace.roles[site.id], now=clock())
        return other

    other = context.store.write(
        lambda s: act(Seeds(session=s, keyring=context.keyring, now=clock.now))
    )
    tally(context, other.id, "links", "on", 4321, 0, 0)
    assert "4,321" not in moderator.get("/insights?site=demo").text
    assert "4,321" in moderator.get("/insights?site=other").text
    assert 'href="/insights?site=demo"' in moderator.get("/insights?site=other").text
    assert moderator.get("/insights?site=foreign").status_code == 404


def test_moderator_without_sites_is_told_so(
    moderator: Visitor, context: Context, site: SiteView, grace: ModeratorView
) -> None:
    context.store.write(
        lambda s: set_role(s, grace.id, site.id, None, now=context.clock())
    )
    assert "There is no site" in moderator.get("/insights").text


def test_stranger_has_to_sign_in(visitor: Visitor) -> None:
    assert visitor.get("/insights").status_code == 303


def test_queue_tells_how_often_a_check_was_right(
    moderator: Visitor, context: Context, site: SiteView, clock: FrozenClock
) -> None:
    tally(context, site.id, "links", "on", 132, 97, 3)
    found = Finding(check="links", log_odds=1.2, reason="Two links.")
    context.store.write(
        lambda s: Seeds(session=s, keyring=context.keyring, now=clock.now).comment(
            site, "Words", findings=[found]
        )
    )
    page = moderator.get("/queue").text
    assert "(132 times in 90 days, right in 97\N{NO-BREAK SPACE}%)" in page


@pytest.mark.parametrize(
    ("would_be", "words"),
    [
        (Status.SPAM, "With what is only logged, it would be spam."),
        (Status.HELD, "With what is only logged, the verdict would be the same."),
    ],
    ids=["another", "the same"],
)
def test_queue_tells_what_a_check_that_only_logs_would_have_done(
    moderator: Visitor,
    context: Context,
    site: SiteView,
    clock: FrozenClock,
    would_be: Status,
    words: str,
) -> None:
    found = Finding(check="links", log_odds=3.5, reason="Many links.", mode="log")
    context.store.write(
        lambda s: Seeds(session=s, keyring=context.keyring, now=clock.now).comment(
            site, "Words", findings=[found], would_be=would_be
        )
    )
    page = moderator.get("/queue").text
    assert 'class="finding logged"' in page
    assert "links: only logged, would have added +3.5" in page
    assert words in page


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ((1, 0, 0), "1 time in 90 days"),
        ((1320, 0, 0), "1,320 times in 90 days"),
        ((9, 3, 1), "9 times in 90 days"),
        ((9, 4, 1), "9 times in 90 days, right in 80\N{NO-BREAK SPACE}%"),
        ((999, 998, 1), "999 times in 90 days, right in over 99\N{NO-BREAK SPACE}%"),
        ((5, 5, 0), "5 times in 90 days, right in 100\N{NO-BREAK SPACE}%"),
    ],
)
def test_record_in_words(record: tuple[int, int, int], words: str) -> None:
    fired, right, wrong = record
    made = Record(check="links", mode="on", fired=fired, right=right, wrong=wrong)
    assert record_words(made) == words
    assert (right_words(made) == "\N{EN DASH}") == ("right" not in words)


def test_shares_in_words() -> None:
    assert [percent_words(share) for share in (0.0, 0.05, 0.994, 0.999, 1.0)] == [
        "0\N{NO-BREAK SPACE}%",
        "5\N{NO-BREAK SPACE}%",
        "99\N{NO-BREAK SPACE}%",
        "over 99\N{NO-BREAK SPACE}%",
        "100\N{NO-BREAK SPACE}%",
    ]


@pytest.mark.parametrize(
    ("share", "at_least", "words"),
    [
        (1.2, None, "would have added +1.2"),
        (-0.5, None, "would have added \N{MINUS SIGN}0.5"),
        (0.0, "held", "would have held it"),
        (4.0, "spam", "would have added +4.0 and would have called it spam"),
        (0.0, None, "would have changed nothing"),
    ],
)
def test_what_would_have_been_in_words(
    share: float, at_least: str | None, words: str
) -> None:
    assert logged_words(share, at_least) == words
