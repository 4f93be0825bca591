"""Whole words, whole hosts, and scripts without spaces."""

import time
from pathlib import Path

import pytest

from service.text.words_matching import Terms, host_of_entry, pattern_of, read_place

_WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in "casino")


def is_found(entry: str, text: str, *hosts: str) -> bool:
    return bool(set(Terms([pattern_of(entry)]).find(read_place(text, hosts))))


@pytest.mark.parametrize(
    ("entry", "text", "found"),
    [
        pytest.param("ass", "a class of its own", False, id="inside a word"),
        pytest.param("ass", "what an ass!", True, id="whole word"),
        pytest.param("ASS", "Ass", True, id="case"),
        pytest.param("casino", "casino", True, id="whole text"),
        pytest.param("casino", "casinos", False, id="longer word"),
        pytest.param("casino", "casino2000", False, id="digits belong to words"),
        pytest.param("casino", "_casino_", True, id="underscores do not"),
        pytest.param("straße", "STRASSE", True, id="casefold"),
        pytest.param("café", "cafe\N{COMBINING ACUTE ACCENT}", True, id="composed"),
        pytest.param("cafe", "cafe\N{COMBINING ACUTE ACCENT}", False, id="accent"),
        pytest.param("casino", _WIDE, True, id="full width letters"),
        pytest.param("casino", "cas\u200bino", True, id="zero width space"),
        pytest.param("cas\u00adino", "casino", True, id="soft hyphen in the entry"),
        pytest.param("buy  now", "Buy\n\tnow!", True, id="white space folded"),
        pytest.param("buy now", "buy nowadays", False, id="phrase, longer word"),
        pytest.param("$$$", "win $$$$ now", True, id="signs need no edge"),
        pytest.param("-pack/", "six-pack/", True, id="starts with a sign"),
        pytest.param("-pack", "six-packs", False, id="other edge is a word"),
        pytest.param("赌场", "最好的赌场在这里", True, id="chinese"),
        pytest.param("カジノ", "オンラインカジノへ", True, id="japanese"),
        pytest.param("카지노", "온라인카지노는", True, id="korean"),
        pytest.param("คาสิโน", "เว็บคาสิโนออนไลน์", True, id="thai"),
        pytest.param("bet", "最好的bet在这里", True, id="latin among chinese"),
        pytest.param("bet", "最好的better在这里", False, id="longer among chinese"),
        pytest.param("казино", "лучшее казино!", True, id="cyrillic"),
        pytest.param("казино", "казиношный", False, id="inside a cyrillic word"),
        pytest.param("हिन्दी", "हिन्दी में", True, id="devanagari"),
        pytest.param("हिन्द", "हिन्दी में", False, id="vowel sign belongs to the word"),
        pytest.param("𐐨", "𐐨𐐨", False, id="letters beyond the first plane"),
        pytest.param("🍆", "hi🍆🍆there", True, id="emoji"),
        pytest.param("!?*", "what!?*", True, id="only punctuation"),
    ],
)
def test_words_are_found_whole(entry: str, text: str, found: bool) -> None:
    assert is_found(entry, text) is found


@pytest.mark.parametrize(
    ("entry", "text", "found"),
    [
        pytest.param(f"b{_WIDE[1]}", "to be or not to ba", False, id="plain word"),
        pytest.param(f"b{_WIDE[1]}", f"b{_WIDE[1]}nk", True, id="the disguise"),
        pytest.param(f"B{_WIDE[1]}", f"b{_WIDE.upper()[1]}nk", True, id="other case"),
        pytest.param(_WIDE, "casino", True, id="nothing mixed, so the plain word"),
        pytest.param("wait\u2026", "wait...", True, id="only the sign is another"),
    ],
)
def test_an_entry_that_mixes_letters_means_the_disguise(
    entry: str, text: str, found: bool
) -> None:
    assert is_found(entry, text) is found


@pytest.mark.parametrize(
    ("entry", "text", "found"),
    [
        pytest.param("spam.example", "see spam.example.", True, id="itself"),
        pytest.param("spam.example", "www.spam.example/x", True, id="under it"),
        pytest.param("spam.example", "http://a.b.spam.example", True, id="deep under"),
        pytest.param("spam.example", "notspam.example", False, id="longer name"),
        pytest.param("spam.example", "not-spam.example", False, id="with a hyphen"),
        pytest.param("spam.example", "spam.example.org", False, id="other ending"),
        pytest.param("spam.example", "me@spam.example", True, id="in an address"),
        pytest.param("spam.example", "_spam.example_", True, id="in markup"),
        pytest.param("spam.example", "请看spam.example吧", True, id="among chinese"),
        pytest.param("spam.example", "ñspam.example", False, id="other letters"),
        pytest.param("https://spam.example/", "SPAM.example", True, id="as a link"),
        pytest.param("*.spam.example", "a.spam.example", True, id="with a star"),
        pytest.param("www.spam.example", "spam.example", True, id="with www"),
        pytest.param("spam.example/buy", "spam.example/buy?x", True, id="with a path"),
        pytest.param("spam.example/buy", "spam.example/buyer", False, id="longer path"),
        pytest.param("node.js", "I like node.js, too", True, id="no host at all"),
        pytest.param(".7x.example/", "http://a.7x.example/b", True, id="with a dot"),
        pytest.param("спам.рф", "на спам.рф купить", True, id="in other letters"),
    ],
)
def test_hosts_are_found_by_their_labels(entry: str, text: str, found: bool) -> None:
    assert is_found(entry, text) is found


@pytest.mark.parametrize(
    ("entry", "host", "found"),
    [
        ("spam.example", "spam.example", True),
        ("spam.example", "shop.spam.example", True),
        ("spam.example", "notspam.example", False),
        ("спам.рф", "xn--80aqy3a.xn--p1ai", False),
        ("спам.рф", host_of_entry("спам.рф"), True),
    ],
)
def test_hosts_of_links_count_as_the_text(entry: str, host: str, found: bool) -> None:
    assert is_found(entry, "look [here](/x)", host) is found


def test_the_longest_of_overlapping_entries_is_told() -> None:
    terms = Terms(["watch", "cheap watch", "cheap"])
    assert list(terms.find(read_place("a cheap watch"))) == [1]


def test_without_entries_nothing_is_found() -> None:
    assert list(Terms([]).find(read_place("anything"))) == []


@pytest.mark.parametrize(
    "text",
    ["a" * 50_000, "a." * 25_000, "é." * 25_000, "a b " * 12_500, "一" * 50_000],
    ids=["word", "dots", "accented dots", "words", "chinese"],
)
def test_time_is_linear_in_the_text(text: str) -> None:
    terms = Terms(["a" * n for n in range(2, 200)] + ["一" * n for n in range(1, 99)])
    started = time.process_time()
    list(terms.find(read_place(text)))
    # Measured: 20 ms at most; quadratic time would be minutes.
    assert time.process_time() - started < 2


def test_a_list_of_65000_entries_is_searched_in_under_a_millisecond(
    shared: Path,
) -> None:
    lines = (shared / "spam" / "splorp_blocklist.txt").read_text("utf-8").splitlines()
    terms = Terms([pattern for line in lines if (pattern := pattern_of(line))])
    text = ("Ein schöner Artikel, über den ich gerne mehr lesen würde. " * 20)[:1000]
    started = time.process_time()
    for _ in range(20):
        list(terms.find(read_place(text)))
    # Measured: 0.1 ms; tenfold slack.
    assert (time.process_time() - started) / 20 < 0.001
