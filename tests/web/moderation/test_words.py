from datetime import timedelta

import pytest

from service.domain.status import Status
from service.text.render import render
from service.web.moderation.unlinked import shown_address, unlinked
from service.web.moderation.words import (
    actor_words,
    count_words,
    demand_words,
    span_words,
    strength_words,
)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-5), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47), "1 day"),
        (timedelta(days=1200), "1,200 days"),
    ],
    ids=str,
)
def test_span_is_told_in_its_largest_unit(span: timedelta, words: str) -> None:
    assert span_words(span) == words


def test_count_is_capped() -> None:
    assert [count_words(n, 1000) for n in (0, 999, 1000, 5000)] == [
        *("0", "999", "999+", "999+")
    ]


@pytest.mark.parametrize(
    ("log_odds", "words"),
    [
        (0.0, ""),
        (0.4, "slightly for spam"),
        (-0.5, "somewhat against spam"),
        (1.5, "clearly for spam"),
        (-3.0, "strongly against spam"),
        (4.0, "strongly for spam"),
    ],
)
def test_strength_has_a_word_and_a_side(log_odds: float, words: str) -> None:
    assert strength_words(log_odds) == words


def test_demands_are_told() -> None:
    assert demand_words(None) == ""
    assert demand_words(Status.HELD) == "enough by itself to hold it"
    assert demand_words(Status.SPAM) == "enough by itself to call it spam"


@pytest.mark.parametrize(
    ("actor", "who", "words"),
    [
        ("checks", "", "the checks"),
        ("writer", "", "the writer"),
        ("operator", "", "the operator"),
        ("moderator", "Grace", "Grace"),
        ("moderator", "", "a former moderator"),
    ],
)
def test_mover_has_a_name(actor: str, who: str, words: str) -> None:
    assert actor_words(actor, who) == words


@pytest.mark.parametrize(
    ("address", "html"),
    [
        ("https://a.example/b", "https://<strong>a.example</strong>/b"),
        ("http://b@a.example:8/", "http://b@<strong>a.example:8</strong>/"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("https://[bad/", "https://[bad/"),
        ('https://a.example/"<', "https://<strong>a.example</strong>/&#34;&lt;"),
        ("", ""),
    ],
    ids=["path", "user", "mail", "bad", "signs", "empty"],
)
def test_host_of_an_address_is_emphasised(address: str, html: str) -> None:
    assert str(shown_address(address)) == html


def test_links_become_words_and_addresses() -> None:
    html = render(
        "A [*good* one](https://a.example/?b=1&c=2), https://b.example/x & <a>"
    )
    assert str(unlinked(html)) == (
        '<p>A <span class="link"><em>good</em> one</span> '
        '<span class="target" dir="ltr">'
        "https://<strong>a.example</strong>/?b=1&amp;c=2</span>, "
        '<span class="target" dir="ltr">https://<strong>b.example</strong>/x</span> '
        "&amp; &lt;a&gt;</p>\n"
    )


@pytest.mark.parametrize(
    "html",
    [
        '<a rel="x">words</a>',
        "<a href='https://a.example'>words</a>",
        '<a href="https://a.example">words',
        '<a  href="https://a.example" >words</a >',
    ],
    ids=["no address", "other quotes", "never closed", "spaces"],
)
def test_links_in_an_unexpected_form_lead_nowhere_either(html: str) -> None:
    assert "<a" not in unlinked(html)
