"""Numbers as pages write them."""

import pytest

from service.web import formats


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "+0.0"),
        (-0.04, "\N{MINUS SIGN}0.0"),
        (0.04, "+0.0"),
        (-1.26, "\N{MINUS SIGN}1.3"),
        (12.5, "+12.5"),
    ],
)
def test_a_sign_stays_whatever_was_written_before(value: float, words: str) -> None:
    assert formats.signed(value) == words
