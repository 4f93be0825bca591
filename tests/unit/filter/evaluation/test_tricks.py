"""Tricks change what a filter reads, and nothing that the sender needs."""

import unicodedata

import pytest

from worker.filter.evaluation.comments import LabelledComment
from worker.filter.evaluation.tricks import CHARACTERS, LINKS, TRICKS, Trickster

LINK = "http://pills.example/cheap?a=1&b=2"
SPAM = LabelledComment(
    text=f'Order discount tablets online <a href="{LINK}">today friends</a> or {LINK}',
    is_spam=True,
    author="pills",
    url="http://pills.example/",
)
HAM = LabelledComment(text="Your third example helped, thank you.", is_spam=False)


def played(trick: str, seed: int = 1) -> LabelledComment:
    (changed,) = Trickster([HAM], seed).play(trick, [SPAM])
    return changed


@pytest.mark.parametrize("trick", TRICKS)
def test_trick_changes_the_text_alone_and_the_same_way_each_time(trick: str) -> None:
    changed = played(trick)
    assert changed.text != SPAM.text
    assert (changed.is_spam, changed.author, changed.url) == (
        True,
        SPAM.author,
        SPAM.url,
    )
    assert played(trick) == changed


@pytest.mark.parametrize("trick", sorted(CHARACTERS.keys() - {"spoken-links"}))
def test_character_tricks_leave_links_working(trick: str) -> None:
    text = played(trick).text
    assert text.count(LINK) == 2
    assert f'<a href="{LINK}">' in text


@pytest.mark.parametrize("trick", ["spoken-links", *LINKS])
def test_link_tricks_leave_no_link_to_the_host(trick: str) -> None:
    text = played(trick).text
    assert "pills.example" not in text
    assert "Order discount tablets online" in text


def test_look_alikes_are_letters_of_other_alphabets() -> None:
    changed = [char for char in played("homoglyphs").text if not char.isascii()]
    assert len(changed) > 5
    assert {unicodedata.name(char).split()[0] for char in changed} <= {
        "CYRILLIC",
        "GREEK",
    }


def test_company_is_good_words() -> None:
    assert played("ham-padding").text == f"{SPAM.text}\n\n{HAM.text}"
    assert played("copied-ham").text == HAM.text


def test_unknown_trick_is_refused() -> None:
    with pytest.raises(KeyError):
        played("magic")
