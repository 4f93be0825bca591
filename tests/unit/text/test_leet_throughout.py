"""Texts in which nearly every word has digits for letters."""

import pytest

from service.text.spelling import unleet


def test_short_words_are_spelled_out_beside_many_certain_ones() -> None:
    assert (
        unleet("7he b35t c4s1n0 b0nus fr0m v1agr4 st0re, l3t y0u w1n 1t")
        == "the best casino bonus from viagra store, let you win it"
    )


@pytest.mark.parametrize(
    "kept", ["2nd", "10am", "4k", "mp300", "covid19", "$5", "2019"]
)
def test_measures_and_years_stay_even_there(kept: str) -> None:
    assert unleet(f"c4s1n0 b0nus fr0m v1agr4 {kept}").endswith(f"viagra {kept}")


def test_short_words_stay_where_little_is_certain() -> None:
    assert unleet("the 7he of l3t and v1agr4") == "the 7he of l3t and viagra"
