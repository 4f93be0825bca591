"""A browser without script sends the form: a page comes back, and no text is lost."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from service.db.models import Comment
from service.domain.errors import InvalidInput
from service.domain.pages import page_key
from service.domain.policy import SitePolicy
from service.domain.submission import (
    MAX_COMMENT_CHARS,
    MAX_NAME_CHARS,
    MAX_WEBSITE_CHARS,
)
from service.operations.threads import open_thread
from service.privacy.address import Mistake
from service.web.public.mistake_words import ADDRESS_WORDS, PAGE_WORDS
from tests.db.acts import Acts
from tests.doubles import RememberingBell
from tests.web.public.page import Page
from tests.web.public.reader import API, BASE, BLOG, GOOD, House, Reader

TYPED = {
    "page": "/a",
    "comment": '\n  Zwölf <b>Boxkämpfer</b> & "Eva" \u6771\n\nsecond line',
    "name": "Ana </textarea><script>alert(1)</script>",
    "email": "ana@",
    "website": 'https://ana.example/?a=1&b="2"',
    "title": "A <jar>",
}


def test_browser_is_sent_to_a_page_of_its_own(
    reader: Reader, acts: Acts, bell: RememberingBell
) -> None:
    answer = reader.send_form()
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sites/blog/sent/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Rye" not in answer.text
    assert acts.count(Comment) == 1
    assert bell.rings == 1
    assert reader.browse(answer.headers["Location"]).status_code == 200


def test_program_that_sends_a_form_gets_json(reader: Reader) -> None:
    for accept in ("*/*", "application/json", "application/json,text/html"):
        fields = GOOD | {"comment": accept}
        assert reader.send_form(fields, accept=accept).status_code == 202


def test_json_is_answered_by_json_whatever_is_accepted(reader: Reader) -> None:
    answer = reader.send_json(Accept="text/html")
    assert (answer.status_code, answer.mimetype) == (202, "application/json")


@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
def test_form_comes_back_with_all_that_was_typed(
    reader: Reader, acts: Acts, kind: str
) -> None:
    content = (
        "multipart/form-data"
        if kind == "multipart"
        else "application/x-www-form-urlencoded"
    )
    answer = reader.send_form(TYPED, Content_Type=content)
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert answer.headers["Cache-Control"] == "no-store"
    (form,) = Page(answer.text).forms
    kept = {name: form.fields[name] for name in TYPED}
    assert kept == TYPED | {"comment": TYPED["comment"][1:]}, "blank lines go"
    assert "<script>alert" not in answer.text
    assert acts.count(Comment) == 0


def test_each_mistake_is_said_at_its_field_and_tied_to_it(reader: Reader) -> None:
    page = Page(reader.send_form(GOOD | {"email": "", "name": ""}).text)
    for name in ("email", "name"):
        field = page.by_id(name).attributes
        assert field["aria-invalid"] == "true"
        said = page.by_id(field["aria-describedby"])
        assert "Please give" in said.text
        assert "problem" in said.attributes["class"]
    assert "aria-invalid" not in page.by_id("comment").attributes
    labels = {e.attributes["for"] for e in page.named("label")}
    assert {"comment", "name", "email", "website"} <= labels
    (alert,) = [e for e in page.elements if e.attributes.get("role") == "alert"]
    assert "not sent" in alert.text


def test_required_fields_are_marked_and_the_address_is_promised_private(
    reader: Reader, acts: Acts
) -> None:
    acts.set_policy(required=("name",))
    page = Page(reader.send_form({"page": "/a"}).text)
    assert "Your email address will not be published." in page.words
    required = {
        e.attributes["name"] for e in page.elements if "required" in e.attributes
    }
    assert required == {"comment", "name"}


def test_mended_form_is_taken(reader: Reader, acts: Acts) -> None:
    (form,) = Page(reader.send_form(GOOD | {"email": ""}).text).forms
    acts.clock.advance(seconds=30)
    mended = form.fields | {"email": "ana@example.org"}
    answer = reader.send_form(mended, path=form.action, Origin=BASE)
    assert answer.status_code == 303
    (stored,) = [acts.comment(i) for i in _ids(acts)]
    assert stored.text == GOOD["comment"]
    assert stored.arrival == stored.arrival | {
        "origin": "own",
        "token": "good",
        "token_age_seconds": 30.0,
        "trap_filled": False,
    }


def _ids(acts: Acts) -> list[str]:
    return acts.store.read(lambda s: [row.public_id for row in s.query(Comment)])


def test_age_of_the_first_form_is_kept_through_a_mistake(
    reader: Reader, acts: Acts
) -> None:
    token = reader.get(f"{API}/form?page=/a").get_json()["token"]
    acts.clock.advance(seconds=10)
    (form,) = Page(reader.send_form(GOOD | {"email": "", "token": token}).text).forms
    assert form.fields["token"] == token


def test_what_has_no_field_on_the_page_is_said_above_it(reader: Reader) -> None:
    page = Page(reader.send_form(GOOD | {"parent": "A" * 22}).text)
    (alert,) = [e for e in page.elements if e.attributes.get("role") == "alert"]
    assert "The comment you answer is not there" in alert.text


def test_broken_characters_are_shown_and_the_rest_is_kept(reader: Reader) -> None:
    body = b"page=/a&name=Ana&email=ana%40example.org&comment=caf%E9+au+lait"
    answer = reader.client.post(
        f"{API}/comments",
        base_url=BASE,
        data=body,
        headers={
            "Accept": "text/html",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.forms[0].fields["comment"] == "caf\ufffd au lait"
    assert page.by_id("comment").attributes["aria-invalid"] == "true"


def test_refusal_that_is_no_mistake_keeps_the_text_too(
    house: House, acts: Acts
) -> None:
    reader = house.reader(submit_limit=(1, 60))
    acts.store.write(
        lambda s: open_thread(s, acts.site, "/a", is_open=False, now=acts.clock())
    )
    closed = reader.send_form()
    limited = reader.send_form()
    for answer, status in ((closed, 403), (limited, 429)):
        assert answer.status_code == status
        page = Page(answer.text)
        assert page.forms[0].fields["comment"] == GOOD["comment"]
        assert page.forms[0].fields["email"] == GOOD["email"]
        assert "Nothing you wrote is lost" in page.words
    assert limited.headers["Retry-After"] == "60"


def test_duplicate_is_told_on_the_page(reader: Reader, acts: Acts) -> None:
    reader.send_form()
    acts.clock.advance(hours=1)
    answer = reader.send_form()
    assert answer.status_code == 409
    assert "You have said that here already." in Page(answer.text).words


def test_double_click_of_a_browser_ends_on_a_page_as_well(
    reader: Reader, acts: Acts
) -> None:
    first, second = reader.send_form(), reader.send_form()
    assert second.status_code == 303
    assert first.headers["Location"] != second.headers["Location"]
    assert acts.count(Comment) == 1


def test_browser_may_be_redirected_by_the_page_to_the_blog(reader: Reader) -> None:
    policy = reader.send_form(GOOD | {"email": ""}).headers["Content-Security-Policy"]
    assert f"form-action 'self' {BLOG};" in policy


@pytest.mark.parametrize(
    ("return_to", "location"),
    [
        (f"{BLOG}/a", f"{BLOG}/a"),
        (f"{BLOG}/a?p=1&q=2#top", f"{BLOG}/a?p=1&q=2"),
        (f"{BLOG}", f"{BLOG}/"),
        (f"{BLOG.upper()}/A", f"{BLOG}/A"),
        ("/a", f"{BLOG}/a"),
    ],
)
def test_browser_goes_back_to_a_page_of_the_site(
    reader: Reader, acts: Acts, return_to: str, location: str
) -> None:
    answer = reader.send_form(GOOD | {"return_to": return_to})
    assert answer.status_code == 303
    (comment_id,) = _ids(acts)
    assert answer.headers["Location"] == f"{location}#comment-{comment_id}"


FOREIGN = [
    "https://other.example/",
    "http://blog.example/a",
    "https://blog.example:8443/a",
    "https://blog.example.other.example/",
    "https://blog.example@other.example/",
    "https://other.example#https://blog.example/",
    "https://blog.example\\@other.example/",
    "https:/\\other.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "blog.example/a",
    "https://blog.example/ a",
    "https://blog.example/" + "a" * 2048,
    "",
]


@pytest.mark.parametrize("return_to", FOREIGN, ids=range(len(FOREIGN)))
def test_browser_is_never_sent_elsewhere(reader: Reader, return_to: str) -> None:
    answer = reader.send_form(GOOD | {"return_to": return_to})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sites/blog/sent/")


def _payloads(shared: Path) -> list[str]:
    attack = shared / "attack"
    found: list[Any] = json.loads(
        (attack / "url/open_redirect_payloadbox.json").read_text(encoding="utf-8")
    )
    for file in sorted((attack / "fuzz").glob("redirect-*.json")):
        templates = json.loads(file.read_text(encoding="utf-8"))
        for target in ("evil.example", "blog.example.evil.example", "evil.example@x"):
            found += [text.replace("{target}", target) for text in templates]
            found += [BLOG + text.replace("{target}", target) for text in templates]
    assert len(found) > 100
    return [str(text) for text in found]


def test_no_known_payload_of_open_redirects_leaves_the_site(
    reader: Reader, acts: Acts, shared: Path
) -> None:
    left = []
    for number, payload in enumerate(_payloads(shared)):
        fields = GOOD | {"comment": f"{number}", "return_to": payload}
        answer = reader.send_form(fields)
        location = answer.headers.get("Location", "")
        at = urlsplit(location)
        is_here = location.startswith("/sites/blog/sent/") and not at.netloc
        is_blog = f"{at.scheme}://{at.netloc}" == BLOG and "\\" not in location
        if answer.status_code != 303 or not (is_here or is_blog):
            left.append((payload, location))
    assert left == []
    assert acts.count(Comment) > 100


def test_what_is_said_of_addresses_is_translated() -> None:
    assert list(ADDRESS_WORDS) == [mistake.value for mistake in Mistake]


def test_what_is_said_of_pages_is_translated() -> None:
    policy = SitePolicy(origins=(BLOG,))
    said: list[str] = []
    for page in ("", "/" + "a" * 512, "https://[", "https://other.example/"):
        with pytest.raises(InvalidInput) as caught:
            page_key(page, policy)
        said += caught.value.errors["page"]
    assert said == list(PAGE_WORDS)


@pytest.mark.parametrize(
    ("field", "start", "most"),
    [
        ("comment", "", MAX_COMMENT_CHARS),
        ("name", "", MAX_NAME_CHARS),
        ("website", "https://a.example/", MAX_WEBSITE_CHARS),
    ],
)
def test_limits_are_told_in_the_readers_language(
    reader: Reader, field: str, start: str, most: int
) -> None:
    longest = start.ljust(most, "a")
    assert reader.send_form(GOOD | {field: longest}).status_code == 303
    told = reader.send_json(body=GOOD | {field: longest + "a"}).get_json()
    assert told["errors"] == {field: [f"At most {most:,} characters, please."]}
    answer = reader.send_form(GOOD | {field: longest + "a"}, Accept_Language="de")
    number = f"{most:,}".replace(",", "." if most > 9_999 else "")
    assert f"Bitte höchstens {number} Zeichen." in Page(answer.text).words


def test_an_address_that_is_too_long_is_told_once(reader: Reader) -> None:
    told = reader.send_json(body=GOOD | {"email": "a" * 255}).get_json()
    assert told["errors"] == {
        "email": ["An e-mail address has at most 254 characters."]
    }


def test_mistakes_are_named_in_the_readers_language(reader: Reader) -> None:
    answer = reader.send_form(
        GOOD | {"email": "ana", "website": "ftp://ana.example", "name": ""},
        Accept_Language="de",
    )
    words = Page(answer.text).words
    for said in ("braucht ein @", "https:// beginnen", "geben Sie einen Namen an"):
        assert said in words
    # Programs get the one language of the contract.
    told = reader.send_json(body=GOOD | {"email": "ana"}, Accept_Language="de")
    assert told.get_json()["errors"]["email"] == ["An e-mail address needs an @."]
