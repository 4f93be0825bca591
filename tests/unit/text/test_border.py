"""What comes over the border is stable, visible and can be stored."""

import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.text.border import (
    clean_line,
    clean_text,
    has_lone_surrogate,
    without_controls,
)
from service.text.marks import MAX_MARKS, has_stacked_marks, is_mark, limit_marks
from tests.unit.text.corpora import texts

Cleaner = Callable[[str], str]
CLEANERS: list[Cleaner] = [clean_line, clean_text]
SECONDS = 2.0
"""For 256 KiB, the largest body of a submission; measured were 0.05 s."""

# Whatever interacts: controls, white space, marks of several classes, letters that
# compose, Hangul parts, letters that NFC takes apart, half characters.
TRICKY = st.text(
    st.one_of(
        st.sampled_from(
            "ae \t\n\r\x0b\x0c\x00\x1b\x1c\x1f\x7f\x85\x9f\xa0\u2028\u2029\u3000"
            "\u200b\u200c\u200d\u200e\u200f\u202e\u2060\u2066\u2069\ufeff\uffff\u061c"
            "\u0300\u0301\u0323\u0327\u0344\u0345\u093c\u0915\u0958\u09c7\u09be\u0e47"
            "\u1100\u1161\u11a8\uac00\u05d0\u05b4\u05bc\ufb2c\u20dd\ufe0f\u212b\u0f71"
            "\U0001d158\U0001d165\U0001d160\U0001d16d\ud800\udfff\U0001f468"
        ),
        st.characters(),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        pytest.param("  Jane \t Roe\n", "Jane Roe", id="white-space"),
        pytest.param("a\r\nb\x85c\u2028d\x0be", "a b c d e", id="every-line-end"),
        pytest.param("a\u3000\u00a0b", "a b", id="wide-spaces"),
        pytest.param("a\x00\x1b[31m\x7f\x9bb", "a[31mb", id="controls"),
        pytest.param("ad\u202enim\u2066\u200e\u061c", "adnim", id="bidi"),
        pytest.param("ad\u200bmin\ufeff\u2060", "admin", id="zero-width"),
        pytest.param("e\u200b\u0301", "\u00e9", id="composed-after-removal"),
        pytest.param("e\u0301", "\u00e9", id="nfc"),
        pytest.param("Z" + "\u0301" * 9, "\u0179" + "\u0301" * 4, id="zalgo"),
        pytest.param(
            "\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e", id="persian"
        ),
        pytest.param(
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
            id="family",
        ),
        pytest.param("a\uffffb\ufffe", "ab", id="not-in-xml"),
        pytest.param(" \t\u200b", "", id="nothing"),
    ],
)
def test_lines(raw: str, cleaned: str) -> None:
    assert clean_line(raw) == cleaned


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        pytest.param(
            "a\r\nb\rc\u2028d\u2029e\x85f", "a\nb\nc\nd\ne\nf", id="line-ends"
        ),
        pytest.param("a  \n\n\n\tb \t", "a  \n\n\n\tb", id="markdown-spaces-stay"),
        pytest.param(" \n\t\n    a\n \n", "    a", id="indent-of-first-line-stays"),
        pytest.param("a\x00\x08\x0b\x1b\x7f\x80b", "ab", id="controls"),
        pytest.param("\ufeffa", "a", id="byte-order-mark"),
        pytest.param("\u05d0\u200f!", "\u05d0\u200f!", id="direction-marks-stay"),
        pytest.param("e\u0301" + "\u0323" * 9, "\u1eb9" + "\u0323" * 4, id="zalgo"),
        pytest.param("\n \r\n", "", id="nothing"),
    ],
)
def test_texts(raw: str, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


@pytest.mark.parametrize("clean", CLEANERS)
@settings(max_examples=100, deadline=None)
@given(raw=TRICKY)
def test_cleaning_twice_changes_nothing(clean: Cleaner, raw: str) -> None:
    once = clean(raw)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert len(once) <= 3 * len(raw)
    assert not has_stacked_marks(once)
    assert has_lone_surrogate(once) or once.encode().decode() == once


@settings(max_examples=100, deadline=None)
@given(TRICKY)
def test_no_control_survives(raw: str) -> None:
    kept = {"\n", "\t"}
    assert {c for c in clean_line(raw) if unicodedata.category(c) == "Cc"} == set()
    assert {c for c in clean_text(raw) if unicodedata.category(c) == "Cc"} <= kept
    assert {c for c in without_controls(raw) if ord(c) < 32} <= kept


@pytest.mark.parametrize("folder", ["text", "fuzz", "html"])
def test_naughty_strings_are_stable(folder: str) -> None:
    for raw in texts(folder):
        for clean in CLEANERS:
            assert clean(clean(raw)) == clean(raw)


@pytest.mark.parametrize(
    "part",
    [
        "\u0327\u0301",
        "\u0301",
        "a\u0323\u0301",
        " \n",
        "\n",
        " ",
        "\r\n",
        "\u1100\u1161",
        "\ufb2c",
        "\U0001f468\u200d",
        "\x00",
    ],
    ids=ascii,
)
def test_time_stays_linear(part: str) -> None:
    raw = "a" + part * (262_144 // len(part)) + "b"
    for clean in CLEANERS:
        start = time.thread_time()
        clean(raw)
        assert time.thread_time() - start < SECONDS


@pytest.mark.parametrize(
    ("text", "found"),
    [("\ud83d", True), ("a\udc00b", True), ("\U0001f600", False), ("", False)],
    ids=ascii,
)
def test_half_characters_are_found(text: str, found: bool) -> None:
    assert has_lone_surrogate(text) is found


def test_every_mark_is_looked_at() -> None:
    every = [chr(code) for code in range(0x110000) if is_mark(chr(code))]
    assert len(every) > 2_000
    for mark in every:
        assert limit_marks(mark * 9) == mark * MAX_MARKS


@pytest.mark.parametrize(
    "text",
    ["\U0001f468\U0001f3fd\u200d\u2764\ufe0f" * 9, "\u2026\u2014\u201c" * 9, "¿¡" * 9],
    ids=ascii,
)
def test_runs_of_signs_and_emoji_are_no_marks(text: str) -> None:
    assert limit_marks(text) == text
    assert not has_stacked_marks(text)
