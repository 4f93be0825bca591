"""Tricks with letters are named; honest writing in any script is not."""

import pytest

from service.text.oddities import markers_of


@pytest.mark.parametrize(
    ("text", "markers"),
    [
        ("vi\u200bagra", "zero-width"),
        ("vi\u200dagra", "zero-width"),
        ("vi\u00adagra", "zero-width"),
        ("hi\U000e0041\U000e0042", "zero-width"),
        ("ad\u202enim", "bidi"),
        ("a\u2066b\u2069c", "bidi"),
        ("\u05d0\u202e\u05d1", "bidi"),
        ("p\u0430yp\u0430l", "mixed-script"),
        ("\u0421asino", "mixed-script"),
        ("c\u043a\u0438\u0434\u043a\u0430", "mixed-script"),
        ("\u0391dmin", "mixed-script"),
        ("\U0001d4eb\U0001d4fe\U0001d502 now", "fancy-letters"),
        ("vi\U0001d41agra", "fancy-letters"),
        ("\uff22\uff35\uff39 now", "fancy-letters"),
        ("\u24d1\u24e4\u24e8", "fancy-letters"),
        ("v&#105;agra", "entities"),
        ("v&#x69;agra", "entities"),
        ("v&#105agra", "entities"),
        ("Z" + "\u0301" * 5, "combining"),
        (
            "b\u200b\u202ep\u0430y&#97;",
            "zero-width, bidi, mixed-script, entities",
        ),
    ],
    ids=ascii,
)
def test_tricks_are_named(text: str, markers: str) -> None:
    assert markers_of(text) == set(markers.split(", "))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain words, &amp; &lt;b&gt; &eacute; &#8217;",
        "na\u00efve caf\u00e9 e\u0301",
        "\u041f\u0440\u0438\u0432\u0435\u0442, world",
        "SMS\u043a\u0430 iPhone-\u043e\u043c",
        "10 \u03bcm, 4 k\u03a9, \u0394t, TNF\u03b1",
        "the curve \U0001d465 + \U0001d466",
        "\u6771\u4eac\u306e\uff23\uff24\uff26",
        "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd\u200f!",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0915\u094d\u200d\u0937",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "Vi\u1ec7t Nam, \u1ec7\u0301",
    ],
    ids=ascii,
)
def test_honest_writing_is_not(text: str) -> None:
    assert markers_of(text) == frozenset()
