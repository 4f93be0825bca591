"""A thread is read and answered as a page, by readers without JavaScript."""

from urllib.parse import parse_qs, urlsplit

import pytest

from service.domain.status import Status
from service.operations.threads import open_thread
from service.privacy.tokens import read_form_token
from tests.db.acts import Acts
from tests.web.public.page import Page
from tests.web.public.reader import API, BLOG, BROWSER, GOOD, Reader

PAGE = f"{API}/thread.html?page=/a"
REPLY = "/sites/blog/reply?page=/a"


def read(reader: Reader, path: str = PAGE) -> Page:
    answer = reader.browse(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    return Page(answer.text)


def links(page: Page) -> dict[str, dict[str, str]]:
    return {e.attributes.get("href", ""): e.attributes for e in page.named("a")}


def test_comments_are_shown_nested_and_safe(reader: Reader, acts: Acts) -> None:
    text = "One <script>x</script> *so*"
    first = acts.say(text, title="A <jar>", website="https://ana.example")
    answer = acts.say("Two.", parent=first, name="<b>Bob</b>")
    acts.say("Waits.", Status.HELD)
    page = read(reader)
    assert page.heading == "A <jar>"
    assert "2 comments" in page.words
    assert page.html.index(f'id="comment-{first}"') < page.html.index(answer)
    # The answer's list is inside of the first one's item.
    item = page.by_id(f"comment-{first}")
    assert "Two." in item.text
    assert "<em>so</em>" in page.html
    for bad in ("<script>x", "<b>Bob", "<jar>", "Waits."):
        assert bad not in page.html
    assert "example.org" not in page.html
    assert links(page)["https://ana.example"]["rel"].startswith("ugc nofollow")
    assert f"#comment-{first}" in links(page)


def test_page_without_comments_invites_to_the_first(reader: Reader) -> None:
    page = read(reader)
    assert page.heading == "/a"
    assert "Nobody has said anything yet." in page.words
    assert page.forms[0].fields["page"] == "/a"


def test_title_leads_back_to_the_blog_and_out_of_a_frame(
    reader: Reader, acts: Acts
) -> None:
    acts.say("One.")
    page = read(reader)
    assert links(page)[f"{BLOG}/a"]["target"] == "_top"
    (canonical,) = [e for e in page.named("link") if e.attributes["rel"] == "canonical"]
    assert canonical.attributes["href"] == f"{BLOG}/a"
    # An id that is no path has no address to lead to.
    assert f"{BLOG}" not in read(reader, f"{API}/thread.html?page=post-7").html


def test_form_is_taken_without_token_and_leaves_the_frame(
    reader: Reader, acts: Acts
) -> None:
    page = read(reader)
    (form,) = page.forms
    (element,) = page.named("form")
    assert element.attributes["target"] == "_top"
    assert form.fields["token"] == ""
    sent = reader.send_form(form.fields | GOOD, form.action, Origin="null")
    assert sent.status_code == 303
    assert acts.thread().published_count == 0


def test_removed_comment_is_a_place_for_its_answers(reader: Reader, acts: Acts) -> None:
    first = acts.say("One.")
    acts.say("Two.", parent=first)
    acts.move(first, Status.TRASHED)
    page = read(reader)
    assert "This comment is gone." in page.words
    assert "One." not in page.words
    assert not any(f"replyto={first}" in href for href in links(page))


def test_closed_thread_takes_no_answers(reader: Reader, acts: Acts) -> None:
    first = acts.say("One.")
    acts.store.write(
        lambda s: open_thread(s, acts.site, "/a", is_open=False, now=acts.clock())
    )
    page = read(reader)
    assert "Comments are closed" in page.words
    assert page.forms == []
    assert not any("replyto" in href for href in links(page))
    alone = read(reader, f"{REPLY}&replyto={first}")
    assert (alone.heading, alone.forms) == ("Comments are closed", [])


def test_long_thread_is_read_in_parts(reader: Reader, acts: Acts) -> None:
    said = [acts.say(f"Number {n}.") for n in range(3)]
    first = read(reader, f"{PAGE}&limit=2&sort=newest&lang=de")
    assert "Number 0." not in first.words
    (more,) = [
        e.attributes["href"]
        for e in first.named("a")
        if e.attributes.get("rel") == "next"
    ]
    asked = parse_qs(urlsplit(more).query)
    assert (asked["sort"], asked["limit"], asked["lang"]) == (["newest"], ["2"], ["de"])
    rest = read(reader, more)
    assert f"comment-{said[0]}" in rest.html
    assert f"comment-{said[1]}" not in rest.html


# --- The form alone -------------------------------------------------------------------


def test_reply_link_leads_to_a_form_with_its_parent(reader: Reader, acts: Acts) -> None:
    first = acts.say("One *so*.")
    (path,) = [href for href in links(read(reader)) if f"replyto={first}" in href]
    answer = reader.browse(path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    page = Page(answer.text)
    assert page.heading == "Reply to Ana"
    assert "<em>so</em>" in page.html
    (form,) = page.forms
    assert (form.fields["page"], form.fields["parent"]) == ("/a", first)
    now = acts.clock.advance(seconds=9).timestamp()
    token = form.fields["token"]
    assert read_form_token(acts.keyring, token, "blog", "/a", now) == ("good", 9.0)
    sent = reader.send_form(form.fields | {**GOOD, "comment": "Two."}, form.action)
    assert sent.status_code == 303


@pytest.mark.parametrize("wanted", ["", "&replyto="])
def test_form_alone_is_for_the_page_where_none_is_named(
    reader: Reader, acts: Acts, wanted: str
) -> None:
    acts.say("One.")
    page = read(reader, f"{REPLY}{wanted}")
    assert page.heading == "Leave a Reply"
    assert "is gone" not in page.words
    assert page.forms[0].fields["parent"] == ""


@pytest.mark.parametrize("kind", ["held", "elsewhere", "unknown", "odd"])
def test_only_a_published_comment_of_the_page_is_answered(
    reader: Reader, acts: Acts, kind: str
) -> None:
    made = {
        "held": acts.say("Hidden words.", Status.HELD),
        "elsewhere": acts.say("Other words.", page="/b"),
        "unknown": "A" * 22,
        "odd": "%00%E2%80%AE",
    }[kind]
    page = read(reader, f"{REPLY}&replyto={made}")
    assert "words." not in page.words
    assert "is gone" in page.words
    assert page.forms[0].fields["parent"] == ""


# --- Headers --------------------------------------------------------------------------


def test_only_the_sites_own_pages_may_frame_it(reader: Reader, acts: Acts) -> None:
    acts.set_policy(origins=(BLOG, "https://www.blog.example"))
    headers = reader.browse(PAGE).headers
    policy = headers["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {BLOG} https://www.blog.example;" in policy
    assert f"form-action 'self' {BLOG} https://www.blog.example;" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "X-Frame-Options" not in headers
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    # A mistake is shown in the frame, too.
    wrong = reader.browse(f"{API}/thread.html")
    assert wrong.status_code == 422
    assert f"frame-ancestors 'self' {BLOG}" in wrong.headers["Content-Security-Policy"]


def test_unchanged_page_is_not_sent_again(reader: Reader, acts: Acts) -> None:
    acts.say("One.")
    first = reader.browse(PAGE)
    assert first.headers["Cache-Control"] == "public, no-cache"
    tag = first.headers["ETag"]
    again = reader.get(PAGE, BROWSER, If_None_Match=tag)
    assert (again.status_code, again.data) == (304, b"")
    acts.say("Two.")
    assert reader.get(PAGE, BROWSER, If_None_Match=tag).status_code == 200
    before = reader.browse(PAGE).headers["ETag"]
    acts.set_policy(required=())
    assert reader.browse(PAGE).headers["ETag"] != before


@pytest.mark.parametrize("path", [PAGE, REPLY])
def test_page_reads_no_cookie_and_gives_none(reader: Reader, path: str) -> None:
    answer = reader.get(path, BROWSER, Cookie="foyer=x; foyer-form=y")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("path", ["thread.html", "thread.html?page=/a&limit=0"])
def test_what_is_wrong_is_said_as_a_page(reader: Reader, path: str) -> None:
    answer = reader.browse(f"{API}/{path}")
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert reader.browse("/api/v1/sites/nobody/thread.html?page=/a").status_code == 404
    assert reader.browse("/sites/nobody/reply?page=/a").status_code == 404


# --- Languages ------------------------------------------------------------------------


def test_page_speaks_the_browsers_language(reader: Reader, acts: Acts) -> None:
    acts.say("One.")
    german = reader.get(PAGE, BROWSER, Accept_Language="de-AT,de;q=0.9,en;q=0.8")
    assert german.headers["Vary"] == "Accept-Language"
    page = Page(german.text)
    assert page.named("html")[0].attributes["lang"] == "de"
    assert "1 Kommentar" in page.words
    assert "Leave a Reply" not in page.words
    assert "Leave a Reply" in read(reader).words


def test_page_speaks_the_language_it_is_asked_for(reader: Reader, acts: Acts) -> None:
    first = acts.say("One.")
    answer = reader.get(f"{PAGE}&lang=ar", BROWSER, Accept_Language="de")
    assert "Vary" not in answer.headers
    page = Page(answer.text)
    html = page.named("html")[0].attributes
    assert (html["lang"], html["dir"]) == ("ar", "rtl")
    (reply,) = [href for href in links(page) if f"replyto={first}" in href]
    assert "lang=ar" in reply
    alone = read(reader, reply)
    assert alone.named("html")[0].attributes["lang"] == "ar"
    # And so do the pages after it: the form again, and what becomes of the comment.
    (form,) = alone.forms
    refused = Page(reader.send_form(form.fields | {"email": "x"}, form.action).text)
    assert refused.named("html")[0].attributes["lang"] == "ar"
    assert refused.forms[0].action == form.action
    sent = reader.send_form(form.fields | GOOD, form.action)
    there = Page(reader.browse(sent.headers["Location"]).text)
    assert there.named("html")[0].attributes["lang"] == "ar"


@pytest.mark.parametrize("lang", ["xx", "", "DE", "%00"])
def test_language_that_is_not_there_is_left_aside(reader: Reader, lang: str) -> None:
    answer = reader.browse(f"{PAGE}&lang={lang}")
    assert answer.headers["Vary"] == "Accept-Language"
    assert Page(answer.text).named("html")[0].attributes["lang"] == "en"
