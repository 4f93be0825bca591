"""A theme's comment form works when only its ``action`` is changed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from service.db.models import Comment
from service.domain.status import Status
from service.operations.threads import open_thread
from tests.db.acts import Acts
from tests.doubles import FrozenClock, RememberingBell
from tests.journey.visitor import forms_of
from tests.journey.wire import Answer
from tests.web.public.reader import BASE, BLOG, BROWSER, House, Reader

DOOR = "/sites/blog/wp-comments-post.php"
STOCK = {
    "comment": "Rye wants patience.",
    "author": "Ana",
    "email": "ana@example.org",
    "url": "https://ana.example",
    "wp-comment-cookies-consent": "yes",
    "submit": "Post Comment",
    "comment_post_ID": "17",
    "comment_parent": "0",
}
"""What the stock form sends."""


def send(reader: Reader, accept: str = BROWSER, /, **changes: Any) -> TestResponse:
    """What is answered to the stock form with these fields changed; None leaves out."""
    fields = {n: t for n, t in {**STOCK, **changes}.items() if t is not None}
    return reader.send_form(fields, DOOR, accept, Origin=BLOG)


def stored(acts: Acts) -> Comment:
    (comment,) = acts.store.read(lambda s: s.query(Comment).all())
    return comment


def test_stock_form_leads_back_to_its_post(
    reader: Reader, acts: Acts, bell: RememberingBell
) -> None:
    answer = send(reader)
    comment = stored(acts)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{BLOG}/a#comment-{comment.public_id}"
    assert answer.headers["X-Redirect-By"] == "Foyer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert (comment.name, comment.website) == ("Ana", "https://ana.example")
    assert (comment.status, comment.text) == (Status.PENDING, STOCK["comment"])
    assert comment.arrival["origin"] == "registered"
    assert not comment.arrival["trap_filled"]
    assert acts.thread("/a").id == comment.thread_id
    assert bell.rings == 1


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        (f"{BLOG}/thanks/?x=1", f"{BLOG}/thanks/?x=1#comment-"),
        ("/thanks/", f"{BLOG}/thanks/#comment-"),
        ("https://elsewhere.example/", f"{BLOG}/a#comment-"),
        ("//elsewhere.example/", f"{BLOG}/elsewhere.example/#comment-"),
        ("javascript:alert(1)", f"{BLOG}/a#comment-"),
        ("", f"{BLOG}/a#comment-"),
    ],
)
def test_redirect_stays_on_the_blog(reader: Reader, wanted: str, target: str) -> None:
    answer = send(reader, redirect_to=wanted)
    assert answer.status_code == 302
    assert re.fullmatch(
        re.escape(target) + r"[A-Za-z0-9_-]{22}", answer.headers["Location"]
    )


def test_multipart_does_as_well(reader: Reader, acts: Acts) -> None:
    answer = reader.client.post(
        DOOR, base_url=BASE, data=STOCK, content_type="multipart/form-data"
    )
    assert answer.status_code == 302
    assert stored(acts).name == "Ana"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_post_is_taken(reader: Reader, method: str) -> None:
    answer = reader.request(method, DOOR)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


def test_answer_hangs_on_the_comment_of_its_number(reader: Reader, acts: Acts) -> None:
    first = acts.comment(acts.say("The first one."))
    assert send(reader, comment_parent=str(first.id)).status_code == 302
    answer = acts.store.read(
        lambda s: s.query(Comment).filter(Comment.parent_id == first.id).one()
    )
    assert answer.text == STOCK["comment"]


WRONG: list[tuple[str, dict[str, Any], int, str]] = [
    ("no-name", {"author": ""}, 422, "Please give a name."),
    ("no-email", {"email": ""}, 422, "Please give an e-mail address."),
    ("bad-email", {"email": "ana@"}, 422, "email-problem"),
    ("no-text", {"comment": " \n "}, 422, "Write something."),
    ("long-name", {"author": "ü" * 123}, 422, "At most 245 bytes"),
    ("long-email", {"email": f"{'a' * 60}@{'b' * 50}.example"}, 422, "At most 100 b"),
    ("long-url", {"url": f"https://a.example/{'b' * 200}"}, 422, "At most 200 bytes"),
    ("long-text", {"comment": "a" * 10_001}, 422, "At most 10,000 characters"),
    ("unknown-post", {"comment_post_ID": "99"}, 422, "foyer site map-posts blog FILE"),
    ("no-post", {"comment_post_ID": None}, 422, "foyer site map-posts blog FILE"),
    ("odd-post", {"comment_post_ID": "1e9"}, 422, "foyer site map-posts blog FILE"),
    ("no-parent", {"comment_parent": "4711"}, 403, "The comment you answer is not"),
]


@pytest.mark.parametrize(
    ("changes", "status", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_mistake_brings_the_form_back_with_all_that_was_written(
    reader: Reader, acts: Acts, changes: dict[str, Any], status: int, said: str
) -> None:
    answer = send(reader, **changes)
    assert answer.status_code == status
    assert said in answer.text
    assert 'action="/sites/blog/wp-comments-post.php' in answer.text
    kept = {n: t for n, t in STOCK.items() if n not in changes}
    for name in ("comment", "author", "email", "url"):
        if name in kept:
            assert kept[name] in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert BLOG in answer.headers["Content-Security-Policy"]
    assert acts.count(Comment) == 0


def mended(answer: TestResponse) -> tuple[str, dict[str, str]]:
    """Where the form that came back is sent, and what it holds but for the text."""
    shown = Answer(answer.status_code, [], answer.get_data())
    form = forms_of(shown)[-1]
    return form.action.replace("&amp;", "&"), form.fields


def test_mended_form_comes_back_to_the_same_post(reader: Reader, acts: Acts) -> None:
    first = acts.comment(acts.say("The first one."))
    refused = send(
        reader, email="", comment_parent=str(first.id), redirect_to=f"{BLOG}/back"
    )
    path, fields = mended(refused)
    fields |= {"email": "ana@example.org", "comment": STOCK["comment"]}
    answer = reader.send_form(fields, path, Origin=BASE)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{BLOG}/back#comment-")
    made = acts.store.read(
        lambda s: s.query(Comment).filter(Comment.parent_id == first.id).one()
    )
    assert (made.name, made.website) == ("Ana", "https://ana.example")


def test_consent_is_asked_for_by_the_form_that_comes_back(
    reader: Reader, acts: Acts
) -> None:
    acts.set_policy(consent="My words are kept.")
    answer = send(reader)
    assert answer.status_code == 422
    assert "My words are kept." in answer.text
    path, fields = mended(answer)
    fields |= {"consent": "1", "comment": STOCK["comment"]}
    assert reader.send_form(fields, path, Origin=BASE).status_code == 302
    assert stored(acts).text == STOCK["comment"]


def test_form_sent_again_without_its_parent_is_taken(
    reader: Reader, acts: Acts
) -> None:
    path, fields = mended(send(reader, comment_parent="4711"))
    assert "comment_parent" not in path
    answer = reader.send_form(fields | {"comment": "On its own."}, path, Origin=BASE)
    assert answer.status_code == 302
    assert stored(acts).parent_id is None


@pytest.mark.parametrize("status", [Status.HELD, Status.SPAM, Status.PENDING])
def test_what_is_not_published_cannot_be_answered(
    reader: Reader, acts: Acts, status: Status
) -> None:
    first = acts.submit("Waits.")
    if status is not Status.PENDING:
        acts.judge(first.comment_id, status)
    number = acts.comment(first.comment_id).id
    assert send(reader, comment_parent=str(number)).status_code == 403
    assert acts.count(Comment) == 1


def test_comment_on_another_page_cannot_be_answered(reader: Reader, acts: Acts) -> None:
    other = acts.comment(acts.say("Elsewhere.", page="/b"))
    assert send(reader, comment_parent=str(other.id)).status_code == 403
    assert acts.count(Comment) == 1


def test_closed_thread_takes_nothing(reader: Reader, acts: Acts) -> None:
    acts.store.write(
        lambda s: open_thread(s, acts.site, "/a", is_open=False, now=acts.clock())
    )
    answer = send(reader)
    assert answer.status_code == 403
    assert STOCK["comment"] in answer.text


def test_double_click_is_answered_twice_and_later_is_a_duplicate(
    reader: Reader, acts: Acts, clock: FrozenClock
) -> None:
    first, second = send(reader), send(reader)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    clock.advance(timedelta(minutes=11))
    answer = send(reader)
    assert answer.status_code == 409
    assert STOCK["comment"] in answer.text
    assert acts.count(Comment) == 1


def test_flood_says_when_to_come_back(house: House, acts: Acts) -> None:
    assert acts.site.key == "blog"
    hasty = house.reader(submit_limit=(1, 60))
    assert send(hasty).status_code == 302
    answer = send(hasty, comment="And one more.")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert "And one more." in answer.text


def test_foreign_page_is_refused(reader: Reader, acts: Acts) -> None:
    answer = reader.send_form(STOCK, DOOR, Origin="https://elsewhere.example")
    assert answer.status_code == 403
    assert acts.count(Comment) == 0


def test_json_is_not_a_form(reader: Reader, acts: Acts) -> None:
    assert reader.send_json(DOOR, STOCK).status_code == 415
    assert acts.count(Comment) == 0


def test_programs_are_told_in_wordpress_names(reader: Reader) -> None:
    answer = send(reader, "*/*", author="", url="ftp://x")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert set(answer.get_json()["errors"]) == {"author", "url"}
    assert answer.headers["Access-Control-Allow-Origin"] == BLOG


def test_unreadable_characters_are_named(reader: Reader, acts: Acts) -> None:
    answer = reader.client.post(
        DOOR,
        base_url=BASE,
        data=b"comment=a%FFb&author=Ana&email=ana@example.org&comment_post_ID=17",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"comment"}
    assert acts.count(Comment) == 0


def test_akismets_hidden_field_counts_as_a_trap(reader: Reader, acts: Acts) -> None:
    assert send(reader, ak_hp_textarea="cheap", ak_js="1").status_code == 302
    assert stored(acts).arrival["trap_filled"] is True


def test_number_made_from_a_thread_names_its_page(reader: Reader, acts: Acts) -> None:
    acts.say("Without a number.", page="/unmapped")
    number = 10**12 + acts.thread("/unmapped").id
    answer = send(reader, comment_post_ID=str(number))
    assert answer.headers["Location"].startswith(f"{BLOG}/unmapped#comment-")


def test_post_without_an_address_leads_to_the_page_after_sending(
    reader: Reader, acts: Acts
) -> None:
    acts.say("By its id.", page="an-id")
    number = 10**12 + acts.thread("an-id").id
    answer = send(reader, comment_post_ID=str(number))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sites/blog/sent/")
    assert "being checked" in reader.browse(answer.headers["Location"]).text
