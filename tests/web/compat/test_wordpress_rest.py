"""Headless blogs and programs speak to it as to WordPress's REST API."""

from base64 import b64encode
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from service.db.models import AuditEntry, Comment, Revision
from service.domain.findings import Verdict
from service.domain.status import Status
from service.jobs import Kind
from service.operations.api_tokens import Scope
from service.operations.judge import judge_revision
from service.operations.moderators import Role
from service.operations.threads import open_thread
from service.text.bodies import NOT_UNICODE
from service.web.compat.wordpress.values import Told, comment_json
from tests.db.acts import Acts, reading_of, rendered
from tests.doubles import FrozenClock, RememberingBell
from tests.journey.payloads import markup
from tests.web.compat.conftest import MakeToken
from tests.web.public.reader import BASE, BLOG, House, Reader

ROOT = "/sites/blog/wp-json"
COMMENTS = f"{ROOT}/wp/v2/comments"
NEW = {
    "post": 17,
    "content": "Rye wants patience.",
    "author_name": "Ana",
    "author_email": "ana@example.org",
    "author_url": "https://ana.example",
}
VIEWED = {
    *("id", "post", "parent", "author", "author_name", "author_url", "date"),
    *("date_gmt", "content", "link", "status", "type", "meta", "_links"),
}
PRIVATE = {"author_email", "author_ip", "author_user_agent"}


