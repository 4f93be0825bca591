"""Another script or language than the page's."""

import pytest

from service.domain.checking import Page
from service.domain.findings import weigh
from service.domain.policy import SitePolicy
from service.domain.status import Status
from tests.unit.checks.inputs import comment
from worker.checks.language import language

ENGLISH = (
    "This is the page that I was looking for, and it has all of what you need for a "
    "loaf that is not too heavy."
)
GERMAN = (
    "Das ist genau die Seite, nach der ich gesucht habe, und sie hat auch alles, was "
    "man für ein Brot braucht, das nicht zu schwer ist."
)
RUSSIAN = "Покупайте у нас дешёвые часы, доставка по всей стране за один день"  # noqa: RUF001  # Russian


def _said(text: str, page: Page, proven: int = 0) -> str | None:
    words = tuple(text.casefold().replace(",", " ").replace(".", " ").split())
    known = {"page": page, "proven_published": proven}
    said = language(comment({"text": text, "words": words}, known))
    if said is None:
        return None
    assert weigh([said], SitePolicy()).status is Status.PUBLISHED, "only a hint"
    assert said.log_odds > 0
    return said.reason


def test_other_script_and_other_language_are_named() -> None:
    page = Page(title="Bread", texts=(ENGLISH,))
    assert _said(RUSSIAN, page) == (
        "It is in Cyrillic letters, the page's comments in Latin ones."
    )
    assert _said(GERMAN, page) == "It is in German, the page's comments in English."


@pytest.mark.parametrize(
    ("text", "page"),
    [
        pytest.param(ENGLISH, Page(title="Bread", texts=(ENGLISH,)), id="the same"),
        pytest.param(RUSSIAN, Page(), id="nothing published there"),
        pytest.param("Спасибо!", Page(texts=(ENGLISH,)), id="too short to tell"),
        pytest.param(
            f"{RUSSIAN} {ENGLISH}", Page(texts=(ENGLISH,)), id="both scripts in it"
        ),
        pytest.param(GERMAN, Page(texts=(ENGLISH, GERMAN)), id="a page with both"),
        pytest.param(ENGLISH, Page(texts=("Wow!",)), id="a page that is not clear"),
    ],
)
def test_says_nothing(text: str, page: Page) -> None:
    assert _said(text, page) is None


def test_proven_writer_may_write_as_they_like() -> None:
    assert _said(RUSSIAN, Page(texts=(ENGLISH,)), proven=1) is None
