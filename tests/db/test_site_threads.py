"""Looking through a site's threads, opening, closing and naming them as an owner."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from service.db.models import AuditEntry, Thread
from service.domain.errors import InvalidInput, StaleSettings, ThreadClosed
from service.operations.site_threads import PAGE_SIZE, set_open, set_title, thread_page
from tests.db.owners import Owners


def set_open_of(owners: Owners, page: str, *, is_open: bool) -> None:
    acts = owners.acts
    acts.store.write(
        lambda s: set_open(
            s, owners.ada, "blog", page, is_open=is_open, now=acts.clock()
        )
    )


def title(owners: Owners, new: str, seen: str = "") -> None:
    acts = owners.acts
    acts.store.write(
        lambda s: set_title(
            s, owners.ada, "blog", "/a", new, seen=seen, now=acts.clock()
        )
    )


def test_threads_are_listed_page_by_page_and_from_a_page_on(owners: Owners) -> None:
    acts = owners.acts
    pages = [f"/{n:03}/" for n in range(PAGE_SIZE + 5)]
    rows = [
        {"site_id": acts.site_id, "page": page, "created_at": acts.clock()}
        for page in pages
    ]
    acts.store.write(lambda s: s.execute(insert(Thread), rows))
    site = acts.site
    first = acts.store.read(lambda s: thread_page(s, site))
    assert [line.page for line in first.threads] == pages[:PAGE_SIZE]
    assert first.next == pages[PAGE_SIZE - 1]
    last = acts.store.read(lambda s: thread_page(s, site, after=first.next or ""))
    assert [line.page for line in last.threads] == pages[PAGE_SIZE:]
    assert last.next is None
    jumped = acts.store.read(lambda s: thread_page(s, site, start="/04"))
    assert jumped.threads[0].page == "/040/"
    assert acts.store.read(lambda s: thread_page(s, owners.other)).threads == []


def test_line_says_how_the_thread_is(owners: Owners) -> None:
    acts = owners.acts
    acts.set_policy(close_after_days=3)
    acts.say(page="/a", title="Bread")
    (line,) = acts.store.read(lambda s: thread_page(s, acts.site)).threads
    assert (line.page, line.title, line.open, line.count) == ("/a", "Bread", True, 1)
    assert line.closes_at == acts.clock() + timedelta(days=3)


def test_closed_thread_takes_nothing_until_it_is_opened(owners: Owners) -> None:
    set_open_of(owners, "https://blog.example/a?utm=1", is_open=False)
    with pytest.raises(ThreadClosed):
        owners.acts.submit(page="/a")
    set_open_of(owners, "/a", is_open=True)
    set_open_of(owners, "/a", is_open=True)
    owners.acts.submit(page="/a")
    rows = owners.acts.store.read(
        lambda s: [
            (row.action, row.moderator_id, row.detail)
            for row in s.scalars(select(AuditEntry).order_by(AuditEntry.id))
        ]
    )
    assert rows[-2:] == [
        ("thread-closed", owners.ada.id, {"page": "/a"}),
        ("thread-opened", owners.ada.id, {"page": "/a"}),
    ]


def test_title_is_set_for_readers_and_never_overwrites_another(owners: Owners) -> None:
    title(owners, " Rye  bread ")
    thread = owners.acts.thread("/a")
    assert thread.title == "Rye bread"
    with pytest.raises(StaleSettings):
        title(owners, "Wheat bread", seen="")
    title(owners, "Rye bread", seen="")
    assert owners.acts.thread("/a").version == thread.version
    title(owners, "", seen="Rye bread")
    assert owners.acts.thread("/a").version == thread.version + 1
    with pytest.raises(InvalidInput) as caught:
        title(owners, "x" * 301)
    assert list(caught.value.errors) == ["title"]


def test_page_of_another_site_is_refused(owners: Owners) -> None:
    with pytest.raises(InvalidInput) as caught:
        set_open_of(owners, "https://elsewhere.example/a", is_open=False)
    assert list(caught.value.errors) == ["page"]
