"""Letters that pass for others: the disguise is taken off, honest writing stays.

Foreign letters are written as escapes here, since a reader cannot tell them apart.
"""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.lookalikes import (
    LIKE_CYRILLIC,
    LIKE_LATIN,
    count_marked,
    has_letter_symbols,
    may_mix,
    with_one_alphabet,
    with_plain_letters,
    without_accents,
)

CA, CE, CO, CP, CC = "\u0430\u0435\u043e\u0440\u0441"
"""Cyrillic letters that look like a, e, o, p and c."""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (f"c{CA}sin{CO}", "casino"),
        (f"{CC}asino and p{CO}ker", "casino and poker"),
        ("\u0412uy n\u043ew", "Buy now"),
        ("\u0392uy", "Buy"),
        ("v\u03bfid", "void"),
        ("c\u03b1sin\u03bf", "casino"),
        ("b\u03b5\u03b5r", "beer"),
        # Russian with Latin letters: the foreign ones there are those of ours.
        ("\u0440\u0430\u0431ota", "\u0440\u0430\u0431ota"),
        (f"\u043ac{CA}{CA}", f"\u043a{CC}{CA}{CA}"),
    ],
    ids=ascii,
)
def test_word_that_mixes_alphabets_is_of_one_again(written: str, meant: str) -> None:
    assert with_one_alphabet(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "plain words",
        # Whole words of another alphabet, beside Latin ones.
        f"{CP}{CA}{CP}{CA} is Russian",
        f"see {CC}{CO} here",
        "\u03bb\u03cc\u03b3\u03bf\u03c2 is Greek",
        # Endings hung on a Latin word, with letters that look like none.
        "sms\u043a\u0430",
        # Greek letters in names of things, and units.
        "TNF\u03b1 and \u03b1Tocopherol",
        "5 \u03bcm at 3 k\u03a9",
        "\u0394t",
    ],
    ids=ascii,
)
def test_honest_mixtures_stay(text: str) -> None:
    assert with_one_alphabet(text) == text


def test_foreign_letter_without_a_double_keeps_the_word_as_it_is() -> None:
    assert with_one_alphabet(f"c{CA}sin\u0436") == f"c{CA}sin\u0436"


def test_only_texts_with_both_alphabets_may_mix() -> None:
    assert may_mix(f"a{CA}")
    assert may_mix("a \u03b1")
    assert not may_mix("abc")
    assert not may_mix(CA * 3)
    assert not may_mix("a\u4e2d")


@pytest.mark.parametrize("pairs", [LIKE_LATIN, LIKE_CYRILLIC], ids=["latin", "other"])
def test_a_letter_passes_for_one_of_the_same_case_and_another_alphabet(
    pairs: dict[str, str],
) -> None:
    for one, other in pairs.items():
        assert len(one) == len(other) == 1
        assert {one.isascii(), other.isascii()} == {True, False}
        assert one.isupper() == other.isupper(), ascii((one, other))


def test_cyrillic_doubles_look_the_same_both_ways() -> None:
    for latin, other in LIKE_CYRILLIC.items():
        assert LIKE_LATIN[other] == latin


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("\U0001f182\U0001f17b\U0001f17e\U0001f183", "slot"),
        ("\U0001f152\U0001f150\U0001f162\U0001f157 now", "cash now"),
        ("\u0299\u1d1cy", "buy"),
        ("\U0001f1f8\U0001f1f1\U0001f1f4\U0001f1f9", "slot"),
    ],
    ids=ascii,
)
def test_symbols_that_spell_words_are_letters(written: str, meant: str) -> None:
    assert with_plain_letters(written) == meant
    assert has_letter_symbols(written)


@pytest.mark.parametrize(
    "text",
    [
        "plain words",
        # A flag is two of them, and nothing to read.
        "\U0001f1e9\U0001f1ea and \U0001f1eb\U0001f1f7",
        # Other symbols, and those that NFKC resolves.
        "\U0001f600\U0001f601\U0001f602",
        "\U0001f142\U0001f13b\U0001f13e\U0001f143",
    ],
    ids=ascii,
)
def test_other_symbols_stay(text: str) -> None:
    assert with_plain_letters(text) == text
    assert not has_letter_symbols(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("caf\xe9 na\xefve \xc5ngstr\xf6m", "cafe naive Angstrom"),
        ("Vi\u1ec7t", "Viet"),
        ("c\u0336a\u0337", "ca"),
        # Letters of their own, with an accent or without.
        ("\u0439\u0451\u0457", "\u0439\u0451\u0457"),
        ("\u03ac", "\u03ac"),
        # No Latin letter is left when the stroke goes, so it stays.
        ("\xf8\xdf\xe6", "\xf8\xdf\xe6"),
        # Vowel signs and points belong to their scripts.
        ("\u0939\u093f", "\u0939\u093f"),
        ("\u05e9\u05b8", "\u05e9\u05b8"),
        ("\u0e19\u0e35\u0e49", "\u0e19\u0e35\u0e49"),
        ("\u0628\u0650", "\u0628\u0650"),
    ],
    ids=ascii,
)
def test_accents_of_latin_letters_go_and_others_stay(written: str, meant: str) -> None:
    assert without_accents(unicodedata.normalize("NFKC", written)) == meant


def test_only_marks_that_no_language_composes_are_counted() -> None:
    assert count_marked(unicodedata.normalize("NFC", "e\u0301a\u0308")) == 0
    assert count_marked("c\u0336a\u0337\u0338s") == 2
    assert count_marked("\u0439\u0336") == 0


@given(
    st.text(st.sampled_from(f"acinosxz {CA}{CE}{CO}{CP}{CC}\u0436\u03b1\u03b5\u03bb"))
)
def test_what_is_of_one_alphabet_stays_so(text: str) -> None:
    once = with_one_alphabet(text)
    assert with_one_alphabet(once) == once
    assert len(once) == len(text)
    for before, after in zip(text.split(), once.split(), strict=True):
        if before != after:
            assert may_mix(before)
            assert not may_mix(after)
