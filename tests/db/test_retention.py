"""What is dropped, when, and that audit rows go by retention only."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.db.models import (
    Allowance,
    ApiToken,
    AuditEntry,
    Base,
    Comment,
    Contact,
    Heartbeat,
    Idempotency,
    Moderator,
    Move,
    RetentionGate,
    SignInLink,
    SignInSession,
    SignInStep,
    SitePolicyRow,
    Thread,
    Ticket,
)
from service.db.store import Store
from service.domain.policy import SitePolicy
from service.domain.status import Actor, Status
from service.operations.audit import audit
from service.operations.move import move
from service.operations.retention import (
    AUDIT_KEPT,
    BATCH,
    TOKEN_KEPT,
    Forgotten,
    forget_audit,
    forget_stale,
    open_gate,
    retain,
)
from service.operations.site_retention import forget_origins
from service.operations.sites import add_site

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AUDITED = [Move, AuditEntry, SitePolicyRow]


def add_comments(session: Session, *origins_until: datetime | None) -> list[int]:
    """A comment with contact for each end of its origin's time."""
    site = add_site(session, "blog", name="", policy=SitePolicy(), now=NOW)
    thread = Thread(site_id=site.id, page="/p", created_at=NOW)
    session.add(thread)
    session.flush()
    ids = []
    for number, until in enumerate(origins_until):
        comment = Comment(
            public_id=f"c{number}", site_id=site.id, thread_id=thread.id,
            status=Status.PENDING, name="", website="", text="x", arrival={},
            created_at=NOW,
        )  # fmt: skip
        session.add(comment)
        session.flush()
        ids.append(comment.id)
        session.add(
            Contact(
                comment_id=comment.id, site_id=site.id, index_key=1,
                email_sealed=b"e", email_index=b"i" * 16, network_index=b"n" * 16,
                ip_sealed=b"p", agent_sealed=b"a", origin_until=until,
            )
        )  # fmt: skip
    session.flush()
    return ids


def add_log(session: Session) -> None:
    """A row in every audited table."""
    [comment_id] = add_comments(session, None)
    move(
        session,
        session.get_one(Comment, comment_id),
        Status.HELD,
        actor=Actor.CHECKS,
        now=NOW,
    )
    audit(session, "list-added", now=NOW)


def count(store: Store, model: type[Base]) -> int:
    query = select(func.count()).select_from(model)
    return store.read(lambda s: s.execute(query).scalar_one())


def gate(store: Store) -> int:
    return store.read(lambda s: s.execute(select(RetentionGate.is_open)).scalar_one())


def test_origins_are_dropped_when_their_time_is_over_and_nothing_else(
    store: Store,
) -> None:
    over, now, later, _ = store.write(
        lambda s: add_comments(s, NOW - DAY, NOW, NOW + HOUR, None)
    )
    assert store.write(lambda s: forget_origins(s, NOW)) == 2
    assert store.write(lambda s: forget_origins(s, NOW)) == 0

    def look(session: Session) -> dict[int, tuple[object, ...]]:
        return {
            row.comment_id: (row.ip_sealed, row.agent_sealed, row.origin_until)
            for row in session.scalars(select(Contact))
            if (row.email_sealed, row.email_index, row.network_index)
            == (b"e", b"i" * 16, b"n" * 16)
        }

    contacts = store.read(look)
    assert len(contacts) == 4
    assert contacts[over] == contacts[now] == (None, None, None)
    assert contacts[later] == (b"p", b"a", NOW + HOUR)


def test_origins_are_dropped_in_batches_the_oldest_first(store: Store) -> None:
    newer, older = store.write(lambda s: add_comments(s, NOW - HOUR, NOW - DAY))
    assert store.write(lambda s: forget_origins(s, NOW, 1)) == 1
    kept = select(Contact.comment_id).where(Contact.ip_sealed.is_not(None))
    assert store.read(lambda s: s.execute(kept).scalar_one()) == newer != older


