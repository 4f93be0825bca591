"""A writer's program sees, edits and takes back a comment by its edit token."""

from typing import Any

import pytest

from service.db.models import Job, Revision
from service.domain.status import Status
from service.jobs import Kind
from service.privacy.tokens import edit_token
from tests.db.acts import Acts, make_site
from tests.doubles import FrozenClock, RememberingBell
from tests.web.public.reader import API, BLOG, GOOD, House, Reader

P, PUB, H, S, T = Status


def token_of(acts: Acts, comment_id: str) -> str:
    return edit_token(acts.keyring, comment_id)


def path_of(comment_id: str) -> str:
    return f"{API}/comments/{comment_id}"


def status(reader: Reader, acts: Acts, comment_id: str) -> Any:
    answer = reader.request(
        "GET", f"{path_of(comment_id)}/status", token_of(acts, comment_id)
    )
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_json()


def test_token_of_the_answer_opens_the_status_it_names(
    reader: Reader, acts: Acts
) -> None:
    receipt = reader.send_json().get_json()
    path = receipt["status_url"].partition("localhost:8000")[2]
    answer = reader.request(
        "GET", path, receipt["edit_token"], headers={"Origin": BLOG}
    )
    assert answer.get_json() == {
        "id": receipt["id"],
        "status": "pending",
        "submitted_at": "2026-03-01T12:00:00Z",
        "published_at": None,
        "editable_until": "2026-03-01T12:15:00Z",
        "comment": GOOD["comment"],
        "edit": None,
    }
    assert answer.headers["Access-Control-Allow-Origin"] == BLOG
    acts.judge(receipt["id"], PUB)
    found = status(reader, acts, receipt["id"])
    assert (found["status"], found["published_at"]) == (
        "published",
        "2026-03-01T12:00:00Z",
    )


@pytest.mark.parametrize(
    ("made", "word"), [(P, "pending"), (PUB, "published"), (H, "held"), (S, "held")]
)
def test_writer_is_told_no_more_than_one_of_four_words(
    reader: Reader, acts: Acts, made: Status, word: str
) -> None:
    comment_id = acts.say(status=made)
    found = status(reader, acts, comment_id)
    assert found["status"] == word
    assert "spam" not in str(found)


def test_spam_and_a_held_comment_look_alike_through_everything(
    reader: Reader, acts: Acts
) -> None:
    said = []
    for made in (H, S):
        comment_id = acts.say("Say.", made, email=f"{made}@example.org")
        token, path = token_of(acts, comment_id), path_of(comment_id)
        answers = [
            reader.request("PATCH", path, token, json={"comment": "Better."}),
            reader.request("GET", f"{path}/status", token),
            reader.request("DELETE", path, token),
            reader.request("GET", f"{path}/status", token),
            reader.request("PATCH", path, token, json={"comment": "Again."}),
            reader.request("DELETE", path, token),
        ]
        said.append([(a.status_code, a.text.replace(comment_id, "")) for a in answers])
    assert said[0] == said[1]
    assert [code for code, _ in said[0]] == [200, 200, 200, 200, 409, 200]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer x", "Basic {token}", "{token}", "Bearer {other}"],
)
def test_without_the_right_token_nothing_is_told(
    reader: Reader, acts: Acts, method: str, authorization: str
) -> None:
    comment_id = acts.say()
    text = authorization.format(
        token=token_of(acts, comment_id), other=token_of(acts, "A" * 22)
    )
    path = path_of(comment_id) + ("/status" if method == "GET" else "")
    headers = {"Authorization": text} if text else {}
    answer = reader.request(method, path, headers=headers, json={"comment": "x"})
    assert answer.status_code == 403
    unknown = path_of("B" * 22) + ("/status" if method == "GET" else "")
    same = reader.request(method, unknown, headers=headers, json={"comment": "x"})
    assert (same.status_code, same.data) == (403, answer.data)
    assert acts.comment(comment_id).status == PUB


def test_token_means_nothing_on_another_site(reader: Reader, acts: Acts) -> None:
    make_site(acts.store, "other", acts.site.policy, acts.clock())
    comment_id = acts.say()
    path = f"/api/v1/sites/other/comments/{comment_id}"
    answer = reader.request("DELETE", path, token_of(acts, comment_id))
    assert answer.status_code == 404
    assert acts.comment(comment_id).status == PUB


