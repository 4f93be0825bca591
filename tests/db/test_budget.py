"""Past decisions with their scores, and who may set what rests on them."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.db.models import Label, SitePolicyRow
from service.domain.errors import Conflict, Forbidden, InvalidInput, Unknown
from service.domain.findings import sigmoid
from service.domain.status import Status
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.past_decisions import LAST, good_scores, past_decisions
from service.operations.set_budget import may_set_budget, set_budget
from service.operations.sites import SiteView
from tests.db.acts import Acts
from tests.insight_seeds import learn_from, note_scores
from tests.queue_seeds import Seeds

P, PUB, H, S, T = Status


def noted(acts: Acts, *scores: float | None) -> None:
    """Note log-odds on all labels in order, as the trainer does."""

    def act(session: Session) -> None:
        note_scores(session, acts.site_id, [score or 0.0 for score in scores])
        ids = session.scalars(select(Label.id).order_by(Label.id)).all()
        for label_id, score in zip(ids, scores, strict=True):
            if score is None:
                session.execute(
                    update(Label).where(Label.id == label_id).values(log_odds=None)
                )

    acts.store.write(act)


def past(acts: Acts) -> tuple[tuple[float, ...], tuple[float, ...]]:
    found = acts.store.read(lambda s: past_decisions(s, acts.site_id))
    return found.good, found.spam


def test_last_word_counts_with_the_first_score(acts: Acts) -> None:
    one, two, three, four = (acts.say(f"Text {n}.", H) for n in range(4))
    acts.move(one, PUB)
    acts.move(two, S)
    acts.move(three, S)
    acts.clock.advance(hours=2)
    acts.move(three, PUB)
    acts.move(four, S)
    acts.clock.advance(hours=2)
    acts.move(four, T)
    noted(acts, -1.0, 2.0, 3.0, -3.0, 1.0, None)
    assert past(acts) == ((sigmoid(-1.0), sigmoid(3.0)), (sigmoid(2.0),))


def test_what_is_not_taken_has_no_score_or_is_written_off_is_left_out(
    acts: Acts,
) -> None:
    made = [acts.say(f"Text {n}.", H) for n in range(3)]
    acts.move(made[0], S)
    acts.move(made[1], S)
    noted(acts, 1.0, None)
    acts.move(made[2], S)
    assert past(acts) == ((), (sigmoid(1.0),))
    acts.store.write(lambda s: s.execute(update(Label).values(written_off=True)))
    assert past(acts) == ((), ())


def test_only_the_last_decisions_are_looked_at(acts: Acts) -> None:
    first, second = acts.say("One.", H), acts.say("Two.", H)
    acts.move(first, PUB)
    acts.move(second, PUB)
    noted(acts, -1.0, 1.0)

    def more(session: Session) -> None:
        session.execute(
            update(Label).where(Label.taken_number == 2).values(taken_number=2 + LAST)
        )
        last = session.scalars(select(Label).order_by(Label.id.desc())).first()
        assert last is not None
        session.add_all(
            Label(
                site_id=acts.site_id, comment_id=last.comment_id, is_spam=False,
                source="move", due_at=acts.clock(), created_at=acts.clock(),
                taken_number=2 + number, log_odds=9.0,
            )
            for number in range(LAST)
        )  # fmt: skip

    acts.store.write(more)
    assert past(acts) == ((sigmoid(1.0),), ())


def test_good_scores_are_those_of_the_version_that_acts(acts: Acts) -> None:
    assert acts.store.read(lambda s: good_scores(s, acts.site_id)) == ()
    acts.store.write(lambda s: learn_from(s, acts.site_id, [-1.5, -2.5], acts.clock()))
    assert acts.store.read(lambda s: good_scores(s, acts.site_id)) == (-1.5, -2.5)


def person(acts: Acts, role: Role | None) -> ModeratorView:
    def act(session: Session) -> ModeratorView:
        seeds = Seeds(session=session, keyring=acts.keyring, now=acts.clock())
        roles = {} if role is None else {"a": (acts.site_id, role)}
        return seeds.moderator(f"{role}@example.org", **roles)

    return acts.store.write(act)


def set_to(acts: Acts, who: ModeratorView, budget: float, seen: int = 1) -> SiteView:
    return acts.store.write(
        lambda s: set_budget(
            s, who, acts.site_id, budget, seen_version=seen, now=acts.clock()
        )
    )


def log(acts: Acts) -> list[tuple[int, str, float, datetime]]:
    rows = acts.store.read(
        lambda s: s.scalars(
            select(SitePolicyRow)
            .where(SitePolicyRow.site_id == acts.site_id)
            .order_by(SitePolicyRow.version)
        ).all()
    )
    return [
        (row.version, row.changed_by, row.data["budget"], row.created_at)
        for row in rows
    ]


def test_owner_sets_the_budget_and_it_is_logged_who_did(acts: Acts) -> None:
    owner = person(acts, Role.OWNER)
    before = acts.site.policy
    acts.clock.advance(hours=1)
    site = set_to(acts, owner, 0.05)
    assert site.policy == replace(before, budget=0.05)
    assert log(acts)[1:] == [(2, f"moderator {owner.id}", 0.05, acts.clock())]
    again = set_to(acts, owner, 0.05)
    assert (again.policy_version, len(log(acts))) == (2, 2), "a double click"


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.VIEWER, None])
def test_nobody_else_does(acts: Acts, role: Role | None) -> None:
    who = person(acts, role)
    assert not may_set_budget(who, acts.site_id)
    with pytest.raises(Forbidden):
        set_to(acts, who, 0.05)
    assert len(log(acts)) == 1


def test_role_is_asked_for_anew(acts: Acts) -> None:
    owner = person(acts, Role.OWNER)
    acts.store.write(
        lambda s: set_role(s, owner.id, acts.site_id, Role.MODERATOR, now=acts.clock())
    )
    assert may_set_budget(owner, acts.site_id), "as it was seen"
    with pytest.raises(Forbidden):
        set_to(acts, owner, 0.05)


def test_settings_that_somebody_else_changed_are_not_overwritten(acts: Acts) -> None:
    owner = person(acts, Role.OWNER)
    acts.set_policy(max_depth=3)
    with pytest.raises(Conflict):
        set_to(acts, owner, 0.05, seen=1)
    assert set_to(acts, owner, 0.05, seen=2).policy.max_depth == 3


@pytest.mark.parametrize("budget", [0.0001, 0.5, 0.0, -1.0])
def test_budget_out_of_range_is_refused(acts: Acts, budget: float) -> None:
    owner = person(acts, Role.OWNER)
    with pytest.raises(InvalidInput):
        set_to(acts, owner, budget)
    assert len(log(acts)) == 1


def test_moderator_that_is_gone_is_unknown(acts: Acts) -> None:
    owner = replace(person(acts, Role.OWNER), id=99)
    with pytest.raises(Unknown):
        set_to(acts, owner, 0.05)
