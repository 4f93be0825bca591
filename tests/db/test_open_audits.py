"""Audits that nobody answers: the newest stay open, older ones end."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, Label, Thread
from service.db.store import Store
from service.domain.policy import SitePolicy
from service.domain.status import Status
from service.operations.open_audits import AT_ONCE, MOST_OPEN, close_old_audits
from service.operations.retention import retain
from service.operations.sites import add_site

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def add_audits(session: Session, key: str, number: int) -> int:
    """A site with so many open audits, the oldest first; its row number."""
    site = add_site(session, key, name="", policy=SitePolicy(), now=NOW)
    thread = Thread(site_id=site.id, page="/p", created_at=NOW)
    session.add(thread)
    session.flush()
    for at in range(number):
        session.add(
            Comment(
                public_id=f"{key}{at}", site_id=site.id, thread_id=thread.id,
                status=Status.SPAM, name="", website="", text="x", arrival={},
                created_at=NOW, audit=True,
            )
        )  # fmt: skip
        session.flush()
    return site.id


def still_open(store: Store, site_id: int) -> list[str]:
    mine = select(Comment.public_id).where(Comment.site_id == site_id, Comment.audit)
    return store.read(lambda s: list(s.scalars(mine.order_by(Comment.id))))


def close(store: Store, limit: int = 1_000) -> int:
    return store.write(lambda s: close_old_audits(s, limit))


def test_the_newest_of_each_site_stay_open(store: Store) -> None:
    many = store.write(lambda s: add_audits(s, "many", MOST_OPEN + 3))
    full = store.write(lambda s: add_audits(s, "full", MOST_OPEN))
    few = store.write(lambda s: add_audits(s, "few", 1))
    assert close(store) == 3
    assert still_open(store, many) == [f"many{at}" for at in range(3, MOST_OPEN + 3)]
    assert len(still_open(store, full)) == MOST_OPEN
    assert still_open(store, few) == ["few0"]
    assert close(store) == 0


def test_the_oldest_are_closed_first_so_many_at_once(store: Store) -> None:
    site_id = store.write(lambda s: add_audits(s, "many", MOST_OPEN + 3))
    assert close(store, limit=2) == 2
    assert still_open(store, site_id)[0] == "many2"
    assert close(store, limit=2) == 1


def test_closing_decides_nothing(store: Store) -> None:
    def seen(session: Session) -> list[tuple[str, int]]:
        rows = session.execute(select(Comment.status, Comment.version))
        return sorted((row.status, row.version) for row in rows)

    store.write(lambda s: add_audits(s, "many", MOST_OPEN + 1))
    before = store.read(seen)
    assert close(store) == 1
    assert store.read(seen) == before
    assert store.read(lambda s: s.scalars(select(Label)).all()) == []


def test_retention_closes_them(store: Store) -> None:
    site_id = store.write(lambda s: add_audits(s, "many", MOST_OPEN + AT_ONCE + 1))
    assert store.write(lambda s: retain(s, NOW)) is True
    assert store.write(lambda s: retain(s, NOW)) is False
    assert len(still_open(store, site_id)) == MOST_OPEN


def test_no_site_has_nothing_to_close(store: Store) -> None:
    assert close(store) == 0
