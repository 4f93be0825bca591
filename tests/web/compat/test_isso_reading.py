"""What Isso's client reads."""

from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from service.domain.status import Status
from tests.db.acts import Acts
from tests.doubles import FrozenClock
from tests.watched import Watched
from tests.web.compat.isso_client import IssoClient
from tests.web.public.reader import BLOG

ATOM = "{http://www.w3.org/2005/Atom}"


def numbers(found: Any) -> list[int]:
    return [reply["id"] for reply in found["replies"]]


def say(acts: Acts, text: str, **fields: Any) -> int:
    return acts.comment(acts.say(text, **fields)).id


def test_configuration_hides_what_there_is_not(widget: IssoClient, acts: Acts) -> None:
    config = widget.get("/config").json["config"]
    assert config["vote"] is False
    assert config["gravatar"] is False
    assert config["reply-notifications"] is False
    assert config["require-email"] is config["require-author"] is True
    acts.set_policy(required=())
    config = widget.get("/config").json["config"]
    assert config["require-email"] is config["require-author"] is False


def test_empty_thread(widget: IssoClient) -> None:
    found = widget.thread()
    assert found["id"] is None
    assert found["total_replies"] == found["hidden_replies"] == 0
    assert found["replies"] == []
    assert found["config"] == widget.get("/config").json["config"]


def test_comment_as_every_reader_sees_it(widget: IssoClient, acts: Acts) -> None:
    name = "<b>Ana & Co</b>"
    number = say(acts, "It *is* so.", name=name, website="https://ana.example/?a='b'&c")
    (shown,) = widget.thread()["replies"]
    assert shown == {
        "id": number,
        "parent": None,
        "text": "<p>It <em>is</em> so.</p>\n",
        # The client puts both into HTML as they come.
        "author": "&lt;b&gt;Ana &amp; Co&lt;/b&gt;",
        "website": "https://ana.example/?a=&#x27;b&#x27;&amp;c",
        "mode": 1,
        "created": acts.clock().timestamp(),
        "modified": None,
        "likes": 0,
        "dislikes": 0,
        "hash": shown["hash"],
        "notification": 0,
        "total_replies": 0,
        "hidden_replies": 0,
        "replies": [],
    }
    assert len(shown["hash"]) == 12
    int(shown["hash"], 16)
    (plain,) = widget.thread("&plain=1")["replies"]
    assert plain["text"] == "It *is* so."


@pytest.mark.parametrize(
    "status", [Status.PENDING, Status.HELD, Status.SPAM], ids=lambda s: s.value
)
def test_nothing_unchecked_is_shown(
    widget: IssoClient, acts: Acts, status: Status
) -> None:
    shown = say(acts, "This one is fine.")
    acts.say("canary in the mine", status)
    answer = widget.get("/?uri=/a")
    assert numbers(answer.json) == [shown]
    seen = [answer.text, widget.get("/latest?limit=9").text]
    seen.append(widget.get("/feed?uri=/a").text)
    assert "canary" not in "".join(seen)
    assert widget.send("POST", "/count", ["/a"]).json == [1]


def test_pattern_tells_names_apart_and_not_addresses(
    widget: IssoClient, acts: Acts
) -> None:
    say(acts, "One.", name="Ana", email="one@example.org")
    say(acts, "Two.", name="Ana", email="two@example.org")
    say(acts, "Three.", name="Bo", email="one@example.org")
    one, two, three = (c["hash"] for c in widget.thread()["replies"])
    assert one == two != three


def test_replies_hang_in_one_level(widget: IssoClient, acts: Acts) -> None:
    first = acts.say("First.")
    reply = acts.say("Reply.", parent=first)
    deep = acts.say("Deeper.", parent=reply)
    number = acts.comment(first).id
    (root,) = widget.thread()["replies"]
    assert root["total_replies"] == 2
    assert numbers(root) == [acts.comment(reply).id, acts.comment(deep).id]
    assert {c["parent"] for c in root["replies"]} == {number}
    assert widget.thread()["total_replies"] == 3


