from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from service.db.models import Comment, Move
from service.domain.findings import Finding
from service.domain.status import Status
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.queue import PAGE_SIZE
from service.operations.sites import SiteView
from service.web.context import Context
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds
from tests.web.moderation.visitor import Visitor, forms_of

Add = Callable[..., Comment]


@pytest.fixture
def add(context: Context, site: SiteView, clock: FrozenClock) -> Add:
    """Adds a comment to the site ``demo``."""

    def act(text: str = "Some words", **fields: object) -> Comment:
        return context.store.write(
            lambda s: Seeds(session=s, keyring=context.keyring, now=clock.now).comment(
                site,
                text,
                **fields,  # type: ignore[arg-type]  # passed on as they come
            )
        )

    return act


def _batch(context: Context) -> str | None:
    """The batch of the last move."""
    return context.store.read(
        lambda s: s.scalars(select(Move.batch).order_by(Move.id.desc())).first()
    )


def _status(context: Context, comment: Comment) -> str:
    return context.store.read(lambda s: s.get_one(Comment, comment.id)).status


def test_held_comment_is_shown_with_everything_that_speaks_for_and_against_it(
    moderator: Visitor, add: Add, clock: FrozenClock
) -> None:
    add(
        "An *idea*",
        website="https://marek.example.net/walks",
        findings=[
            Finding(check="links", log_odds=3.4, reason="Three links."),
            Finding(check="history", log_odds=-1.0, reason="Known writer."),
        ],
    )
    clock.advance(hours=1)
    page = moderator.get("/queue").text
    for part in (
        "<p>An <em>idea</em></p>",
        "https://<strong>marek.example.net</strong>/walks",
        "a…@example.org",
        '<time datetime="2026-03-01T12:00:00Z" title="March 1, 2026, 12:00:00',
        ">1 hour</time>",
        "<strong>60\N{NO-BREAK SPACE}%</strong> likely spam",
        "+3.4",
        "strongly for spam",
        "\N{MINUS SIGN}1.0",
        "somewhat against spam",
        'href="https://demo.example/"',
    ):
        assert part in page
    assert page.index("Three links.") < page.index("Known writer.")
    assert "ada@example.org" not in page
    assert page.count("<h1") == 1
    assert "style=" not in page


def test_links_of_what_is_not_published_cannot_be_followed(
    moderator: Visitor, add: Add
) -> None:
    text = "See [this](https://shop.example.net/a?b=1&c=2) or https://other.example.net"
    add(text, website="https://shop.example.net/")
    add(text + ".", status=Status.PUBLISHED)
    held = moderator.get("/queue").text
    assert 'href="https://shop.example.net' not in held
    assert 'href="https://other.example.net' not in held
    assert "https://<strong>shop.example.net</strong>/a?b=1&amp;c=2" in held
    published = moderator.get("/queue?status=published").text
    assert 'href="https://shop.example.net/a?b=1&amp;c=2"' in published


def test_text_that_was_never_rendered_is_shown_as_it_was_typed(
    moderator: Visitor, add: Add
) -> None:
    add("<script>alert(1)</script> *x*", rendered=False, name="<b>Eve</b>")
    page = moderator.get("/queue").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; *x*" in page
    assert "<script>" not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')
    assert "<b>" not in page


def test_tabs_count_what_is_in_them(moderator: Visitor, add: Add) -> None:
    for number, status in enumerate(Status):
        add(f"Comment {number}", status=status)
    page = moderator.get("/queue?status=trashed").text
    assert "1 being checked" in page
    assert page.count('<span class="count">1</span>') == 4
    link = page.split('href="/queue?status=trashed"')[1].split(">")[0]
    assert 'aria-current="page"' in link
    assert page.count('<article class="card"') == 1
    assert "Comment 4" in page


def test_moderator_of_several_sites_can_choose_one(
    moderator: Visitor, add: Add, context: Context, grace: ModeratorView
) -> None:
    def act(seeds: Seeds) -> None:
        other = seeds.site("kitchen", "Kitchen table")
        seeds.comment(other, "From the kitchen")
        set_role(seeds.session, grace.id, other.id, Role.OWNER, now=seeds.now)

    assert 'aria-label="Sites"' not in moderator.get("/queue").text
    add("From the demo")
    context.store.write(
        lambda s: act(Seeds(session=s, keyring=context.keyring, now=context.clock()))
    )
    both = moderator.get("/queue").text
    assert "From the kitchen" in both
    assert "From the demo" in both
    assert 'href="/queue?site=kitchen"><bdi>Kitchen table</bdi>' in both
    one = moderator.get("/queue?site=kitchen").text
    assert "From the kitchen" in one
    assert "From the demo" not in one


