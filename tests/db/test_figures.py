"""Figures of a site equal what is counted by hand, on both databases."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.db.models import Comment, Move
from service.domain.findings import Finding
from service.domain.periods import PERIODS
from service.domain.status import Actor, Status
from service.operations.day_tallies import WAITS
from service.operations.figures import Figures, figures, median_wait
from tests.db.acts import Acts
from tests.insight_seeds import live

P, PUB, H, S, T = Status
LINKS = Finding(check="links", log_odds=1.5, reason="Two links.")
LOGGED = Finding(check="form", log_odds=1.5, reason="Odd.", mode="log")


def seen(acts: Acts, period: int = 7) -> Figures:
    return acts.store.read(lambda s: figures(s, acts.site_id, period, acts.clock()))


def test_empty_site_has_nothing_but_zeros(acts: Acts) -> None:
    for period in PERIODS:
        found = seen(acts, period)
        assert found.sent.total == found.spam.total == found.mistakes.total == 0
        assert found.waits.median is None
        assert set(found.waits.medians) == {None}
        assert (list(found.reasons), list(found.hosts)) == ([], [])
        assert (sum(found.backlog), found.oldest) == (0, None)


def test_sites_do_not_mix(acts: Acts) -> None:
    acts.say("One.", H)
    other = acts.store.read(lambda s: figures(s, acts.site_id + 1, 7, acts.clock()))
    assert other.sent.total == sum(other.backlog) == 0
    assert other.oldest is None


def test_comments_of_the_first_and_last_day_are_in_and_older_ones_are_not(
    acts: Acts,
) -> None:
    acts.say("Too old.", PUB)
    acts.clock.advance(days=1)
    acts.say("First.", PUB)
    acts.clock.advance(days=6)
    acts.say("Last.", S)
    counts = seen(acts).sent.counts
    assert counts["published"] == [1, 0, 0, 0, 0, 0, 0]
    assert counts["spam"] == [0, 0, 0, 0, 0, 0, 1]


def test_spam_by_who_found_it_and_verdicts_that_were_reversed(acts: Acts) -> None:
    caught, wrong, held, missed = (
        acts.say(f"Text {n}.", status) for n, status in enumerate((S, S, H, PUB))
    )
    acts.clock.advance(hours=2)
    acts.move(wrong, PUB)
    acts.move(held, S)
    acts.move(missed, S)
    found = seen(acts)
    assert {name: sum(n) for name, n in found.spam.counts.items()} == {
        "caught": 1,
        "held": 1,
        "missed": 1,
    }
    assert {name: sum(n) for name, n in found.mistakes.counts.items()} == {
        "good": 1,
        "spam": 1,
    }
    acts.clock.advance(hours=2)
    acts.move(caught, PUB)
    assert sum(seen(acts).spam.counts["caught"]) == 0


def test_reasons_are_checks_that_act_the_most_frequent_first(acts: Acts) -> None:
    for number, findings in enumerate(([LINKS], [LINKS, LOGGED], [])):
        made = acts.submit(f"Text {number}.").comment_id
        acts.judge(made, H, findings)
    assert list(seen(acts).reasons) == [("links", 2)]
    acts.clock.advance(days=7)
    assert list(seen(acts).reasons) == []
    assert list(seen(acts, 30).reasons) == [("links", 2)]


def test_hosts_are_those_of_spam_of_the_period(acts: Acts) -> None:
    acts.say("See http://old.example/ now.", S)
    acts.clock.advance(days=8)
    for number in range(3):
        acts.say(f"See http://pills.example/{number} now.", S)
    acts.say("See http://few.example/ and http://pills.example/ now.", S)
    acts.say("See http://good.example/ now.", PUB)
    assert list(seen(acts).hosts) == [("pills.example", 4), ("few.example", 1)]
    assert dict(seen(acts, 30).hosts)["old.example"] == 1


def test_backlog_is_by_age_and_names_the_oldest_whatever_the_period(acts: Acts) -> None:
    first = acts.clock()
    acts.say("Very old.", H)
    for days in (20, 4, 2, 1):
        acts.clock.advance(days=days)
        acts.say(f"Text of {acts.clock.now}.", H)
    done = acts.say("Decided.", H)
    acts.move(done, PUB)
    found = seen(acts)
    assert list(found.backlog) == [1, 1, 1, 2, 0]
    assert found.oldest == first
    acts.clock.advance(days=500)
    assert list(seen(acts).backlog) == [0, 0, 0, 0, 5]


@pytest.mark.parametrize(
    ("counts", "least", "most"),
    [
        ([0] * 9, None, None),
        ([4, 0, 0, 0, 0, 0, 0, 0, 0], timedelta(minutes=1), WAITS[0]),
        ([1, 0, 0, 5, 0, 0, 0, 0, 0], WAITS[2], WAITS[3]),
        ([0, 2, 0, 0, 0, 0, 2, 0, 0], WAITS[1], WAITS[1]),
        ([0, 0, 0, 0, 0, 0, 0, 0, 3], WAITS[-1], WAITS[-1]),
        ([1, 0, 0, 0, 0, 0, 0, 0, 3], WAITS[-1], WAITS[-1]),
    ],
)
def test_median_lies_in_the_class_of_the_middle(
    counts: list[int], least: timedelta | None, most: timedelta | None
) -> None:
    found = median_wait(counts)
    if least is None or most is None:
        assert found is None
    else:
        assert found is not None
        slack = timedelta(milliseconds=1)
        assert least - slack <= found <= most + slack


def test_site_that_has_lived_has_the_figures_of_a_recount(acts: Acts) -> None:
    live(acts, 40, a_day=2)
    found = seen(acts, 90)
    by_state = acts.store.read(
        lambda s: Counter(
            dict(
                s.execute(
                    select(Comment.status, func.count()).group_by(Comment.status)
                ).all()
            )
        )
    )
    assert {name: sum(n) for name, n in found.sent.counts.items() if sum(n)} == by_state
    assert sum(found.backlog) == by_state["held"]

    def first_decisions() -> list[timedelta]:
        rows = acts.store.read(
            lambda s: s.execute(
                select(Move.comment_id, Move.old, Move.created_at, Comment.created_at)
                .join(Comment, Comment.id == Move.comment_id)
                .where(Move.actor == Actor.MODERATOR.value)
                .order_by(Move.id)
            ).all()
        )
        first = {row[0]: row for row in reversed(rows)}
        return sorted(at - sent for _, old, at, sent in first.values() if old == H)

    waits = first_decisions()
    assert len(waits) > 10
    assert found.waits.series.total == len(waits)
    middle, median = waits[len(waits) // 2], found.waits.median
    assert median is not None
    ends = [timedelta(0), *WAITS, timedelta(days=999)]
    place = sum(middle >= end for end in WAITS)
    assert ends[max(0, place - 1)] <= median <= ends[place + 1]
