"""The part of the HTTP contract that Isso's client uses."""

from typing import Any

from service.domain.submission import MAX_COMMENT_CHARS
from service.web.contract.parts import PAGE_SCHEMA, SITE, Node, closed, json_of, whole

_BASE = "/sites/{site}/isso"
_NUMBER: Node = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "Number of the comment.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
}
_URI: Node = {
    "name": "uri",
    "in": "query",
    "required": True,
    "description": "A path, an address under one of the site's origins, or any id.",
    "schema": PAGE_SCHEMA,
    "example": "/demo/",
}
_COUNT: Node = {"type": "integer", "minimum": 0}
_TEXT: Node = {"type": "string"}
_MAYBE_TEXT: Node = {"type": ["string", "null"]}
_COMMENT: dict[str, Node] = {
    "id": _COUNT,
    "parent": {"type": ["integer", "null"]},
    "text": {"type": "string", "description": "Safe HTML, or the source if asked."},
    "author": {**_MAYBE_TEXT, "description": "Escaped for HTML."},
    "website": {**_MAYBE_TEXT, "description": "Escaped for HTML."},
    "mode": {"enum": [1, 2, 4], "description": "Published, waiting, or removed."},
    "created": {"type": "number"},
    "modified": {"type": ["number", "null"]},
    "likes": {"const": 0},
    "dislikes": {"const": 0},
    "hash": {"type": "string", "pattern": "^[0-9a-f]{12}$"},
    "notification": {"const": 0},
}

_SWITCHES = (
    *("reply-to-self", "require-email", "require-author", "website-field"),
    *("reply-notifications", "gravatar", "vote", "feed"),
)


def _ref(schema: str) -> Node:
    return {"$ref": f"#/components/schemas/{schema}"}


def _array(items: Node) -> Node:
    return {"type": "array", "items": items}


ISSO_SCHEMAS: Node = {
    "IssoConfig": whole(**{name: {"type": "boolean"} for name in _SWITCHES}),
    "IssoConfiguration": whole(config=_ref("IssoConfig")),
    "IssoComment": whole(**_COMMENT),
    "IssoMaybeComment": {"oneOf": [{"type": "null"}, _ref("IssoComment")]},
    "IssoBranch": closed(
        list(_COMMENT),
        **_COMMENT,
        total_replies=_COUNT,
        hidden_replies=_COUNT,
        replies=_array(_ref("IssoComment")),
    ),
    "IssoThread": whole(
        id={"type": ["integer", "null"]},
        total_replies=_COUNT,
        hidden_replies=_COUNT,
        replies=_array(_ref("IssoBranch")),
        config=_ref("IssoConfig"),
    ),
    "IssoLatest": _array(whole(**_COMMENT, uri=_TEXT)),
    "IssoCounts": _array(_COUNT),
    "IssoPreview": whole(text=_TEXT),
    "IssoVotes": whole(likes={"const": 0}, dislikes={"const": 0}, message=_TEXT),
    "IssoInfo": whole(
        version=_TEXT, host=_TEXT, origin=_TEXT, moderation={"type": "boolean"}
    ),
    "IssoError": closed(["message"], message=_TEXT, reason=_TEXT),
}
"""What Isso's client is answered, by name."""


def _refused(description: str) -> Node:
    problem = {"schema": _ref("Problem")}
    return {
        "description": description,
        "content": {
            "text/plain": {"schema": _TEXT},
            # For whoever prefers JSON in Accept.
            **json_of("IssoError"),
            # What no route of Isso's has said, such as that it is too large.
            "application/problem+json": problem,
            "text/html": {"schema": _TEXT},
        },
    }


_REFUSALS = {
    "400": _refused("Something is wrong; the words name it."),
    "403": _refused(
        "Not allowed: a foreign origin, no cookie of the comment, too many requests, "
        "a closed page, or something missing that the site requires."
    ),
    "404": _refused("No such site or comment."),
    "409": _refused("The same was said before."),
    "413": _refused("The body is too large."),
    "415": _refused("Send the body without Content-Encoding."),
    "503": _refused("Not available for a moment; nothing was stored."),
}


def _operation(
    operation: str, summary: str, answers: dict[str, Node], *parameters: Node
) -> Node:
    return {
        "operationId": operation,
        "summary": f"Isso: {summary}",
        "parameters": [SITE, *parameters],
        "responses": {**answers, **_REFUSALS},
    }


def _ok(schema: str) -> dict[str, Node]:
    return {"200": {"description": "As Isso has it.", "content": json_of(schema)}}


def _kept(schema: str) -> dict[str, Node]:
    return {**_ok(schema), "304": {"description": "Not changed since the `ETag`."}}


def _query(name: str, schema: Node, **more: Any) -> Node:
    return {"name": name, "in": "query", "schema": schema, **more}


