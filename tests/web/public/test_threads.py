"""Readers fetch threads, counts, the form's configuration and previews."""

from typing import Any
from urllib.parse import quote

import pytest

from service.domain.status import Status
from service.operations.threads import open_thread
from service.privacy.tokens import read_form_token
from tests.db.acts import Acts
from tests.web.public.reader import API, BLOG, Reader

PROBLEM = "application/problem+json"
THREAD = f"{API}/thread?page=/a"


def test_thread_is_what_was_published(reader: Reader, acts: Acts) -> None:
    first = acts.say("One.", title="A jar")
    acts.say("Two.", Status.HELD)
    answer = reader.get(THREAD)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    body = answer.get_json()
    assert [c["id"] for c in body["comments"]] == [first]
    assert (body["page"], body["title"], body["count"]) == ("/a", "A jar", 1)
    assert (body["open"], body["next"]) == (True, None)


def test_unchanged_thread_is_not_sent_again(reader: Reader, acts: Acts) -> None:
    acts.say("One.")
    first = reader.get(THREAD)
    tag = first.headers["ETag"]
    again = reader.get(THREAD, If_None_Match=tag)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == "public, no-cache"
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    acts.say("Two.")
    changed = reader.get(THREAD, If_None_Match=tag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_taken_away_comment_is_gone_with_the_next_request(
    reader: Reader, acts: Acts
) -> None:
    made = acts.say("One.")
    tag = reader.get(THREAD).headers["ETag"]
    acts.move(made, Status.TRASHED)
    answer = reader.get(THREAD, If_None_Match=tag)
    assert (answer.status_code, answer.get_json()["comments"]) == (200, [])


@pytest.mark.parametrize(
    "path", [THREAD, f"{API}/counts?page=/a", f"{API}/form?page=/a"]
)
@pytest.mark.parametrize("origin", [BLOG, "https://other.example", "null"])
def test_any_page_may_read_it_and_never_with_credentials(
    reader: Reader, path: str, origin: str
) -> None:
    answer = reader.get(path, Origin=origin, Cookie="foyer=x")
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_public_answers_are_kept_but_asked_for_each_time(reader: Reader) -> None:
    for path in (THREAD, f"{API}/counts?page=/a"):
        assert reader.get(path).headers["Cache-Control"] == "public, no-cache"
    assert reader.get(f"{API}/form?page=/a").headers["Cache-Control"] == "no-store"


def test_thread_is_read_in_pages_from_either_end(reader: Reader, acts: Acts) -> None:
    sent = [acts.say(f"{n}.") for n in range(3)]
    first = reader.get(f"{THREAD}&limit=2").get_json()
    assert [c["id"] for c in first["comments"]] == sent[:2]
    rest = reader.get(f"{THREAD}&limit=2&after={first['next']}").get_json()
    assert ([c["id"] for c in rest["comments"]], rest["next"]) == ([sent[2]], None)
    newest = reader.get(f"{THREAD}&sort=newest&limit=1").get_json()
    assert [c["id"] for c in newest["comments"]] == [sent[2]]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "page"),
        ("page=", "page"),
        ("page=https://other.example/a", "page"),
        ("page=/a&sort=best", "sort"),
        ("page=/a&limit=0", "limit"),
        ("page=/a&limit=1001", "limit"),
        ("page=/a&limit=-1", "limit"),
        ("page=/a&limit=1e3", "limit"),
        ("page=/a&limit=" + "9" * 5000, "limit"),
        ("page=/a&limit=%D9%A1", "limit"),
        ("page=/a&limit=", "limit"),
        ("page=/a&after=AAAAAAAAAAAAAAAAAAAAAA", "after"),
    ],
)
def test_what_is_wrong_with_a_question_is_named(
    reader: Reader, acts: Acts, query: str, field: str
) -> None:
    acts.say()
    answer = reader.get(f"{API}/thread?{query}")
    assert (answer.status_code, answer.mimetype) == (422, PROBLEM)
    assert set(answer.get_json()["errors"]) == {field}


@pytest.mark.parametrize(
    "page", ["%FF", "%ED%A0%80", "%00", "/%E2%80%AE", "caf%C3%A9", "%F0%9F%8D%9E"]
)
@pytest.mark.parametrize("route", ["thread", "counts", "form"])
def test_odd_page_is_answered_somehow(reader: Reader, route: str, page: str) -> None:
    answer = reader.get(f"{API}/{route}?page={page}")
    assert answer.status_code in {200, 422}


@pytest.mark.parametrize("route", ["thread", "counts", "form"])
def test_unknown_site_is_not_found(reader: Reader, route: str) -> None:
    answer = reader.get(f"/api/v1/sites/nobody/{route}?page=/a")
    assert (answer.status_code, answer.mimetype) == (404, PROBLEM)


def test_counts_answer_by_page_as_asked(reader: Reader, acts: Acts) -> None:
    acts.say("One.")
    address = quote(f"{BLOG}/a?utm_source=x", safe="")
    answer = reader.get(f"{API}/counts?page=/a&page=/none&page={address}")
    assert answer.get_json() == {
        "counts": {"/a": 1, "/none": 0, f"{BLOG}/a?utm_source=x": 1}
    }
    tag = answer.headers["ETag"]
    again = reader.get(f"{API}/counts?page=/a&page=/none&page={address}",
                       If_None_Match=tag)  # fmt: skip
    assert again.status_code == 304


@pytest.mark.parametrize("number", [0, 101])
def test_counts_take_one_to_a_hundred_pages(reader: Reader, number: int) -> None:
    query = "&".join(f"page=/{n}" for n in range(number))
    answer = reader.get(f"{API}/counts?{query}")
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"page"}


def test_form_knows_what_it_needs(reader: Reader, acts: Acts) -> None:
    acts.set_policy(required=("name",), edit_seconds=60, consent="Keep it.")
    body: dict[str, Any] = reader.get(f"{API}/form?page=/a").get_json()
    token = body.pop("token")
    assert body == {
        "open": True,
        "required": ["name", "comment"],
        "edit_seconds": 60,
        "notify": False,
        "consent": "Keep it.",
    }
    now = acts.clock.advance(seconds=5).timestamp()
    assert read_form_token(acts.keyring, token, "blog", "/a", now) == ("good", 5.0)
    acts.store.write(
        lambda s: open_thread(s, acts.site, "/a", is_open=False, now=acts.clock())
    )
    assert reader.get(f"{API}/form?page=/a").get_json()["open"] is False


def test_preview_is_what_would_be_published(reader: Reader) -> None:
    text = "*So* <script>alert(1)</script>\n\n> said"
    answer = reader.send_json(f"{API}/preview", {"comment": text}, Origin=BLOG)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == BLOG
    html = answer.get_json()["html"]
    assert "<em>So</em>" in html
    assert "<blockquote>" in html
    assert "<script" not in html


@pytest.mark.parametrize("comment", ["", " \n ", "a" * 10_001, None, 5])
def test_preview_of_nothing_is_a_mistake(reader: Reader, comment: Any) -> None:
    answer = reader.send_json(f"{API}/preview", {"comment": comment})
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"comment"}