def add_stale(session: Session) -> None:
    """Of each kind one row that is over, and one that is not."""
    [comment_id] = add_comments(session, None)
    site_id = session.get_one(Comment, comment_id).site_id
    moderator = Moderator(
        name="Mo", email_sealed=b"e", email_index=b"m", index_key=1, created_at=NOW
    )
    session.add(moderator)
    session.flush()
    for name, end in ((b"over", NOW - HOUR), (b"kept", NOW + HOUR)):
        session.add_all(
            (
                Ticket(
                    digest=name, comment_id=comment_id, proven=True, return_to="",
                    expires_at=end,
                ),
                Idempotency(
                    site_id=site_id, key_digest=name, fingerprint=b"f",
                    comment_id=comment_id, created_at=end - DAY,
                ),
                Allowance(key=name.decode(), arrival_time=(end - HOUR).timestamp()),
                SignInSession(
                    digest=name, moderator_id=moderator.id, created_at=NOW - DAY,
                    seen_at=NOW, expires_at=end,
                ),
                SignInLink(digest=name, moderator_id=moderator.id, expires_at=end),
                SignInStep(
                    digest=name, moderator_id=moderator.id, browser="",
                    expires_at=end,
                ),
                ApiToken(
                    digest=name, moderator_id=moderator.id, name="script",
                    scope="read", created_at=NOW - DAY, expires_at=end - TOKEN_KEPT,
                ),
                Heartbeat(worker=name.decode(), seen_at=end - DAY),
            )
        )  # fmt: skip
    session.add(
        SignInSession(
            digest=b"idle", moderator_id=moderator.id, created_at=NOW - DAY,
            seen_at=NOW - 3 * HOUR, expires_at=NOW + HOUR,
        )
    )  # fmt: skip


STALE = (Ticket, Idempotency, Allowance, SignInSession, SignInLink, Heartbeat)


def test_what_is_over_is_deleted_and_what_is_not_stays(store: Store) -> None:
    store.write(add_stale)
    counts = store.write(lambda s: forget_stale(s, NOW))
    assert counts == Forgotten(
        tickets=1,
        idempotency_keys=1,
        allowances=1,
        sessions=2,
        links=1,
        steps=1,
        tokens=1,
        heartbeats=1,
    )
    for model in (*STALE, ApiToken, SignInStep):
        assert count(store, model) == 1, model
    assert store.write(lambda s: forget_stale(s, NOW)).most == 0
    assert count(store, Comment) == 1


@pytest.mark.parametrize("model", AUDITED, ids=lambda model: model.__tablename__)
def test_audit_rows_cannot_be_changed(store: Store, model: type[Base]) -> None:
    store.write(add_log)
    same = update(model).values(created_at=NOW + DAY)
    with pytest.raises(DBAPIError, match="never changed"):
        store.write(lambda s: s.execute(same))

    def through_the_gate(session: Session) -> None:
        with open_gate(session):
            session.execute(same)

    with pytest.raises(DBAPIError, match="never changed"):
        store.write(through_the_gate)


@pytest.mark.parametrize("model", AUDITED, ids=lambda model: model.__tablename__)
def test_audit_rows_can_be_deleted_through_the_gate_only(
    store: Store, model: type[Base]
) -> None:
    store.write(add_log)
    with pytest.raises(DBAPIError, match=r"by retention only|never changed"):
        store.write(lambda s: s.execute(delete(model)))
    assert count(store, model) == 1

    def through_the_gate(session: Session) -> None:
        with open_gate(session):
            session.execute(delete(model))

    store.write(through_the_gate)
    assert count(store, model) == 0
    assert gate(store) == 0


def test_a_failure_within_shuts_the_gate_and_undoes_the_deletion(store: Store) -> None:
    store.write(add_log)

    def fail(session: Session) -> None:
        with open_gate(session):
            session.execute(delete(AuditEntry))
            raise ZeroDivisionError

    def go_on(session: Session) -> None:
        with pytest.raises(ZeroDivisionError):
            fail(session)
        audit(session, "list-removed", now=NOW)

    store.write(go_on)
    assert gate(store) == 0
    assert count(store, AuditEntry) == 2
    with pytest.raises(DBAPIError):
        store.write(lambda s: s.execute(delete(AuditEntry)))


def test_the_log_of_actions_is_forgotten_and_moves_are_not(store: Store) -> None:
    def fill(session: Session) -> None:
        add_log(session)
        audit(session, "list-added", now=NOW + DAY)

    store.write(fill)
    assert store.write(lambda s: forget_audit(s, NOW)) == 0
    assert store.write(lambda s: forget_audit(s, NOW + HOUR)) == 1
    assert count(store, AuditEntry) == 1
    assert count(store, Move) == 1
    assert count(store, SitePolicyRow) == 1


def test_all_is_retained_in_batches_and_says_when_more_is_left(store: Store) -> None:
    def fill(session: Session) -> None:
        add_comments(session, NOW - DAY)
        audit(session, "list-added", now=NOW - AUDIT_KEPT - DAY)
        session.add_all(
            Allowance(key=str(number), arrival_time=0.0) for number in range(BATCH + 1)
        )

    store.write(fill)
    assert store.write(lambda s: retain(s, NOW)) is True
    assert count(store, Allowance) == 1
    assert store.write(lambda s: retain(s, NOW)) is False
    assert count(store, Allowance) == 0
    assert count(store, AuditEntry) == 0
    ip = select(Contact.ip_sealed)
    assert store.read(lambda s: s.execute(ip).scalar_one()) is None
