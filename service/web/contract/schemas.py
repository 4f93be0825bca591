"""Schemas of the HTTP contract: what goes in, and the allow-list of what comes out."""

from typing import Any

from service.domain.submission import (
    MAX_COMMENT_CHARS,
    MAX_EMAIL_CHARS,
    MAX_NAME_CHARS,
    MAX_PAGE_CHARS,
    MAX_WEBSITE_CHARS,
)
from service.web.contract.parts import (
    ID,
    MAYBE_ID,
    MAYBE_TIME,
    TIME,
    Node,
    closed,
    whole,
)
from service.web.contract.queue_schemas import QUEUE_SCHEMAS


def _text(most: int, **more: Any) -> Node:
    return {"type": "string", "maxLength": most, **more}


COMMENT = whole(
    id=ID,
    parent=MAYBE_ID,
    name={"type": "string"},
    website={"type": "string"},
    html={"type": "string", "description": "Safe HTML."},
    published_at=TIME,
    edited_at=MAYBE_TIME,
    by_moderator={"type": "boolean"},
)
"""Everything that the public ever sees of a comment."""

REMOVED = whole(id=ID, parent=MAYBE_ID, removed={"const": True})
"""A comment that is gone, while answers to it are not."""


def _or_null(node: Node) -> Node:
    return {**node, "type": [node["type"], "null"]}


_REQUIRED: Node = {
    "page": _text(MAX_PAGE_CHARS, minLength=1, example="/demo/"),
    "comment": _text(MAX_COMMENT_CHARS, minLength=1, description="Markdown, no HTML."),
    "name": _text(MAX_NAME_CHARS, minLength=1),
    "email": _text(
        MAX_EMAIL_CHARS,
        format="email",
        description="Stored encrypted, never published.",
    ),
}
_OPTIONAL: Node = {
    "website": _text(MAX_WEBSITE_CHARS, description="An http(s) address."),
    "parent": {
        "type": "string",
        "description": "Id of the published comment it answers; empty for none.",
    },
    "title": {"type": "string", "description": "Title of the page."},
    "return_to": {
        "type": "string",
        "description": "Where a browser goes afterwards: an address under one of the "
        "site's origins.",
    },
    "token": {"type": "string", "description": "From the form route."},
    "writer_token": {
        "type": "string",
        "description": "`<id>.<edit_token>` of an earlier published comment by the "
        "same address: proves who writes.",
    },
}
_EXAMPLE: Node = {
    "page": "/demo/",
    "comment": "That is how my grandmother did it, too.",
    "name": "Ana",
    "email": "ana@example.org",
}


def _switches(kind: str | list[str]) -> Node:
    no = " Empty, `0`, `false`, `no` and `off` mean no." if kind == "string" else ""
    said = {
        "notify": "Replies by mail.",
        "consent": "The writer agrees to the site's text, where it has one.",
    }
    return {n: {"type": kind, "description": text + no} for n, text in said.items()}


def _submission(switch: str | list[str], optional: Node) -> Node:
    return {
        "type": "object",
        "required": list(_REQUIRED),
        "properties": {**_REQUIRED, **optional, **_switches(switch)},
        "example": _EXAMPLE,
    }


SCHEMAS: Node = {
    "Submission": _submission(
        ["boolean", "null"],
        {name: _or_null(node) for name, node in _OPTIONAL.items()},
    ),
    "SubmissionForm": _submission("string", _OPTIONAL),
    "Receipt": closed(
        ["id", "status", "status_url"],
        id=ID,
        status={"const": "pending"},
        status_url={"type": "string", "format": "uri"},
        edit_token={
            "type": "string",
            "description": "Shows, edits and takes back the comment. Missing in the "
            "answer to a repeat without a key.",
        },
    ),
    "NewText": {
        "type": "object",
        "required": ["comment"],
        "properties": {"comment": _text(MAX_COMMENT_CHARS, minLength=1)},
        "example": {"comment": "Said better: *half* the salt."},
    },
    "OwnComment": whole(
        id=ID,
        status={"enum": ["pending", "held", "published", "removed"]},
        submitted_at=TIME,
        published_at=MAYBE_TIME,
        editable_until=TIME,
        comment={"type": "string"},
        edit={
            "enum": ["waiting", "taken", "refused", None],
            "description": "What became of the newest edit.",
        },
    ),
    "Comment": COMMENT,
    "Removed": REMOVED,
    "Thread": whole(
        page={"type": "string"},
        title={"type": "string"},
        open={"type": "boolean"},
        count={"type": "integer", "minimum": 0},
        comments={
            "type": "array",
            "items": {
                "oneOf": [
                    {"$ref": "#/components/schemas/Comment"},
                    {"$ref": "#/components/schemas/Removed"},
                ]
            },
        },
        next=MAYBE_ID,
    ),
    "Counts": whole(
        counts={
            "type": "object",
            "additionalProperties": {"type": "integer", "minimum": 0},
        }
    ),
    "FormConfiguration": whole(
        open={"type": "boolean"},
        required={
            "type": "array",
            "items": {"enum": ["name", "email", "comment"]},
        },
        edit_seconds={"type": "integer", "minimum": 0},
        notify={"type": "boolean"},
        consent={
            "type": "string",
            "description": "What a writer must agree to; empty asks for nothing.",
        },
        token={"type": "string"},
    ),
    **QUEUE_SCHEMAS,
    "Preview": whole(html={"type": "string"}),
    "Health": whole(status={"const": "ok"}),
    "Readiness": whole(
        status={"enum": ["ready", "degraded", "unavailable"]},
        troubles={"type": "array", "items": {"type": "string"}},
    ),
    "Problem": closed(
        ["type", "title", "status"],
        type={"type": "string"},
        title={"type": "string"},
        status={"type": "integer"},
        detail={"type": "string"},
        errors={
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    ),
}
"""Components of the document, by name."""