def test_windows(widget: IssoClient, acts: Acts) -> None:
    roots = [acts.say(f"Root {n}.") for n in range(3)]
    below = [acts.say(f"Below {n}.", parent=roots[0]) for n in range(3)]
    top = [acts.comment(c).id for c in roots]
    under = [acts.comment(c).id for c in below]
    found = widget.thread("&limit=2")
    assert numbers(found) == top[:2]
    assert (found["total_replies"], found["hidden_replies"]) == (6, 1)
    found = widget.thread("&limit=2&offset=2")
    assert (numbers(found), found["hidden_replies"]) == (top[2:], 0)
    assert numbers(widget.thread("&sort=newest&limit=2")) == top[:0:-1]
    assert numbers(widget.thread("&sort=upvotes")) == top
    found = widget.thread("&nested_limit=1")["replies"][0]
    assert numbers(found) == under[:1]
    assert (found["total_replies"], found["hidden_replies"]) == (3, 2)
    assert widget.thread("&limit=0")["replies"] == []
    found = widget.thread(f"&parent={top[0]}&limit=1&offset=1")
    assert (found["id"], numbers(found)) == (top[0], under[1:2])
    assert (found["total_replies"], found["hidden_replies"]) == (3, 1)
    assert "replies" not in found["replies"][0]
    assert numbers(widget.thread(f"&parent={10**17}")) == []


def test_after_shows_what_was_published_since(
    widget: IssoClient, acts: Acts, clock: FrozenClock
) -> None:
    say(acts, "Before.")
    then = clock().timestamp()
    clock.advance(seconds=5)
    later = say(acts, "Later.")
    assert numbers(widget.thread(f"&after={then}")) == [later]
    assert numbers(widget.thread(f"&after={int(then) + 60}")) == []


def test_removed_comment_keeps_its_place_under_answers(
    widget: IssoClient, acts: Acts
) -> None:
    first = acts.say("canary in the mine", website="https://canary.example/")
    acts.say("An answer.", parent=first)
    acts.move(first, Status.TRASHED)
    answer = widget.get("/?uri=/a")
    (gone,) = answer.json["replies"]
    assert gone["mode"] == 4
    assert gone["text"] == ""
    assert gone["author"] is gone["website"] is None
    assert [c["text"] for c in gone["replies"]] == ["<p>An answer.</p>\n"]
    assert "canary" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        *("", "uri=", "uri=%20", "uri=https://elsewhere.example/a"),
        f"uri={'a' * 600}",
        *("uri=/a&limit=x", "uri=/a&limit=-1", "uri=/a&limit=1e3", "uri=/a&limit="),
        f"uri=/a&limit={'9' * 40}",
        *("uri=/a&nested_limit=x", "uri=/a&offset=-1", "uri=/a&offset=x"),
        *("uri=/a&parent=null", f"uri=/a&parent={'9' * 30}", "uri=/a&after=soon"),
        *("uri=/a&after=-1", f"uri=/a&after={'9' * 20}", "uri=/a&sort=best"),
        "uri=/a&plain=2",
    ],
)
def test_bad_values_are_named(widget: IssoClient, query: str) -> None:
    answer = widget.get(f"/?{query}")
    assert answer.status_code == 400
    wrong = query.rpartition("&")[2].partition("=")[0] or "uri"
    assert answer.text.startswith(f"{wrong}: ")
    assert answer.mimetype == "text/plain"
    told = widget.get(f"/?{query}", accept="application/json").json
    assert told == {"message": answer.text}


def test_only_the_site_itself_may_read(widget: IssoClient) -> None:
    for path in ("/config", "/?uri=/a", "/?uri="):
        answer = widget.get(path)
        assert answer.headers["Access-Control-Allow-Origin"] == BLOG
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert answer.headers["Access-Control-Expose-Headers"] == "X-Set-Cookie, Date"
        assert "Origin" in answer.vary
    for origin in ("https://elsewhere.example", "null", None):
        answer = widget.get("/config", origin=origin)
        assert answer.status_code == 200
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Origin" in answer.vary


@pytest.mark.parametrize("path", ["/", "/new", "/count", "/id/1", "/id/1/like"])
def test_browsers_that_ask_first_are_told(widget: IssoClient, path: str) -> None:
    answer = widget.send("OPTIONS", path, kind=None)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == BLOG
    methods = answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert {"GET", "POST", "PUT", "DELETE"} <= set(methods)
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]
    foreign = widget.send("OPTIONS", path, kind=None, origin="https://else.example")
    assert "Access-Control-Allow-Origin" not in foreign.headers


