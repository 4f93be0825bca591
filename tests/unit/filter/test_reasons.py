"""Reasons are whole words and plain facts, for people, without addresses."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.filter.samples import HAM, SPAM, ids, reading
from tests.unit.text.test_normal_form import ANY_TEXT
from worker.filter.hashing import Family, ids_of, word_hashes
from worker.filter.model import Base, SiteModel, places
from worker.filter.reasons import reasons
from worker.filter.storage import shipped_base

NOTHING = Base(np.zeros(1 << 10, np.float32), 0.0, "nothing")


@pytest.fixture(scope="module")
def taught() -> SiteModel:
    model = SiteModel.empty()
    for _ in range(3):
        for spam, ham in zip(SPAM, HAM, strict=True):
            model.learn(ids(spam), is_spam=True)
            model.learn(ids(ham), is_spam=False)
    return model


def test_words_of_the_spam_are_named_and_those_of_good_comments_not(
    taught: SiteModel,
) -> None:
    text = "your bread is fine but this casino bonus is better"
    said = " ".join(reasons(reading(text), NOTHING, taught))
    assert "casino" in said
    assert "bonus" in said
    assert "bread" not in said


def test_quoted_words_stand_whole_in_the_text(taught: SiteModel) -> None:
    for text in SPAM:
        words = f" {' '.join(reading(text).words)} {text} "
        for clause in reasons(reading(text), NOTHING, taught, most=20):
            for quoted in re.findall("\u201c(.*?)\u201d", clause):
                assert re.search(rf"(?<!\w){re.escape(quoted)}(?!\w)", words), clause


def test_nothing_is_said_of_what_speaks_for_nothing(taught: SiteModel) -> None:
    assert reasons(reading(HAM[0]), NOTHING, None) == ()
    assert reasons(reading(""), NOTHING, taught) == ()
    quiet = reasons(reading(HAM[0]), NOTHING, taught)
    assert not any("bread" in clause for clause in quiet)


def test_strongest_come_first_and_no_more_than_asked(taught: SiteModel) -> None:
    text = " ".join(SPAM)
    many = reasons(reading(text), NOTHING, taught, most=10)
    assert len(many) == 10
    assert len(set(many)) == 10
    assert reasons(reading(text), NOTHING, taught, most=3) == many[:3]


def test_disguised_word_is_named_as_it_reads(taught: SiteModel) -> None:
    said = reasons(
        reading("the c\u0430sin\u043e b0nus c@sino"), NOTHING, taught, most=9
    )
    assert any("casino" in clause for clause in said)


def test_host_and_name_are_named() -> None:
    model = SiteModel.empty()
    one = reading("see http://lucky.example/x", "Lucky Win", "http://win.example/")
    for _ in range(3):
        model.learn(ids(one.text, one.name, one.website), is_spam=True)
    said = reasons(one, NOTHING, model, most=30)
    assert "a link to lucky.example" in said
    assert "the website win.example" in said
    assert any("the name" in clause for clause in said)


@given(
    st.sampled_from(["ada.lovelace@letters.example", "x@y.co", "\u00e4@\u00f6.example"])
)
def test_address_is_never_told(address: str) -> None:
    text = f"write to {address} or casino {address} now"
    model = SiteModel.empty()
    for _ in range(3):
        model.learn(ids(text, address), is_spam=True)
    told = " ".join(reasons(reading(text, address), NOTHING, model, most=50))
    assert "casino" in told
    for part in re.split(r"[@.]", address):
        if len(part) > 2:
            assert not re.search(rf"\b{re.escape(part)}\b", told)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_comment_gets_short_reasons(text: str, name: str, website: str) -> None:
    found = reasons(reading(text, name, website), shipped_base(), None)
    assert len(found) <= 5
    assert all(clause and len(clause) < 100 and "@" not in clause for clause in found)


def weighing(*weighted: tuple[str, float]) -> SiteModel:
    """A model in which words have these weights, and nothing else has any."""
    model = SiteModel.empty()
    for word, weight in weighted:
        word_ids = ids_of(Family.WORD, word_hashes([word]))
        model.weights[places(word_ids, model.bits)] = weight
    return model


def test_heaviest_word_is_named_first() -> None:
    text = "zebra apple mango violet"
    model = weighing(("zebra", 2.0), ("mango", 9.0), ("violet", 5.0), ("apple", -3.0))
    said = reasons(reading(text), NOTHING, model)
    assert said == ("\u201cmango\u201d", "\u201cviolet\u201d", "\u201czebra\u201d")


def test_base_and_site_are_weighed_together() -> None:
    one = weighing(("mango", 6.0))
    base = Base(one.weights, 0.0, "fruit")
    against = weighing(("mango", -6.0))
    text = "zebra mango"
    assert reasons(reading(text), base, None) == ("\u201cmango\u201d",)
    assert reasons(reading(text), base, against) == ()


def test_words_that_hardly_weigh_are_no_reason() -> None:
    assert reasons(reading("zebra"), NOTHING, weighing(("zebra", 0.001))) == ()
    assert reasons(reading("zebra"), NOTHING, weighing(("zebra", 1.0)))


def test_facts_are_told_in_words() -> None:
    model = SiteModel.empty()
    one = reading("GO TO http://a.example/x AND http://b.example/y", "buy things")
    for _ in range(3):
        model.learn(ids(one.text, one.name), is_spam=True)
    said = reasons(one, NOTHING, model, most=50)
    assert "it has two links" in said
    assert "the name has no capital" in said
    assert "a link that ends in .example" in said
    # Codes of facts, such as "links:2", are for the model alone.
    assert not any(re.search(r"\w:\d|\w+-\w+:", clause) for clause in said)
