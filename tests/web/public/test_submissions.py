"""Programs submit by JSON or forms, and are told what is wrong field by field."""

import io
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from service.db.models import Comment
from service.domain.status import Status
from service.operations.threads import open_thread
from service.privacy.tokens import form_token
from service.web.public.submissions import is_submission
from tests.db.acts import Acts
from tests.doubles import FrozenClock, RememberingBell
from tests.web.public.reader import API, BASE, BLOG, GOOD, House, Reader

PROBLEM = "application/problem+json"


def test_accepted_comment_is_answered_with_where_to_see_it(
    reader: Reader, acts: Acts, bell: RememberingBell
) -> None:
    answer = reader.send_json()
    assert (answer.status_code, answer.mimetype) == (202, "application/json")
    body = answer.get_json()
    assert set(body) == {"id", "status", "status_url", "edit_token"}
    assert body["status"] == "pending"
    assert body["status_url"] == f"{BASE}{API}/comments/{body['id']}/status"
    assert answer.headers["Location"] == body["status_url"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert acts.comment(body["id"]).status == Status.PENDING
    assert bell.rings == 1


@pytest.mark.parametrize("kind", ["json", "urlencoded", "multipart"])
def test_every_kind_of_body_says_the_same(
    reader: Reader, acts: Acts, kind: str
) -> None:
    fields = GOOD | {
        "comment": "Zwölf  Boxkämpfer\r\n\r\njagen \u00a0Eva.\n",
        "website": "ana.example",
        "title": "A jar",
    }
    if kind == "json":
        answer = reader.send_json(body=fields | {"notify": True})
    elif kind == "urlencoded":
        answer = reader.send_form(fields | {"notify": "1"}, accept="*/*")
    else:
        file = (io.BytesIO(b"x"), "x.png")
        data = fields | {"notify": "on", "upload": file}
        answer = reader.send_form(data, accept="*/*")
    assert answer.status_code == 202, answer.text
    stored = acts.comment(answer.get_json()["id"])
    assert stored.text == "Zwölf  Boxkämpfer\n\njagen \u00a0Eva."
    assert (stored.name, stored.website) == ("Ana", "https://ana.example")
    assert (stored.title, stored.notify) == ("A jar", True)
    assert stored.arrival["via"] == ("json" if kind == "json" else "form")


WRONG: list[tuple[str, dict[str, Any], set[str]]] = [
    ("no-email", {"email": ""}, {"email"}),
    ("bad-email", {"email": "ana@"}, {"email"}),
    ("email-with-a-name", {"email": "Ana <ana@example.org>"}, {"email"}),
    ("long-email", {"email": "a" * 250 + "@example.org"}, {"email"}),
    ("no-name", {"name": " \t "}, {"name"}),
    ("long-name", {"name": "a" * 81}, {"name"}),
    ("address-as-name", {"name": "ana@example.org"}, {"name"}),
    ("no-comment", {"comment": ""}, {"comment"}),
    ("blank-comment", {"comment": " \n\u200b\ufeff\n" * 0 + " \n\t\n"}, {"comment"}),
    ("long-comment", {"comment": "a" * 10_001}, {"comment"}),
    ("script-website", {"website": "javascript:alert(1)"}, {"website"}),
    ("long-website", {"website": "https://x.org/" + "a" * 2048}, {"website"}),
    ("no-page", {"page": ""}, {"page"}),
    ("long-page", {"page": "/" + "a" * 512}, {"page"}),
    ("foreign-page", {"page": "https://other.example/a"}, {"page"}),
    ("odd-parent", {"parent": "1; DROP TABLE"}, {"parent"}),
    ("unknown-parent", {"parent": "A" * 22}, {"parent"}),
    ("number-as-text", {"name": 5}, {"name"}),
    ("list-as-text", {"comment": ["a"]}, {"comment"}),
    ("text-as-switch", {"notify": [1]}, {"notify"}),
    ("half-a-character", {"comment": "a \ud83d b"}, {"comment"}),
    ("several", {"email": "", "name": "", "comment": ""}, {"email", "name", "comment"}),
]


@pytest.mark.parametrize(
    ("change", "fields"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_mistakes_are_named_by_field(
    reader: Reader, acts: Acts, change: dict[str, Any], fields: set[str]
) -> None:
    answer = reader.send_json(body=GOOD | change)
    assert (answer.status_code, answer.mimetype) == (422, PROBLEM)
    problem = answer.get_json()
    assert set(problem["errors"]) == fields
    assert all(said and all(said) for said in problem["errors"].values())
    assert (problem["status"], problem["title"]) == (
        422,
        "Some fields need another look",
    )
    assert acts.count(Comment) == 0


def test_longest_of_everything_is_taken(reader: Reader) -> None:
    answer = reader.send_json(
        body={
            "page": "/" + "a" * 511,
            "comment": "\u6771" * 10_000,
            "name": "\u6771" * 80,
            "email": "ana@example.org",
            "website": "https://x.org/" + "a" * 2034,
        }
    )
    assert answer.status_code == 202, answer.text


def test_long_comment_in_a_form_fits_the_body(reader: Reader) -> None:
    fields = GOOD | {"comment": "\u6771" * 10_000}
    assert reader.send_form(fields, accept="*/*").status_code == 202


def test_site_may_require_less(reader: Reader, acts: Acts) -> None:
    acts.set_policy(required=())
    body = {"page": "/a", "comment": "No name."}
    assert reader.send_json(body=body).status_code == 202


BODIES = [
    ("empty", b"", "application/json", 400),
    ("no-json", b"{", "application/json", 400),
    ("array", b"[]", "application/json", 400),
    ("twice", b'{"page":"/a","page":"/b"}', "application/json", 400),
    ("no-utf-8", b'{"page":"\xff"}', "application/json", 400),
    ("fields", b"&".join(b"a%d=1" % n for n in range(60)), None, 400),
    ("xml", b"<a/>", "application/xml", 415),
    ("text", b"page=/a", "text/plain", 415),
    ("nothing-said", b"page=/a", "", 415),
    ("large", b'{"comment":"' + b"a" * 300_000, "application/json", 413),
    ("large-form", b"comment=" + b"a" * 300_000, None, 413),
]


@pytest.mark.parametrize(
    ("body", "kind", "status"), [row[1:] for row in BODIES], ids=[r[0] for r in BODIES]
)
def test_body_that_cannot_be_read_is_a_problem(
    reader: Reader, acts: Acts, body: bytes, kind: str | None, status: int
) -> None:
    kind = "application/x-www-form-urlencoded" if kind is None else kind
    answer = reader.request(
        "POST", f"{API}/comments", data=body, headers={"Content-Type": kind}
    )
    assert (answer.status_code, answer.mimetype) == (status, PROBLEM)
    assert answer.get_json()["status"] == status
    assert acts.count(Comment) == 0


def test_compressed_body_is_not_read(reader: Reader) -> None:
    answer = reader.send_json(Content_Encoding="gzip")
    assert answer.status_code == 415


def test_large_multipart_body_is_refused(reader: Reader) -> None:
    data = GOOD | {"comment": "a" * 300_000}
    answer = reader.client.post(
        f"{API}/comments",
        base_url=BASE,
        data=data,
        content_type="multipart/form-data",
    )
    assert answer.status_code == 413


def test_field_sent_twice_is_refused_by_name(reader: Reader) -> None:
    twice = MultiDict([*GOOD.items(), ("email", "eve@example.org")])
    answer = reader.send_form(twice, accept="*/*")
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"email"}


@pytest.mark.parametrize("key", ["nobody", "Blog", "%00", "%ED%A0%80", "x" * 300])
def test_unknown_site_is_not_found(reader: Reader, key: str) -> None:
    answer = reader.send_json(f"/api/v1/sites/{key}/comments")
    assert (answer.status_code, answer.mimetype) == (404, PROBLEM)


@pytest.mark.parametrize(
    ("origin", "kind"),
    [
        (None, "absent"),
        ("null", "null"),
        (BLOG, "registered"),
        (f"{BLOG}:443", "registered"),
        (BASE, "own"),
        ("http://127.0.0.1:8000", "own"),
    ],
)
def test_origin_that_is_not_foreign_is_a_fact_for_the_checks(
    reader: Reader, acts: Acts, origin: str | None, kind: str
) -> None:
    headers = {"Origin": origin} if origin else {}
    answer = reader.send_json(**headers)
    assert answer.status_code == 202
    assert acts.comment(answer.get_json()["id"]).arrival["origin"] == kind


@pytest.mark.parametrize(
    "origin",
    [
        "https://other.example",
        "http://blog.example",
        "https://blog.example:8443",
        "https://blog.example.other.example",
        "https://sub.blog.example",
        "http://localhost:9000",
        "chrome-extension://abcdef",
        "nonsense",
    ],
)
def test_named_foreign_origin_is_refused(
    reader: Reader, acts: Acts, origin: str
) -> None:
    answer = reader.send_json(Origin=origin)
    assert (answer.status_code, answer.mimetype) == (403, PROBLEM)
    assert acts.count(Comment) == 0


def test_pages_of_the_site_may_read_the_answer_and_others_not(reader: Reader) -> None:
    own = reader.send_json(Origin=BLOG)
    assert own.headers["Access-Control-Allow-Origin"] == BLOG
    assert "Origin" in own.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in own.headers
    null = reader.send_json(body=GOOD | {"comment": "Two."}, Origin="null")
    assert "Access-Control-Allow-Origin" not in null.headers


@pytest.mark.parametrize(
    ("status", "body"),
    [(422, GOOD | {"email": ""}), (400, [])],
    ids=["mistakes", "malformed"],
)
def test_pages_of_the_site_may_read_what_was_wrong(
    reader: Reader, status: int, body: Any
) -> None:
    answer = reader.send_json(body=body, Origin=BLOG)
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == BLOG


@pytest.mark.parametrize(
    "path",
    [
        f"{API}/comments",
        f"{API}/preview",
        f"{API}/comments/{'A' * 22}",
        f"{API}/comments/{'A' * 22}/status",
    ],
)
def test_pages_of_the_site_may_ask_before_they_send(reader: Reader, path: str) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    own = reader.request("OPTIONS", path, headers={"Origin": BLOG, **asked})
    assert own.status_code == 204
    assert own.headers["Access-Control-Allow-Origin"] == BLOG
    assert {"PATCH", "DELETE", "POST"} <= set(
        own.headers["Access-Control-Allow-Methods"].split(", ")
    )
    allowed = own.headers["Access-Control-Allow-Headers"].lower()
    assert all(h in allowed for h in ("authorization", "content-type", "idempotency"))
    assert "Access-Control-Allow-Credentials" not in own.headers
    other = {"Origin": "https://other.example", **asked}
    answer = reader.request("OPTIONS", path, headers=other)
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_closed_thread_is_refused(reader: Reader, acts: Acts) -> None:
    acts.store.write(
        lambda s: open_thread(s, acts.site, "/a", is_open=False, now=acts.clock())
    )
    assert reader.send_json().status_code == 403


def test_same_key_gets_the_same_answer(reader: Reader, acts: Acts) -> None:
    first = reader.send_json(Idempotency_Key="k1")
    acts.clock.advance(hours=1)
    again = reader.send_json(Idempotency_Key="k1")
    assert (again.status_code, again.data) == (202, first.data)
    assert acts.count(Comment) == 1


def test_same_key_with_other_content_is_refused_by_name(reader: Reader) -> None:
    reader.send_json(Idempotency_Key="k1")
    answer = reader.send_json(body=GOOD | {"comment": "Two."}, Idempotency_Key="k1")
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"Idempotency-Key"}


def test_endless_key_is_refused_by_name(reader: Reader, acts: Acts) -> None:
    answer = reader.send_json(Idempotency_Key="k" * 256)
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"Idempotency-Key"}
    assert acts.count(Comment) == 0


