"""What readers of a thread get: listed fields, in order, made once per version."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pytest
from sqlalchemy import event

from service.domain.errors import InvalidInput
from service.domain.status import Status
from service.operations.erasing import erase_comments
from service.operations.published import (
    MAX_CACHED_BYTES,
    PublishedThreads,
    Rendition,
    Window,
    rendition,
    thread_value,
    utc_text,
)
from service.operations.threads import open_thread, thread_head
from tests.db.acts import Acts

P, PUB, H, S, T = Status

FIELDS = {
    "id",
    "parent",
    "name",
    "website",
    "html",
    "published_at",
    "edited_at",
    "by_moderator",
}


def value(acts: Acts, window: Window | None = None, page: str = "/a") -> dict[str, Any]:
    return acts.store.read(
        lambda s: thread_value(
            s, thread_head(s, acts.site, page, acts.clock()), window or Window()
        )
    )


def ids(found: dict[str, Any]) -> list[str]:
    return [comment["id"] for comment in found["comments"]]


def test_page_without_comments_has_an_empty_thread(acts: Acts) -> None:
    assert value(acts) == {
        "page": "/a",
        "title": "",
        "open": True,
        "count": 0,
        "comments": [],
        "next": None,
    }


def test_public_fields_are_exactly_those_listed(acts: Acts) -> None:
    made = acts.submit(
        "Said *so*.", website="https://ana.example", title="A jar"
    ).comment_id
    acts.clock.advance(seconds=2.5)
    acts.judge(made, PUB)
    found = value(acts)
    assert found["title"] == "A jar"
    assert found["comments"] == [
        {
            "id": made,
            "parent": None,
            "name": "Ana",
            "website": "https://ana.example",
            "html": "<p>Said <em>so</em>.</p>\n",
            "published_at": "2026-03-01T12:00:02Z",
            "edited_at": None,
            "by_moderator": False,
        }
    ]
    assert set(found["comments"][0]) == FIELDS


@pytest.mark.parametrize("status", [P, H, S, T], ids=str)
def test_only_published_comments_are_shown(acts: Acts, status: Status) -> None:
    made = acts.say(status=H if status is T else status)
    if status is T:
        acts.move(made, T)
    found = value(acts)
    assert (found["comments"], found["count"]) == ([], 0)


def test_writer_without_a_name_is_anonymous(acts: Acts) -> None:
    acts.say(name="")
    assert value(acts)["comments"][0]["name"] == "Anonymous"


def test_erased_writer_is_anonymous_and_the_answers_stay(acts: Acts) -> None:
    first = acts.say("First.", website="https://ana.example")
    answer = acts.say("Answer.", parent=first, name="Bob")
    number = acts.comment(first).id
    acts.store.write(
        lambda s: erase_comments(s, [number], with_text=True, now=acts.clock())
    )
    shown = value(acts)["comments"]
    assert [c["name"] for c in shown] == ["Anonymous", "Bob"]
    assert (shown[0]["html"], shown[0]["website"]) == ("", "")
    assert shown[1] == {**shown[1], "id": answer, "parent": first}


def test_comments_come_in_the_order_they_were_sent(acts: Acts) -> None:
    sent = [acts.say(f"{n}.") for n in range(3)]
    assert ids(value(acts)) == sent
    assert ids(value(acts, Window(newest_first=True))) == sent[::-1]


def test_answers_come_with_their_comment_in_every_order(acts: Acts) -> None:
    one, two = acts.say("One."), acts.say("Two.")
    answer = acts.say("Answer.", parent=one)
    deep = acts.say("Deeper.", parent=answer)
    for window in (Window(limit=1), Window(newest_first=True, limit=1, after=two)):
        found = value(acts, window)
        parents = {c["id"]: c["parent"] for c in found["comments"]}
        assert parents == {one: None, answer: one, deep: answer}


@pytest.mark.parametrize("newest_first", [False, True], ids=["oldest", "newest"])
def test_pages_of_a_thread_hold_every_comment_once(
    acts: Acts, *, newest_first: bool
) -> None:
    sent = [acts.say(f"{n}.") for n in range(7)]
    answer = acts.say("Answer.", parent=sent[3])
    seen: list[str] = []
    after = ""
    for _ in range(3):
        found = value(acts, Window(newest_first=newest_first, limit=3, after=after))
        seen += ids(found)
        after = found["next"] or ""
    assert not after
    assert sorted(seen) == sorted([*sent, answer])
    assert [i for i in seen if i != answer] == sent[:: -1 if newest_first else 1]


def test_last_full_page_has_no_next(acts: Acts) -> None:
    for n in range(3):
        acts.say(f"{n}.")
    assert value(acts, Window(limit=3))["next"] is None
    assert value(acts, Window(limit=2))["next"] is not None


def test_paging_goes_on_after_a_comment_that_is_gone_since(acts: Acts) -> None:
    sent = [acts.say(f"{n}.") for n in range(3)]
    acts.move(sent[0], T)
    assert ids(value(acts, Window(after=sent[0]))) == sent[1:]


@pytest.mark.parametrize("what", ["unknown", "answer", "of another page"])
def test_only_a_comment_on_the_page_itself_can_be_gone_on_from(
    acts: Acts, what: str
) -> None:
    first = acts.say("First.")
    after = {
        "unknown": "A" * 22,
        "answer": acts.say("Answer.", parent=first),
        "of another page": acts.say("There.", page="/b"),
    }[what]
    with pytest.raises(InvalidInput) as caught:
        value(acts, Window(after=after))
    assert set(caught.value.errors) == {"after"}


def test_removed_comment_stays_as_a_place_while_answers_to_it_do(acts: Acts) -> None:
    first = acts.say("First.")
    answer = acts.say("Answer.", parent=first)
    deep = acts.say("Deeper.", parent=answer)
    for gone in (first, answer):
        acts.move(gone, T)
    found = value(acts)
    assert found["count"] == 1
    assert found["comments"][:2] == [
        {"id": first, "parent": None, "removed": True},
        {"id": answer, "parent": first, "removed": True},
    ]
    assert found["comments"][2]["id"] == deep
    acts.move(deep, S)
    assert value(acts)["comments"] == []


def test_removed_comment_without_answers_leaves_no_trace(acts: Acts) -> None:
    first = acts.say("First.")
    answer = acts.say("Answer.", parent=first)
    acts.move(answer, T)
    assert ids(value(acts)) == [first]


@pytest.fixture
def statements(acts: Acts) -> Iterator[list[str]]:
    """What the database is asked."""
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(acts.store.engine, "before_cursor_execute", note)
    yield asked
    event.remove(acts.store.engine, "before_cursor_execute", note)


def ask(
    acts: Acts,
    threads: PublishedThreads,
    page: str = "/a",
    window: Window | None = None,
) -> Rendition:
    site = acts.site
    _, made = acts.store.read(
        lambda s: threads.answer(s, site, page, window or Window(), acts.clock())
    )
    return made


def of_comments(statements: Sequence[str]) -> int:
    return sum("FROM comment" in said for said in statements)


def test_unchanged_thread_is_the_same_bytes_without_a_look_at_comments(
    acts: Acts, statements: list[str]
) -> None:
    acts.say()
    threads = PublishedThreads()
    first = ask(acts, threads)
    assert orjson.loads(first.body) == value(acts)
    statements.clear()
    again = ask(acts, threads)
    assert again.body is first.body
    assert of_comments(statements) == 0
    assert ask(acts, threads, "https://blog.example/a?utm_source=x").body is first.body


def _close(acts: Acts, _: str) -> None:
    acts.store.write(
        lambda s: open_thread(s, acts.site, "/a", is_open=False, now=acts.clock())
    )


def _age(acts: Acts, _: str) -> None:
    acts.set_policy(close_after_days=1)
    acts.clock.advance(days=2)


def _erase(acts: Acts, public_id: str) -> None:
    number = acts.comment(public_id).id
    acts.store.write(
        lambda s: erase_comments(s, [number], with_text=True, now=acts.clock())
    )


CHANGES = {
    "published": lambda acts, _: acts.say("New."),
    "trashed": lambda acts, public_id: acts.move(public_id, T),
    "erased": _erase,
    "closed": _close,
    "closed-by-age": _age,
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_readers_can_see_makes_new_bytes(acts: Acts, change: str) -> None:
    public_id = acts.say()
    threads = PublishedThreads()
    before = ask(acts, threads)
    CHANGES[change](acts, public_id)
    after = ask(acts, threads)
    assert after.etag != before.etag
    assert orjson.loads(after.body) == value(acts)


def test_what_readers_cannot_see_makes_no_new_bytes(acts: Acts) -> None:
    acts.say()
    threads = PublishedThreads()
    before = ask(acts, threads)
    acts.say("Held.", H)
    acts.submit("Pending.")
    assert ask(acts, threads).body is before.body


def test_each_window_is_kept_for_itself(acts: Acts) -> None:
    for n in range(3):
        acts.say(f"{n}.")
    threads = PublishedThreads()
    windows = (Window(), Window(newest_first=True), Window(limit=1))
    made = [ask(acts, threads, window=w) for w in windows]
    assert len({m.etag for m in made}) == 3
    for window, before in zip(windows, made, strict=True):
        assert ask(acts, threads, window=window).body is before.body


def test_pages_that_nobody_commented_on_cost_no_memory(
    acts: Acts, statements: list[str]
) -> None:
    threads = PublishedThreads()
    ask(acts, threads)
    statements.clear()
    for n in range(50):
        assert orjson.loads(ask(acts, threads, f"/none/{n}").body)["count"] == 0
    assert len(threads._kept) == 0
    assert of_comments(statements) == 0


def test_memory_is_bounded_by_bytes_and_the_least_used_goes_first(acts: Acts) -> None:
    for page in ("/a", "/b", "/c"):
        acts.say("x" * 1000, page=page)
    size = len(ask(acts, PublishedThreads()).body)
    threads = PublishedThreads(max_bytes=2 * size + 10)
    a, b = ask(acts, threads, "/a"), ask(acts, threads, "/b")
    assert ask(acts, threads, "/a").body is a.body
    ask(acts, threads, "/c")
    assert threads._bytes <= 2 * size + 10
    assert ask(acts, threads, "/a").body is a.body
    assert ask(acts, threads, "/b").body is not b.body


def test_answer_larger_than_all_memory_is_not_kept(acts: Acts) -> None:
    acts.say("x" * 1000)
    threads = PublishedThreads(max_bytes=100)
    assert ask(acts, threads).body == ask(acts, threads).body
    assert (len(threads._kept), threads._bytes) == (0, 0)
    assert MAX_CACHED_BYTES > 2**20


def test_equal_values_have_equal_tags() -> None:
    assert rendition({"a": 1}) == rendition({"a": 1})
    assert rendition({"a": 1}).etag != rendition({"a": 2}).etag


def test_no_time_stays_none() -> None:
    assert utc_text(None) is None