def refused(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The refusal, which is as WordPress words one."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/json"
    body: dict[str, Any] = answer.get_json()
    assert set(body) == {"code", "message", "data"}
    assert (body["code"], body["data"]["status"]) == (code, status)
    return body


def create(reader: Reader, /, **changes: Any) -> TestResponse:
    body = {n: v for n, v in {**NEW, **changes}.items() if v is not None}
    return reader.send_json(COMMENTS, body, Origin=BLOG)


def number(acts: Acts, public_id: str) -> int:
    return acts.comment(public_id).id


# --- Reading -------------------------------------------------------------------------


def test_stranger_sees_what_is_published_newest_first(
    reader: Reader, acts: Acts
) -> None:
    said = [acts.say(f"Number {n}.", page="/a") for n in range(3)]
    acts.judge(acts.submit("Waits.").comment_id, Status.HELD)
    answer = reader.get(COMMENTS)
    listed = answer.get_json()
    assert [each["id"] for each in listed] == [number(acts, p) for p in said[::-1]]
    assert all(set(each) == VIEWED for each in listed)
    assert {each["post"] for each in listed} == {17}
    assert listed[0]["content"] == {"rendered": "<p>Number 2.</p>\n"}
    assert listed[0]["link"] == f"{BLOG}/a#comment-{listed[0]['id']}"
    assert listed[0]["date"] == listed[0]["date_gmt"] == "2026-03-01T12:00:00"
    assert (answer.headers["X-WP-Total"], answer.headers["X-WP-TotalPages"]) == (
        "3",
        "1",
    )
    assert "example.org" not in answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-WP-Total" in answer.headers["Access-Control-Expose-Headers"]
    assert answer.headers["Cache-Control"] == "public, no-cache"


def test_pages_are_linked(reader: Reader, acts: Acts) -> None:
    for n in range(5):
        acts.say(f"Number {n}.")
    answer = reader.get(f"{COMMENTS}?per_page=2&page=2&order=asc")
    assert [each["content"]["rendered"] for each in answer.get_json()] == [
        "<p>Number 2.</p>\n",
        "<p>Number 3.</p>\n",
    ]
    assert answer.headers["X-WP-TotalPages"] == "3"
    base = f"{BASE}{COMMENTS}?per_page=2&order=asc"
    assert answer.headers["Link"] == (
        f'<{base}&page=1>; rel="prev", <{base}&page=3>; rel="next"'
    )
    assert "Link" not in reader.get(COMMENTS).headers


def test_unchanged_list_is_not_sent_again(reader: Reader, acts: Acts) -> None:
    acts.say()
    tag = reader.get(COMMENTS).headers["ETag"]
    assert reader.get(COMMENTS, If_None_Match=tag).status_code == 304


def test_head_has_the_headers_alone(reader: Reader, acts: Acts) -> None:
    acts.say()
    answer = reader.request("HEAD", COMMENTS)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["X-WP-Total"] == "1"


def test_filters_choose(reader: Reader, acts: Acts, clock: FrozenClock) -> None:
    first = number(acts, acts.say("Rye bread.", page="/a"))
    clock.advance(timedelta(hours=1))
    second = number(acts, acts.say("Wheat bread.", page="/b"))
    parent = acts.comment(acts.say("Spelt bread.", page="/c"))
    answer = acts.submit("Oat bread.", page="/c", parent=parent.public_id)
    acts.judge(answer.comment_id, Status.PUBLISHED)
    last = number(acts, answer.comment_id)
    made = 10**12 + parent.thread_id
    everything = {first, second, parent.id, last}
    for query, wanted in (
        ("post=17", {first}),
        ("post=17,18", {first, second}),
        ("post[]=17&post[]=18", {first, second}),
        (f"post={made}", {parent.id, last}),
        ("post=99", set()),
        (f"parent={parent.id}", {last}),
        ("parent=0", everything - {last}),
        (f"parent_exclude={parent.id}", everything - {last}),
        (f"include={first},{last}", {first, last}),
        (f"exclude={first}", everything - {first}),
        ("after=2026-03-01T12:30:00", everything - {first}),
        ("before=2026-03-01T12:30:00Z", {first}),
        ("search=wheat", {second}),
        ("search=wheat+rye", set()),
        ("search=...", set()),
        ("offset=1&order=asc", everything - {first}),
        ("type=comment&status=approve", everything),
    ):
        found = reader.get(f"{COMMENTS}?{query}").get_json()
        assert {each["id"] for each in found} == wanted, query
    ordered = reader.get(f"{COMMENTS}?include={last},{first}&orderby=include")
    assert [each["id"] for each in ordered.get_json()] == [last, first]
    by_post = reader.get(f"{COMMENTS}?post=18,17&orderby=post&order=asc")
    assert [each["id"] for each in by_post.get_json()] == [first, second]


def test_fields_are_cut_to_those_that_are_wanted(reader: Reader, acts: Acts) -> None:
    acts.say()
    (found,) = reader.get(f"{COMMENTS}?_fields=id,content.rendered").get_json()
    assert set(found) == {"id", "content"}
    (embedded,) = reader.get(f"{COMMENTS}?context=embed").get_json()
    assert VIEWED - set(embedded) == {"post", "date_gmt", "status", "meta"}


@pytest.mark.parametrize(
    "query",
    [
        *("page=0", "page=x", "per_page=101", "per_page=0", "offset=-1", "order=up"),
        *(
            "orderby=karma",
            "post=x",
            "post=-1",
            "after=yesterday",
            "before=0001-01-01T00:00:00%2B23:00",
            "context=all",
        ),
        *("status=new", "orderby=post", "page=99999", "type=pingback"),
        f"include={','.join(map(str, range(1, 102)))}",
    ],
)
def test_bad_parameter_is_named(reader: Reader, query: str) -> None:
    body = refused(reader.get(f"{COMMENTS}?{query}"), 400, "rest_invalid_param")
    assert set(body["data"]["params"]) == {query.partition("=")[0]}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("context=edit", "rest_forbidden_context"),
        ("status=hold", "rest_forbidden_param"),
        ("status=any", "rest_forbidden_param"),
        ("type=all", "rest_forbidden_param"),
        ("author=1", "rest_forbidden_param"),
        ("author_exclude=1", "rest_forbidden_param"),
        ("author_email=ana%40example.org", "rest_forbidden_param"),
    ],
)
def test_stranger_may_not_ask_for_more(reader: Reader, query: str, code: str) -> None:
    answer = reader.get(f"{COMMENTS}?{query}")
    refused(answer, 401, code)
    assert "example.org" not in answer.text


