"""The page of plots: well-formed, escaped, whole without script, and for whom it is."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from sqlalchemy import insert

from service.db.models import CommentHost, DayTally
from service.db.store import Store, make_engine
from service.domain.check_names import CHECK_NAMES
from service.domain.periods import PERIODS
from service.domain.status import Status
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.published import PublishedThreads
from service.operations.sites import SiteView, site_by_id
from service.privacy.keyring import Keyring, generate
from service.settings import load
from service.web import language
from service.web.app import create_app
from service.web.context import Context
from service.web.moderation.check_words import LOOKS_AT
from service.web.plots.shapes import WIDTH, width_of
from tests.databases import MakeDatabase
from tests.db.acts import Acts
from tests.doubles import FrozenClock, RememberingBell
from tests.insight_seeds import live
from tests.needs import ROOT
from tests.queue_seeds import Seeds
from tests.web.moderation.visitor import Visitor, forms_of

_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_CSS = ROOT / "service" / "web" / "static" / "insights.css"


@pytest.fixture
def acts(context: Context, site: SiteView, clock: FrozenClock) -> Acts:
    return Acts(
        store=context.store, keyring=context.keyring, clock=clock, site_id=site.id
    )


@pytest.fixture(scope="module")
def old_site(
    sqlite_making: MakeDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visitor]:
    """Somebody who owns a site with two months of comments and decisions.

    Shared by tests that only look, since so much takes a while to happen.
    """
    store = Store(make_engine(sqlite_making()))
    keyring, clock = Keyring.from_text(generate()), FrozenClock()
    env = {"FOYER_DATA": str(tmp_path_factory.mktemp("data"))}
    context = Context(
        settings=load(env),
        store=store,
        keyring=keyring,
        bell=RememberingBell(),
        published=PublishedThreads(),
        clock=clock,
    )

    def act(seeds: Seeds) -> tuple[int, int]:
        site = seeds.site("demo")
        owner = seeds.moderator("ada@example.org", a=(site.id, Role.OWNER))
        return site.id, owner.id

    site_id, owner_id = store.write(
        lambda s: act(Seeds(session=s, keyring=keyring, now=clock()))
    )
    live(Acts(store=store, keyring=keyring, clock=clock, site_id=site_id), 60)
    yield Visitor(create_app(context).test_client()).with_session(context, owner_id)
    store.close()


@pytest.fixture
def owner(moderator: Visitor, context: Context, grace: ModeratorView) -> Visitor:
    """Grace, who owns the site now."""
    (site_id,) = grace.site_ids
    context.store.write(
        lambda s: set_role(s, grace.id, site_id, Role.OWNER, now=context.clock())
    )
    return moderator


def drawings(page: str) -> list[Element]:
    """All drawings of a page, each read as XML."""
    return [fromstring(text) for text in _SVG.findall(page)]  # noqa: S314  # our own


def budget(context: Context, site: SiteView) -> float:
    return context.store.read(lambda s: site_by_id(s, site.id)).policy.budget


@pytest.mark.parametrize("days", PERIODS)
def test_drawings_are_well_formed_named_and_told_in_numbers(
    old_site: Visitor, days: int
) -> None:
    page = old_site.get(f"/insights?days={days}").text
    found = drawings(page)
    assert len(found) >= 6
    for drawing in found:
        named = (drawing.get("aria-labelledby") or "").split()
        assert drawing.get("role") == "img"
        assert len(named) == 2
        assert all(f'id="{name}"' in page for name in named)
        assert drawing.findall("path")
    assert page.count("<details>") >= 6
    assert "style=" not in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "an id names one thing"


@pytest.mark.parametrize("tag", ["en", "de", "ja", "ar"])
def test_no_label_lies_outside_of_its_drawing(
    old_site: Visitor, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    monkeypatch.setitem(language.LANGUAGES, tag, tag)
    page = old_site.get("/insights?budget=20", **{"Accept-Language": tag}).text
    is_turned = tag == "ar"
    assert f'dir="{"rtl" if is_turned else "ltr"}"' in page
    texts = [text for drawing in drawings(page) for text in drawing.iter("text")]
    assert len(texts) > 50
    for text in texts:
        x, width = float(text.get("x", "")), width_of(text.text or "")
        # Where reading begins is the right side of a page that is turned.
        x = WIDTH - x if is_turned else x
        begin = {"start": x, "middle": x - width / 2, "end": x - width}[
            text.get("text-anchor", "")
        ]
        assert begin >= -6, text.text
        assert begin + width <= WIDTH + 6, text.text


def test_days_and_numbers_are_written_in_the_language_of_the_page(
    moderator: Visitor,
    context: Context,
    site: SiteView,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = {"site_id": site.id, "what": "is:published", "day": "2026-02-27"}
    context.store.write(
        lambda s: s.execute(insert(DayTally).values(**row, total=12345))
    )
    monkeypatch.setitem(language.LANGUAGES, "de", "Deutsch")
    german = moderator.get("/insights?days=7", **{"Accept-Language": "de"}).text
    english = moderator.get("/insights?days=7").text
    assert "12.345" in german
    assert "27. Feb. 2026" in german
    assert "12,345 comments were sent and checked." in english
    assert "Feb 27, 2026" in english


def test_names_from_outside_are_escaped(
    moderator: Visitor, acts: Acts, context: Context
) -> None:
    made = acts.comment(acts.say("See http://pills.example/ now.", Status.SPAM))
    row = {"comment_id": made.id, "site_id": acts.site_id}
    context.store.write(
        lambda s: s.execute(insert(CommentHost).values(**row, host='<b>"&.example'))
    )
    page = moderator.get("/insights").text
    assert "<b>" not in page
    assert "&lt;b&gt;" in page
    words = [text.text for each in drawings(page) for text in each.iter("text")]
    assert '<b>"&.example' in words


def test_site_by_another_name_is_escaped(
    context: Context, grace: ModeratorView, moderator: Visitor, clock: FrozenClock
) -> None:
    def act(seeds: Seeds) -> None:
        other = seeds.site("other", "<b>Other</b>")
        set_role(seeds.session, grace.id, other.id, Role.VIEWER, now=clock())

    context.store.write(
        lambda s: act(Seeds(session=s, keyring=context.keyring, now=clock.now))
    )
    page = moderator.get("/insights?site=other&days=30").text
    assert "<b>" not in page
    assert "&lt;b&gt;Other" in page
    assert 'href="/insights?site=demo&amp;days=30"' in page, "the period stays"
    assert 'href="/insights?site=other&amp;days=7"' in page, "and so does the site"


def test_empty_site_says_so_and_still_shows_the_budget(moderator: Visitor) -> None:
    page = moderator.get("/insights").text
    assert drawings(page) == []
    assert page.count("There is nothing to draw.") == 7
    assert "0 decisions" in page
    assert "That is too few to say anything" in page
    assert "100 more good comments must come" in page


def _classes(page: str) -> Iterator[str]:
    for drawing in drawings(page):
        for element in drawing.iter():
            yield from (element.get("class") or "").split()


def test_every_kind_of_bar_line_and_key_has_a_colour(
    old_site: Visitor,
) -> None:
    page = old_site.get("/insights?days=365&budget=20").text
    css = Path(_CSS).read_text("utf-8")
    keys = re.findall(r'<li class="([a-z-]+)">', page)
    plain = {"reasons", "backlog", "found-caught", "wait-fast"}
    # They have the colour of all bars.
    parts = set(_classes(page)) - plain
    assert {"curve", "good", "spam", "tried", "sent-published"} <= parts
    assert [part for part in sorted(parts) if f".{part}" not in css] == []
    plain = {"found-caught", "wait-fast"}
    assert [
        key for key in keys if f".legend .{key}::" not in css and key not in plain
    ] == []


@pytest.mark.parametrize("asked", ["", "11", "-7", "x", "9" * 5000, "30%00"])
def test_unknown_period_is_the_usual_one(moderator: Visitor, asked: str) -> None:
    answer = moderator.get(f"/insights?days={asked}")
    assert answer.status_code == 200
    assert 'aria-current="page">90 days' in answer.text


def test_budget_is_tried_by_a_link_and_set_by_an_owner(
    owner: Visitor, context: Context, site: SiteView
) -> None:
    path = "/insights?site=demo&days=30&budget=20"
    page = owner.get(path).text
    assert "Tried: 1 in 20" in page
    assert budget(context, site) == 0.01, "to look at it changes nothing"
    (form,) = [f for f in forms_of(page) if f.action == "/insights/budget"]
    answer = owner.post("/insights/budget", form.fields)
    assert answer.status_code == 303
    where = answer.headers["Location"]
    assert where == "/insights?site=demo&days=30&set=2#what-if"
    assert budget(context, site) == 0.05
    page = owner.get(where).text
    assert "At most 1 good comment in 20 may be called spam from now on." in page
    assert "from now on" not in owner.get("/insights?set=1").text
    assert "This is the present budget." in owner.get(path).text
    again = owner.post("/insights/budget", form.fields)
    assert again.headers["Location"] == where, "a double click changes nothing"


@pytest.mark.parametrize("asked", ["9", "1001", "0", "-5", "1.5", "x", "²", "9" * 5000])
def test_budget_that_is_none_is_named_at_the_field(owner: Visitor, asked: str) -> None:
    answer = owner.get(f"/insights?budget={asked}")
    assert answer.status_code == 200
    assert "Give a whole number from 10 to 1,000." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "/insights/budget" not in answer.text


def test_moderator_may_try_but_not_set(
    moderator: Visitor, context: Context, site: SiteView
) -> None:
    page = moderator.get("/insights?budget=20").text
    assert "An owner of the site can set it." in page
    assert "/insights/budget" not in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    fields = {"csrf_token": token[1], "site": "demo", "days": "30", "seen": "1"}
    answer = moderator.post("/insights/budget", fields | {"one_in": "20"})
    assert answer.status_code == 403
    assert budget(context, site) == 0.01


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"one_in": "5"}, 422),
        ({"one_in": ""}, 422),
        ({"one_in": "5000"}, 422),
        ({"seen": "7"}, 409),
        ({"seen": "x"}, 422),
        ({"site": "foreign"}, 404),
        ({"csrf_token": "forged"}, 400),
    ],
)
def test_forged_form_sets_nothing(
    owner: Visitor,
    context: Context,
    site: SiteView,
    changed: dict[str, str],
    status: int,
) -> None:
    answer = owner.send("/insights?budget=20", "/insights/budget", **changed)
    assert answer.status_code == status
    assert budget(context, site) == 0.01


def test_stranger_sets_nothing(
    visitor: Visitor, context: Context, site: SiteView
) -> None:
    assert visitor.get("/insights?budget=20").status_code == 303
    assert visitor.post("/insights/budget", {"one_in": "20"}).status_code in {303, 400}
    assert budget(context, site) == 0.01


def test_what_checks_look_at_is_marked_to_be_translated() -> None:
    assert LOOKS_AT == CHECK_NAMES