def test_double_click_gets_the_first_answer_without_the_token(
    reader: Reader, acts: Acts
) -> None:
    first = reader.send_json().get_json()
    acts.clock.advance(minutes=9)
    again = reader.send_json()
    assert again.status_code == 202
    assert again.get_json() == {k: v for k, v in first.items() if k != "edit_token"}
    acts.clock.advance(minutes=2)
    assert reader.send_json().status_code == 409


def test_limit_says_when_to_come_back(
    house: House, acts: Acts, clock: FrozenClock
) -> None:
    reader = house.reader(submit_limit=(2, 60))
    for n in range(2):
        answer = reader.send_json(body=GOOD | {"comment": f"{n}."})
        assert answer.status_code == 202
    over = reader.send_json(Origin=BLOG)
    assert (over.status_code, over.mimetype) == (429, PROBLEM)
    assert over.headers["Retry-After"] == "30"
    assert over.headers["Access-Control-Expose-Headers"] == "Location, Retry-After"
    assert acts.count(Comment) == 2
    clock.advance(seconds=30)
    assert reader.send_json().status_code == 202


def test_token_tells_how_long_the_form_was_open(reader: Reader, acts: Acts) -> None:
    token = reader.get(f"{API}/form?page=/a").get_json()["token"]
    acts.clock.advance(seconds=42)
    answer = reader.send_json(body=GOOD | {"token": token})
    arrival = acts.comment(answer.get_json()["id"]).arrival
    assert (arrival["token"], arrival["token_age_seconds"]) == ("good", 42.0)


