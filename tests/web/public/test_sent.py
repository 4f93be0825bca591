"""The page after a form was sent tells what happens, and is the writer's alone."""

import re

import pytest
from sqlalchemy import select

from service.db.models import Comment, Revision
from service.domain.status import Status
from tests.db.acts import Acts, make_site
from tests.doubles import RememberingBell
from tests.web.public.page import Page
from tests.web.public.reader import API, BASE, BLOG, GOOD, House, Reader

P, PUB, H, S, T = Status
TEXT = GOOD["comment"]


def sent(reader: Reader) -> str:
    """The address of the page after a good comment was sent."""
    answer = reader.send_form()
    assert answer.status_code == 303
    return answer.headers["Location"]


def comment_id(acts: Acts) -> str:
    """Public id of the comment that was sent last."""
    newest = select(Comment.public_id).order_by(Comment.id.desc()).limit(1)
    return acts.store.read(lambda s: s.execute(newest).scalar_one())


def press(reader: Reader, path: str, do: str, **fields: str) -> Page:
    """The page after a button was pressed, redirections followed."""
    answer = reader.send_form({"do": do, **fields}, path, Origin=BASE)
    if answer.status_code == 303:
        answer = reader.browse(answer.headers["Location"])
    assert answer.headers["Cache-Control"] == "no-store"
    return Page(answer.text)


STATES = {
    "pending": (P, "being checked"),
    "held": (H, "waits for a moderator"),
    "spam": (S, "waits for a moderator"),
    "published": (PUB, "is published"),
    "trashed": (T, "is taken away"),
}


@pytest.mark.parametrize("name", STATES)
def test_page_tells_what_happens_and_never_the_text(
    reader: Reader, acts: Acts, name: str
) -> None:
    status, words = STATES[name]
    path = sent(reader)
    if status is not P:
        acts.judge(comment_id(acts), H if status is T else status)
    if status is T:
        acts.move(comment_id(acts), T)
    answer = reader.browse(path)
    assert answer.status_code == 200
    assert words in Page(answer.text).heading
    assert TEXT not in answer.text
    assert GOOD["email"] not in answer.text
    assert "spam" not in answer.text.lower()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_spam_looks_like_a_held_comment(reader: Reader, acts: Acts) -> None:
    pages = []
    for status in (H, S):
        path = sent(reader)
        acts.judge(comment_id(acts), status)
        shown = [
            reader.browse(path).text,
            press(reader, path, "edit").html,
            press(reader, path, "save", comment="Better.").html,
            press(reader, path, "remove").html,
        ]
        made = comment_id(acts)
        pages.append([html.replace(path, "PATH").replace(made, "ID") for html in shown])
    assert pages[0] == pages[1]


def test_way_back_leads_to_the_page_and_to_a_published_comment(
    reader: Reader, acts: Acts
) -> None:
    path = sent(reader)
    (back,) = [e for e in Page(reader.browse(path).text).named("a")
               if e.text == "Back to the page"]  # fmt: skip
    assert back.attributes["href"] == f"{BLOG}/a"
    made = comment_id(acts)
    acts.judge(made, PUB)
    assert f'href="{BLOG}/a#comment-{made}"' in reader.browse(path).text


def test_looking_changes_nothing(reader: Reader, acts: Acts) -> None:
    path = sent(reader)
    for query in ("?do=remove", "?do=save&comment=x"):
        reader.browse(path + query)
    assert acts.comment(comment_id(acts)).status == P


def test_text_is_shown_when_asked_for(reader: Reader, acts: Acts) -> None:
    page = press(reader, sent(reader), "show")
    assert TEXT in page.words
    assert page.buttons == {"do=edit", "do=remove"}
    assert acts.count(Revision) == 0


def test_pending_comment_is_edited_in_place(
    reader: Reader, acts: Acts, bell: RememberingBell
) -> None:
    path = sent(reader)
    editing = press(reader, path, "edit")
    assert editing.forms[0].fields["comment"] == TEXT
    assert "do=save" in editing.buttons
    press(reader, path, "save", comment="\r\nBetter <b>.\r\n")
    assert acts.comment(comment_id(acts)).text == "Better <b>."
    assert bell.rings == 2


def test_edit_of_a_published_comment_is_told_as_waiting(
    reader: Reader, acts: Acts
) -> None:
    path = sent(reader)
    acts.judge(comment_id(acts), PUB)
    page = press(reader, path, "save", comment="Better.")
    assert "Your change is being checked" in page.words
    assert acts.comment(comment_id(acts)).text == TEXT