_WHOLE: Node = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
_PLAIN = _query("plain", {"enum": ["0", "1"], "default": "0"})
_LISTED = (
    _URI,
    _query("parent", {**_WHOLE, "description": "Only the replies to this comment."}),
    _query(
        "limit",
        {
            **_WHOLE,
            "description": "1,000 comments at most are given, replies included; "
            "`hidden_replies` tells how many follow, `offset` gives them.",
        },
    ),
    _query("nested_limit", _WHOLE),
    _query("offset", _WHOLE),
    _query("after", {"type": "number", "minimum": 0, "maximum": 9_999_999_999}),
    _query("sort", {"enum": ["oldest", "newest", "upvotes"], "default": "oldest"}),
    _PLAIN,
)


def _json_body(schema: Node, example: Any) -> Node:
    content = {"application/json": {"schema": schema, "example": example}}
    return {"required": True, "content": content}


def _fields(required: list[str], **properties: Node) -> Node:
    return {"type": "object", "required": required, "properties": properties}


_SAID: Node = {"type": "string", "minLength": 3, "maxLength": MAX_COMMENT_CHARS}
_SUBMISSION = _json_body(
    _fields(
        ["text"],
        text=_SAID,
        author={**_MAYBE_TEXT, "maxLength": 80},
        email={**_MAYBE_TEXT, "description": "Stored encrypted, never published."},
        website=_MAYBE_TEXT,
        parent={"type": ["integer", "null"]},
        title=_MAYBE_TEXT,
        notification={"enum": [0, 1, None]},
    ),
    {"text": "So it is.", "author": "Ana", "email": "ana@example.org"},
)
_NEW_TEXT = _json_body(_fields(["text"], text=_SAID), {"text": "Said better."})
_PAGES = _json_body(_array({"type": "string"}), ["/demo/"])


def _new() -> Node:
    answers: dict[str, Node] = {
        "201": {"description": "Published.", "content": json_of("IssoComment")},
        "202": {"description": "It waits.", "content": json_of("IssoComment")},
    }
    for each in answers.values():
        each["headers"] = {
            "Set-Cookie": {"schema": _TEXT, "description": "Proves who wrote it."},
            "X-Set-Cookie": {"schema": _TEXT, "description": "Proves nothing."},
        }
    return _operation("issoNew", "submit a comment", answers, _URI) | {
        "requestBody": _SUBMISSION
    }


def _own() -> Node:
    view = _operation("issoView", "an own comment", _ok("IssoComment"), _NUMBER, _PLAIN)
    edit = _operation("issoEdit", "edit an own comment", _ok("IssoComment"), _NUMBER)
    back = _operation(
        "issoDelete", "take an own comment back", _ok("IssoMaybeComment"), _NUMBER
    )
    edit["requestBody"] = _NEW_TEXT
    for each in (view, edit, back):
        each["security"] = [{"issoCookie": []}]
    return {"get": view, "put": edit, "delete": back}


def _file(mimetype: str) -> dict[str, Node]:
    content = {mimetype: {"schema": _TEXT}}
    return {
        "200": {"description": "The file.", "content": content},
        "304": {"description": "Not changed since the `ETag`."},
    }


def isso_paths() -> Node:
    """The routes that Isso's client asks."""
    least = {**_WHOLE, "minimum": 1}
    limit = _query("limit", least)
    asked_limit = _query("limit", least, required=True, example=5)
    atom, style = _file("application/atom+xml"), _file("text/css")
    preview = _operation("issoPreview", "a text as HTML", _ok("IssoPreview"))
    count = _operation("issoCount", "how many comments pages have", _ok("IssoCounts"))
    votes = {
        f"{_BASE}/id/{{id}}/{act}": {
            "post": _operation(
                f"isso{act.title()}",
                f"a {act}, which is not counted",
                _ok("IssoVotes"),
                _NUMBER,
            )
        }
        for act in ("like", "dislike")
    }
    return {
        f"{_BASE}/config": {
            "get": _operation("issoConfig", "what to show", _ok("IssoConfiguration"))
        },
        f"{_BASE}/": {
            "get": _operation(
                "issoFetch", "comments of a page", _kept("IssoThread"), *_LISTED
            )
        },
        f"{_BASE}/new": {"post": _new()},
        f"{_BASE}/count": {"post": count | {"requestBody": _PAGES}},
        f"{_BASE}/preview": {"post": preview | {"requestBody": _NEW_TEXT}},
        f"{_BASE}/latest": {
            "get": _operation(
                "issoLatest", "the newest ones", _kept("IssoLatest"), asked_limit
            )
        },
        f"{_BASE}/info": {"get": _operation("issoInfo", "what it is", _ok("IssoInfo"))},
        f"{_BASE}/feed": {
            "get": _operation("issoFeed", "a page's feed", atom, _URI, limit)
        },
        f"{_BASE}/css/isso.css": {
            "get": _operation("issoStyle", "the style sheet", style)
        },
        f"{_BASE}/id/{{id}}": _own(),
        **votes,
    }