def test_token_fits_however_the_page_is_called(reader: Reader, acts: Acts) -> None:
    token = reader.get(f"{API}/form?page={BLOG}/a?utm_source=x").get_json()["token"]
    answer = reader.send_json(body=GOOD | {"token": token})
    assert acts.comment(answer.get_json()["id"]).arrival["token"] == "good"


@pytest.mark.parametrize("which", ["missing", "forged", "foreign"])
def test_token_that_is_not_good_is_a_fact_and_no_refusal(
    reader: Reader, acts: Acts, which: str
) -> None:
    token = {
        "missing": "",
        "forged": "1.2.3.4",
        "foreign": form_token(acts.keyring, "blog", "/b", acts.clock().timestamp()),
    }[which]
    answer = reader.send_json(body=GOOD | {"token": token})
    assert answer.status_code == 202
    assert acts.comment(answer.get_json()["id"]).arrival["token"] == which


def test_filled_trap_is_a_fact_and_no_refusal(reader: Reader, acts: Acts) -> None:
    answer = reader.send_json(body=GOOD | {"remarks": "buy"})
    assert acts.comment(answer.get_json()["id"]).arrival["trap_filled"] is True


def test_fields_that_nobody_asked_for_have_no_effect(
    reader: Reader, acts: Acts
) -> None:
    extra = {"status": "published", "by_moderator": True, "id": "x", "html": "<b>"}
    answer = reader.send_json(body=GOOD | extra)
    stored = acts.comment(answer.get_json()["id"])
    assert (stored.status, stored.by_moderator, stored.html) == ("pending", False, None)


