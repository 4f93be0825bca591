"""What blind indexes tell, and what they do not."""

from hypothesis import given
from hypothesis import strategies as st

from service.privacy.blind_index import address_index, network_index
from service.privacy.keyring import Keyring, generate

OLD = generate(1)
KEYRING = Keyring.from_text(f"{OLD}\n{generate(2)}")
ANN = "ann@example.com"


@given(st.text(), st.integers(1, 2**63))
def test_index_is_16_bytes_and_always_the_same(value: str, site_id: int) -> None:
    for index in (address_index, network_index):
        first = index(KEYRING, site_id, value)
        assert len(first) == 16
        assert index(KEYRING, site_id, value) == first


def test_index_differs_by_value_site_kind_and_key() -> None:
    indexes = [
        address_index(KEYRING, 1, ANN),
        address_index(KEYRING, 1, "bob@example.com"),
        address_index(KEYRING, 2, ANN),
        address_index(KEYRING, 1, ANN, key_id=1),
        network_index(KEYRING, 1, ANN),
        network_index(KEYRING, 2, ANN),
        network_index(KEYRING, 1, ANN, key_id=1),
    ]
    assert len(set(indexes)) == len(indexes)


def test_site_and_value_cannot_run_into_each_other() -> None:
    assert network_index(KEYRING, 1, "1|2") != network_index(KEYRING, 11, "2")
    assert network_index(KEYRING, 1, "12") != network_index(KEYRING, 11, "2")


def test_index_of_an_old_key_survives_a_newer_one() -> None:
    before = address_index(Keyring.from_text(OLD), 1, ANN)
    assert address_index(KEYRING, 1, ANN, key_id=1) == before
