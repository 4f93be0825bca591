"""The normal form: tricks are undone and named, honest writing of any script stays."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.normal_form import NormalForm, normal_form

ROUNDS = 5

TRICKS = [
    ("Ch&#101;ap pills", "cheap pills", {"entities"}),
    ("v&amp;#105;agra", "viagra", {"entities"}),
    ("ch<b>ea</b>p pi<!-- x -->lls", "cheap pills", {"split-words"}),
    ("one<br>two<p>three", "one two three", set()),
    ('<a href="http://a.com/x">cas</a>ino', "http://a.com/x casino", set()),
    ("[url=http://a.com]win[/url] now", "http://a.com win now", set()),
    ("vi\u200bag\u00adra", "viagra", {"zero-width"}),
    ("\u202eviagra", "viagra", {"bidi"}),
    ("\U0001d4eb\U0001d4fe\U0001d502 now", "buy now", {"fancy-letters"}),
    ("\uff22\uff35\uff39 now", "buy now", {"fancy-letters"}),
    ("\U0001f142\U0001f13b\U0001f13e\U0001f143", "slot", {"fancy-letters"}),
    ("\U0001f182\U0001f17b\U0001f17e\U0001f183", "slot", {"fancy-letters"}),
    ("c\u0300a\u0336s\u0337i\u0338no", "casino", {"combining"}),
    ("c\u0430sin\u043e", "casino", {"mixed-script"}),
    ("c\u03b1sino", "casino", {"mixed-script"}),
    ("\u0440\u0430\u0431ota", "\u0440\u0430\u0431ota", set()),
    ("pills (dot) com", "pills.com", {"hidden-address"}),
    ("pills[.]com", "pills.com", {"hidden-address"}),
    ("pills dot com", "pills.com", {"hidden-address"}),
    ("hxxp://pills.com", "http://pills.com", {"hidden-address"}),
    ("c.a.s.i.n.o", "casino", {"letters-apart"}),
    ("play c a s i n o", "play casino", {"letters-apart"}),
    ("sooooo cheap!!!!!", "soo cheap!!", {"stretched"}),
    ("v1agra and c@sin0", "viagra and casino", {"leet"}),
    ("$ex", "sex", {"leet"}),
]


@pytest.mark.parametrize(("text", "form", "markers"), TRICKS, ids=ascii)
def test_tricks_are_undone_and_named(text: str, form: str, markers: set[str]) -> None:
    assert normal_form(text) == NormalForm(form, frozenset(markers))


HONEST = [
    "\u043f\u0440\u0438\u0432\u0435\u0442, \u0451\u043b\u043a\u0430",
    "\u0438 \u0447\u0430\u0439",
    "\u03ba\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1 \u03ba\u03cc\u03c3\u03bc\u03b5",
    "\u0645\u0631\u062d\u0628\u064b\u0627 \u0628\u0650\u0643\u064f\u0645",
    "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd",
    "\u4f60\u597d\u4e16\u754c\u3002\u3053\u3093\u306b\u3061\u306f",
    "\uc548\ub155\ud558\uc138\uc694",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a",
    "\u0939\u093f\u0928\u094d\u0926\u0940 \u092e\u0947\u0902",
    "\u0ba4\u0bae\u0bbf\u0bb4\u0bcd",
    "mp3, covid19, the 2nd of 3, 1080p, $100, us$5, web2, h264",
    "written in .net, as i.e. people do, e.g. me",
    "a[0] < b and b > 3, see foo(bar)",
    "https://www.example.com/watch?v=dqw4w9wgxcq&t=3m",
    "scott@example.org",
    "sms\u043a\u0430 tnf\u03b1",
]


@pytest.mark.parametrize("text", HONEST, ids=ascii)
def test_honest_writing_is_left_alone(text: str) -> None:
    assert normal_form(text) == NormalForm(text, frozenset())


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (0x0370, 0x03FF),
        (0x0400, 0x052F),
        (0x05D0, 0x05EA),
        (0x0620, 0x064A),
        (0x0900, 0x0DFF),
        (0x0E01, 0x0E5B),
        (0x3041, 0x30FF),
        (0x4E00, 0x9FFF),
        (0xAC00, 0xD7A3),
    ],
    ids=hex,
)
def test_letters_of_living_scripts_stay(first: int, last: int) -> None:
    for code in range(first, last + 1, 7):
        char = chr(code)
        plain = unicodedata.normalize("NFKC", char).lower()
        if char.isalpha() and unicodedata.normalize("NFKC", plain) == plain:
            assert normal_form(f"{char}\u200a{char}").text == f"{plain} {plain}"


_PIECES = st.sampled_from(
    [
        *"aeilorst0134579@$.&;#<>()[]{}*-_/: \n!",
        "\u0430",
        "\u0435",
        "\u043e",
        "\u03b1",
        "\u0300",
        "\u0336",
        "\u200b",
        "\u202e",
        "\u0130",
        "\ufdfa",
        "\uff21",
        "\U0001d400",
        "\U0001f170",
        "\u4e2d",
        "&amp;",
        "&#97;",
        "&lt;",
        "<b>",
        "</a>",
        "<a href=",
        "[url=",
        " dot ",
        "(dot)",
        "[.]",
        "com",
        "www.",
        "hxxp",
        "http://",
    ]
)
ANY_TEXT = st.text() | st.lists(_PIECES, max_size=40).map("".join)


@given(ANY_TEXT)
def test_form_of_the_form_is_itself(text: str) -> None:
    # Each pass undoes four levels of what is nested, so that few passes settle it.
    form = normal_form(text).text
    for _ in range(ROUNDS):
        form = normal_form(form).text
    assert normal_form(form).text == form


@given(st.lists(st.sampled_from("abcdeilnorst ,.!?"), max_size=80).map("".join))
def test_form_of_plain_text_is_itself_at_once(text: str) -> None:
    form = normal_form(text).text
    assert normal_form(form).text == form


@given(ANY_TEXT)
def test_form_is_lower_case_bounded_and_without_tricks(text: str) -> None:
    form = normal_form(text).text
    assert len(form) <= 10_000
    assert form == " ".join(form.split())
    assert form == form.lower()
    assert not {"\u200b", "\u202e", "\u0300", "\u0336", "\x02", "\x03"} & set(form)
    form.encode("utf-8")


def test_what_lies_behind_the_limit_is_not_looked_at() -> None:
    words = "plain words " * 900
    assert normal_form(words + "v1agra") == normal_form(words[:10_000])
    assert len(normal_form("\ufdfa" * 10_000).text) <= 10_000


PATHOLOGICAL = [
    "a",
    "a ",
    "a.",
    "<",
    "<a ",
    "<a href=",
    "[url=",
    "[",
    "&",
    "&amp;",
    "&#9",
    "( dot ",
    " dot",
    " . ",
    "a1",
    "@",
    "$0",
    "\u0300",
    "\u0430a",
    "\u200b",
    "www",
    "w ",
    "\U0001f170",
    "\u3042",
    "\u0336a",
]


@pytest.mark.parametrize("piece", PATHOLOGICAL, ids=ascii)
def test_time_is_linear_in_the_text(piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * size)[:size]
        best = float("inf")
        for _ in range(3):
            begun = time.process_time()
            normal_form(text)
            best = min(best, time.process_time() - begun)
        return best

    # Four times the text; quadratic time would make it sixteen.
    small, large = seconds(2_500), seconds(10_000)
    assert large < 10 * small + 0.01
