"""What writers do through Isso's client."""

import time
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest

from service.db.models import Comment
from service.domain.status import Status
from service.privacy.tokens import edit_token
from service.text.bodies import NOT_UNICODE
from service.web.compat.isso import patience
from tests.db.acts import Acts
from tests.doubles import FrozenClock, RememberingBell
from tests.web.compat.isso_client import SAID, IssoClient, Told
from tests.web.public.reader import BLOG, House


def said(widget: IssoClient, **changes: Any) -> int:
    """Number of a comment that was taken in."""
    answer = widget.say(**changes)
    assert answer.status_code == 202, answer.text
    return int(answer.json["id"])


def stored(acts: Acts, number: int) -> Comment:
    return acts.store.read(lambda s: s.get_one(Comment, number))


def judge(acts: Acts, number: int, status: Status = Status.PUBLISHED) -> None:
    acts.judge(stored(acts, number).public_id, status)


def cookies(answer: Told) -> str:
    return "\n".join(
        [*answer.headers.getlist("Set-Cookie"), answer.headers.get("X-Set-Cookie", "")]
    )


# --- Submitting --------------------------------------------------------------------


def test_submission_waits_for_its_checks(
    widget: IssoClient, acts: Acts, bell: RememberingBell
) -> None:
    answer = widget.say(website="ana.example", notification=1, title="Bread")
    assert answer.status_code == 202
    number = answer.json["id"]
    assert answer.json == {
        "id": number,
        "parent": None,
        "text": "<p>Rye wants <em>patience</em>.</p>\n",
        "author": "Ana",
        "website": "https://ana.example",
        "mode": 2,
        "created": acts.clock().timestamp(),
        "modified": None,
        "likes": 0,
        "dislikes": 0,
        "hash": answer.json["hash"],
        "notification": 0,
    }
    comment = stored(acts, number)
    assert comment.status == Status.PENDING
    assert (comment.title, comment.notify) == ("Bread", True)
    assert acts.thread().page == "/a"
    assert bell.rings == 1
    assert "ana@example.org" not in answer.text + str(answer.headers)
    assert answer.headers["Cache-Control"] == "no-store"
    assert widget.thread()["replies"] == []
    judge(acts, number)
    (shown,) = widget.thread()["replies"]
    assert (shown["id"], shown["hash"]) == (number, answer.json["hash"])


def test_what_the_checks_publish_soon_is_told_as_published(
    widget: IssoClient, acts: Acts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "WAIT_SECONDS", 20.0)

    def check() -> None:
        while not acts.count(Comment):
            time.sleep(0.01)
        judge(acts, 1)

    checks = Thread(target=check)
    checks.start()
    answer = widget.say()
    checks.join()
    assert answer.status_code == 201
    assert (answer.json["id"], answer.json["mode"]) == (1, 1)


def test_no_more_than_a_few_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "WAIT_SECONDS", 20.0)
    settled: list[bool] = []
    waiting = [
        Thread(target=patience.wait_for, args=[lambda: bool(settled)])
        for _ in range(patience.MOST_AT_ONCE)
    ]
    for one in waiting:
        one.start()
    asked: list[str] = []

    def look() -> bool:
        asked.append("settled?")
        return True

    patience.wait_for(look)
    assert asked == []
    settled.append(True)
    for one in waiting:
        one.join(10)
    patience.wait_for(look)
    assert asked == ["settled?"]


@pytest.mark.parametrize("status", [Status.HELD, Status.SPAM], ids=lambda s: s.value)
def test_spammers_learn_nothing(widget: IssoClient, acts: Acts, status: Status) -> None:
    first = widget.say()
    judge(acts, first.json["id"], status)
    again = widget.say()
    assert again.status_code == 202
    assert again.json == first.json


def test_double_click_is_one_comment_and_proves_nothing(
    widget: IssoClient, acts: Acts
) -> None:
    first, second = widget.say(), widget.say()
    assert first.json["id"] == second.json["id"]
    assert acts.count(Comment) == 1
    assert cookies(first)
    assert cookies(second).strip() == ""


def test_repeat_much_later_is_refused(widget: IssoClient, clock: FrozenClock) -> None:
    widget.say()
    clock.advance(minutes=11)
    assert widget.say().status_code == 409


def test_answer_hangs_on_what_it_answers(widget: IssoClient, acts: Acts) -> None:
    first = acts.comment(acts.say("First.")).id
    answer = widget.say(parent=first)
    assert answer.json["parent"] == first
    assert stored(acts, answer.json["id"]).parent_id == first


