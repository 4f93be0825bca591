"""Tricks of spelling are undone, and what only looks like one is left alone."""

import pytest

from service.text.spelling import (
    has_letters_apart,
    has_stretched_words,
    joined,
    squeezed,
    unleet,
    with_real_dots,
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("pills(dot)com", "pills.com"),
        ("pills [DOT] com", "pills.com"),
        ("pills{ . }com", "pills.com"),
        ("pills < d0t > com", "pills.com"),
        ("pills punkt de", "pills.de"),
        ("pills . com", "pills.com"),
        ("www[.]pills[.]com", "www.pills.com"),
        ("hxxps://pills.com", "https://pills.com"),
        ("h**p://pills.com", "http://pills.com"),
        ("http[:]//pills.com", "http://pills.com"),
    ],
)
def test_address_in_disguise_is_one_again(written: str, meant: str) -> None:
    assert with_real_dots(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "connect the dots",
        "a dot above the line",
        "the dot online",
        "it ends. Come in",
        "see (a.b) and [1.5]",
        "written in .net",
        "hxxp is no scheme",
        "http (over tls)",
    ],
)
def test_talk_of_dots_is_no_address(text: str) -> None:
    assert with_real_dots(text) == text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("c.a.s", "cas"),
        ("c.a.s.i.n.o", "casino"),
        ("c_a_s_i_n_o", "casino"),
        ("c-a-s-i-n-o", "casino"),
        ("c*a*s*i*n*o!", "casino!"),
        ("w i n n", "winn"),
        ("to c a s i n o now", "to casino now"),
        ("C a s i n o B o n u s", "Casino Bonus"),
        ("I L o v e", "I Love"),
        ("c A s I n O", "cAsInO"),
        ("C.a.s.i.n.o.B.o.n.u.s", "CasinoBonus"),
        ("f o r c a s i n o  y o u", "forcasino  you"),
        ("x y  c a s i n o", "x y  casino"),
        (
            "\u041a\u0430\u0437\u0438".replace("", " ").strip()
            + " \u0411 \u043e \u043d",
            "\u041a\u0430\u0437\u0438 \u0411\u043e\u043d",
        ),
        ("\u043a\u2022\u0430\u2022\u0437\u2022\u0438", "\u043a\u0430\u0437\u0438"),
    ],
    ids=ascii,
)
def test_letters_with_equal_signs_between_them_are_a_word(
    written: str, meant: str
) -> None:
    assert joined(written) == meant
    assert has_letters_apart(written)


@pytest.mark.parametrize(
    "text",
    [
        "i.e. this, e.g. that, p.s. and p. s.",
        "Ph.D. and b.a. and m.a.",
        "J. R. R. Tolkien",
        "a b c",
        "c.a-s.i-n.o",
        "c. a. s. i. n. o.",
        "x - y - z",
        "1.2.3.4 and 1 2 3 4 5",
        "either/or, and/or",
        "docs.a.b.c.example",
        "a.b.c.example",
        "a.b.cd",
        "ab.c.d.e",
        "\u3042 \u3044 \u3046 \u3048",
        "\u0915 \u0916 \u0917 \u0918",
    ],
    ids=ascii,
)
def test_single_letters_that_are_no_word_stay(text: str) -> None:
    assert joined(text) == text
    assert not has_letters_apart(text)


def test_capitals_in_a_row_do_not_make_other_letters_words() -> None:
    assert joined("by A B C D; a b c") == "by ABCD; a b c"


@pytest.mark.parametrize("text", ["the U.S.A. is far", "R.E.M.", "by A B C D"])
def test_abbreviation_in_capitals_is_no_disguise(text: str) -> None:
    # It is read as one word, as a disguised one in capitals must be, yet tells nothing.
    assert not has_letters_apart(text)


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("soo", "soo"),
        ("sooo", "soo"),
        ("s" + "o" * 500 + "n", "soon"),
        ("wow!!!!!", "wow!!"),
        ("a......b", "a..b"),
        ("\u0434\u0430\u0430\u0430\u0430", "\u0434\u0430\u0430"),
        ("10000 and 7777777", "10000 and 7777777"),
        ("http://www.example", "http://www.example"),
        ("wwww", "ww"),
    ],
    ids=ascii,
)
def test_what_repeats_is_cut_to_two(written: str, left: str) -> None:
    assert squeezed(written) == left
    assert squeezed(left) == left


def test_word_is_stretched_from_four_equal_letters_on() -> None:
    assert has_stretched_words("soooo")
    assert has_stretched_words("so much aaaargh")
    for plain in ("sooo", "!!!!!!", "10000", "______", "www.example"):
        assert not has_stretched_words(plain)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("v1agra", "viagra"),
        ("c@sino", "casino"),
        ("p0rn", "porn"),
        ("m4k3 m0ney", "make money"),
        ("$ex", "sex"),
        ("ca$ino.", "casino."),
        ("l0an5", "loans"),
        ("(v1agra)", "(viagra)"),
    ],
)
def test_signs_for_letters_are_letters_again(written: str, meant: str) -> None:
    assert unleet(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "mp3 mp4 h264 ps4 covid19 web2 utf8",
        "2nd 3rd 10th 4ever 3d 60fps 100k 1080p 1920x1080",
        "b2b w3c l8r",
        "$5 us$5 $20m 5$",
        "@ada @b0b",
        "ada@example.org",
        "joan23@host4 writes",
        "c0ffee deadbeef4711",
        "http://v1agra.example/c4sino?x=p0rn",
        "v1agra.example",
        "file_v1agra",
        "v1agra.py",
        "#v1agra",
        "1 2 3 10 300",
        "plain words",
        "",
    ],
)
def test_numbers_that_are_numbers_stay(text: str) -> None:
    assert unleet(text) == text


def test_digit_at_the_end_is_a_letter_beside_certain_ones_only() -> None:
    assert unleet("cas1no p1lls fre3") == "casino pills free"
    assert unleet("fre3 pills") == "fre3 pills"


def test_short_token_is_spelled_out_from_three_certain_ones_on() -> None:
    assert unleet("v1agra c4sino y0u") == "viagra casino y0u"
    assert unleet("v1agra c4sino p0rn y0u") == "viagra casino porn you"


def test_token_of_more_signs_than_letters_is_no_word() -> None:
    assert unleet("a1b3") == "aibe"
    assert unleet("a1b34$5") == "a1b34$5"