def test_neutral_finding_is_told_as_neutral_or_by_what_it_demands(
    moderator: Visitor, add: Add
) -> None:
    add(
        findings=[
            Finding(check="a", log_odds=0.0, reason="First.", at_least=Status.HELD),
            Finding(check="b", log_odds=0.0, reason="Second."),
        ]
    )
    page = moderator.get("/queue").text
    assert "a: enough by itself to hold it" in page
    assert "b: neither for nor against spam" in page
    assert 'class="finding demand"' in page
    assert 'class="finding neutral"' in page


def test_empty_queue_says_so(moderator: Visitor) -> None:
    assert "Nothing waits." in moderator.get("/queue").text
    assert "There is nothing here." in moderator.get("/queue?status=spam").text
    assert "Nothing more here." in moderator.get("/queue?after=999").text


def test_next_page_begins_where_the_first_ends(moderator: Visitor, add: Add) -> None:
    for number in range(PAGE_SIZE + 1):
        add(f"Comment {number}.")
    first = moderator.get("/queue").text
    assert f"Comment {PAGE_SIZE}." not in first
    path = first.split('rel="next" href="')[1].split('"')[0]
    second = moderator.get(path).text
    assert f"Comment {PAGE_SIZE}." in second
    assert second.count('<article class="card"') == 1
    assert "To the first page" in second


@pytest.mark.parametrize(
    "query",
    [
        "status=pending",
        "status=x",
        "after=x",
        "after=-1",
        "after=" + "9" * 16,
        "after=" + "9" * 40,
        "site=nowhere",
    ],
)
def test_addresses_of_no_queue_are_not_found(moderator: Visitor, query: str) -> None:
    assert moderator.get(f"/queue?{query}").status_code == 404


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        ("published", "Published “"),
        ("spam", "Marked as spam: “"),
        ("trashed", "Moved to trash: “"),
    ],
)
def test_decision_leads_back_to_the_view_with_a_way_back(
    moderator: Visitor, add: Add, context: Context, decision: str, told: str
) -> None:
    comment = add("Some *first* words")
    view = "/queue?site=demo&after=0"
    action = f"/queue/{comment.public_id}"
    answer = moderator.send(view, action, decision)
    assert answer.status_code == 303
    assert answer.location == f"{view}&done={_batch(context)}"
    assert _status(context, comment) == decision
    page = moderator.get(answer.location).text
    assert told in page
    undone = moderator.send(answer.location, "/queue/undo")
    assert undone.location == f"{view}&done={_batch(context)}"
    assert undone.location != answer.location
    assert _status(context, comment) == "held"
    assert "Put back to held: “" in moderator.get(undone.location).text


def test_stale_decision_shows_the_comment_as_it_is_and_who_moved_it(
    moderator: Visitor,
    add: Add,
    app: Flask,
    context: Context,
    site: SiteView,
    clock: FrozenClock,
) -> None:
    comment = add()
    action = f"/queue/{comment.public_id}"
    ada = context.store.write(
        lambda s: Seeds(session=s, keyring=context.keyring, now=clock.now).moderator(
            "tove@example.com", a=(site.id, Role.OWNER)
        )
    )
    form = next(f for f in forms_of(moderator.get("/queue").text) if f.action == action)
    other = Visitor(app.test_client()).with_session(context, ada.id)
    assert other.send("/queue", action, "spam").status_code == 303
    clock.advance(minutes=5)
    answer = moderator.post(action, form.fields | {"decision": "published"})
    assert answer.status_code == 409
    for part in ("<bdi>Tove</bdi>", "to <strong>spam</strong>", "5 minutes ago"):
        assert part in answer.text
    assert _status(context, comment) == "spam"
    fresh = next(f for f in forms_of(answer.text) if f.action == action)
    assert (
        moderator.post(action, fresh.fields | {"decision": "published"}).status_code
        == 303
    )
    assert _status(context, comment) == "published"


def test_decision_on_a_text_edited_meanwhile_says_that_it_was_edited(
    moderator: Visitor, add: Add, context: Context, clock: FrozenClock
) -> None:
    comment = add()
    action = f"/queue/{comment.public_id}"
    form = next(f for f in forms_of(moderator.get("/queue").text) if f.action == action)
    clock.advance(minutes=5)

    def edit(row: Comment) -> None:
        row.edited_at, row.version = clock.now, row.version + 1

    context.store.write(lambda s: edit(s.get_one(Comment, comment.id)))
    answer = moderator.post(action, form.fields | {"decision": "published"})
    assert answer.status_code == 409
    assert "moved or edited since you saw it" in answer.text
    assert _status(context, comment) == "held"


