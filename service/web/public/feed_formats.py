"""A feed as Atom (RFC 4287) with its threads (RFC 4685), and as JSON Feed 1.1."""

from typing import Any
from xml.etree.ElementTree import Element

import orjson

from service.operations.published import utc_text
from service.web.atom import ATOM, add, add_link, document, time_text
from service.web.public.feed_items import FeedItem, FeedView

JSON_KIND = "application/feed+json"

_THREADING = "http://purl.org/syndication/thread/1.0"
_JSON_VERSION = "https://jsonfeed.org/version/1.1"


def atom(view: FeedView, address: str) -> bytes:
    """The feed as Atom.

    :param address: its own.
    """
    root = Element("feed", {"xmlns": ATOM, "xmlns:thr": _THREADING})
    add(root, "id", view.id)
    add(root, "title", view.title)
    add(root, "updated", time_text(view.updated_at))
    add_link(root, "self", address, "application/atom+xml")
    if view.home:
        add_link(root, "alternate", view.home, "text/html")
    for item in view.items:
        _add_entry(root, item)
    return document(root)


def _add_entry(root: Element, item: FeedItem) -> None:
    entry = add(root, "entry")
    add(entry, "id", item.id)
    add(entry, "title", item.title)
    add(entry, "published", time_text(item.published_at))
    add(entry, "updated", time_text(item.updated_at))
    add_link(entry, "alternate", item.url, "text/html")
    author = add(entry, "author")
    add(author, "name", item.name)
    if item.website:
        add(author, "uri", item.website)
    if item.answers:
        asked = {"ref": item.answers.id, "href": item.answers.url}
        add(entry, "thr:in-reply-to", **asked, type="text/html")
    if item.replies:
        counted = {"thr:count": str(item.replies)}
        add_link(entry, "replies", item.replies_url, "text/html", **counted)
        add(entry, "thr:total", str(item.replies))
    add(entry, "content", item.html, type="html")


def json_feed(view: FeedView, address: str, about: str) -> bytes:
    """The feed as JSON Feed.

    :param address: its own.
    :param about: where what we add to the format is described.
    """
    feed: dict[str, Any] = {
        "version": _JSON_VERSION,
        "title": view.title,
        "feed_url": address,
    }
    if view.home:
        feed["home_page_url"] = view.home
    feed["items"] = [_item(item, about) for item in view.items]
    return orjson.dumps(feed)


def _item(item: FeedItem, about: str) -> dict[str, Any]:
    author = {"name": item.name}
    if item.website:
        author["url"] = item.website
    thread: dict[str, Any] = {"about": about, "replies": item.replies}
    if item.answers:
        thread["in_reply_to"] = {"id": item.answers.id, "url": item.answers.url}
    return {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_html": item.html,
        "date_published": utc_text(item.published_at),
        "date_modified": utc_text(item.updated_at),
        "authors": [author],
        "_foyer": thread,
    }
