"""Names that no person has."""

import pytest

from service.domain.policy import SitePolicy
from tests.unit.checks.inputs import comment
from worker.checks.writer_name import writer_name


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "ada",
        "ashok kumar",
        "Juan Carlos García López",
        "Ludwig van Beethoven",
        "Dr. Smith",
        "J.R.R. Tolkien",
        "María del Carmen",
        "山田 太郎",
        "محمد بن سلمان",
        "Иван Петров",
        "R2D2",
        "Sam 2",
        "ada@example.com",
        "",
    ],
)
def test_people_have_such_names(name: str) -> None:
    assert writer_name(comment({"name": name})) is None


@pytest.mark.parametrize(
    ("name", "least"),
    [
        pytest.param("cheap canada goose", 1.0, id="phrase without capitals"),
        pytest.param("where can i buy a good phone", 2.0, id="long phrase"),
        pytest.param("FIFA 15 Coins", 0.5, id="number among words"),
        pytest.param("cheap bags @ my shop", 1.0, id="phrase with an at sign"),
        pytest.param("http://shop.example/a", 2.0, id="address"),
        pytest.param("www.shop.example", 2.0, id="www"),
        pytest.param("Best-Bags.com", 1.0, id="domain"),
    ],
)
def test_search_phrases_and_addresses_speak_against(name: str, least: float) -> None:
    said = writer_name(comment({"name": name}))
    assert said is not None
    assert said.log_odds >= least


def test_text_that_opens_with_the_name_speaks_against() -> None:
    words = ("miu", "miu", "bags", "are", "good")
    said = writer_name(comment({"name": "Miu Miu", "words": words}))
    assert said is not None
    assert said.reason == "The text opens with the writer's name, as a headline."


def test_text_that_opens_with_a_first_name_does_not() -> None:
    words = ("ada", "here", "thank", "you")
    assert writer_name(comment({"name": "Ada", "words": words})) is None


def test_phrase_in_the_address_weighs_more_but_own_name_does_not() -> None:
    def said(name: str, url: str) -> float:
        finding = writer_name(comment({"name": name, "website": url}))
        return finding.log_odds if finding else 0.0

    phrase = "red running shoes"
    assert said(phrase, "https://x.example/red-running-shoes") > said(phrase, "")
    assert said("Ana Maria Silva", "https://anamariasilva.example/") == 0.0


def test_pages_of_the_blog_itself_may_have_any_name() -> None:
    read = {
        "name": "how to set up a printer at home",
        "website": "https://blog.example/printer/",
        "website_host": "blog.example",
    }
    policy = SitePolicy(origins=("https://blog.example",))
    assert writer_name(comment(read)) is not None
    assert writer_name(comment(read, {"policy": policy})) is None


def test_proven_writer_may_have_any_name() -> None:
    given = comment({"name": "the old man from town"}, {"proven_published": 2})
    assert writer_name(given) is None
