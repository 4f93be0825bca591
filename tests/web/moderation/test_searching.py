"""What moderators look for, filter by and save, all of it by plain forms."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, SavedView
from service.domain.check_names import reasons_of
from service.domain.findings import Finding
from service.domain.status import Status
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.queue import PAGE_SIZE
from service.operations.saved_views import MOST_VIEWS
from service.operations.sites import SiteView
from service.operations.word_index import index_words
from service.web.context import Context
from service.web.moderation.view import View, view_of_query
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds
from tests.web.moderation.visitor import Visitor, forms_of

Add = Callable[..., Comment]
ADDRESS = "ada.lovelace@example.org"


@pytest.fixture
def add(context: Context, site: SiteView, clock: FrozenClock) -> Add:
    """Adds a comment to the site ``demo`` that can be found."""

    def act(text: str = "Some words", **fields: object) -> Comment:
        def write(session: Session) -> Comment:
            seeds = Seeds(session=session, keyring=context.keyring, now=clock.now)
            comment = seeds.comment(site, text, **fields)  # type: ignore[arg-type]  # passed on as they come
            found = fields.get("findings", ())
            comment.reasons = reasons_of(f.check for f in found)  # type: ignore[attr-defined]
            session.flush()
            index_words(session, [comment.id])
            return comment

        return context.store.write(write)

    return act


def shown(page: str) -> int:
    return page.count('<article class="card"')


def search(moderator: Visitor, words: str, page: str = "/queue") -> str:
    """Where a search leads."""
    answer = moderator.send(page, "/queue/search", q=words)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_words_are_searched_for_by_a_form_that_leads_to_a_view(
    moderator: Visitor, add: Add
) -> None:
    add("The garden is green")
    add("Nothing of it")
    add("Gardens in spam", status=Status.SPAM)
    to = search(moderator, "  Garden   GREEN ")
    assert to == "/queue?q=Garden+GREEN"
    page = moderator.get(to).text
    assert shown(page) == 1
    assert "The garden is green" in page
    assert 'value="Garden GREEN"' in page
    assert 'id="search"' in page
    # Other tabs are searched for the same.
    assert 'href="/queue?status=spam&amp;q=Garden+GREEN"' in page
    assert shown(moderator.get("/queue?status=spam&q=garden").text) == 1
    assert search(moderator, "", to) == "/queue"


def test_address_is_found_and_stands_in_no_page_and_no_url(
    moderator: Visitor, add: Add
) -> None:
    add("From her", email=ADDRESS)
    add("From somebody else")
    to = search(
        moderator, f" <{ADDRESS.upper().replace('EXAMPLE.ORG', 'example.ORG')}>"
    )
    assert "lovelace" not in to.lower()
    page = moderator.get(to).text
    assert (shown(page), "From her" in page) == (1, True)
    assert "lovelace" not in page.lower()
    assert "one e-mail address" in page
    # The way on keeps it, and the way back takes it away.
    assert to.replace("/queue?", "/queue?status=spam&amp;") in page
    assert 'href="/queue"' in page
    nobody = moderator.get(search(moderator, "nobody@example.org")).text
    assert shown(nobody) == 0
    assert "Nothing here is what you look for." in nobody


def test_address_is_sealed_for_one_moderator(
    moderator: Visitor, app: object, context: Context, add: Add, site: SiteView
) -> None:
    add("From her", email=ADDRESS)
    to = search(moderator, ADDRESS)
    other = context.store.write(
        lambda s: Seeds(
            session=s, keyring=context.keyring, now=context.clock()
        ).moderator("tove@example.com", a=(site.id, Role.OWNER))
    )
    tove = Visitor(app.test_client()).with_session(context, other.id)  # type: ignore[attr-defined]  # it is a Flask
    answer = tove.get(to)
    assert answer.status_code == 422
    assert "can no longer be opened" in answer.text
    assert tove.get("/queue?writer=AAAA").status_code == 422
    assert tove.get("/queue?writer=" + to.split("writer=")[1][:-3]).status_code == 422


@pytest.mark.parametrize(
    "asked",
    [
        f"q={ADDRESS}",
        f"q=mailto:{ADDRESS}",
        f"q=what+%28{ADDRESS}%29+said",
        "q=%3F%21",
        "q=" + "x" * 201,
        "q=a&q=b",
        "reason=nonsense",
        "score_from=101",
        "score_from=-1",
        "score_from=x",
        "score_from=60&score_to=40",
        "score_to=1.5",
        "older=3",
        "older=0d",
        "older=99999d",
        "older=9d&newer=3d",
        "site=" + "x" * 65,
        "page=" + "x" * 513,
        "page=%00",
        "writer=%20x",
    ],
)
def test_what_cannot_be_meant_is_refused_without_repeating_it(
    moderator: Visitor, asked: str
) -> None:
    answer = moderator.get(f"/queue?{asked}")
    assert answer.status_code in {404, 422}
    assert "lovelace" not in answer.text.lower()


@pytest.mark.parametrize(
    "typed", [f"{ADDRESS} {ADDRESS}", f"from {ADDRESS}", "?!", "x" * 201]
)
def test_search_that_cannot_be_is_refused(moderator: Visitor, typed: str) -> None:
    answer = moderator.send("/queue", "/queue/search", q=typed)
    assert answer.status_code == 422
    assert "lovelace" not in answer.text.lower()


def test_filters_are_a_form_whose_empty_fields_do_not_stay_in_the_url(
    moderator: Visitor, add: Add
) -> None:
    links = Finding(check="links", log_odds=2.0, reason="Links.")
    add("With links", findings=[links], score=0.7)
    add("Without", score=0.7)
    add("With links, but surely spam", findings=[links], score=0.9)
    form = next(
        f for f in forms_of(moderator.get("/queue").text) if f.action == "/queue"
    )
    sent = form.fields | {"reason": "links", "score_to": "80", "older": ""}
    query = "&".join(f"{name}={value}" for name, value in sent.items())
    answer = moderator.get(f"/queue?{query}")
    assert answer.status_code == 303
    assert answer.location == "/queue?reason=links&score_to=80"
    page = moderator.get(answer.location).text
    assert (shown(page), "With links" in page) == (1, True)
    for chip, rest in (("links", "score_to=80"), ("0 to 80 %", "reason=links")):
        assert f'href="/queue?{rest}"' in page
        assert f"<bdi>{chip}</bdi>" in page


def test_age_and_page_narrow_the_queue(
    moderator: Visitor, add: Add, clock: FrozenClock
) -> None:
    add("Old", page="/a/")
    clock.advance(minutes=90)
    add("New", page="/b/")
    for asked, word in (
        ("older=1h", "Old"),
        ("newer=1h", "New"),
        ("page=/a/", "Old"),
        ("page=%2Fb%2F&older=1h", ""),
    ):
        page = moderator.get(f"/queue?{asked}").text
        assert shown(page) == (1 if word else 0)
        assert f"<p>{word}</p>" in page or not word


def test_decision_leads_back_to_the_same_view(moderator: Visitor, add: Add) -> None:
    comment = add("A garden")
    view = "/queue?q=garden&after=0"
    answer = moderator.send(view, f"/queue/{comment.public_id}", "spam")
    assert answer.location.rpartition("&done=")[0] == view
    assert "Marked as spam" in moderator.get(answer.location).text


def test_there_is_a_way_to_the_page_before(moderator: Visitor, add: Add) -> None:
    for number in range(2 * PAGE_SIZE + 1):
        add(f"Comment {number}.")

    def link(page: str, rel: str) -> str:
        (found,) = (a for a in page.split("<a ") if f'rel="{rel}"' in a.split(">")[0])
        return found.split('href="')[1].partition('"')[0].replace("&amp;", "&")

    first = moderator.get("/queue").text
    assert 'rel="prev"' not in first
    second = moderator.get(link(first, "next")).text
    third = moderator.get(link(second, "next")).text
    assert 'rel="next"' not in third
    back = moderator.get(link(third, "prev")).text
    assert "Comment 25." in back
    assert "Comment 49." in back
    assert "Comment 24." not in back
    again = moderator.get(link(back, "prev")).text
    assert "Comment 0." in again
    assert 'rel="prev"' not in again


def test_view_is_saved_under_a_name_and_removed(
    moderator: Visitor, context: Context, add: Add
) -> None:
    add()
    view = "/queue?status=spam&reason=links"
    answer = moderator.send(f"{view}&after=3", "/queue/views", name="  My   links ")
    assert answer.location == view
    page = moderator.get("/queue").text
    assert (
        '<a href="/queue?status=spam&amp;reason=links"><bdi>My links</bdi></a>' in page
    )
    assert 'aria-current="true"><bdi>My links</bdi>' in moderator.get(view).text
    # The same name again is the same view.
    moderator.send("/queue", "/queue/views", name="My links")
    rows = context.store.read(lambda s: s.scalars(select(SavedView)).all())
    assert [(row.name, row.query) for row in rows] == [("My links", "")]
    path = f"/queue/views/{rows[0].id}/remove"
    assert moderator.send(view, path).location == view
    assert "My links" not in moderator.get("/queue").text


def test_view_of_somebody_else_is_neither_seen_nor_removed(
    moderator: Visitor, app: object, context: Context, site: SiteView
) -> None:
    moderator.send("/queue", "/queue/views", name="Mine alone")
    other = context.store.write(
        lambda s: Seeds(
            session=s, keyring=context.keyring, now=context.clock()
        ).moderator("tove@example.com", a=(site.id, Role.OWNER))
    )
    tove = Visitor(app.test_client()).with_session(context, other.id)  # type: ignore[attr-defined]  # it is a Flask
    page = tove.get("/queue").text
    assert "Mine alone" not in page
    token = forms_of(page)[0].fields["csrf_token"]
    answer = tove.post("/queue/views/1/remove", {"csrf_token": token, "view": ""})
    assert answer.status_code == 303
    assert "Mine alone" in moderator.get("/queue").text


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_view_needs_a_name(moderator: Visitor, name: str) -> None:
    assert moderator.send("/queue", "/queue/views", name=name).status_code == 422


def test_views_are_not_without_number(
    moderator: Visitor, context: Context, grace: ModeratorView
) -> None:
    def fill(session: Session) -> None:
        session.add_all(
            SavedView(
                moderator_id=grace.id,
                name=f"View {n}",
                query="",
                created_at=context.clock(),
            )
            for n in range(MOST_VIEWS)
        )

    context.store.write(fill)
    assert moderator.send("/queue", "/queue/views", name="More").status_code == 409
    assert moderator.send("/queue", "/queue/views", name="View 1").status_code == 303


def test_saved_view_that_is_no_view_any_more_can_be_removed(
    moderator: Visitor, context: Context, grace: ModeratorView
) -> None:
    row = SavedView(
        moderator_id=grace.id,
        name="Of old",
        query="reason=gone",
        created_at=context.clock(),
    )
    context.store.write(lambda s: s.add(row))
    page = moderator.get("/queue").text
    assert '<a href="/queue"' in page
    assert "Of old" in page


def test_view_of_a_foreign_site_is_not_found(
    moderator: Visitor, context: Context, grace: ModeratorView, site: SiteView
) -> None:
    context.store.write(
        lambda s: set_role(s, grace.id, site.id, None, now=context.clock())
    )
    assert moderator.get("/queue?site=demo&q=garden").status_code == 404


def test_view_and_its_text_are_the_same() -> None:
    view = View(
        site="demo",
        page="/a b/?c=ü&d",
        reason="links",
        score_from=0,
        score_to=100,
        older="3d",
        newer="9d",
        q="two words",
        writer="abc-_",
        after=7,
    )
    assert view_of_query(view.query) == view
    assert view_of_query("") == View()
    assert View().query == ""
    assert view.start.after is None


def test_views_take_filters_away() -> None:
    view = View(q="a", reason="links", score_from=3, after=9)
    assert view.without("q") == View(reason="links", score_from=3)
    assert view.without("score_from", "reason") == View(q="a")
