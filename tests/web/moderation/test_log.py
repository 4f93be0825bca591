"""The log page and its CSV."""

import csv
from collections.abc import Callable
from io import StringIO

import pytest

from service.db.models import Comment
from service.domain.status import Status
from service.operations.audit import audit
from service.operations.moderators import ModeratorView
from service.operations.sites import SiteView
from service.web.context import Context
from service.web.moderation import log as log_module
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds
from tests.web.moderation.visitor import Form, Visitor, forms_of

Ask = Callable[..., Comment]


@pytest.fixture
def comment(context: Context, site: SiteView, clock: FrozenClock) -> Ask:
    """Adds a comment that the checks have judged."""

    def act(text: str = "Some words", status: Status = Status.HELD) -> Comment:
        return context.store.write(
            lambda s: Seeds(session=s, keyring=context.keyring, now=clock.now).comment(
                site, text, status=status
            )
        )

    return act


def _decide(moderator: Visitor, comment: Comment, decision: Status) -> None:
    path = f"/queue/{comment.public_id}"
    assert moderator.send(path, path, decision.value).status_code == 303


def test_page_tells_who_moved_what_and_links_to_it(
    moderator: Visitor, comment: Ask
) -> None:
    waiting = comment("Some <b>words</b>")
    _decide(moderator, waiting, Status.SPAM)
    page = moderator.get("/log").text
    assert f'href="/queue/{waiting.public_id}"' in page
    assert "Some &lt;b&gt;words&lt;/b&gt;" in page
    assert '<bdi class="actor">Grace</bdi>' in page
    assert '<bdi class="actor">the checks</bdi>' in page
    assert "example.org" not in page


def test_undo_is_the_way_back_and_is_offered_for_the_last_move_only(
    moderator: Visitor, comment: Ask
) -> None:
    waiting = comment()
    path = f"/queue/{waiting.public_id}"
    _decide(moderator, waiting, Status.SPAM)
    (undo,) = _undoes(moderator)
    assert moderator.send("/log", "/queue/undo").status_code == 303
    assert "Held comment" in moderator.get(path).text
    (again,) = _undoes(moderator)
    assert again.fields["batch"] != undo.fields["batch"]
    moderator.send("/log", "/queue/undo")
    assert "Spam comment" in moderator.get(path).text


def _undoes(moderator: Visitor) -> list[Form]:
    page = moderator.get("/log").text
    return [form for form in forms_of(page) if form.action == "/queue/undo"]


def test_filters_stand_in_the_address_and_are_shown(
    moderator: Visitor, comment: Ask
) -> None:
    comment("A spammy one", Status.SPAM)
    comment("A held one")
    page = moderator.get("/log?to=spam&who=checks&since=2026-03-01").text
    assert "A spammy one" in page
    assert "A held one" not in page
    assert '<option value="spam" selected>' in page
    assert '<option value="checks" selected>' in page
    assert 'value="2026-03-01"' in page
    assert "/log.csv?who=checks&amp;to=spam&amp;since=2026-03-01" in page


@pytest.mark.parametrize(
    "query",
    ["who=nobody", "who=0", "from=x", "to=approved", "since=1.3.2026",
     "until=2026-02-30", "kind=all", "after=1", "after=999999999999999999-1-1",
     "comment=x", "after=1-2-3", "after=1-1-99999999999999999999"],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_named(moderator: Visitor, query: str) -> None:
    for path in ("/log", "/log.csv"):
        assert moderator.get(f"{path}?{query}").status_code == 422


@pytest.mark.parametrize(
    "query", ["until=9999-12-31", "since=0001-01-01", "after=0-0-0", "who=999999999"]
)
def test_far_ends_are_empty_or_whole_but_never_an_error(
    moderator: Visitor, query: str
) -> None:
    assert moderator.get(f"/log?{query}").status_code == 200


def test_other_sites_are_not_there(moderator: Visitor) -> None:
    assert moderator.get("/log?site=other").status_code == 404
    assert moderator.get(f"/log?comment={'A' * 22}").status_code == 404


def test_pages_lead_on_and_back_to_the_newest(moderator: Visitor, comment: Ask) -> None:
    for number in range(52):
        comment(f"Note {number}")
    first = moderator.get("/log?kind=moves").text
    assert "Note 51" in first
    assert "Note 0<" not in first
    href = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = moderator.get(href).text
    assert "Note 0<" in second
    assert "Note 1<" in second
    assert "Note 2<" not in second
    assert "To the newest" in second


def _csv(moderator: Visitor, query: str = "") -> list[dict[str, str]]:
    answer = moderator.get(f"/log.csv{query}")
    assert answer.mimetype == "text/csv"
    text = answer.data.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline="")))


def test_csv_holds_what_the_page_shows_and_no_address(
    moderator: Visitor, context: Context, comment: Ask, site: SiteView
) -> None:
    waiting = comment()
    _decide(moderator, waiting, Status.SPAM)
    context.store.write(
        lambda s: audit(
            s,
            "list-added",
            now=context.clock(),
            site_id=site.id,
            detail={"entry": "=HYPERLINK(1)"},
        )
    )
    rows = _csv(moderator)
    moved = [row for row in rows if row["what"] == "moved"]
    assert [(row["from"], row["to"]) for row in moved] == [
        ("held", "spam"),
        ("pending", "held"),
    ]
    assert moved[0]["comment"] == waiting.public_id
    assert "@" not in moderator.get("/log.csv").text
    [only] = _csv(moderator, "?from=held")
    assert only["moderator"] == "Grace"


def test_long_csv_says_where_the_rest_is(
    moderator: Visitor, comment: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "CSV_ENTRIES", 3)
    monkeypatch.setattr(log_module, "_READ_AT_ONCE", 2)
    for number in range(5):
        comment(f"Note {number}")
    answer = moderator.get("/log.csv?kind=moves")
    rows = _csv(moderator, "?kind=moves")
    assert len(rows) == 4
    rest = rows[-1]["time"].removeprefix("The log goes on: ")
    assert answer.headers["Link"] == f'<{rest}>; rel="next"'
    on = _csv(moderator, rest.removeprefix("http://localhost:8000/log.csv"))
    assert [row["what"] for row in on] == ["moved", "moved"]


def test_strangers_see_no_log(visitor: Visitor) -> None:
    for path in ("/log", "/log.csv"):
        assert visitor.get(path).status_code == 303


def test_former_moderator_can_still_be_asked_for(
    moderator: Visitor, comment: Ask, grace: ModeratorView
) -> None:
    waiting = comment()
    _decide(moderator, waiting, Status.SPAM)
    page = moderator.get(f"/log?who={grace.id}").text
    assert f'<option value="{grace.id}" selected>Grace</option>' in page
    assert "A former moderator" in moderator.get("/log?who=4711").text
