"""Evidence from memory: what came before, by the labels that came before."""

from datetime import UTC, datetime, timedelta

from service.domain.checking import Reading, Tally
from service.text.reading import read
from worker.filter.evaluation.comments import LabelledComment
from worker.filter.evaluation.memory import Memory

START = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "we have the finest watches of all kinds at the lowest price in the whole world"


def comment(
    text: str = TEXT,
    *,
    author: str = "one",
    url: str = "",
    post: str = "page",
    days: float = 0,
) -> tuple[LabelledComment, Reading]:
    one = LabelledComment(
        text=text,
        is_spam=True,
        author=author,
        url=url,
        post=post,
        at=START + timedelta(days=days),
    )
    return one, read(name=author, website=url, text=text)


def test_hosts_are_tallied_by_earlier_labels_only() -> None:
    memory = Memory()
    linked = comment("see http://shop.example/a", url="http://own.example/")
    assert memory.evidence(*linked).host_tallies == {
        "shop.example": Tally(),
        "own.example": Tally(),
    }
    memory.learn(*linked, is_spam=True)
    memory.learn(*comment("good", url="http://own.example/"), is_spam=False)
    assert memory.evidence(*linked).host_tallies == {
        "shop.example": Tally(spam=1),
        "own.example": Tally(spam=1, published=1),
    }


def test_same_words_count_for_thirty_days_and_by_page() -> None:
    memory = Memory()
    memory.learn(*comment(), is_spam=True)
    memory.learn(*comment(TEXT.upper() + "!", post="other"), is_spam=False)
    alike = memory.evidence(*comment(days=29)).alike
    assert (alike.same, alike.same_other_pages, alike.spam) == (2, 1, 1)
    assert memory.evidence(*comment(days=31)).alike.same == 0


def test_near_words_count_for_a_week_and_from_other_writers() -> None:
    memory = Memory()
    memory.learn(*comment(TEXT + " today"), is_spam=True)
    assert memory.evidence(*comment(author="two", days=6)).alike.near == 1
    assert memory.evidence(*comment(author="two", days=8)).alike.near == 0
    assert memory.evidence(*comment(author="one")).alike.near == 0


def test_writers_without_a_name_are_not_taken_for_one() -> None:
    memory = Memory()
    memory.learn(*comment(TEXT + " today", author=""), is_spam=True)
    assert memory.evidence(*comment(author="")).alike.near == 1
