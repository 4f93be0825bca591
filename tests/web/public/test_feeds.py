"""Feed readers follow a page or a site, as Atom or as JSON Feed."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from service.domain.status import Status
from service.operations.mend import mend
from service.operations.sites import set_name
from tests.db.acts import Acts
from tests.db.owners import make_owners
from tests.web.public.reader import API, BLOG, House, Reader

THREAD, SITE = f"{API}/thread.atom?page=/a", f"{API}/feed.atom"
THREAD_JSON, SITE_JSON = f"{API}/thread.json?page=/a", f"{API}/feed.json"
ALL = [THREAD, SITE, THREAD_JSON, SITE_JSON]
OWN = "http://localhost:8000"
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "thr": "http://purl.org/syndication/thread/1.0",
}
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}-\d{2}-\d{2}:[\w:/.%~-]+", re.ASCII)


def atom(reader: Reader, path: str) -> ET.Element:
    answer = reader.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    return ET.fromstring(answer.data)  # noqa: S314  # our own


def entries(feed: ET.Element) -> list[ET.Element]:
    return feed.findall("a:entry", NAMES)


def said(element: ET.Element, path: str) -> str:
    found = element.findtext(path, None, NAMES)
    assert found is not None, path
    return found


def link(element: ET.Element, rel: str) -> dict[str, str]:
    (found,) = element.findall(f"a:link[@rel='{rel}']", NAMES)
    return found.attrib


def json_feed(reader: Reader, path: str) -> dict[str, Any]:
    answer = reader.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/feed+json")
    feed: dict[str, Any] = answer.get_json()
    return feed


@pytest.fixture
def talk(acts: Acts) -> list[str]:
    """A comment, an answer to it a minute later, and one on another page."""
    first = acts.say(
        "One & *so* <b>", title="A jar", website="https://ana.example/?a&b"
    )
    acts.clock.advance(minutes=1)
    second = acts.say("Two.", parent=first, name="Bob")
    acts.clock.advance(minutes=1)
    other = acts.say("Three.", page="/b")
    acts.say("Waits.", Status.HELD)
    acts.say("Junk.", Status.SPAM)
    return [first, second, other]


def test_thread_is_told_newest_first(reader: Reader, talk: list[str]) -> None:
    feed = atom(reader, THREAD)
    assert said(feed, "a:title") == "A jar"
    assert link(feed, "self")["href"] == f"{OWN}{API}/thread.atom?page=/a"
    assert link(feed, "alternate")["href"] == f"{BLOG}/a"
    second, first = entries(feed)
    assert said(first, "a:author/a:name") == "Ana"
    assert said(first, "a:author/a:uri") == "https://ana.example/?a&b"
    assert said(first, "a:title") == "Ana · A jar"
    assert "<em>so</em>" in said(first, "a:content")
    assert "&lt;b&gt;" in said(first, "a:content")
    assert first.find("a:content", NAMES).attrib == {"type": "html"}  # type: ignore[union-attr]
    assert link(first, "alternate")["href"] == f"{BLOG}/a#comment-{talk[0]}"
    assert said(second, "a:author/a:name") == "Bob"
    assert second.find("a:author/a:uri", NAMES) is None


def test_answers_hang_on_what_they_answer(reader: Reader, talk: list[str]) -> None:
    second, first = entries(atom(reader, THREAD))
    (to,) = second.findall("thr:in-reply-to", NAMES)
    assert to.attrib == {
        "ref": said(first, "a:id"),
        "href": f"{BLOG}/a#comment-{talk[0]}",
        "type": "text/html",
    }
    (page,) = first.findall("thr:in-reply-to", NAMES)
    assert (page.attrib["ref"], page.attrib["href"]) == (f"{BLOG}/a", f"{BLOG}/a")
    assert said(first, "thr:total") == "1"
    replies = link(first, "replies")
    assert replies[f"{{{NAMES['thr']}}}count"] == "1"
    assert replies["href"].startswith(f"{OWN}{API}/thread.html?page=/a#comment-")
    assert second.find("thr:total", NAMES) is None


def test_site_is_told_by_the_time_of_publication(
    reader: Reader, acts: Acts, talk: list[str]
) -> None:
    late = acts.say("It waited long.", Status.HELD)
    acts.clock.advance(days=1)
    newer = acts.say("Later, and at once.", page="/b")
    acts.clock.advance(minutes=1)
    acts.move(late, Status.PUBLISHED)
    found = [link(e, "alternate")["href"] for e in entries(atom(reader, SITE))]
    pages = ("/a", "/b", "/b", "/a", "/a")
    ids = (late, newer, talk[2], talk[1], talk[0])
    assert found == [
        f"{BLOG}{page}#comment-{made}" for page, made in zip(pages, ids, strict=True)
    ]


def test_at_most_fifty_are_told(reader: Reader, acts: Acts) -> None:
    for number in range(51):
        acts.say(f"Number {number}.")
    for path in (THREAD, SITE):
        shown = entries(atom(reader, path))
        assert len(shown) == 50
        assert "Number 50." in said(shown[0], "a:content")
    assert len(json_feed(reader, SITE_JSON)["items"]) == 50


def test_ids_are_tags_that_stay(
    house: House, reader: Reader, acts: Acts, talk: list[str]
) -> None:
    feed = atom(reader, THREAD)
    ids = [said(e, "a:id") for e in entries(feed)]
    assert len({*ids, said(feed, "a:id"), said(atom(reader, SITE), "a:id")}) == 4
    assert all(TAG.fullmatch(each) for each in [*ids, said(feed, "a:id")])
    # The same in every feed, and whatever becomes of the comment, its page's title or
    # the blog's address.
    acts.set_policy(origins=("https://new.example",))
    later = house.reader()
    assert [said(e, "a:id") for e in entries(atom(later, SITE))][1:] == ids
    assert [i["id"] for i in json_feed(later, THREAD_JSON)["items"]] == ids
    assert ids[1].endswith(talk[0])


def test_edit_is_an_update_of_the_same_entry(reader: Reader, acts: Acts) -> None:
    made = acts.say("One.")
    before = entries(atom(reader, THREAD))[0]
    assert said(before, "a:published") == said(before, "a:updated")
    now = acts.clock.advance(minutes=5)

    owners = make_owners(acts)
    acts.store.write(
        lambda s: mend(
            *(s, owners.mo, made),
            text="One, mended.",
            seen_version=acts.comment(made).version,
            now=now,
        )
    )
    after = entries(atom(reader, THREAD))[0]
    assert said(after, "a:id") == said(before, "a:id")
    assert said(after, "a:published") == said(before, "a:published")
    assert said(after, "a:updated") > said(before, "a:updated")
    assert said(atom(reader, THREAD), "a:updated") == said(after, "a:updated")
    assert "mended" in said(after, "a:content")


def test_json_feed_says_the_same(reader: Reader, talk: list[str]) -> None:
    feed = json_feed(reader, THREAD_JSON)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["title"], feed["home_page_url"]) == ("A jar", f"{BLOG}/a")
    assert feed["feed_url"] == f"{OWN}{API}/thread.json?page=/a"
    second, first = feed["items"]
    told = entries(atom(reader, THREAD))[1]
    assert first["id"] == said(told, "a:id")
    assert first["url"] == f"{BLOG}/a#comment-{talk[0]}"
    assert first["content_html"] == said(told, "a:content")
    assert first["date_published"] == said(told, "a:published")
    assert first["authors"] == [{"name": "Ana", "url": "https://ana.example/?a&b"}]
    assert first["_foyer"]["replies"] == 1
    assert second["_foyer"]["in_reply_to"] == {"id": first["id"], "url": first["url"]}


def test_page_without_an_address_is_read_here(reader: Reader, acts: Acts) -> None:
    made = acts.say("One.", page="post-7")
    feed = atom(reader, f"{API}/thread.atom?page=post-7")
    (entry,) = entries(feed)
    there = f"{OWN}{API}/thread.html?page=post-7#comment-{made}"
    assert link(entry, "alternate")["href"] == there
    assert entry.find("thr:in-reply-to", NAMES) is None
    assert feed.find("a:link[@rel='alternate']", NAMES) is None
    assert "home_page_url" not in json_feed(reader, f"{API}/thread.json?page=post-7")


def test_what_xml_cannot_hold_is_left_out(reader: Reader, acts: Acts) -> None:
    acts.say("So &#1; &#xFFFE; \ufffe ]]> \U0001f35e", name="\ufffeAna <&>")
    (entry,) = entries(atom(reader, THREAD))
    assert "\U0001f35e" in said(entry, "a:content")
    assert said(entry, "a:author/a:name") == "Ana <&>"


@pytest.mark.parametrize("path", ALL)
def test_nobodys_address_is_told(reader: Reader, talk: list[str], path: str) -> None:
    assert len(talk) == 3
    text = reader.get(path).text
    assert "One" in text
    assert "example.org" not in text
    assert "Waits." not in text
    assert "Junk." not in text


@pytest.mark.parametrize("path", ALL)
def test_unchanged_feed_is_not_sent_again(
    reader: Reader, acts: Acts, path: str
) -> None:
    made = acts.say("One.")
    first = reader.get(path)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    again = reader.get(path, If_None_Match=tag)
    assert (again.status_code, again.data) == (304, b"")
    acts.move(made, Status.TRASHED)
    gone = reader.get(path, If_None_Match=tag)
    assert gone.status_code == 200
    assert made not in gone.text


def test_empty_feed_is_a_feed(reader: Reader, acts: Acts) -> None:
    for path in (THREAD, SITE):
        feed = atom(reader, path)
        assert entries(feed) == []
        assert said(feed, "a:updated").endswith("Z")
        assert said(feed, "a:title")
    for path in (THREAD_JSON, SITE_JSON):
        assert json_feed(reader, path)["items"] == []
    assert acts.site.key == "blog"


def test_sites_feed_bears_its_name(reader: Reader, acts: Acts) -> None:
    acts.store.write(
        lambda s: set_name(s, acts.site_id, "Crumb & Rain", now=acts.clock())
    )
    feed = atom(reader, SITE)
    assert said(feed, "a:title") == "Crumb & Rain"
    assert link(feed, "alternate")["href"] == f"{BLOG}/"


@pytest.mark.parametrize("path", ["thread.atom", "thread.json"])
@pytest.mark.parametrize(
    "page", ["", "page=%ED%A0%80" + "x" * 512, "page=https://other.example/"]
)
def test_wrong_page_is_named(reader: Reader, path: str, page: str) -> None:
    answer = reader.get(f"{API}/{path}?{page}")
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"page"}


@pytest.mark.parametrize(
    "path", ["thread.atom?page=/", "thread.json?page=/", "feed.atom", "feed.json"]
)
def test_unknown_site_has_no_feed(reader: Reader, path: str) -> None:
    assert reader.get(f"/api/v1/sites/nobody/{path}").status_code == 404