def test_stranger_sees_no_comment_that_waits(reader: Reader, acts: Acts) -> None:
    seen = number(acts, acts.say())
    waits = number(acts, acts.submit("Waits.").comment_id)
    assert reader.get(f"{COMMENTS}/{seen}").get_json()["id"] == seen
    for missing in (waits, 4711):
        refused(reader.get(f"{COMMENTS}/{missing}"), 404, "rest_comment_invalid_id")


def test_comment_of_another_site_is_none(
    reader: Reader, acts: Acts, token_of: MakeToken
) -> None:
    seen = number(acts, acts.say())
    path = COMMENTS.replace("blog", "nowhere")
    refused(reader.get(f"{path}/{seen}"), 404, "rest_no_route")
    assert token_of()


def test_what_writers_say_of_themselves_is_safe_in_html(
    house: House, acts: Acts, shared: Path
) -> None:
    payloads = markup(shared, ["xss"])
    # Several at once: each takes a while of its own.
    several = [" ".join(payloads[at : at + 50]) for at in range(0, len(payloads), 50)]
    assert len(payloads) > 100
    with house.app().test_request_context(base_url=BASE):
        for payload in several:
            told = Told(
                number=1,
                post=17,
                parent=0,
                name=payload,
                website=f"https://ana.example/{payload}",
                at=acts.clock(),
                html="",
                page=f"/{payload}",
                status="approved",
            )
            body: Any = comment_json(acts.site, told, "view")
            assert not set("<>\"'") & set(body["author_name"])
            assert unescape(body["author_name"]) == payload
            up = body["_links"].get("up", [{"href": ""}])[0]["href"]
            for address in (body["author_url"], body["link"], up):
                assert not set(" <>\"'`") & set(address)


def test_listed_comment_has_its_name_and_addresses_quoted(
    reader: Reader, acts: Acts
) -> None:
    acts.say(
        name="<img src=x onerror='alert(1)'>",
        website="https://ana.example/'onclick='alert(1)",
        page="/'><b>",
    )
    (found,) = reader.get(COMMENTS).get_json()
    assert found["author_name"] == ("&lt;img src=x onerror=&#x27;alert(1)&#x27;&gt;")
    assert found["author_url"] == "https://ana.example/%27onclick=%27alert(1)"
    assert found["link"] == f"{BLOG}/%27%3E%3Cb%3E#comment-{found['id']}"
    assert found["_links"]["up"][0]["href"] == f"{BLOG}/%27%3E%3Cb%3E"


# --- Creating ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["json", "form", "raw"])
def test_stranger_comments(
    reader: Reader, acts: Acts, bell: RememberingBell, kind: str
) -> None:
    if kind == "form":
        answer = reader.send_form({**NEW, "post": "17"}, COMMENTS, "*/*", Origin=BLOG)
    else:
        content = {"raw": NEW["content"]} if kind == "raw" else NEW["content"]
        answer = create(reader, content=content)
    assert answer.status_code == 201, answer.text
    body = answer.get_json()
    (stored,) = acts.store.read(lambda s: s.query(Comment).all())
    assert set(body) == VIEWED
    assert (body["id"], body["post"], body["parent"]) == (stored.id, 17, 0)
    assert (body["status"], stored.status) == ("hold", Status.PENDING)
    assert (stored.name, stored.website) == ("Ana", "https://ana.example")
    assert stored.arrival["via"] == ("form" if kind == "form" else "json")
    assert answer.headers["Location"] == f"{BASE}{COMMENTS}/{stored.id}"
    assert answer.headers["Access-Control-Allow-Origin"] == BLOG
    assert "Set-Cookie" not in answer.headers
    assert "example.org" not in answer.text
    assert acts.thread("/a").id == stored.thread_id
    assert bell.rings == 1


