from service.domain.check_names import (
    CHECK_NAMES,
    REASON_NAMES,
    UNFINISHED_NAME,
    UNRENDERED_NAME,
    reasons_of,
)


def test_every_check_is_a_reason_of_its_own_that_fits_its_column() -> None:
    assert set(REASON_NAMES) == {*CHECK_NAMES, UNFINISHED_NAME, UNRENDERED_NAME}
    bits = [reasons_of([name]) for name in REASON_NAMES]
    assert sum(bits) == reasons_of(REASON_NAMES)
    assert all(0 < bit < 2**31 for bit in bits)
    assert reasons_of(["nonsense", ""]) == 0


def test_numbers_that_are_stored_stay_as_they_are() -> None:
    assert reasons_of(["lists"]) == 1
    assert reasons_of(["links", "model"]) == (1 << 7) + (1 << 15)
    assert reasons_of([UNFINISHED_NAME]) == 1 << 16