@pytest.mark.parametrize("kind", ["json", "form"])
def test_edit_waits_for_its_checks(
    reader: Reader, acts: Acts, bell: RememberingBell, kind: str
) -> None:
    comment_id = acts.say()
    body: dict[str, Any] = {
        "json" if kind == "json" else "data": {"comment": " New.\n"}
    }
    answer = reader.request(
        "PATCH", path_of(comment_id), token_of(acts, comment_id), **body
    )
    assert answer.status_code == 200
    assert answer.get_json()["edit"] == "waiting"
    assert acts.comment(comment_id).text == "Rye wants patience."
    assert (acts.count(Revision), acts.count(Job), bell.rings) == (1, 1, 1)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"json": {"comment": ""}}, 422),
        ({"json": {}}, 422),
        ({"json": {"comment": 5}}, 422),
        ({"json": {"comment": "a" * 10_001}}, 422),
        ({"json": []}, 400),
        ({"data": b"x", "content_type": "text/plain"}, 415),
        ({"data": b"a" * 300_000, "content_type": "application/json"}, 413),
    ],
)
def test_edit_that_cannot_be_taken_says_why(
    reader: Reader, acts: Acts, body: dict[str, Any], code: int
) -> None:
    comment_id = acts.say()
    token = token_of(acts, comment_id)
    answer = reader.request("PATCH", path_of(comment_id), token, **body)
    assert (answer.status_code, answer.mimetype) == (code, "application/problem+json")
    if code == 422:
        assert set(answer.get_json()["errors"]) == {"comment"}
    assert acts.count(Revision) == 0


def test_taken_back_comment_is_gone_for_readers(reader: Reader, acts: Acts) -> None:
    comment_id = acts.say()
    answer = reader.request("DELETE", path_of(comment_id), token_of(acts, comment_id))
    assert (answer.status_code, answer.get_json()["status"]) == (200, "removed")
    assert reader.get(f"{API}/thread?page=/a").get_json()["comments"] == []


def test_after_the_window_nothing_can_be_changed_but_seen(
    reader: Reader, acts: Acts
) -> None:
    comment_id = acts.say()
    token, path = token_of(acts, comment_id), path_of(comment_id)
    acts.clock.advance(seconds=900)
    edit = reader.request("PATCH", path, token, json={"comment": "Late."})
    delete = reader.request("DELETE", path, token)
    assert (edit.status_code, delete.status_code) == (403, 403)
    assert status(reader, acts, comment_id)["status"] == "published"


def test_edits_use_the_limit_of_submissions(
    house: House, acts: Acts, clock: FrozenClock
) -> None:
    reader = house.reader(submit_limit=(3, 60))
    receipt = reader.send_json().get_json()
    acts.judge(receipt["id"], PUB)
    path, token = path_of(receipt["id"]), receipt["edit_token"]
    answers = [
        reader.request(
            "PATCH", path, token, json={"comment": f"{n}."}, headers={"Origin": BLOG}
        )
        for n in range(4)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    over = answers[-1]
    assert over.mimetype == "application/problem+json"
    assert over.headers["Retry-After"] == "20"
    assert "Retry-After" in over.headers["Access-Control-Expose-Headers"]
    assert acts.owed(Kind.CHECK_REVISION) <= 2
    assert reader.send_json(body=GOOD | {"comment": "More."}).status_code == 429
    clock.advance(seconds=20)
    again = reader.request("PATCH", path, token, json={"comment": "Later."})
    assert again.status_code == 200


def test_refused_edit_and_taking_back_are_free(house: House, acts: Acts) -> None:
    reader = house.reader(submit_limit=(1, 60))
    comment_id = acts.say()
    token, path = token_of(acts, comment_id), path_of(comment_id)
    for _ in range(3):
        assert reader.request("DELETE", path, token).status_code == 200
    edit = {"comment": "Too late."}
    assert reader.request("PATCH", path, token, json=edit).status_code == 409
    assert reader.send_json().status_code == 202
