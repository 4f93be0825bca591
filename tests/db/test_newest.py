"""What was published last, on a site and in a thread."""

from service.domain.status import Status
from service.operations.newest import newest
from service.operations.threads import thread_head
from tests.db.acts import Acts


def test_newest_are_of_one_site_or_one_thread(acts: Acts) -> None:
    first = acts.say("One.")
    acts.clock.advance(seconds=1)
    other = acts.say("Two.", page="/b", title="Beans")
    acts.say("Three.", Status.HELD)
    whole = acts.store.read(lambda s: newest(s, acts.site))
    assert [e.comment["id"] for e in whole.entries] == [other, first]
    assert [(e.page, e.title) for e in whole.entries] == [("/b", "Beans"), ("/a", "/a")]

    def of(page: str) -> list[str]:
        return acts.store.read(
            lambda s: [
                e.comment["id"]
                for e in newest(
                    s, acts.site, thread_head(s, acts.site, page, acts.clock())
                ).entries
            ]
        )

    assert (of("/a"), of("/b"), of("/none")) == ([first], [other], [])


def test_only_published_answers_are_counted(acts: Acts) -> None:
    first = acts.say("One.")
    acts.say("Two.", parent=first)
    acts.say("Three.", parent=first)
    acts.say("Four.", Status.SPAM, parent=first)
    feed = acts.store.read(lambda s: newest(s, acts.site))
    counts = {e.comment["id"]: e.replies for e in feed.entries}
    assert counts.pop(first) == 2
    assert set(counts.values()) == {0}
    assert {e.comment["parent"] for e in feed.entries} == {None, first}