def test_nobody_can_answer_what_waits(widget: IssoClient, acts: Acts) -> None:
    waiting = acts.comment(acts.say("First.", Status.HELD)).id
    elsewhere = acts.comment(acts.say("There.", page="/b")).id
    said_of = {widget.say(parent=n).text for n in (waiting, elsewhere, 10**15)}
    assert len(said_of) == 1
    assert said_of.pop().startswith("parent: ")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("text", None), ("text", 5), ("text", ""), ("text", "ab"), ("text", " \n ")),
        *(
            ("text", "x" * 10_001),
            ("text", ["abc"]),
            ("author", 1),
            ("author", "x" * 81),
        ),
        *(("email", "nobody"), ("email", "a@b.c\r\nBcc: z@z.z"), ("email", True)),
        ("email", f"{'a' * 250}@example.org"),
        *(
            ("website", "javascript:alert(1)"),
            ("website", "https://a b"),
            ("website", 0),
        ),
        *(("website", f"https://e.example/{'a' * 2048}"), ("title", 3)),
        *(("parent", "1"), ("parent", True), ("parent", 1.5), ("parent", -1)),
        *(("parent", []), ("notification", "yes"), ("notification", 2)),
    ],
    ids=str,
)
def test_bad_values_are_named(
    widget: IssoClient, acts: Acts, field: str, value: Any
) -> None:
    answer = widget.say(**{field: value})
    assert answer.status_code == 400, answer.text
    assert answer.text.startswith(f"{field}: ")
    assert "Bcc" not in answer.text
    assert acts.count(Comment) == 0


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"null", b"{", b'{"text": "a", "text": "b"}', b"\xff", b"[" * 1000],
    ids=str,
)
def test_bodies_that_are_no_object_are_refused(widget: IssoClient, data: bytes) -> None:
    assert widget.send("POST", "/new?uri=/a", data=data).status_code == 400


def test_half_a_character_is_refused(widget: IssoClient) -> None:
    answer = widget.send("POST", "/new?uri=/a", data=b'{"text":"abc \\ud800"}')
    assert answer.status_code == 400
    assert answer.text == f"text: {NOT_UNICODE}"


def test_huge_numbers_and_bodies_are_refused(widget: IssoClient) -> None:
    huge = b'{"text":"abc","author":"A","email":"a@example.org","parent":%s}'
    assert widget.send("POST", "/new?uri=/a", data=huge % b"9" * 40).status_code == 400
    large = widget.say(text="x" * 300_000)
    assert large.status_code == 413


@pytest.mark.parametrize("uri", ["", "?uri=", "?uri=%20", f"?uri=/{'a' * 600}"])
def test_page_must_be_named(widget: IssoClient, uri: str) -> None:
    answer = widget.say(f"/new{uri}")
    assert answer.status_code == 400
    assert answer.text.startswith("uri: ")


def test_page_of_another_site_is_refused(widget: IssoClient) -> None:
    assert widget.say("/new?uri=https://elsewhere.example/a").status_code == 400


def test_unknown_keys_have_no_effect(widget: IssoClient, acts: Acts) -> None:
    answer = widget.say(mode=1, likes=999, id=77, remarks="x")
    assert answer.json["mode"] == 2
    assert stored(acts, answer.json["id"]).status == Status.PENDING


@pytest.mark.parametrize(
    ("field", "reason"), [("email", "require-email"), ("author", "require-author")]
)
def test_what_the_site_requires_is_named(
    widget: IssoClient, acts: Acts, field: str, reason: str
) -> None:
    body = {**SAID, field: None}
    answer = widget.send("POST", "/new?uri=/a", body, accept="application/json")
    assert answer.status_code == 403
    assert answer.json["reason"] == reason
    acts.set_policy(required=())
    changes: dict[str, Any] = {field: None}
    assert widget.say(**changes).status_code == 202


def test_where_consent_is_asked_for_nobody_writes_without_it(
    widget: IssoClient, acts: Acts
) -> None:
    acts.set_policy(consent="My words are kept.")
    answer = widget.send("POST", "/new?uri=/a", SAID, accept="application/json")
    assert answer.status_code == 400
    assert "consent" in answer.json["message"]


def test_limit_is_the_same_as_everywhere(house: House, acts: Acts) -> None:
    assert acts.site.key == "blog"
    widget = IssoClient(house.app(submit_limit=(1, 60)).test_client())
    assert widget.say().status_code == 202
    for method, path in (("POST", "/new?uri=/a"), ("PUT", "/id/1")):
        body = {**SAID, "text": "More."} if method == "POST" else {"text": "More."}
        answer = widget.send(method, path, body, accept="application/json")
        assert answer.status_code == 403
        assert answer.json["reason"] == "ratelimit"
        assert int(answer.headers["Retry-After"]) >= 1
    assert stored(acts, 1).text == SAID["text"]
    assert widget.send("DELETE", "/id/1").status_code == 200


