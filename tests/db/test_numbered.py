"""Comments by their numbers, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from service.db.store import Store
from service.domain.errors import Unknown
from service.domain.policy import SitePolicy
from service.domain.status import Status
from service.operations import threads_by_number
from service.operations.comment_numbers import number_of
from service.operations.own_comment import edit
from service.operations.threads_by_number import (
    NumberedThread,
    Slice,
    comment_numbered,
    has_published_replies,
    newest,
    numbered_thread,
    waiting_text,
)
from service.privacy.keyring import Keyring
from tests.db.acts import Acts, make_site
from tests.doubles import FrozenClock


@pytest.fixture
def acts(store: Store, keyring: Keyring, clock: FrozenClock) -> Acts:
    site = make_site(store, "blog", SitePolicy(), clock())
    return Acts(store=store, keyring=keyring, clock=clock, site_id=site.id)


def thread(acts: Acts, **part: Any) -> NumberedThread:
    number = acts.thread().id
    return acts.store.read(lambda s: numbered_thread(s, number, Slice(**part)))


def roots(found: NumberedThread) -> list[int]:
    return [branch.comment.number for branch in found.branches]


def test_no_thread_is_empty(acts: Acts) -> None:
    found = acts.store.read(lambda s: numbered_thread(s, None, Slice()))
    assert (found.branches, found.total, found.hidden) == ([], 0, 0)


def test_every_state_but_published_is_left_out(acts: Acts) -> None:
    shown = acts.say("Shown.")
    for status in (Status.PENDING, Status.HELD, Status.SPAM):
        acts.say(f"It is {status}.", status)
    acts.move(acts.say("Trashed."), Status.TRASHED)
    found = thread(acts)
    assert roots(found) == [acts.comment(shown).id]
    assert found.total == 1


def test_replies_of_any_depth_hang_on_the_page_s_own_comment(acts: Acts) -> None:
    first = acts.say("First.")
    reply = acts.say("Reply.", parent=first)
    deep = acts.say("Deeper.", parent=reply)
    acts.move(reply, Status.TRASHED)
    (branch,) = thread(acts).branches
    assert [r.number for r in branch.replies] == [acts.comment(deep).id]
    assert branch.replies[0].parent == acts.comment(first).id
    assert branch.total == 1


def test_removed_one_is_a_place_without_words(acts: Acts) -> None:
    first = acts.say("First.", website="https://ana.example/")
    acts.say("Reply.", parent=first)
    acts.move(first, Status.TRASHED)
    (branch,) = thread(acts).branches
    gone = branch.comment
    assert gone.is_removed
    assert (gone.text, gone.html, gone.name, gone.website) == ("", "", "", "")


def test_more_than_one_statement_can_name(acts: Acts) -> None:
    made = [acts.comment(acts.say(f"Number {n}.")).id for n in range(3)]
    found = thread(acts, limit=2, offset=1)
    assert roots(found) == made[1:]
    assert roots(thread(acts, newest_first=True)) == made[::-1]
    assert roots(thread(acts, offset=7)) == []
    assert thread(acts, offset=7).hidden == 0


def test_part_ends_after_the_most_comments_replies_included(
    acts: Acts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads_by_number, "MAX_COMMENTS", 5)
    said = [acts.say(f"Root {n}.") for n in range(4)]
    for n in range(3):
        acts.say(f"Below {n}.", parent=said[0])
        acts.say(f"Under {n}.", parent=said[1])
    made = [acts.comment(public_id).id for public_id in said]
    found = thread(acts)
    assert roots(found) == made[:2]
    # The first has all of its replies, the second none of its own.
    assert [len(b.replies) for b in found.branches] == [3, 0]
    assert [b.total for b in found.branches] == [3, 3]
    assert (found.total, found.hidden) == (10, 2)
    rest = thread(acts, offset=2)
    assert (roots(rest), rest.hidden) == (made[2:], 0)
    few = thread(acts, nested_limit=1)
    assert [len(b.replies) for b in few.branches] == [1, 1, 0]
    assert few.hidden == 1
    below = thread(acts, parent=made[1])
    assert (len(below.branches), below.hidden) == (3, 0)
    newest_first = thread(acts, newest_first=True)
    assert roots(newest_first) == made[:0:-1]
    assert [len(b.replies) for b in newest_first.branches] == [0, 0, 2]
    assert newest_first.hidden == 1


def test_after_a_moment(acts: Acts, clock: FrozenClock) -> None:
    first = acts.say("First.")
    then = clock()
    clock.advance(seconds=1)
    later = acts.comment(acts.say("Later.")).id
    reply = acts.comment(acts.say("Reply.", parent=first)).id
    assert roots(thread(acts, after=then)) == [later]
    of_first = thread(acts, after=then, parent=acts.comment(first).id)
    assert roots(of_first) == [reply]
    assert roots(thread(acts, after=clock() + timedelta(seconds=1))) == []


def test_newest_of_site_and_thread(acts: Acts) -> None:
    one = acts.comment(acts.say("One.")).id
    two = acts.comment(acts.say("Two.", page="/b")).id
    acts.say("Held.", Status.HELD)
    found = acts.store.read(lambda s: newest(s, acts.site_id, 9))
    assert [(c.number, page) for c, page in found] == [(two, "/b"), (one, "/a")]
    number = acts.thread("/a").id
    found = acts.store.read(lambda s: newest(s, acts.site_id, 9, thread_id=number))
    assert [c.number for c, _ in found] == [one]
    assert len(acts.store.read(lambda s: newest(s, acts.site_id, 1))) == 1


def test_comment_by_number_is_of_its_site(acts: Acts) -> None:
    public_id = acts.say("One.")
    number = acts.store.read(lambda s: number_of(s, public_id))
    found = acts.store.read(lambda s: comment_numbered(s, acts.site_id, number))
    assert found.public_id == public_id
    for site_id, wanted in ((acts.site_id + 1, number), (acts.site_id, 10**17)):
        with pytest.raises(Unknown):
            acts.store.read(lambda s: comment_numbered(s, site_id, wanted))  # noqa: B023
    with pytest.raises(Unknown):
        acts.store.read(lambda s: comment_numbered(s, acts.site_id, 2**53 * 2**11))


def test_text_that_waits(acts: Acts, clock: FrozenClock) -> None:
    public_id = acts.say("One.")
    number = acts.comment(public_id).id

    def waiting() -> str | None:
        return acts.store.read(
            lambda s: waiting_text(s, comment_numbered(s, acts.site_id, number))
        )

    assert waiting() is None
    for text in ("Two.", "Three."):
        acts.store.write(
            lambda s: edit(
                s,
                acts.site,
                comment_numbered(s, acts.site_id, number),
                text,  # noqa: B023
                now=clock(),
            )
        )
        assert waiting() == text


def test_published_replies(acts: Acts) -> None:
    public_id = acts.say("One.")
    number = acts.comment(public_id).id

    def has_some() -> bool:
        return acts.store.read(
            lambda s: has_published_replies(
                s, comment_numbered(s, acts.site_id, number)
            )
        )

    acts.say("Held.", Status.HELD, parent=public_id)
    assert not has_some()
    acts.say("Reply.", parent=public_id)
    assert has_some()
