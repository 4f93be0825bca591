"""Texts that are mostly alike share a band; others hardly ever do."""

import random
import subprocess
import sys

import pytest

from service.text.minhash import BANDS, MIN_WORDS, bands_of

PAIRS = 400


def alike(share: float, rng: random.Random) -> tuple[list[str], list[str]]:
    """Return two texts whose three-word shingles overlap by about the share.

    Blocks of words in the same order are common, the rest is each text's own. With c
    common and u own shingles each, the share is c / (c + 2 u).
    """
    total = 120
    own = round(total * (1 - share) / (1 + share))
    common = [f"c{rng.random()}" for _ in range(total - own)]
    return (
        common + [f"a{rng.random()}" for _ in range(own)],
        common + [f"b{rng.random()}" for _ in range(own)],
    )


def shared(one: list[str], other: list[str]) -> bool:
    return bool(set(bands_of(one)) & set(bands_of(other)))


def jaccard(one: list[str], other: list[str]) -> float:
    a, b = (set(zip(w, w[1:], w[2:], strict=False)) for w in (one, other))
    return len(a & b) / len(a | b)


@pytest.mark.parametrize(
    ("share", "lowest", "highest"),
    [(1.0, 1.0, 1.0), (0.75, 0.95, 1.0), (0.2, 0.0, 0.1), (0.0, 0.0, 0.0)],
)
def test_pairs_are_found_by_their_share(
    share: float, lowest: float, highest: float
) -> None:
    rng = random.Random(f"share {share}")  # noqa: S311  # a repeatable sample
    pairs = [alike(share, rng) for _ in range(PAIRS)]
    assert jaccard(*pairs[0]) == pytest.approx(share, abs=0.03)
    found = sum(shared(*pair) for pair in pairs) / PAIRS
    assert lowest <= found <= highest


def test_formula_keeps_the_promise_at_the_limits() -> None:
    def chance(share: float) -> float:
        return 1 - (1 - share**3) ** BANDS

    assert chance(0.7) > 0.95
    assert chance(0.2) < 0.10


def test_bands_never_meet_each_other() -> None:
    bands = [bands_of([str(n)] * 20) for n in range(50)]
    assert all([band[0] for band in one] == list("01234567") for one in bands)
    assert all(len(band) == 16 for one in bands for band in one)


def test_short_texts_are_not_compared() -> None:
    assert bands_of(["a"] * (MIN_WORDS - 1)) == ()
    assert len(bands_of(["a"] * MIN_WORDS)) == BANDS


def test_order_of_sentences_hardly_matters() -> None:
    one = [f"w{n}" for n in range(60)]
    assert shared(one, one[30:] + one[:30])


def test_bands_are_the_same_in_every_process() -> None:
    words = [f"w{n}" for n in range(20)]
    code = (
        "from service.text.minhash import bands_of;"
        "print(bands_of([f'w{n}' for n in range(20)]))"
    )
    outputs = {
        subprocess.check_output([sys.executable, "-c", code], text=True).strip()
        for _ in range(2)
    }
    assert outputs == {str(bands_of(words))}


def test_stored_bands_stay_comparable() -> None:
    sentence = "the same eight words give these bands forever"
    bands = bands_of(sentence.split())
    assert (bands[0], bands[-1]) == ("0868f228076c851d", "714070b34cdbd29b")
