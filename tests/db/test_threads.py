"""Threads open and close, and say how many comments they have."""

import pytest

from service.db.models import Thread
from service.domain.errors import InvalidInput, ThreadClosed
from service.domain.policy import SitePolicy
from service.domain.status import Status
from service.operations.threads import (
    ThreadHead,
    counts,
    get_thread,
    open_thread,
    thread_head,
    thread_versions,
)
from tests.db.acts import Acts, make_site


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


def versions(acts: Acts, *threads: int) -> dict[int, tuple[int, int]]:
    return acts.store.read(lambda s: thread_versions(s, threads))


def test_versions_are_those_that_readers_were_told(acts: Acts) -> None:
    acts.say("One.")
    acts.say("Other.", page="/b")
    acts.say("Not asked after.", page="/c")
    a, b = head(acts), head(acts, "/b")
    assert a.id
    assert b.id
    policy = acts.site.policy_version
    assert versions(acts, a.id, b.id) == {
        a.id: (a.version, policy),
        b.id: (b.version, policy),
    }


def test_version_grows_with_whatever_readers_see(acts: Acts) -> None:
    one = acts.say("One.")
    number = acts.thread().id
    seen = [versions(acts, number)[number][0]]
    acts.submit("Two.")
    # Nobody sees what waits.
    assert versions(acts, number)[number][0] == seen[0]
    acts.say("Three.")
    seen.append(versions(acts, number)[number][0])
    acts.move(one, Status.TRASHED)
    seen.append(versions(acts, number)[number][0])
    set_open(acts, is_open=False)
    seen.append(versions(acts, number)[number][0])
    assert seen == sorted(set(seen))


def test_policy_counts_for_the_threads_of_its_site_only(acts: Acts) -> None:
    acts.say("One.")
    number, before = acts.thread().id, acts.site.policy_version
    version = versions(acts, number)[number][0]
    policy = SitePolicy(origins=("https://other.example",))
    other = make_site(acts.store, "other", policy, acts.clock())
    there = acts.store.write(lambda s: get_thread(s, other, "/a", acts.clock()).id)
    acts.set_policy(close_after_days=14)
    acts.set_policy(close_after_days=15)
    assert versions(acts, number, there) == {
        number: (version, before + 2),
        there: (1, other.policy_version),
    }


def test_thread_that_is_gone_has_no_version(acts: Acts) -> None:
    acts.say("One.")
    number = acts.thread().id
    assert set(versions(acts, number, number + 1, 0)) == {number}
    assert versions(acts) == {}


def test_versions_of_many_threads_come_together(acts: Acts) -> None:
    acts.say("One.")
    number = acts.thread().id
    # More than one statement takes; also twice the same.
    asked = [*range(number + 1, number + 1200), number, number]
    assert set(versions(acts, *asked)) == {number}