def test_pages_of_others_may_not_submit(widget: IssoClient, acts: Acts) -> None:
    body = {**SAID}
    for origin, status in (
        *(("https://elsewhere.example", 403), (BLOG, 202), ("null", 202), (None, 202)),
    ):
        body["text"] = f"From {origin}."
        answer = widget.send("POST", "/new?uri=/a", body, origin=origin)
        assert answer.status_code == status
    assert acts.count(Comment) == 3


def test_closed_thread(widget: IssoClient, acts: Acts) -> None:
    acts.say("First.")
    acts.set_policy(close_after_days=1)
    acts.clock.advance(days=2)
    assert widget.say().status_code == 403


# --- The cookie --------------------------------------------------------------------


def test_cookie_goes_to_its_comment_only(widget: IssoClient) -> None:
    answer = widget.say()
    number = answer.json["id"]
    (given,) = answer.headers.getlist("Set-Cookie")
    value, *attributes = given.split("; ")
    assert value.startswith(f"{number}=")
    assert {a for a in attributes if not a.startswith("Expires=")} == {
        *("HttpOnly", "Max-Age=900", "SameSite=Lax"),
        f"Path=/sites/blog/isso/id/{number}",
    }


def test_copy_on_the_blog_proves_nothing(widget: IssoClient, acts: Acts) -> None:
    answer = widget.say()
    number = answer.json["id"]
    copy = answer.headers["X-Set-Cookie"]
    assert copy.split("; ")[0] == f"isso-{number}=own"
    token = edit_token(acts.keyring, stored(acts, number).public_id)
    assert token in answer.headers["Set-Cookie"]
    assert token not in copy


def test_cookie_crosses_sites_over_https(house: House, acts: Acts) -> None:
    assert acts.site.key == "blog"
    app = house.app(base_url="https://localhost")
    answer = IssoClient(app.test_client()).say()
    (given,) = answer.headers.getlist("Set-Cookie")
    assert {"Secure", "SameSite=None", "Partitioned", "HttpOnly"} <= set(
        given.split("; ")
    )


def test_no_cookie_where_nobody_may_edit(widget: IssoClient, acts: Acts) -> None:
    acts.set_policy(edit_seconds=0)
    assert cookies(widget.say()).strip() == ""


# --- An own comment ----------------------------------------------------------------


def test_writer_alone_sees_what_waits(widget: IssoClient, stranger: IssoClient) -> None:
    number = said(widget)
    found = widget.get(f"/id/{number}").json
    assert (found["text"], found["mode"]) == (
        "<p>Rye wants <em>patience</em>.</p>\n",
        2,
    )
    assert widget.get(f"/id/{number}?plain=1").json["text"] == SAID["text"]
    assert widget.get(f"/id/{number}?plain=2").status_code == 400
    for method in ("GET", "PUT", "DELETE"):
        body = {"text": "Mine now."} if method == "PUT" else None
        answer = stranger.send(method, f"/id/{number}", body)
        assert answer.status_code == 403
        assert "patience" not in answer.text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_cookie_opens_only_its_own_comment(
    widget: IssoClient, stranger: IssoClient, acts: Acts, method: str
) -> None:
    mine, other = said(widget), said(stranger, text="Another one.")
    token = edit_token(acts.keyring, stored(acts, mine).public_id)
    for value in (token, "", "1.x", "é", "x" * 3000):
        widget.client.set_cookie(str(other), value, domain="localhost")
        body = {"text": "Mine now."} if method == "PUT" else None
        assert widget.send(method, f"/id/{other}", body).status_code == 403
    assert stored(acts, other).text == "Another one."


@pytest.mark.parametrize(
    "number", ["0", "4711", "9" * 18, "9" * 30, "9" * 5000, "-1", "x", "²"]
)
def test_unknown_comment(widget: IssoClient, number: str) -> None:
    assert widget.get(f"/id/{number}").status_code == 404
    assert widget.send("DELETE", f"/id/{number}").status_code == 404
    assert widget.send("PUT", f"/id/{number}", {"text": "abc"}).status_code == 404