def test_answer_names_the_comment_by_its_number(reader: Reader, acts: Acts) -> None:
    first = number(acts, acts.say())
    body = create(reader, parent=first).get_json()
    assert body["parent"] == first
    assert body["_links"]["in-reply-to"][0]["href"].endswith(f"/comments/{first}")
    stored = acts.store.read(lambda s: s.get_one(Comment, body["id"]))
    assert stored.parent_id == first


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"post": None}, 403, "rest_comment_invalid_post_id"),
    ({"post": 99}, 403, "rest_comment_invalid_post_id"),
    ({"content": None}, 400, "rest_comment_content_invalid"),
    ({"content": " "}, 400, "rest_comment_content_invalid"),
    ({"author_name": None}, 400, "rest_comment_author_data_required"),
    ({"author_email": ""}, 400, "rest_comment_author_data_required"),
    ({"author_email": "ana@"}, 400, "rest_invalid_param"),
    ({"author_url": "ftp://x"}, 400, "rest_invalid_param"),
    ({"parent": 4711}, 400, "rest_invalid_param"),
    ({"parent": "x"}, 400, "rest_invalid_param"),
    ({"content": 1.5}, 400, "rest_invalid_param"),
    ({"author_name": ["Ana"]}, 400, "rest_invalid_param"),
    ({"author_name": "a" * 81}, 400, "comment_author_column_length"),
    (
        {"author_email": f"{'a' * 60}@{'b' * 50}.example"},
        400,
        "comment_author_email_column_length",
    ),
    (
        {"author_url": f"https://a.example/{'b' * 200}"},
        400,
        "comment_author_url_column_length",
    ),
    ({"content": "a" * 10_001}, 400, "comment_content_column_length"),
    ({"id": 5}, 400, "rest_comment_exists"),
    ({"type": "pingback"}, 400, "rest_invalid_comment_type"),
    ({"author": 3}, 401, "rest_comment_invalid_author"),
    ({"author_ip": "192.0.2.1"}, 401, "rest_comment_invalid_author_ip"),
    ({"status": "approved"}, 401, "rest_comment_invalid_status"),
]


