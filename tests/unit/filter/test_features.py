"""What the model looks at is the same everywhere, and holds nothing private."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.domain.checking import Reading
from tests.unit.filter.samples import ids, reading
from tests.unit.text.test_normal_form import ANY_TEXT
from worker.filter.features import features, gram_text, pieces, values
from worker.filter.hashing import FAMILY_SHIFT, Family, gram_hashes, ids_of, word_hashes

TEXT = "Caf\u00e9 \u043f\u0440\u0438\u0432\u0435\u0442 \u4f60\u597d http://shop.example/a-b"


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_comment_gives_distinct_sorted_ids(
    text: str, name: str, website: str
) -> None:
    found = ids(text, name, website)
    assert found.dtype == np.uint32
    assert (np.diff(found.astype(np.int64)) > 0).all()
    counted = values(found)
    assert counted.shape == found.shape
    assert np.isclose((counted.astype(float) ** 2).sum(), 1, atol=1e-4)


def test_ids_are_the_same_in_a_process_with_another_seed() -> None:
    code = (
        "from tests.unit.filter.samples import ids;"
        f"print(ids({TEXT!r}, 'Ada', 'https://ada.example/x').tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "123"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(
        ids(TEXT, "Ada", "https://ada.example/x").tolist()
    )


def test_ids_never_change_within_a_version() -> None:
    # Models hold weights by id: another number here needs another FEATURES_VERSION.
    word = ids_of(Family.WORD, word_hashes(["casino"]))
    gram = ids_of(Family.GRAM, gram_hashes("abc")[0] + np.uint32(3))
    assert word.tolist() == [WORD_CASINO]
    assert gram.tolist() == [GRAM_ABC]


WORD_CASINO = 881419228
GRAM_ABC = 351869238


def test_disguised_text_shares_nearly_all_pieces_of_its_words() -> None:
    def of_words(text: str) -> set[int]:
        found = ids(text)
        return set(found[found >> np.uint32(FAMILY_SHIFT) != Family.STYLE].tolist())

    plain = of_words("cheap casino bonus for you")
    for trick in (
        "che\u200bap c\u0430sino b\u043enus for you",
        "ch&#101;ap c@s1no bonus for you",
        "cheeeap casinooo bonus for you",
        "cheap c.a.s.i.n.o bonus for you",
    ):
        tricked = of_words(trick)
        assert len(plain & tricked) / len(plain | tricked) > 0.9


def test_families_are_told_apart_and_each_weighs_as_one_block() -> None:
    short = values(ids("one link http://a.example/"))
    words = " ".join(f"word{number}" for number in range(60))
    long = values(ids(f"{words} http://a.example/"))
    assert 0.5 < np.linalg.norm(short) / np.linalg.norm(long) < 2
    families = ids(TEXT, "Ada", "https://ada.example/x") >> np.uint32(FAMILY_SHIFT)
    assert set(families.tolist()) == {int(family) for family in Family}


def test_what_the_ids_do_not_depend_on() -> None:
    # Hashes, bands and groups are for finding alike comments; a model must not learn
    # them by heart.
    one = reading(TEXT, "Ada", "https://ada.example/")
    other: Reading = replace(one, normal_hash="f" * 32, bands=("x",), group_key="y")
    assert features(one).tolist() == features(other).tolist()


def test_every_piece_but_grams_has_a_name() -> None:
    for text in ("", "one", TEXT):
        for block in pieces(reading(text, "Ada Reader", "https://ada.example/")):
            assert len(block.names) == len(block.hashes)


@given(st.text(max_size=60))
def test_grams_are_those_of_each_place(text: str) -> None:
    whole = gram_text(text)
    for size, hashes in zip((3, 4, 5), gram_hashes(whole), strict=True):
        assert len(hashes) == max(0, len(whole) - size + 1)
        for at in range(0, len(hashes), 5):
            alone = gram_hashes(whole[at : at + size])[size - 3]
            assert alone.tolist() == [hashes[at]]
