from xml.etree import ElementTree as ET

import pytest

from service.domain.status import Status
from service.operations.moderators import ModeratorView
from service.operations.sites import SiteView
from service.privacy.tokens import feed_token
from service.web.context import Context
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds
from tests.web.moderation.visitor import Visitor

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def path(context: Context, grace: ModeratorView) -> str:
    """The address of Grace's feed."""
    token = feed_token(context.keyring, grace.id, grace.feed_epoch)
    return f"/queue.atom?moderator={grace.id}&token={token}"


def _add(context: Context, site: SiteView, text: str, **fields: object) -> str:
    comment = context.store.write(
        lambda s: Seeds(
            session=s, keyring=context.keyring, now=context.clock()
        ).comment(
            site,
            text,
            **fields,  # type: ignore[arg-type]  # passed on as they come
        )
    )
    return comment.public_id


def test_feed_lists_what_waits_newest_first_without_addresses(
    visitor: Visitor, path: str, context: Context, site: SiteView, clock: FrozenClock
) -> None:
    first = _add(context, site, "First & <b>", name="Ada", title="Larches")
    clock.advance(minutes=1)
    second = _add(context, site, "Second", name="", page="/b/", email="")
    _add(context, site, "Not waiting", status=Status.SPAM)
    answer = visitor.get(path)
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    assert "ada@" not in answer.text
    assert "example.org" not in answer.text
    root = ET.fromstring(answer.data)  # noqa: S314  # our own
    entries = root.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "Somebody on /b/",
        "Ada on Larches",
    ]
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        f"http://localhost:8000/queue/{public_id}" for public_id in (second, first)
    ]
    assert entries[1].findtext(f"{ATOM}summary") == "First & <b>"
    assert root.findtext(f"{ATOM}updated") == "2026-03-01T12:01:00Z"


def test_unchanged_feed_is_not_sent_again(
    visitor: Visitor, path: str, context: Context, site: SiteView, clock: FrozenClock
) -> None:
    etag = visitor.get(path).headers["ETag"]
    clock.advance(hours=1)
    assert visitor.get(path, **{"If-None-Match": etag}).status_code == 304
    _add(context, site, "News")
    assert visitor.get(path, **{"If-None-Match": etag}).status_code == 200


def test_feed_may_not_be_kept_by_shared_caches(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in answer.headers


def test_characters_that_xml_forbids_are_left_out(
    visitor: Visitor, path: str, context: Context, site: SiteView
) -> None:
    _add(context, site, "Odd\x01\ufffe letters \U0001f600")
    root = ET.fromstring(visitor.get(path).data)  # noqa: S314  # our own
    assert root.findtext(f"{ATOM}entry/{ATOM}summary") == "Odd letters \U0001f600"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "moderator=1",
        "moderator=1&token=x",
        "moderator=2&token=x",
        "moderator=x",
        "moderator=0&token=",
        "moderator=" + "9" * 30,
        "token=x",
    ],
)
def test_wrong_token_finds_nothing(visitor: Visitor, path: str, query: str) -> None:
    assert visitor.get(f"/queue.atom?{query}").status_code == 404
    assert visitor.get(path[:-1] + "!").status_code == 404


def test_token_of_one_moderator_does_not_open_the_feed_of_another(
    visitor: Visitor, path: str, grace: ModeratorView
) -> None:
    other = path.replace(f"moderator={grace.id}", f"moderator={grace.id + 1}")
    assert visitor.get(other).status_code == 404
