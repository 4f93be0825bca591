from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.search_term import Term
from service.text.search_words import (
    MOST_CHARS,
    MOST_TERMS,
    search_terms,
    search_words,
)


def finds(query: str, text: str) -> bool:
    """Whether a database finds a comment with this text by this query."""
    terms, words = search_terms(query), search_words(text)
    assert terms
    return all(
        any(w.startswith(t.word) if t.is_prefix else w == t.word for w in words)
        for t in terms
    )


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("garden", "My GARDEN is green."),
        ("gard", "My garden is green."),
        ("green garden", "My garden is green."),
        ("cafe", "Le Café d'à côté"),
        ("CAFÉ", "le cafe"),
        ("strasse", "Die Straße"),
        ("istanbul", "İSTANBUL"),
        ("αθηνα", "Αθήνα"),
        ("елка", "Ёлка"),
        ("שלום", "שָׁלוֹם"),
        ("محمد", "مُحَمَّد"),
        ("مرحبا", "مـــرحبا"),
        ("東京", "東京都に住む"),
        ("京都に", "東京都に住む"),
        ("都", "東京都"),
        ("住", "東京都に住む"),
        ("ありがとう", "本当にありがとうございます"),
        ("がとう", "本当にありがとうございます"),
        ("สวัสดี", "ผมพูดว่าสวัสดีครับ"),
        ("ครั", "ผมพูดว่าสวัสดีครับ"),
        ("ບາຍ", "ສະບາຍດີ"),
        ("한국", "한국어를 배웁니다"),
        ("हिन्दी", "यह हिन्दी है"),
        ("shop.example", "see https://shop.example/a_b?c=1"),
        ("https://shop.example/a", "see shop.example/a_b"),
        ("a_b", "a b"),
        ("viagra", "via\u200bgra"),
        ("\uff57\uff49\uff44\uff45", "wide"),
        ("24", "24 hours"),
    ],
)
def test_text_is_found_by(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("arden", "garden"),
        ("go", "gold"),
        ("green garden", "a garden"),
        ("京東", "東京"),
        ("大阪", "東京都に住む"),
        ("ดีสวัส", "ผมพูดว่าสวัสดีครับ"),
        ("かき", "がぎ"),
    ],
)
def test_text_is_not_found_by(query: str, text: str) -> None:
    assert not finds(query, text)


def test_only_the_ends_of_what_is_long_and_many_are_left_out() -> None:
    assert search_words("x" * 100) == ["x" * MOST_CHARS]
    assert search_terms("x" * 100) == [Term("x" * MOST_CHARS, True)]
    many = " ".join(f"word{n}" for n in range(20))
    assert len(search_terms(many)) == MOST_TERMS


@pytest.mark.parametrize("query", ["", " ", "?!", "___", "\u200b", "🙂"])
def test_search_without_a_word_has_no_terms(query: str) -> None:
    assert search_terms(query) == []
    assert search_words(query) == []


@given(st.text(max_size=80))
def test_every_word_of_a_text_finds_it_and_holds_nothing_but_letters(text: str) -> None:
    words = search_words(text)
    assert words == sorted(set(words))
    for word in words:
        # Nothing that either database would take for its own signs.
        assert not any(c.isspace() or c in "'\"\\:*&|!()<>-_" for c in word)
    if search_terms(text):
        assert finds(text, text)


@given(st.lists(st.sampled_from("東京都สวัสดีab é"), max_size=12).map("".join))
def test_every_part_of_an_unspaced_run_finds_it(text: str) -> None:
    for start, end in combinations(range(len(text) + 1), 2):
        part = text[start:end]
        if part.strip() and all(c in "東京都" for c in part):
            assert finds(part, text)
