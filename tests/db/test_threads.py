"""Threads open and close, and say how many comments they have."""

import pytest

from service.db.models import Thread
from service.domain.errors import InvalidInput, ThreadClosed
from service.domain.status import Status
from service.operations.threads import (
    ThreadHead,
    counts,
    get_thread,
    open_thread,
    thread_head,
)
from tests.db.acts import Acts


def head(acts: Acts, page: str = "/a") -> ThreadHead:
    return acts.store.read(lambda s: thread_head(s, acts.site, page, acts.clock()))


def set_open(acts: Acts, *, is_open: bool, page: str = "/a") -> None:
    acts.store.write(
        lambda s: open_thread(s, acts.site, page, is_open=is_open, now=acts.clock())
    )


def test_page_that_nobody_commented_on_has_an_empty_head(acts: Acts) -> None:
    assert head(acts) == ThreadHead(id=None, page="/a", open=True, count=0)
    assert acts.count(Thread) == 0


def test_page_is_reduced_to_its_key(acts: Acts) -> None:
    acts.say()
    assert head(acts, "https://blog.example/a?utm_source=x#top").count == 1


def test_page_of_another_site_is_refused(acts: Acts) -> None:
    with pytest.raises(InvalidInput):
        head(acts, "https://other.example/a")


def test_thread_is_made_once(acts: Acts) -> None:
    def make() -> int:
        return int(
            acts.store.write(lambda s: get_thread(s, acts.site, "/a", acts.clock()).id)
        )

    assert make() == make()
    assert acts.count(Thread) == 1


def test_thread_can_be_closed_before_its_first_comment(acts: Acts) -> None:
    set_open(acts, is_open=False)
    assert not head(acts).open
    with pytest.raises(ThreadClosed):
        acts.submit()
    set_open(acts, is_open=True)
    assert head(acts).open
    acts.submit()


def test_readers_are_told_when_a_thread_closes(acts: Acts) -> None:
    acts.say()
    before = head(acts).version
    set_open(acts, is_open=False)
    assert head(acts).version == before + 1


def test_thread_closes_by_age(acts: Acts) -> None:
    acts.set_policy(close_after_days=14)
    acts.say()
    acts.clock.advance(days=14, seconds=-1)
    assert head(acts).open
    acts.clock.advance(seconds=1)
    assert not head(acts).open
    with pytest.raises(ThreadClosed):
        acts.submit("Too late.")


def test_closed_by_hand_stays_closed_when_it_is_young(acts: Acts) -> None:
    acts.set_policy(close_after_days=14)
    set_open(acts, is_open=False)
    assert not head(acts).open


def test_counts_are_of_published_comments_by_page_as_asked(acts: Acts) -> None:
    acts.say("One.")
    acts.say("Two.")
    acts.say("Held.", Status.HELD)
    acts.say("Spam.", Status.SPAM)
    acts.say("Other.", page="/b")
    asked = ["/a", "https://blog.example/a", "/b", "/none", "/a?utm_source=x"]
    found = acts.store.read(lambda s: counts(s, acts.site, asked))
    assert found == {
        "/a": 2,
        "https://blog.example/a": 2,
        "/b": 1,
        "/none": 0,
        "/a?utm_source=x": 2,
    }


def test_counts_of_no_page_are_none(acts: Acts) -> None:
    assert acts.store.read(lambda s: counts(s, acts.site, [])) == {}
