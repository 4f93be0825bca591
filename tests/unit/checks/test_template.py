"""Templates sent unmade, and program code that looks like them."""

import pytest

from tests.unit.checks.inputs import comment
from worker.checks.template import template

SPUN = (
    "{I have|I've} been {surfing|browsing} online more than {three|3|2|4} hours today, "
    "yet I never found any interesting article like yours. {It's|It is} pretty good."
)


def test_unmade_template_speaks_against() -> None:
    said = template(comment({"text": SPUN}))
    assert said is not None
    assert said.log_odds > 2.0
    assert said.detail == {"choices": 4}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Thanks, this helped!", id="plain text"),
        pytest.param("Run it with {start|stop} or {up|down}.", id="usage of a command"),
        pytest.param("list.map { |x| x + 1 } " * 5, id="Ruby blocks"),
        pytest.param("{{ page.title | escape }} {{a|b}} " * 5, id="Jinja filters"),
        pytest.param("type T = {a: string | number}; " * 5, id="TypeScript unions"),
        pytest.param("{" * 5_000 + "|" * 5_000, id="braces without end"),
    ],
)
def test_code_and_prose_say_nothing(text: str) -> None:
    assert template(comment({"text": text})) is None