def test_comment_of_another_site_is_unknown(widget: IssoClient) -> None:
    number = said(widget)
    answer = widget.client.get(
        f"/sites/demo/isso/id/{number}", base_url="http://localhost:8000"
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_pages_of_others_cannot_use_the_cookie(
    widget: IssoClient, acts: Acts, method: str, origin: str
) -> None:
    number = said(widget)
    body = {"text": "Mine now."} if method == "PUT" else None
    answer = widget.send(method, f"/id/{number}", body, origin=origin)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert stored(acts, number).text == SAID["text"]


def test_edit_before_the_checks(widget: IssoClient, acts: Acts) -> None:
    number = said(widget)
    answer = widget.send("PUT", f"/id/{number}", {"text": "*Oats* do not."})
    assert answer.status_code == 200
    assert answer.json["text"] == "<p><em>Oats</em> do not.</p>\n"
    assert answer.json["mode"] == 2
    assert f"{number}=" in cookies(answer)
    assert stored(acts, number).text == "*Oats* do not."


def test_edit_of_a_published_comment_waits(
    widget: IssoClient, stranger: IssoClient, acts: Acts
) -> None:
    number = said(widget)
    judge(acts, number)
    answer = widget.send(
        "PUT", f"/id/{number}", {"text": "Oats do not.", "author": "Ana"}
    )
    assert (answer.json["text"], answer.json["mode"]) == ("<p>Oats do not.</p>\n", 2)
    (shown,) = stranger.thread()["replies"]
    assert shown["text"] == "<p>Rye wants <em>patience</em>.</p>\n"
    # Who edits once more goes on from the newest text.
    assert widget.get(f"/id/{number}?plain=1").json["text"] == "Oats do not."
    assert stranger.get("/?uri=/a&plain=1").json["replies"][0]["text"] == SAID["text"]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        *(({}, "text"), ({"text": "ab"}, "text"), ({"text": 1}, "text")),
        *(({"text": "x" * 10_001}, "text"), ({"text": "  \n "}, "text")),
        ({"text": "Good.", "author": "Bo"}, "author"),
        ({"text": "Good.", "website": "https://b.example"}, "website"),
    ],
    ids=str,
)
def test_bad_edits_are_named(
    widget: IssoClient, acts: Acts, body: dict[str, Any], wrong: str
) -> None:
    number = said(widget)
    answer = widget.send("PUT", f"/id/{number}", body)
    assert answer.status_code == 400
    assert answer.text.startswith(f"{wrong}: ")
    assert stored(acts, number).text == SAID["text"]


def test_forms_cannot_edit(widget: IssoClient) -> None:
    number = said(widget)
    for method in ("PUT", "DELETE"):
        answer = widget.send(method, f"/id/{number}", data=b"{}", kind="text/plain")
        assert answer.status_code == 403


def test_time_to_edit_ends(widget: IssoClient, acts: Acts, clock: FrozenClock) -> None:
    number = said(widget)
    clock.advance(seconds=300)
    answer = widget.send("PUT", f"/id/{number}", {"text": "Oats do not."})
    assert "Max-Age=600" in cookies(answer)
    clock.advance(seconds=600)
    # As if the browser's clock were slow.
    token = edit_token(acts.keyring, stored(acts, number).public_id)
    widget.client.set_cookie(str(number), token, domain="localhost")
    assert widget.send("PUT", f"/id/{number}", {"text": "More."}).status_code == 403
    assert widget.send("DELETE", f"/id/{number}").status_code == 403
    assert stored(acts, number).text == "Oats do not."


@pytest.mark.parametrize(
    "status", [None, Status.PUBLISHED, Status.HELD, Status.SPAM], ids=str
)
def test_taking_back(widget: IssoClient, acts: Acts, status: Status | None) -> None:
    number = said(widget)
    if status is not None:
        judge(acts, number, status)
    answer = widget.send("DELETE", f"/id/{number}")
    assert (answer.status_code, answer.json) == (200, None)
    assert f"isso-{number}=; Expires=" in cookies(answer)
    assert widget.thread()["replies"] == []
    token = edit_token(acts.keyring, stored(acts, number).public_id)
    widget.client.set_cookie(str(number), token, domain="localhost")
    for method in ("GET", "DELETE"):
        assert widget.send(method, f"/id/{number}").status_code == 404


def test_taking_back_what_was_answered(widget: IssoClient, acts: Acts) -> None:
    number = said(widget)
    judge(acts, number)
    acts.say("An answer.", parent=stored(acts, number).public_id)
    answer = widget.send("DELETE", f"/id/{number}")
    assert answer.json["mode"] == 4
    assert answer.json["text"] == ""
    (place,) = widget.thread()["replies"]
    assert (place["id"], place["mode"]) == (number, 4)


def test_moderators_have_the_last_word(widget: IssoClient, acts: Acts) -> None:
    number = said(widget)
    judge(acts, number)
    acts.move(stored(acts, number).public_id, Status.TRASHED)
    assert widget.get(f"/id/{number}").status_code == 404
    assert widget.send("PUT", f"/id/{number}", {"text": "More."}).status_code == 404


def test_errors_of_the_house_keep_their_headers(house: House, acts: Acts) -> None:
    assert acts.site.key == "blog"
    app = house.app()
    context = app.extensions["foyer"]

    def away(*_: object) -> None:
        raise RuntimeError("canary")

    app.extensions["foyer"] = replace(context, clock=away)
    answer = IssoClient(app.test_client()).get("/?uri=/a")
    assert answer.status_code == 500
    assert "canary" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
