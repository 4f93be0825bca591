"""Number, density, markup and targets of links."""

from typing import Any

import pytest

from service.domain.findings import weigh
from service.domain.policy import SitePolicy
from service.domain.status import Status
from tests.unit.checks.inputs import comment, link
from worker.checks.links import links


def _said(*given: Any, words: int = 40) -> float:
    said = links(comment({"links": given, "words": ("word",) * words}))
    assert said is not None
    return said.log_odds


def test_no_links_say_nothing() -> None:
    assert links(comment()) is None


def test_one_bare_link_in_a_sentence_is_published() -> None:
    said = links(comment({"links": (link(),)}))
    assert said is not None
    assert weigh([said], SitePolicy()).status is Status.PUBLISHED


def test_each_further_link_weighs_more() -> None:
    weights = [
        _said(*(link(f"h{at}.example") for at in range(n))) for n in (1, 2, 3, 5)
    ]
    assert weights == sorted(set(weights))


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        pytest.param(
            link(markup="bbcode", label="cheap"), link(label="cheap"), id="bbcode"
        ),
        pytest.param(
            link(markup="html", label="https://shop.example.com/"),
            link(markup="markdown", label="https://shop.example.com/"),
            id="anchor written as HTML",
        ),
        pytest.param(link("bit.ly"), link("bit.ly.example"), id="shortener"),
        pytest.param(
            link(label="bank.example", markup="markdown"),
            link(label="example.com", markup="markdown"),
            id="label names another host",
        ),
        pytest.param(
            link(label="https://www.bank.example/login", markup="html"),
            link(label="www.shop.example.com/page", markup="html"),
            id="label is another address",
        ),
    ],
)
def test_odd_link_weighs_more_than_plain_one(odd: Any, plain: Any) -> None:
    assert _said(odd) >= _said(plain) + 0.9


@pytest.mark.parametrize(
    ("few", "more"),
    [
        pytest.param(0, 1, id="no words besides links"),
        pytest.param(4, 5, id="few words to a link"),
    ],
)
def test_fewer_words_to_a_link_weigh_more(few: int, more: int) -> None:
    assert _said(link(), words=few) > _said(link(), words=more)


def test_three_links_to_one_host_weigh_more_than_to_three() -> None:
    spread = [link(f"h{at}.example") for at in range(3)]
    assert _said(link(), link(), link()) > _said(*spread)


def test_links_to_the_blog_itself_and_relative_ones_do_not_count() -> None:
    policy = SitePolicy(origins=("https://www.blog.example",))
    read = {"links": (link("blog.example", markup="html", label="here"), link(""))}
    assert links(comment(read, {"policy": policy})) is None


def test_anchor_with_words_weighs_more_than_one_with_its_address() -> None:
    worded = link(markup="html", label="cheap bags")
    assert _said(worded) > _said(link(markup="html", label=worded.url))


def test_link_alone_on_the_last_line_weighs_more_than_inside_the_text() -> None:
    given = link()

    def said(text: str) -> float:
        finding = links(comment({"links": (given,), "text": text}))
        assert finding is not None
        return finding.log_odds

    assert said(f"Good page!\n\n{given.url}\n") > said(f"See {given.url} for more")
    assert said(f"See {given.url}") == said(f"See {given.url} for more")


def test_reason_is_concrete() -> None:
    given = (link("bit.ly"), link("shop.example"))
    said = links(comment({"links": given, "words": ("word",) * 10}))
    assert said is not None
    assert said.reason == (
        "2 links in 10 words; one goes to bit.ly, which hides its target."
    )
    assert said.detail["hosts"] == {"bit.ly": 1, "shop.example": 1}


def test_gibberish_with_anchor_is_held() -> None:
    probe = link(markup="html", label="dbnjzezmbonu")
    said = links(comment({"links": (probe,), "words": ("dbnjzezmbonubzmps",)}))
    assert said is not None
    assert weigh([said], SitePolicy()).status is Status.HELD