def test_unchanged_thread_is_not_sent_twice(widget: IssoClient, acts: Acts) -> None:
    say(acts, "So it is.")
    answer = widget.get("/?uri=/a")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = widget.client.get(
        "/sites/blog/isso/?uri=/a",
        base_url="http://localhost:8000",
        headers={"If-None-Match": answer.headers["ETag"], "Origin": BLOG},
    )
    assert again.status_code == 304
    assert again.headers["Access-Control-Allow-Origin"] == BLOG


def conditional(widget: IssoClient, path: str, tag: str) -> int:
    """The status of asking for what has changed since the answer with this tag."""
    answer = widget.client.get(
        f"/sites/blog/isso{path}",
        base_url="http://localhost:8000",
        headers={"If-None-Match": tag, "Origin": BLOG},
    )
    if answer.status_code == 304:
        assert answer.headers["ETag"] == tag
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.data == b""
    return answer.status_code


def test_unchanged_thread_costs_no_look_at_comments(
    widget: IssoClient, acts: Acts
) -> None:
    say(acts, "So it is.")
    tag = widget.get("/?uri=/a").headers["ETag"]
    watched = Watched(acts.store.engine)
    with watched.watching():
        assert conditional(widget, "/?uri=/a", tag) == 304
    asked = [each.sql for each in watched.statements]
    assert asked
    assert not [sql for sql in asked if "FROM comment" in sql]
    with watched.watching():
        assert conditional(widget, "/?uri=/a", '"another"') == 200
    assert [each for each in watched.statements if "FROM comment" in each.sql]


def test_tag_is_another_for_whatever_else_is_told(
    widget: IssoClient, acts: Acts
) -> None:
    first = acts.say("So it is.")
    tag = widget.get("/?uri=/a").headers["ETag"]
    number = acts.comment(first).id
    for query in (
        *("limit=1", "nested_limit=1", "offset=1", "after=1", "sort=newest"),
        *("plain=1", f"parent={number}"),
    ):
        assert conditional(widget, f"/?uri=/a&{query}", tag) == 200
    assert conditional(widget, "/?uri=/b", tag) == 200
    for change in (
        lambda: acts.say("More.", parent=first),
        lambda: acts.move(first, Status.TRASHED),
        lambda: acts.set_policy(required=()),
        lambda: acts.move(first, Status.PUBLISHED),
    ):
        assert conditional(widget, "/?uri=/a", tag) == 304
        change()
        assert conditional(widget, "/?uri=/a", tag) == 200
        tag = widget.get("/?uri=/a").headers["ETag"]


def test_page_s_first_comment_is_told_to_who_saw_none(
    widget: IssoClient, acts: Acts
) -> None:
    tag = widget.get("/?uri=/a").headers["ETag"]
    assert conditional(widget, "/?uri=/a", tag) == 304
    say(acts, "So it is.")
    assert conditional(widget, "/?uri=/a", tag) == 200


def test_counts_in_order(widget: IssoClient, acts: Acts) -> None:
    say(acts, "One.")
    say(acts, "Two.", page="/b")
    say(acts, "Three.", page="/b")
    asked = ["/b", "/c", "/a", "https://elsewhere.example/", f"{BLOG}/b", "", "/b"]
    assert widget.send("POST", "/count", asked).json == [2, 0, 1, 0, 2, 0, 2]
    assert widget.send("POST", "/count", []).json == []
    many = [f"/{n}" for n in range(1000)]
    assert widget.send("POST", "/count", many).json == [0] * 1000


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{}", b'"/a"', b"[1]", b'["/a", null]', b"[" * 90, b"\xff", b"[NaN]"),
        b"[" + b",".join([b'"/a"'] * 1001) + b"]",
    ],
    ids=lambda data: str(data[:9]),
)
def test_counts_of_anything_else_are_refused(widget: IssoClient, data: bytes) -> None:
    assert widget.send("POST", "/count", data=data).status_code == 400


def test_half_a_character_is_no_page(widget: IssoClient) -> None:
    answer = widget.send("POST", "/count", data=b'["\\ud800", "/a"]')
    assert answer.json == [0, 0]