def test_page_of_a_taken_back_comment_speaks_of_no_change(
    reader: Reader, acts: Acts
) -> None:
    path = sent(reader)
    acts.judge(comment_id(acts), PUB)
    press(reader, path, "save", comment="Better.")
    assert "Your change" not in press(reader, path, "remove").words


@pytest.mark.parametrize("text", ["", "a" * 10_001], ids=["empty", "long"])
def test_edit_that_cannot_be_taken_keeps_what_was_typed(
    reader: Reader, acts: Acts, text: str
) -> None:
    path = sent(reader)
    answer = reader.send_form({"do": "save", "comment": text}, path)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.forms[0].fields["comment"] == text
    field = page.by_id("comment").attributes
    assert page.by_id(field["aria-describedby"]).text
    assert acts.comment(comment_id(acts)).text == TEXT


def test_edit_over_the_limit_keeps_what_was_typed(house: House, acts: Acts) -> None:
    reader = house.reader(submit_limit=(1, 60))
    path = sent(reader)
    answer = reader.send_form({"do": "save", "comment": "Better."}, path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    page = Page(answer.text)
    assert page.forms[0].fields["comment"] == "Better."
    assert "do=save" in page.buttons
    assert acts.comment(comment_id(acts)).text == TEXT
    assert reader.send_form({"do": "remove"}, path).status_code == 303


def test_comment_is_taken_back_by_a_button(reader: Reader, acts: Acts) -> None:
    path = sent(reader)
    page = press(reader, path, "remove")
    assert "taken away" in page.heading
    assert acts.comment(comment_id(acts)).status == T
    assert page.buttons == set()


@pytest.mark.parametrize("do", ["", "publish", "delete"])
def test_unknown_button_does_nothing(reader: Reader, acts: Acts, do: str) -> None:
    path = sent(reader)
    assert reader.send_form({"do": do}, path).status_code == 422
    assert acts.comment(comment_id(acts)).status == P


def test_after_the_window_it_is_shown_but_not_changed(
    reader: Reader, acts: Acts
) -> None:
    path = sent(reader)
    acts.clock.advance(seconds=900)
    assert press(reader, path, "show").buttons == set()
    late = reader.send_form({"do": "save", "comment": "Late."}, path)
    assert late.status_code == 403
    assert "Late." in late.text, "what was typed is kept"
    assert reader.send_form({"do": "remove"}, path).status_code == 403
    assert acts.comment(comment_id(acts)).text == TEXT


def test_second_browser_sees_the_state_and_nothing_more(
    reader: Reader, acts: Acts
) -> None:
    own, other = sent(reader), sent(reader)
    page = Page(reader.browse(other).text)
    assert "being checked" in page.heading
    assert page.buttons == set()
    for do in ("show", "edit", "save", "remove"):
        answer = reader.send_form({"do": do, "comment": "x"}, other)
        assert answer.status_code == 403
        assert TEXT not in answer.text
    assert acts.comment(comment_id(acts)).text == TEXT
    assert press(reader, own, "show").buttons


@pytest.mark.parametrize("what", ["unknown", "over", "of another site", "odd"])
def test_ticket_that_opens_nothing_is_not_found(
    reader: Reader, acts: Acts, what: str
) -> None:
    path = sent(reader)
    if what == "over":
        acts.clock.advance(hours=24)
    if what == "of another site":
        make_site(acts.store, "other", acts.site.policy, acts.clock())
        path = path.replace("/blog/", "/other/")
    if what in {"unknown", "odd"}:
        path = f"/sites/blog/sent/{'A' * 43 if what == 'unknown' else '%00%ff'}"
    for answer in (reader.browse(path), reader.send_form({"do": "show"}, path)):
        assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_forms_of_the_page_may_lead_to_the_blog_only(reader: Reader) -> None:
    policy = reader.browse(sent(reader)).headers["Content-Security-Policy"]
    assert re.search(rf"form-action 'self' {re.escape(BLOG)};", policy)


def test_comment_published_meanwhile_is_on_the_blog(reader: Reader, acts: Acts) -> None:
    sent(reader)
    acts.judge(comment_id(acts), PUB)
    thread = reader.get(f"{API}/thread?page=/a").get_json()
    assert [c["id"] for c in thread["comments"]] == [comment_id(acts)]