def test_no_cookie_is_ever_given_to_a_reader(reader: Reader) -> None:
    for answer in (
        reader.send_json(),
        reader.send_form(),
        reader.send_form({"page": ""}),
    ):
        assert "Set-Cookie" not in answer.headers


def test_refused_form_shows_nothing_of_the_one_before(reader: Reader) -> None:
    reader.send_form({**GOOD, "name": "", "website": "https://first.example"})
    second = reader.send_form({"page": "/a", "comment": "Mine.", "name": ""})
    assert second.status_code == 422
    page = second.get_data(as_text=True)
    assert "Mine." in page
    assert "first.example" not in page
    assert GOOD["email"] not in page


def test_consent_is_asked_for_where_the_site_does(reader: Reader, acts: Acts) -> None:
    acts.set_policy(consent="My name is kept.")
    refused = reader.send_json(body=GOOD)
    assert refused.status_code == 422
    assert refused.get_json()["errors"] == {"consent": ["Please tick this box."]}
    assert reader.send_json(body=GOOD | {"consent": False}).status_code == 422
    page = reader.send_form(GOOD, accept="text/html")
    assert page.status_code == 422
    assert "My name is kept." in page.text
    assert reader.send_json(body=GOOD | {"consent": True}).status_code == 202


@pytest.mark.parametrize(
    ("method", "path", "is_short"),
    [
        ("POST", f"{API}/comments", True),
        ("POST", "/sites/blog/wp-comments-post.php", True),
        # Its answer has the text as HTML, and all others would wait for that.
        ("POST", "/sites/blog/wp-json/wp/v2/comments", False),
        ("GET", f"{API}/comments", False),
    ],
)
def test_only_what_ends_in_a_write_goes_to_the_desk(
    method: str, path: str, *, is_short: bool
) -> None:
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path}
    assert is_submission(environ) == is_short