@pytest.mark.parametrize(("changes", "status", "code"), REFUSED)
def test_creating_is_refused_by_wordpress_codes(
    reader: Reader, acts: Acts, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = create(reader, **changes)
    refused(answer, status, code)
    assert answer.headers["Access-Control-Allow-Origin"] == BLOG
    assert acts.count(Comment) == 0


def test_half_a_character_is_refused_by_name(reader: Reader) -> None:
    body = refused(create(reader, content="abc \ud800"), 400, "rest_invalid_param")
    assert body["data"]["params"] == {"content": NOT_UNICODE}


def test_moderators_post_through_the_checks_as_well(
    reader: Reader, acts: Acts, token_of: MakeToken
) -> None:
    headers = {"Authorization": f"Bearer {token_of()}"}
    answer = reader.send_json(COMMENTS, {**NEW, "status": "approved"}, **headers)
    refused(answer, 403, "rest_comment_invalid_status")
    assert reader.send_json(COMMENTS, NEW, **headers).status_code == 201
    (stored,) = acts.store.read(lambda s: s.query(Comment).all())
    assert stored.status == Status.PENDING


def test_creating_meets_state_and_limits(
    house: House, reader: Reader, acts: Acts, clock: FrozenClock
) -> None:
    assert create(reader).status_code == 201
    again = create(reader)
    assert (again.status_code, again.get_json()["status"]) == (201, "hold")
    clock.advance(timedelta(minutes=11))
    refused(create(reader), 409, "comment_duplicate")
    hasty = house.reader(submit_limit=(1, 60))
    assert create(hasty, content="One.").status_code == 201
    flood = create(hasty, content="Two.")
    refused(flood, 400, "comment_flood")
    assert int(flood.headers["Retry-After"]) >= 1
    acts.store.write(
        lambda s: open_thread(s, acts.site, "/a", is_open=False, now=acts.clock())
    )
    refused(create(reader, content="Late."), 403, "rest_comment_closed")
    elsewhere = reader.send_json(COMMENTS, NEW, Origin="https://elsewhere.example")
    refused(elsewhere, 403, "rest_forbidden")
    broken = reader.request(
        "POST", COMMENTS, data=b"{", headers={"Content-Type": "application/json"}
    )
    refused(broken, 400, "rest_invalid_json")
    odd = reader.request(
        "POST", COMMENTS, data=b"x", headers={"Content-Type": "text/plain"}
    )
    refused(odd, 415, "rest_unsupported_media_type")


# --- Moderating ----------------------------------------------------------------------


def test_moderator_sees_what_waits_with_masked_addresses(
    reader: Reader, acts: Acts, token_of: MakeToken
) -> None:
    acts.say("Seen.")
    acts.judge(acts.submit("Waits.").comment_id, Status.HELD)
    acts.submit("Not checked.")
    answer = reader.request(
        "GET", f"{COMMENTS}?status=hold&context=edit", token_of(Role.VIEWER)
    )
    listed = answer.get_json()
    assert [each["content"]["raw"] for each in listed] == ["Not checked.", "Waits."]
    assert all(set(each) == VIEWED | PRIVATE for each in listed)
    assert {each["author_email"] for each in listed} == {"a…@example.org"}
    assert {each["author_ip"] for each in listed} == {""}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers.get("Access-Control-Allow-Origin") is None


def test_address_is_told_to_who_decides_and_that_is_logged(
    reader: Reader, acts: Acts, token_of: MakeToken
) -> None:
    path = f"{COMMENTS}/{number(acts, acts.say())}?context=edit"

    def revealed() -> int:
        return acts.store.read(
            lambda s: s.query(AuditEntry).filter_by(action="address-revealed").count()
        )

    for token in (token_of(Role.VIEWER), token_of(Role.OWNER, Scope.READ)):
        answer = reader.request("GET", path, token)
        assert answer.get_json()["author_email"] == "a…@example.org"
    assert revealed() == 0
    answer = reader.request("GET", path, token_of())
    assert answer.get_json()["author_email"] == "ana@example.org"
    assert answer.headers["Cache-Control"] == "no-store"
    assert revealed() == 1
    without = reader.request("GET", path.partition("?")[0], token_of(Role.OWNER))
    assert set(without.get_json()) == VIEWED


def test_token_comes_as_an_application_password_too(
    reader: Reader, acts: Acts, token_of: MakeToken
) -> None:
    acts.submit("Waits.")
    token = token_of()
    spaced = " ".join(token[at : at + 4] for at in range(0, len(token), 4))
    for password in (token, spaced):
        pair = b64encode(f"grace:{password}".encode()).decode()
        answer = reader.get(f"{COMMENTS}?status=hold", Authorization=f"Basic {pair}")
        assert len(answer.get_json()) == 1


@pytest.mark.parametrize(
    "given",
    [
        "Bearer foyer_nothing",
        "Basic !!!",
        "Basic Zm9v",
        "Bearer",
        "Digest x",
        "foyer_x",
    ],
)
def test_token_that_does_not_hold_is_refused(reader: Reader, given: str) -> None:
    answer = reader.get(COMMENTS, Authorization=given)
    refused(answer, 401, "rest_not_logged_in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_moderator_decides(reader: Reader, acts: Acts, token_of: MakeToken) -> None:
    public_id = acts.submit("Waits.").comment_id
    acts.judge(public_id, Status.HELD)
    path, token = f"{COMMENTS}/{number(acts, public_id)}", token_of()
    for method, asked, told, state in (
        ("POST", "approve", "approved", Status.PUBLISHED),
        ("PUT", "approved", "approved", Status.PUBLISHED),
        ("PATCH", "spam", "spam", Status.SPAM),
        ("POST", "untrash", "spam", Status.SPAM),
        ("POST", "unspam", "approved", Status.PUBLISHED),
        ("POST", "trash", "trash", Status.TRASHED),
        ("POST", "untrash", "approved", Status.PUBLISHED),
        ("POST", "hold", "hold", Status.HELD),
        ("POST", "1", "approved", Status.PUBLISHED),
        ("POST", "0", "hold", Status.HELD),
    ):
        answer = reader.request(method, path, token, json={"status": asked})
        assert answer.get_json()["status"] == told, (asked, answer.text)
        assert acts.comment(public_id).status == state
    assert {who for who, _, _ in acts.moves(public_id)[1:]} == {"moderator"}


def test_nothing_unchecked_is_published(
    reader: Reader, acts: Acts, token_of: MakeToken
) -> None:
    public_id, token = acts.submit("Not checked.").comment_id, token_of()
    path = f"{COMMENTS}/{number(acts, public_id)}"
    for status in ("approve", "1"):
        answer = reader.request("POST", path, token, json={"status": status})
        refused(answer, 409, "rest_comment_failed_edit")
    assert acts.comment(public_id).status == Status.PENDING
    reader.request("POST", path, token, json={"status": "spam"})
    reader.request("POST", path, token, json={"status": "unspam"})
    assert acts.comment(public_id).status == Status.HELD


def take_edit(acts: Acts, public_id: str) -> None:
    """Let the checks take the newest edit; an edited comment stays where it is."""
    newest = acts.store.read(
        lambda s: s.query(Revision).order_by(Revision.id.desc()).first()
    )
    assert newest is not None
    lease = acts.lease(Kind.CHECK_REVISION, newest.id)
    verdict = Verdict(status=Status.HELD, score=0.5, findings=())
    reading = reading_of(acts.comment(public_id))
    html = rendered(newest.text)
    taken = acts.store.write(
        lambda s: judge_revision(s, lease, verdict, reading, html, now=acts.clock())
    )
    assert taken


@pytest.mark.parametrize("status", ["approved", "unspam"])
def test_what_its_writer_edited_is_published_only_after_that_was_told(
    reader: Reader, acts: Acts, token_of: MakeToken, status: str
) -> None:
    public_id, token = acts.say("Rye wants time."), token_of()
    path = f"{COMMENTS}/{number(acts, public_id)}"
    aside = "spam" if status == "unspam" else "hold"
    reader.request("POST", path, token, json={"status": aside})
    kept = acts.comment(public_id).status
    acts.edit(public_id, "Buy my rye.")

    def approve() -> TestResponse:
        return reader.request("POST", path, token, json={"status": status})

    def refuse() -> None:
        body = refused(approve(), 409, "rest_comment_failed_edit")
        assert "Its writer changed it" in body["message"]
        assert acts.comment(public_id).status == kept

    refuse()
    # Who was told while it waited has read the text before it.
    acts.clock.advance(minutes=1)
    take_edit(acts, public_id)
    refuse()
    assert approve().get_json()["status"] == "approved"
    assert acts.comment(public_id).text == "Buy my rye."


def test_edit_that_was_told_of_while_it_waited_is_asked_about_once(
    reader: Reader, acts: Acts, token_of: MakeToken
) -> None:
    public_id, token = acts.say("Rye wants time.", Status.HELD), token_of()
    path = f"{COMMENTS}/{number(acts, public_id)}"
    acts.edit(public_id, "Rye wants rest.")
    approve = {"status": "approved"}
    refused(
        reader.request("POST", path, token, json=approve),
        409,
        "rest_comment_failed_edit",
    )
    assert reader.request("POST", path, token, json=approve).status_code == 200


def test_edit_hinders_nothing_but_publishing(
    reader: Reader, acts: Acts, token_of: MakeToken
) -> None:
    public_id, token = acts.say("Rye wants time.", Status.HELD), token_of()
    path = f"{COMMENTS}/{number(acts, public_id)}"
    acts.edit(public_id, "Rye wants rest.")
    take_edit(acts, public_id)
    for body in ({"status": "spam"}, {"status": "hold"}, {"status": "trash"}):
        assert reader.request("POST", path, token, json=body).status_code == 200
    own = {"status": "approved", "content": "Rye wants peace."}
    assert reader.request("POST", path, token, json=own).status_code == 200
    reader.request("POST", path, token, json={"status": "hold"})
    # A moderator's text came after the writer's.
    again = reader.request("POST", path, token, json={"status": "approved"})
    assert again.status_code == 200


def test_moderator_who_acts_after_an_edit_has_seen_it(
    reader: Reader, acts: Acts, token_of: MakeToken
) -> None:
    public_id, token = acts.say("Rye wants time.", Status.HELD), token_of()
    path = f"{COMMENTS}/{number(acts, public_id)}"
    acts.edit(public_id, "Rye wants rest.")
    take_edit(acts, public_id)
    acts.clock.advance(minutes=1)
    acts.move(public_id, Status.SPAM)
    answer = reader.request("POST", path, token, json={"status": "approved"})
    assert answer.status_code == 200


def test_moderator_edits(reader: Reader, acts: Acts, token_of: MakeToken) -> None:
    public_id, token = acts.say("Rye wants time."), token_of()
    path = f"{COMMENTS}/{number(acts, public_id)}"
    answer = reader.request("POST", path, token, json={"content": "Rye *wants* rest."})
    assert answer.get_json()["content"]["rendered"] == (
        "<p>Rye <em>wants</em> rest.</p>\n"
    )
    assert acts.comment(public_id).text == "Rye *wants* rest."
    for body, status, code in (
        ({"content": ""}, 400, "rest_comment_content_invalid"),
        ({"content": "a" * 10_001}, 400, "comment_content_column_length"),
        ({"status": "shiny"}, 400, "rest_invalid_param"),
        ({"author_name": "Bob"}, 400, "rest_invalid_param"),
        ({"type": "pingback"}, 404, "rest_comment_invalid_type"),
    ):
        refused(reader.request("POST", path, token, json=body), status, code)
    missing = reader.request("POST", f"{COMMENTS}/4711", token, json={})
    refused(missing, 404, "rest_comment_invalid_id")


def test_trash_is_where_deleting_ends(
    reader: Reader, acts: Acts, token_of: MakeToken
) -> None:
    public_id, token = acts.say(), token_of()
    path = f"{COMMENTS}/{number(acts, public_id)}"
    answer = reader.request("DELETE", path, token)
    assert (answer.status_code, answer.get_json()["status"]) == (200, "trash")
    refused(reader.request("DELETE", path, token), 410, "rest_already_trashed")
    forced = reader.request("DELETE", f"{path}?force=true", token)
    body = forced.get_json()
    assert (body["deleted"], body["previous"]["status"]) == (False, "trash")
    other = f"{COMMENTS}/{number(acts, acts.say('Another one.'))}"
    assert reader.request("DELETE", f"{other}?force=1", token).status_code == 200
    refused(reader.get(other), 404, "rest_comment_invalid_id")
    assert acts.count(Comment) == 2


def test_only_who_may_decide_does(
    reader: Reader, acts: Acts, token_of: MakeToken
) -> None:
    public_id = acts.say()
    path = f"{COMMENTS}/{number(acts, public_id)}"
    weak = (token_of(Role.VIEWER), token_of(Role.OWNER, Scope.READ))
    for token, status in (("", 401), (weak[0], 403), (weak[1], 403)):
        answer = reader.request("POST", path, token, json={"status": "spam"})
        refused(answer, status, "rest_cannot_edit")
        refused(reader.request("DELETE", path, token), status, "rest_cannot_delete")
    assert acts.comment(public_id).status == Status.PUBLISHED


def test_programs_find_what_is_here(reader: Reader) -> None:
    found = reader.get(f"{ROOT}/").get_json()
    assert (found["namespaces"], found["url"]) == (["wp/v2"], BLOG)
    assert "/wp/v2/comments" in found["routes"]
    for path, method in ((COMMENTS, "POST"), (f"{COMMENTS}/1", "DELETE")):
        answer = reader.request("OPTIONS", path, headers={"Origin": BLOG})
        assert answer.status_code == 200
        assert method in answer.headers["Allow"]
        assert method in answer.headers["Access-Control-Allow-Methods"]
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert answer.headers["Access-Control-Allow-Origin"] == BLOG
    assert reader.request("OPTIONS", f"{ROOT}/").headers["Allow"] == "OPTIONS, GET"
    foreign = reader.request(
        "OPTIONS", COMMENTS, headers={"Origin": "https://elsewhere.example"}
    )
    assert "Access-Control-Allow-Origin" not in foreign.headers
