"""How often checks spoke and were right, counted day by day."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import CheckTally, Comment
from service.domain.findings import Finding
from service.domain.status import Actor, Status
from service.operations.judge import judge_all
from service.operations.labels import add_label
from service.operations.tallies import LOOKED_BACK, Record, records
from tests.db.acts import Acts
from tests.db.test_judge import checked, taken

P, PUB, H, S, T = Status

SPAMMY = Finding(check="links", log_odds=1.5, reason="Two links.")
GOOD = Finding(check="history", log_odds=-1.0, reason="Known.")
LOGGED = Finding(check="hosts", log_odds=2.0, reason="Bad host.", mode="log")
DEMAND = Finding(check="lists", log_odds=0.0, reason="Listed.", at_least=H)
NEUTRAL = Finding(check="form", log_odds=0.0, reason="Nothing.")
UNKNOWN = Finding(check="render", log_odds=1.0, reason="No check of the list.")
ALL = (SPAMMY, GOOD, LOGGED, DEMAND, NEUTRAL, UNKNOWN)


def tally(acts: Acts) -> dict[str, tuple[str, int, int, int]]:
    """Mode, fired, right and wrong by name of check."""
    found = acts.store.read(lambda s: records(s, [acts.site_id], acts.clock()))
    return {
        check: (each.mode, each.fired, each.right, each.wrong)
        for (_, check), (each,) in found.items()
    }


def judged(acts: Acts, text: str = "One.", *findings: Finding) -> str:
    made = acts.submit(text).comment_id
    acts.judge(made, H, findings or ALL)
    return made


def test_each_finding_of_a_known_check_is_counted_in_its_mode(acts: Acts) -> None:
    judged(acts, "One.")
    judged(acts, "Two.", SPAMMY)
    assert tally(acts) == {
        "links": ("on", 2, 0, 0),
        "history": ("on", 1, 0, 0),
        "hosts": ("log", 1, 0, 0),
        "lists": ("on", 1, 0, 0),
        "form": ("on", 1, 0, 0),
    }


@pytest.mark.parametrize(
    ("decision", "answers"),
    [
        (S, {"links": (1, 0), "history": (0, 1), "hosts": (1, 0), "lists": (1, 0)}),
        (PUB, {"links": (0, 1), "history": (1, 0), "hosts": (0, 1), "lists": (0, 1)}),
        (T, {}),
    ],
    ids=["spam", "published", "trashed"],
)
def test_decision_says_which_checks_were_right(
    acts: Acts, decision: Status, answers: dict[str, tuple[int, int]]
) -> None:
    acts.move(judged(acts), decision)
    found = {
        check: (right, wrong) for check, (_, _, right, wrong) in tally(acts).items()
    }
    assert {c: a for c, a in found.items() if a != (0, 0)} == answers


def test_last_decision_counts_and_an_undo_takes_it_back(acts: Acts) -> None:
    made = judged(acts, "One.", SPAMMY)
    acts.clock.advance(days=2)
    acts.move(made, S)
    assert tally(acts)["links"] == ("on", 1, 1, 0)
    acts.move(made, PUB)
    assert tally(acts)["links"] == ("on", 1, 0, 1)
    acts.move(made, H)
    assert tally(acts)["links"] == ("on", 1, 0, 0)
    acts.move(made, T)
    assert tally(acts)["links"] == ("on", 1, 0, 0)


def test_confirmed_audit_counts_like_a_decision(acts: Acts) -> None:
    made = acts.submit().comment_id
    acts.judge(made, S, [SPAMMY])

    def confirm(session: Session) -> None:
        comment = session.execute(
            select(Comment).where(Comment.public_id == made)
        ).scalar_one()
        add_label(session, comment, is_spam=True, source="audit", now=acts.clock())

    acts.store.write(confirm)
    assert tally(acts)["links"] == ("on", 1, 1, 0)
    acts.move(made, PUB)
    assert tally(acts)["links"] == ("on", 1, 0, 1)


def test_what_writers_move_says_nothing(acts: Acts) -> None:
    made = judged(acts, "One.", SPAMMY)
    acts.move(made, T, Actor.WRITER)
    assert tally(acts)["links"] == ("on", 1, 0, 0)


def test_decision_before_the_checks_are_done_is_never_taken_back(acts: Acts) -> None:
    seen, lease = taken(acts)
    acts.move(seen.public_id, S)
    acts.clock.advance(seconds=1)
    late = checked(acts.comment(seen.public_id), lease, H, SPAMMY)
    acts.store.write(lambda s: judge_all(s, [late], now=acts.clock()))
    acts.move(seen.public_id, PUB)
    assert tally(acts)["links"] == ("on", 1, 0, 1)


def test_records_reach_back_ninety_days(acts: Acts) -> None:
    acts.move(judged(acts, "One.", SPAMMY), S)
    acts.clock.advance(days=LOOKED_BACK.days - 1)
    judged(acts, "Two.", SPAMMY)
    assert tally(acts)["links"] == ("on", 2, 1, 0)
    acts.clock.advance(days=1)
    assert tally(acts)["links"] == ("on", 1, 0, 0)


def test_one_row_a_day_whatever_the_number_of_comments(acts: Acts) -> None:
    for number in range(5):
        judged(acts, f"Text {number}.", SPAMMY)
    acts.clock.advance(days=1)
    judged(acts, "Next day.", SPAMMY)
    rows = acts.store.read(
        lambda s: [
            (row.day, row.fired)
            for row in s.scalars(select(CheckTally).order_by(CheckTally.day))
        ]
    )
    today = acts.clock()
    days = [(today - timedelta(days=n)).date().isoformat() for n in (1, 0)]
    assert rows == [(days[0], 5), (days[1], 1)]


def test_share_of_right_ones_is_unknown_without_decisions() -> None:
    none = Record(check="links", mode="on", fired=3, right=0, wrong=0)
    assert none.share_right is None
    some = Record(check="links", mode="on", fired=9, right=3, wrong=1)
    assert some.share_right == 0.75
