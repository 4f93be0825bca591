"""The check that asks the learned model."""

from dataclasses import replace

from service.domain.checking import CheckInput, Evidence, Opinion, Reading
from service.domain.status import Status
from service.text.reading import read
from worker.checks.model import model
from worker.filter.learned import LONG_TEXT_CHARS, LearnedModel
from worker.filter.storage import shipped_base


class Says:
    """A model that always says the same."""

    def __init__(self, opinion: Opinion) -> None:
        self._opinion = opinion

    def opinion(self, reading: Reading) -> Opinion:  # noqa: ARG002  # as models are
        """The same for each."""
        return self._opinion


def given(opinion: Opinion | None) -> CheckInput:
    asked = None if opinion is None else Says(opinion)
    reading = read(name="Ana", website="", text="A text.")
    return CheckInput(reading=reading, evidence=Evidence(model=asked))


SPAM = Opinion(
    base=1.25, site=3.5, reasons=("“bitcoin”", "“recovery”"), version=4, decisions=30
)


def test_without_a_model_nothing_is_said() -> None:
    assert model(given(None)) is None


def test_both_parts_add_up_and_are_told_with_whole_words() -> None:
    found = model(given(SPAM))
    assert found is not None
    assert found.log_odds == 4.75
    assert found.reason == (
        "Reads like spam, after 30 decisions here: “bitcoin”, “recovery”."
    )
    assert (found.detail["base"], found.detail["site"]) == (1.25, 3.5)
    assert found.detail["version"] == 4
    assert found.at_least is None


def test_good_comment_is_said_to_be_one() -> None:
    found = model(given(Opinion(base=-2.0, site=0.0)))
    assert found is not None
    assert found.reason == "Reads like a good comment."


def test_part_that_is_much_worse_than_the_whole_is_held_and_never_more() -> None:
    hidden = replace(SPAM, base=-2.0, site=0.0, part=4.5, part_words="Buy coins now")
    found = model(given(hidden))
    assert found is not None
    assert found.at_least is Status.HELD
    assert found.log_odds == -2.0
    assert "“Buy coins now” reads like spam by itself" in found.reason
    mild = replace(hidden, part=3.5)
    assert model(given(mild)).at_least is None  # type: ignore[union-attr]  # as above


def test_short_text_has_no_parts() -> None:
    learned = LearnedModel(base=shipped_base())
    text = "See https://shop.example/ for more. "
    short = learned.opinion(read(name="", website="", text=text))
    assert short.part is None
    long = learned.opinion(read(name="", website="", text=text * LONG_TEXT_CHARS))
    whole = long.base + long.site
    assert whole >= 2 or long.part is not None
