"""Numbers of posts name pages, on both databases."""

import pytest

from service.domain.policy import SitePolicy
from service.domain.status import Status
from service.operations import site_comments
from service.operations.post_numbers import (
    FIRST_MADE,
    map_posts,
    page_of_post,
    posts_of_pages,
    threads_of_posts,
)
from service.operations.site_comments import Asked, list_comments
from tests.db.acts import Acts, make_site


def test_numbers_name_pages_of_their_site_alone(acts: Acts) -> None:
    other = make_site(acts.store, "other", SitePolicy(), acts.clock())
    pages = {n: f"/{n}" for n in range(1, 1_203)}
    mapped = acts.store.write(
        lambda s: map_posts(s, acts.site, pages, now=acts.clock())
    )
    assert (mapped.added, mapped.changed, mapped.same) == (1_202, 0, 0)
    found = acts.store.read(lambda s: page_of_post(s, acts.site_id, 1_202))
    assert found == "/1202"
    assert acts.store.read(lambda s: page_of_post(s, other.id, 17)) is None
    again = acts.store.write(
        lambda s: map_posts(s, acts.site, {17: "/17", 18: "/b"}, now=acts.clock())
    )
    assert (again.added, again.changed, again.same) == (0, 1, 1)


def test_lowest_number_is_told_and_all_are_understood(acts: Acts) -> None:
    acts.say("Twice numbered.", page="/a")
    acts.say("Not numbered.", page="/b")
    one, two = acts.thread("/a").id, acts.thread("/b").id
    acts.store.write(
        lambda s: map_posts(s, acts.site, {9: "/a", 7: "/a"}, now=acts.clock())
    )
    told = acts.store.read(
        lambda s: posts_of_pages(s, acts.site_id, {one: "/a", two: "/b"})
    )
    assert told == {one: 7, two: FIRST_MADE + two}
    for numbers, wanted in (
        ([9], [one]),
        ([7, FIRST_MADE + two], [one, two]),
        ([FIRST_MADE + one], [one]),
        ([FIRST_MADE + 4711, 8], []),
    ):
        found = acts.store.read(
            lambda s, n=numbers: threads_of_posts(s, acts.site_id, n)  # type: ignore[misc]  # bound now
        )
        assert found == wanted
    page = acts.store.read(lambda s: page_of_post(s, acts.site_id, FIRST_MADE + two))
    assert page == "/b"


def test_list_is_counted_and_cut(acts: Acts) -> None:
    for n in range(5):
        acts.say(f"Number {n} of rye.", page="/a")
    acts.say("Wheat.", page="/b")
    for asked, texts, total in (
        (Asked(limit=2), ["Wheat.", "Number 4 of rye."], 6),
        (Asked(words="rye", limit=1, newest_first=False), ["Number 0 of rye."], 5),
        (Asked(posts=[17]), [], 0),
        (Asked(parents=[0], offset=5), ["Number 0 of rye."], 6),
        (Asked(by="parent", newest_first=False, limit=1), ["Number 0 of rye."], 6),
    ):
        listed = acts.store.read(
            lambda s, a=asked: list_comments(s, acts.site_id, a)  # type: ignore[misc]  # bound now
        )
        assert [each.comment.text for each in listed.comments] == texts
        assert listed.total == total


def test_answers_are_found_and_left_out(acts: Acts) -> None:
    first = acts.say("First.", page="/a")
    second = acts.say("Second.", page="/b")
    acts.say("Answer to the first.", page="/a", parent=first)
    acts.say("Answer to the second.", page="/b", parent=second)
    one, two = acts.comment(first).id, acts.comment(second).id
    roots = ["Second.", "First."]
    answers = ["Answer to the second.", "Answer to the first."]
    for asked, texts in (
        (Asked(parents=[one]), answers[1:]),
        (Asked(parents=[one, two]), answers),
        (Asked(parents=[0]), roots),
        (Asked(parents=[0, two]), answers[:1] + roots),
        (Asked(parents=[4711]), []),
        (Asked(not_parents=[0]), answers),
        (Asked(not_parents=[one]), answers[:1] + roots),
        (Asked(not_parents=[0, two]), answers[1:]),
        (Asked(not_ids=[one], parents=[0]), roots[:1]),
    ):
        listed = acts.store.read(
            lambda s, a=asked: list_comments(s, acts.site_id, a)  # type: ignore[misc]  # bound now
        )
        assert [each.comment.text for each in listed.comments] == texts
        assert listed.total == len(texts)


def test_answers_are_sought_among_the_newest_or_the_oldest(
    acts: Acts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_comments, "MOST_SIFTED", 2)
    for n in range(4):
        acts.say(f"Number {n}.")
    for newest_first, texts in (
        (True, ["Number 3.", "Number 2."]),
        (False, ["Number 0.", "Number 1."]),
    ):
        asked = Asked(parents=[0], newest_first=newest_first)
        listed = acts.store.read(
            lambda s, a=asked: list_comments(s, acts.site_id, a)  # type: ignore[misc]  # bound now
        )
        assert [each.comment.text for each in listed.comments] == texts
        assert listed.total == 2


def test_several_states_are_one_list(acts: Acts) -> None:
    for n, status in enumerate([Status.HELD, Status.PUBLISHED, Status.HELD]):
        acts.say(f"Number {n}.", status)
    both = (Status.HELD, Status.PUBLISHED)
    for asked, texts in (
        (Asked(statuses=both, limit=2), ["Number 2.", "Number 1."]),
        (Asked(statuses=both, limit=2, offset=2), ["Number 0."]),
    ):
        listed = acts.store.read(
            lambda s, a=asked: list_comments(s, acts.site_id, a)  # type: ignore[misc]  # bound now
        )
        assert [each.comment.text for each in listed.comments] == texts
        assert listed.total == 3
