"""Somebody else's words, sent again with a link."""

from typing import Any

import pytest

from service.domain.checking import Alike, Page
from service.domain.findings import weigh
from service.domain.policy import SitePolicy
from service.domain.status import Status
from tests.unit.checks.inputs import WORDS, comment
from worker.checks.copied import MIN_WORDS, copied

COPY = {"alike": Alike(copied=1, copied_here=1)}
WEBSITE = {"website": "https://shop.example", "website_host": "shop.example"}
TITLE = Page(title="How to set up a printer")


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(WEBSITE, id="with a website"),
        pytest.param({"hosts": ("shop.example",)}, id="with a link"),
    ],
)
def test_copied_words_that_lead_elsewhere_are_held(read: dict[str, Any]) -> None:
    said = copied(comment(read, COPY))
    assert said is not None
    assert weigh([said], SitePolicy()).status is Status.HELD
    assert "1 published comment by somebody else on this page" in said.reason


@pytest.mark.parametrize(
    ("read", "known"),
    [
        pytest.param(WEBSITE, {}, id="own words"),
        pytest.param({}, COPY, id="no link"),
        pytest.param(
            {**WEBSITE, "words": WORDS[: MIN_WORDS - 1]}, COPY, id="a short thank-you"
        ),
        pytest.param(WEBSITE, {**COPY, "proven_published": 1}, id="proven writer"),
        pytest.param(
            WEBSITE,
            {**COPY, "policy": SitePolicy(origins=("https://shop.example",))},
            id="a link to the blog itself",
        ),
    ],
)
def test_says_nothing(read: dict[str, Any], known: dict[str, Any]) -> None:
    assert copied(comment(read, known)) is None


def test_what_nearly_repeats_is_not_held_by_that_alone() -> None:
    said = copied(comment(WEBSITE, {"alike": Alike(nearly_copied=2)}))
    assert said is not None
    assert weigh([said], SitePolicy()).status is Status.PUBLISHED
    whole = copied(comment(WEBSITE, {"alike": Alike(copied=2, nearly_copied=2)}))
    assert whole is not None
    assert whole.log_odds > said.log_odds > 0


@pytest.mark.parametrize(
    ("text", "is_title"),
    [
        ("how to set up a printer", True),
        ("great how to set up a printer", True),
        ("how to set up a printer without the cable that came with it", False),
        ("printer", False),
    ],
)
def test_nothing_but_the_title(text: str, is_title: bool) -> None:
    read = {**WEBSITE, "words": tuple(text.split())}
    assert (copied(comment(read, {"page": TITLE})) is not None) is is_title


def test_title_of_few_words_may_be_all_that_is_said() -> None:
    read = {**WEBSITE, "words": ("printer",)}
    assert copied(comment(read, {"page": Page(title="Printer")})) is None
