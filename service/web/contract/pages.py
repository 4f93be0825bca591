"""The part of the HTTP contract that is read by people and by feed readers."""

from service.web.contract.parts import Node, problems
from service.web.language import LANGUAGES
from service.web.public.feed_formats import JSON_KIND

_BASE = "/api/v1/sites/{site}"
_ATOM = "application/atom+xml"
_ANY: Node = {"type": "string"}

_LANG: Node = {
    "name": "lang",
    "in": "query",
    "description": "In which language the page speaks; what the browser asks for by "
    "default.",
    "schema": {"enum": list(LANGUAGES)},
}

_FEED: Node = {
    "type": "object",
    "required": ["version", "title", "feed_url", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": _ANY,
        "home_page_url": _ANY,
        "feed_url": _ANY,
        "items": {
            "type": "array",
            "maxItems": 50,
            "items": {"$ref": "#/components/schemas/FeedItem"},
        },
    },
}
_ITEM: Node = {
    "type": "object",
    "required": ["id", "url", "content_html", "date_published", "_foyer"],
    "properties": {
        "id": {"type": "string", "description": "A tag URI, the same for ever."},
        "url": {"type": "string", "description": "Where the comment is read."},
        "title": _ANY,
        "content_html": {"type": "string", "description": "Safe HTML."},
        "date_published": {"type": "string", "format": "date-time"},
        "date_modified": {"type": "string", "format": "date-time"},
        "authors": {"type": "array", "items": {"type": "object"}},
        "_foyer": {"$ref": "#/components/schemas/FeedThread"},
    },
}
_THREAD: Node = {
    "type": "object",
    "description": "What JSON Feed has no words for: what a comment answers, and how "
    "many answers to it are published.",
    "required": ["about", "replies"],
    "properties": {
        "about": _ANY,
        "replies": {"type": "integer", "minimum": 0},
        "in_reply_to": {
            "type": "object",
            "required": ["id", "url"],
            "properties": {"id": _ANY, "url": _ANY},
        },
    },
}

PAGES_SCHEMAS: dict[str, Node] = {
    "Feed": _FEED,
    "FeedItem": _ITEM,
    "FeedThread": _THREAD,
}
"""Schemas of this part."""


def _read(
    operation: str, summary: str, kind: str, schema: Node, parameters: list[Node]
) -> Node:
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "parameters": parameters,
            "responses": {
                "200": {
                    "description": f"{summary}.",
                    "content": {kind: {"schema": schema}},
                },
                "304": {"description": "Not changed since `If-None-Match`."},
                **problems(400, 404, 422, 503),
            },
        }
    }


def pages_paths(site: Node, page: Node, window: list[Node]) -> Node:
    """The routes of this part.

    :param site: the parameter that names the site.
    :param page: the one that names a page.
    :param window: those that say which part of a thread is wanted, the page among them.
    """
    feed: Node = {"$ref": "#/components/schemas/Feed"}
    return {
        f"{_BASE}/thread.html": _read(
            "threadPage",
            "A thread as a page",
            "text/html",
            _ANY,
            [site, *window, _LANG],
        ),
        f"{_BASE}/thread.atom": _read(
            "threadAtom", "A page's newest comments as Atom", _ATOM, _ANY, [site, page]
        ),
        f"{_BASE}/thread.json": _read(
            "threadFeed",
            "A page's newest comments as JSON Feed",
            JSON_KIND,
            feed,
            [site, page],
        ),
        f"{_BASE}/feed.atom": _read(
            "siteAtom", "A site's newest comments as Atom", _ATOM, _ANY, [site]
        ),
        f"{_BASE}/feed.json": _read(
            "siteFeed", "A site's newest comments as JSON Feed", JSON_KIND, feed, [site]
        ),
    }
