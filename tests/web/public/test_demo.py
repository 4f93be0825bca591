"""The demo blog works without script, from form to thread."""

import pytest

from service.domain.policy import SitePolicy
from service.domain.status import Status
from tests.db.acts import Acts, make_site
from tests.web.public.page import Page
from tests.web.public.reader import BASE, House, Reader


@pytest.fixture
def demo(acts: Acts) -> Acts:
    """The site ``demo``, whose pages are the demo blog's."""
    site = make_site(acts.store, "demo", SitePolicy(origins=(BASE,)), acts.clock())
    return Acts(
        store=acts.store, keyring=acts.keyring, clock=acts.clock, site_id=site.id
    )


def test_home_says_what_this_is(reader: Reader) -> None:
    answer = reader.browse("/")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert Page(answer.text).heading == "Foyer"


def test_without_its_site_there_is_no_demo(reader: Reader) -> None:
    assert reader.browse("/demo/").status_code == 404


@pytest.mark.parametrize("path", ["/demo/nothing", "/demo/rain/", "/demo/%00"])
def test_demo_has_no_other_pages(reader: Reader, demo: Acts, path: str) -> None:
    assert demo.site.key == "demo"
    assert reader.browse(path).status_code == 404


@pytest.mark.parametrize("path", ["/demo/", "/demo/rain"])
def test_form_of_the_demo_is_taken(reader: Reader, demo: Acts, path: str) -> None:
    (form,) = Page(reader.browse(path).text).forms
    demo.clock.advance(seconds=20)
    filled = {"comment": "So.", "name": "Ana", "email": "ana@example.org"}
    answer = reader.send_form(form.fields | filled, form.action, Origin=BASE)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sites/demo/sent/")
    assert demo.thread(path).published_count == 0


def test_published_comments_are_shown_nested_and_safe(
    reader: Reader, demo: Acts
) -> None:
    first = demo.say(
        "One <script>x</script> *so*", page="/demo/", website="https://ana.example"
    )
    answer = demo.say("Two.", page="/demo/", parent=first, name="<b>Bob</b>")
    demo.say("Waits.", Status.HELD, page="/demo/")
    html = reader.browse("/demo/").text
    page = Page(html)
    assert "2 comments" in page.words
    assert f'id="comment-{first}"' in html
    assert html.index(first) < html.index(answer)
    assert "<em>so</em>" in html
    assert "<script>x" not in html
    assert "<b>Bob" not in html
    assert "Waits." not in html
    links = {e.attributes["href"]: e.attributes for e in page.named("a")}
    assert "nofollow" in links["https://ana.example"]["rel"]


def test_answer_is_written_to_the_comment_that_was_chosen(
    reader: Reader, demo: Acts
) -> None:
    first = demo.say("One.", page="/demo/")
    page = Page(reader.browse(f"/demo/?reply={first}").text)
    assert "Leave a Reply to Ana" in page.words
    (form,) = page.forms
    assert form.fields["parent"] == first
    assert Page(reader.browse("/demo/?reply=x").text).forms[0].fields["parent"] == ""


def test_removed_comment_is_a_place_for_its_answers(reader: Reader, demo: Acts) -> None:
    first = demo.say("One.", page="/demo/")
    demo.say("Two.", page="/demo/", parent=first)
    demo.move(first, Status.TRASHED)
    page = Page(reader.browse("/demo/").text)
    assert "This comment is gone." in page.words
    assert "One." not in page.words


def test_demo_reads_no_cookie_and_gives_none(house: House, demo: Acts) -> None:
    reader = house.reader()
    answer = reader.get("/demo/", Cookie="foyer=x; foyer-form=y")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert demo.site.key == "demo"
