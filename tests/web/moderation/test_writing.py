"""A moderator's own words, by forms and by scripts."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.db.models import Comment
from service.domain.findings import Finding
from service.domain.status import Status
from service.operations.sites import SiteView
from service.web.context import Context
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds
from tests.web.moderation.visitor import Visitor, forms_of

Add = Callable[..., Comment]
JSON = {"Accept": "application/json"}


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


def _texts(context: Context) -> list[tuple[str, str, bool]]:
    return context.store.read(
        lambda s: [
            (c.text, c.status, c.by_moderator)
            for c in s.scalars(select(Comment).order_by(Comment.id))
        ]
    )


def test_reply_publishes_both_and_leads_back(
    moderator: Visitor, add: Add, context: Context
) -> None:
    path = f"/queue/{add().public_id}"
    answer = moderator.send(path, f"{path}/reply", text="Thank you.  \n")
    assert (answer.status_code, answer.location) == (303, f"{path}?told=replied")
    assert "Your reply is published." in moderator.get(answer.location).text
    assert _texts(context) == [
        ("Some words", "published", False),
        ("Thank you.", "published", True),
    ]


def test_edit_is_shown_with_its_moderator(moderator: Visitor, add: Add) -> None:
    path = f"/queue/{add().public_id}"
    answer = moderator.send(path, f"{path}/edit", text="Better <b>*words*</b>")
    assert answer.location == f"{path}?told=edited"
    page = moderator.get(answer.location).text
    assert "Better &lt;b&gt;<em>words</em>&lt;/b&gt;" in page
    assert "Edited by <bdi>Grace</bdi>" in page


@pytest.mark.parametrize("what", ["reply", "edit"])
@pytest.mark.parametrize("text", ["", " \u200b", "x" * 10_001], ids=ascii)
def test_bad_text_is_named_at_its_field_and_not_lost(
    moderator: Visitor, add: Add, context: Context, what: str, text: str
) -> None:
    path = f"/queue/{add().public_id}"
    answer = moderator.send(path, f"{path}/{what}", text=text)
    assert answer.status_code == 422
    assert f'id="{what}-text-problem"' in answer.text
    assert text.strip() in answer.text
    assert len(_texts(context)) == 1


@pytest.mark.parametrize("what", ["reply", "edit"])
def test_stale_words_are_refused_and_kept(
    moderator: Visitor, add: Add, context: Context, what: str
) -> None:
    path = f"/queue/{add().public_id}"
    page = moderator.get(path).text
    form = next(f for f in forms_of(page) if f.action == f"{path}/{what}")
    for status in ("spam", "held"):
        moderator.send(path, path, status)
    data = form.fields | {"text": "Too late"}
    answer = moderator.post(form.action, data)
    assert answer.status_code == 409
    assert "Nothing was changed" in answer.text
    assert "Too late</textarea>" in answer.text
    told = moderator.post(form.action, data, **JSON)
    assert (told.status_code, told.mimetype) == (409, "application/problem+json")
    assert _texts(context) == [("Some words", "held", False)]


def test_scripts_are_told_what_was_decided(moderator: Visitor, add: Add) -> None:
    comment = add()
    path = f"/queue/{comment.public_id}"
    form = next(
        f for f in forms_of(moderator.get(path).text) if f.action == f"{path}/reply"
    )
    answer = moderator.post(form.action, form.fields | {"text": "Thanks"}, **JSON)
    assert answer.json == {
        "decided": [
            {
                "id": comment.public_id,
                "version": comment.version + 1,
                "status": "published",
            }
        ],
        "words": "Your reply and the comment are published.",
    }
    wrong = moderator.post(form.action, form.fields | {"text": ""}, **JSON)
    assert wrong.status_code == 422
    assert wrong.json is not None
    assert wrong.json["errors"] == {"text": ["Write something."]}


def test_evidence_is_marked_in_text_and_fields(
    moderator: Visitor, context: Context, add: Add
) -> None:
    add(
        "A lantern <b> at https://shop.example/x",
        website="https://w.example/",
        findings=[
            Finding(check="website", log_odds=1.0, reason="A website."),
            Finding(check="lists", log_odds=4.0, reason="Listed."),
            Finding(check="links", log_odds=-1.0, reason="Few links."),
        ],
    )
    from_lists = {"hits": [{"list": "hold", "field": "text", "entry": "lantern"}]}

    def tell(session: object) -> None:
        from service.db.models import FindingRow  # noqa: PLC0415  # only here

        for row in session.scalars(select(FindingRow)):  # type: ignore[attr-defined]
            row.detail = {
                "lists": from_lists,
                "links": {"hosts": {"shop.example": 1}},
            }.get(row.check, {})

    context.store.write(tell)
    page = moderator.get("/queue").text
    assert "A <mark>lantern</mark> &lt;b&gt; at" in page
    assert "<mark>https://<strong>w.example</strong>/</mark>" in page
    # What speaks for a comment is no evidence against it.
    assert "shop.example</mark>" not in page


def test_changes_tell_who_moved_what_and_nothing_twice_over(
    moderator: Visitor, add: Add, clock: FrozenClock
) -> None:
    comment = add()
    path = f"/queue/{comment.public_id}"
    clock.advance(minutes=1)
    since = moderator.get("/queue").text.split('data-since="')[1].split('"')[0]
    moderator.send(path, path, "spam")
    answer = moderator.get(f"/queue/changes?since={since}", **JSON)
    assert answer.json is not None
    (move,) = answer.json["moves"]
    assert (move["id"], move["status"]) == (comment.public_id, "spam")
    assert move["words"] == "Grace called it spam."
    assert answer.json["counts"]["spam"] == "1"
    assert answer.json["reload"] is False
    tag = {"If-None-Match": answer.headers["ETag"]}
    again = moderator.get(f"/queue/changes?since={since}", **JSON, **tag)
    assert again.status_code == 304
    clock.advance(minutes=1)
    later = moderator.get(f"/queue/changes?since={since}", **JSON).json
    assert later is not None
    assert later["since"] > int(since)
    quiet = moderator.get(f"/queue/changes?since={later['since']}", **JSON).json
    assert quiet is not None
    assert quiet["moves"] == []


@pytest.mark.parametrize("query", ["since=x", "since=-1", "since=1&site=nowhere"])
def test_changes_of_nothing_are_not_found(moderator: Visitor, query: str) -> None:
    assert moderator.get(f"/queue/changes?{query}").status_code == 404


def test_some_cards_are_those_of_the_moderators_sites(
    moderator: Visitor, add: Add, context: Context
) -> None:
    mine = add(status=Status.SPAM)

    def act(seeds: Seeds) -> Comment:
        return seeds.comment(seeds.site("other"), "Not yours")

    other = context.store.write(
        lambda s: act(Seeds(session=s, keyring=context.keyring, now=context.clock()))
    )
    page = moderator.get(f"/queue/cards?id={mine.public_id}&id={other.public_id}").text
    assert f'id="comment-{mine.public_id}"' in page
    assert "Not yours" not in page
    assert moderator.get("/queue/cards?id=x").status_code == 404
