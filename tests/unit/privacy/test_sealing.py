"""What sealed values promise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.privacy.keyring import Keyring, generate
from service.privacy.sealing import SealBroken, seal, sealed_with, unseal

OLD = generate(1)
KEYRING = Keyring.from_text(f"{OLD}\n{generate(2)}")
ROW = "email|1|Xk2"
ANY_TEXT = st.text(st.characters())


@given(plain=ANY_TEXT, bound_to=ANY_TEXT)
def test_what_was_sealed_comes_back(plain: str, bound_to: str) -> None:
    assert unseal(KEYRING, seal(KEYRING, plain, bound_to), bound_to) == plain


def test_lone_surrogate_comes_back() -> None:
    assert unseal(KEYRING, seal(KEYRING, "a\ud800", ROW), ROW) == "a\ud800"


@pytest.mark.parametrize(
    ("characters", "bytes_in_all"),
    [(0, 97), (1, 97), (63, 97), (64, 161), (254, 289)],
)
def test_length_grows_in_steps_of_64(characters: int, bytes_in_all: int) -> None:
    assert len(seal(KEYRING, "x" * characters, ROW)) == bytes_in_all


def test_same_text_never_looks_the_same() -> None:
    assert len({seal(KEYRING, "ann@example.com", ROW) for _ in range(50)}) == 50


def test_text_is_not_in_the_sealed_bytes() -> None:
    assert b"example" not in seal(KEYRING, "ann@example.com", ROW)


def test_newest_key_seals_and_old_ones_unseal() -> None:
    old = seal(Keyring.from_text(OLD), "ann@example.com", ROW)
    assert sealed_with(old) == 1
    assert unseal(KEYRING, old, ROW) == "ann@example.com"
    assert sealed_with(seal(KEYRING, "ann@example.com", ROW)) == 2


@pytest.mark.parametrize(
    "other", ["email|1|Xk3", "email|2|Xk2", "ip|1|Xk2", "", "email|1|Xk2 "]
)
def test_value_moved_to_another_row_does_not_open(other: str) -> None:
    with pytest.raises(SealBroken, match="another row"):
        unseal(KEYRING, seal(KEYRING, "ann@example.com", ROW), other)


def test_any_changed_bit_is_noticed() -> None:
    sealed = seal(KEYRING, "ann@example.com", ROW)
    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(SealBroken):
            unseal(KEYRING, bytes(changed), ROW)


@given(st.binary(max_size=200))
def test_bytes_from_elsewhere_are_broken_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(SealBroken):
        unseal(KEYRING, data, ROW)


@pytest.mark.parametrize("length", [0, 1, 5, 17, 32])
def test_cut_value_is_broken(length: int) -> None:
    cut = seal(KEYRING, "ann@example.com", ROW)[:length]
    with pytest.raises(SealBroken):
        sealed_with(cut)
    with pytest.raises(SealBroken):
        unseal(KEYRING, cut, ROW)


def test_lost_key_is_named_by_its_id() -> None:
    sealed = seal(KEYRING, "ann@example.com", ROW)
    with pytest.raises(SealBroken, match="Key 2 is not in the keyring"):
        unseal(Keyring.from_text(OLD), sealed, ROW)


def test_other_key_under_the_same_id_does_not_open() -> None:
    sealed = seal(Keyring.from_text(OLD), "ann@example.com", ROW)
    with pytest.raises(SealBroken, match="key 1"):
        unseal(Keyring.from_text(generate(1)), sealed, ROW)