def test_double_click_is_told_as_one_decision(
    moderator: Visitor, add: Add, context: Context
) -> None:
    comment = add()
    action = f"/queue/{comment.public_id}"
    form = next(f for f in forms_of(moderator.get("/queue").text) if f.action == action)
    answers = [
        moderator.post(action, form.fields | {"decision": "spam"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    moves = context.store.read(lambda s: s.scalars(select(Move)).all())
    assert len(moves) == 2


def test_move_that_the_table_forbids_is_a_conflict_with_the_comment(
    moderator: Visitor, add: Add
) -> None:
    comment = add(status=Status.PENDING)
    path = f"/queue/{comment.public_id}"
    form = next(f for f in forms_of(moderator.get(path).text) if f.action == path)
    assert form.buttons == ["spam", "trashed", "held"]
    answer = moderator.post(path, form.fields | {"decision": "published"})
    assert answer.status_code == 409
    assert "cannot be moved" in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": "pending"},
        {"decision": "deleted"},
        {"decision": ""},
        {"seen": "x"},
        {"seen": "0"},
        {"seen": "9" * 30},
        {"view": "status=pending"},
        {"view": "after=" + "9" * 30},
        {"view": "site=" + "x" * 65},
        {"view": "score_from=101"},
        {"view": "site=a&site=b"},
        {"view": "q=ada%40example.org"},
        {"view": "nothing"},
    ],
    ids=str,
)
def test_form_with_a_wrong_value_changes_nothing(
    moderator: Visitor, add: Add, context: Context, wrong: dict[str, str]
) -> None:
    comment = add()
    path = f"/queue/{comment.public_id}"
    form = next(f for f in forms_of(moderator.get("/queue").text) if f.action == path)
    answer = moderator.post(path, form.fields | {"decision": "spam"} | wrong)
    assert answer.status_code == 422
    assert _status(context, comment) == "held"


def test_comment_page_shows_its_whole_log_and_leads_back_to_itself(
    moderator: Visitor, add: Add, context: Context
) -> None:
    comment = add()
    path = f"/queue/{comment.public_id}"
    answer = moderator.send(path, path, "published")
    assert answer.location == f"{path}?done={_batch(context)}"
    page = moderator.get(answer.location).text
    assert "<h1>Published comment</h1>" in page
    assert "What the checks said." in page
    assert "<bdi>Grace</bdi>" in page.split("<h2>Log</h2>")[1]


def test_foreign_comments_are_not_found_and_not_moved(
    moderator: Visitor, add: Add, context: Context, grace: ModeratorView, site: SiteView
) -> None:
    comment = add()
    path = f"/queue/{comment.public_id}"
    form = next(f for f in forms_of(moderator.get("/queue").text) if f.action == path)
    context.store.write(
        lambda s: set_role(s, grace.id, site.id, None, now=context.clock())
    )
    assert moderator.get(path).status_code == 404
    assert moderator.get("/queue?site=demo").status_code == 404
    answer = moderator.post(path, form.fields | {"decision": "spam"})
    assert answer.status_code == 404
    assert moderator.get(f"/queue?done={comment.public_id}").status_code == 200
    assert _status(context, comment) == "held"


def test_viewer_sees_but_has_no_buttons(
    moderator: Visitor, add: Add, context: Context, grace: ModeratorView, site: SiteView
) -> None:
    comment = add()
    path = f"/queue/{comment.public_id}"
    form = next(f for f in forms_of(moderator.get("/queue").text) if f.action == path)
    context.store.write(
        lambda s: set_role(s, grace.id, site.id, Role.VIEWER, now=context.clock())
    )
    page = moderator.get("/queue").text
    assert "You may look here, but not decide." in page
    assert path not in {f.action for f in forms_of(page)}
    assert moderator.post(path, form.fields | {"decision": "spam"}).status_code == 403
    assert _status(context, comment) == "held"


def test_looking_changes_nothing(
    moderator: Visitor, add: Add, context: Context
) -> None:
    comment = add()
    before = context.store.read(lambda s: s.get_one(Comment, comment.id)).version
    for path in ("/queue", f"/queue/{comment.public_id}", "/account", "/login"):
        moderator.get(path)
    after = context.store.read(lambda s: s.get_one(Comment, comment.id)).version
    assert (after, _status(context, comment)) == (before, "held")


@pytest.mark.parametrize("path", ["/queue/%00", "/queue?done=%00", "/queue/a%00b"])
def test_text_that_is_no_id_is_just_not_found(moderator: Visitor, path: str) -> None:
    assert moderator.get(path).status_code in {200, 404}
