"""One function moves comments: it asks the table, sets, logs, and tells readers."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.db.models import (
    AuditEntry,
    Base,
    Comment,
    Move,
    RetentionGate,
    SitePolicyRow,
)
from service.db.store import Store
from service.domain.errors import ForbiddenMove, StaleComment
from service.domain.policy import SitePolicy
from service.domain.status import Actor, Status, may_move
from service.operations.move import move
from service.privacy.keyring import Keyring
from tests.db.acts import Acts, make_site
from tests.doubles import FrozenClock

P, PUB, H, S, T = Status


def in_state(acts: Acts, status: Status) -> str:
    made = acts.say(status=status if status is not T else H)
    if status is T:
        acts.move(made, T)
    return made


@pytest.mark.parametrize(("old", "new"), list(product(Status, Status)))
def test_moderator_moves_exactly_as_the_table_says(
    acts: Acts, old: Status, new: Status
) -> None:
    public_id = in_state(acts, old)
    before = acts.comment(public_id)
    if may_move(Actor.MODERATOR, old, new):
        acts.move(public_id, new)
        after = acts.comment(public_id)
        assert (after.status, after.version) == (new, before.version + 1)
        assert acts.moves(public_id)[-1] == ("moderator", old, new)
    else:
        with pytest.raises(ForbiddenMove):
            acts.move(public_id, new)
        after = acts.comment(public_id)
        assert (after.status, after.version) == (old, before.version)


def test_log_holds_all_that_is_known_of_a_move(acts: Acts) -> None:
    public_id = acts.submit().comment_id
    acts.judge(public_id, H, score=0.7)
    acts.clock.advance(hours=1)

    def act(session: Session) -> None:
        comment = session.execute(select(Comment)).scalar_one()
        move(
            session,
            comment,
            PUB,
            actor=Actor.OPERATOR,
            now=acts.clock(),
            reason="It is fine.",
            bulk_size=3,
        )

    acts.store.write(act)
    logged = acts.store.read(
        lambda s: s.scalars(select(Move).order_by(Move.id.desc())).first()
    )
    assert logged is not None
    assert (logged.old, logged.new, logged.actor) == (H, PUB, "operator")
    assert (logged.reason, logged.score, logged.bulk_size) == ("It is fine.", 0.7, 3)
    assert (logged.created_at, logged.site_id) == (acts.clock(), acts.site_id)


def test_second_of_two_who_saw_the_same_changes_nothing(acts: Acts) -> None:
    public_id = in_state(acts, H)
    seen = acts.comment(public_id)
    acts.move(public_id, PUB)
    version = acts.thread().version

    def late(session: Session) -> None:
        move(session, session.merge(seen, load=False), S, actor=Actor.MODERATOR,
             now=acts.clock())  # fmt: skip

    with pytest.raises(StaleComment):
        acts.store.write(late)
    assert acts.comment(public_id).status == PUB
    assert acts.moves(public_id)[-1] == ("moderator", H, PUB)
    assert acts.thread().version == version


def test_count_version_and_title_follow_what_readers_see(acts: Acts) -> None:
    first = acts.submit("One.", title="From the first").comment_id
    second = acts.submit("Two.", title="From the second").comment_id
    thread = acts.thread()
    assert (thread.published_count, thread.version, thread.title) == (0, 1, "")
    acts.judge(first, H)
    assert acts.thread().version == 1, "readers see nothing of a held comment"
    acts.judge(second, PUB)
    thread = acts.thread()
    assert (thread.published_count, thread.version) == (1, 2)
    assert thread.title == "From the second", "the first published one counts"
    acts.move(first, PUB)
    acts.move(second, S)
    acts.move(second, T)
    thread = acts.thread()
    assert (thread.published_count, thread.version) == (1, 4)
    assert thread.title == "From the second"


def test_time_of_publication_is_that_of_the_first(acts: Acts) -> None:
    public_id = acts.say()
    first = acts.comment(public_id).published_at
    assert first == acts.clock()
    acts.clock.advance(days=1)
    acts.move(public_id, T)
    acts.move(public_id, PUB)
    assert acts.comment(public_id).published_at == first


def test_caller_has_the_comment_as_it_is_after_the_move(acts: Acts) -> None:
    moved = acts.move(in_state(acts, H), PUB)
    assert (moved.status, moved.version) == (PUB, 3)


def _policy_row(acts: Acts) -> dict[str, Any]:
    return {
        "site_id": acts.site_id,
        "version": 99,
        "data": {},
        "changed_by": "operator",
        "created_at": acts.clock(),
    }


def _audit_row(acts: Acts) -> dict[str, Any]:
    return {
        "actor": "operator",
        "action": "tested",
        "detail": {},
        "created_at": acts.clock(),
    }


AUDITED: list[tuple[type[Base], Any]] = [
    (Move, None),
    (AuditEntry, _audit_row),
    (SitePolicyRow, _policy_row),
]


@pytest.mark.parametrize(("model", "row"), AUDITED, ids=["move", "audit", "policy"])
def test_audit_rows_are_neither_changed_nor_deleted(
    acts: Acts, model: type[Base], row: Any
) -> None:
    acts.say()
    if row is not None:
        acts.store.write(lambda s: s.execute(insert(model).values(row(acts))))
    before = acts.count(model)
    assert before
    column = "reason" if model is Move else "created_at"
    value: object = "nothing" if model is Move else acts.clock()
    with pytest.raises(DBAPIError, match="never changed"):
        acts.store.write(lambda s: s.execute(update(model).values({column: value})))
    with pytest.raises(DBAPIError, match=r"retention only|never changed"):
        acts.store.write(lambda s: s.execute(delete(model)))
    assert acts.count(model) == before


def test_moves_may_be_deleted_only_while_retention_has_the_gate_open(
    acts: Acts,
) -> None:
    acts.say()

    def act(session: Session) -> None:
        session.execute(update(RetentionGate).values(is_open=1))
        session.execute(delete(Move))
        session.execute(update(RetentionGate).values(is_open=0))

    acts.store.write(act)
    assert acts.count(Move) == 0


def test_sqlite_replaces_no_row_of_the_log(
    sqlite_store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    # REPLACE deletes, by default without asking the triggers.
    site = make_site(sqlite_store, "blog", SitePolicy(), clock())
    acts = Acts(store=sqlite_store, keyring=keyring, clock=clock, site_id=site.id)
    acts.say()
    replace = text("REPLACE INTO move SELECT * FROM move")
    with pytest.raises(DBAPIError, match="retention only"):
        acts.store.write(lambda s: s.execute(replace))