def test_preview(widget: IssoClient) -> None:
    answer = widget.send("POST", "/preview", {"text": "*So* <script>"})
    assert answer.json == {"text": "<p><em>So</em> &lt;script&gt;</p>\n"}
    for body in ({}, {"text": None}, {"text": 1}, {"text": " "}, {"text": "x" * 10001}):
        answer = widget.send("POST", "/preview", body)
        assert answer.status_code == 400
        assert answer.text.startswith("text: ")
    assert (
        widget.send("POST", "/preview", data=b'{"text":"\\ud800"}').status_code == 400
    )


@pytest.mark.parametrize("path", ["/count", "/preview", "/new?uri=/a", "/id/1/like"])
@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"],
)
def test_forms_of_other_pages_are_refused(
    widget: IssoClient, path: str, kind: str
) -> None:
    assert widget.send("POST", path, data=b"a=b", kind=kind).status_code == 403


def test_votes_change_nothing(widget: IssoClient, acts: Acts) -> None:
    number = say(acts, "So it is.")
    for act in ("like", "dislike"):
        told = widget.send("POST", f"/id/{number}/{act}").json
        assert (told["likes"], told["dislikes"]) == (0, 0)
    assert widget.thread()["replies"][0]["likes"] == 0


def test_latest_of_the_site(widget: IssoClient, acts: Acts) -> None:
    made = [say(acts, f"Number {n}.", page=f"/{n}") for n in range(3)]
    found = widget.get("/latest?limit=2").json
    assert [(c["id"], c["uri"]) for c in found] == [(made[1], "/1"), (made[2], "/2")]
    for query in ("", "?limit=0", "?limit=x", "?limit=-1"):
        assert widget.get(f"/latest{query}").status_code == 400


def test_info(widget: IssoClient) -> None:
    found = widget.get("/info").json
    assert found["origin"] == BLOG
    assert found["host"] == "http://localhost:8000/sites/blog/isso"
    assert found["moderation"] is True


def entries(widget: IssoClient, query: str) -> list[Element]:
    root = fromstring(widget.get(f"/feed?{query}").text)  # noqa: S314  # our own
    return root.findall(f"{ATOM}entry")


def test_feed(widget: IssoClient, acts: Acts) -> None:
    first = acts.say("A *word*.", name="Ana & Bo", title="Bread")
    acts.say("An answer.", parent=first)
    number = acts.comment(first).id
    answer = widget.get("/feed?uri=/a")
    assert answer.mimetype == "application/atom+xml"
    newest, oldest = entries(widget, "uri=/a")
    assert "<title>Comments on Bread</title>" in answer.text
    assert oldest.findtext(f"{ATOM}content") == "<p>A <em>word</em>.</p>\n"
    assert oldest.findtext(f"{ATOM}author/{ATOM}name") == "Ana & Bo"
    link = oldest.find(f"{ATOM}link")
    assert link is not None
    assert link.attrib["href"] == f"{BLOG}/a#isso-{number}"
    answered = newest.find("{http://purl.org/syndication/thread/1.0}in-reply-to")
    assert answered is not None
    assert answered.attrib["ref"] == oldest.findtext(f"{ATOM}id")
    assert len(entries(widget, "uri=/a&limit=1")) == 1
    assert entries(widget, "uri=/none") == []
    assert widget.get("/feed").status_code == 400
    assert widget.get("/feed?uri=/a&limit=0").status_code == 400


def test_style_sheet(widget: IssoClient) -> None:
    answer = widget.get("/css/isso.css")
    assert answer.mimetype == "text/css"
    assert b".isso-preview-mode" in answer.data
    answer.close()


@pytest.mark.parametrize(
    "path", ["/config", "/?uri=/a", "/latest?limit=1", "/info", "/feed?uri=/a"]
)
def test_unknown_site(widget: IssoClient, path: str) -> None:
    answer = widget.client.get(
        f"/sites/nobody/isso{path}", base_url="http://localhost:8000"
    )
    assert answer.status_code == 404


def test_no_address_comes_out(widget: IssoClient, acts: Acts) -> None:
    acts.say("So it is.", email="canary@example.org")
    for path in ("/?uri=/a", "/?uri=/a&plain=1", "/latest?limit=9", "/feed?uri=/a"):
        answer = widget.get(path)
        assert "canary" not in answer.text + str(answer.headers)
