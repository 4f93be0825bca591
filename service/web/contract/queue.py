"""The part of the HTTP contract that moderators' programs use."""

from typing import Any

from service.domain.status import Status
from service.operations.log import PAGE_SIZE
from service.operations.queue import Tab
from service.operations.queue_listing import MAX_LIMIT
from service.web.contract.parts import ID, Node, answer, json_of, problems

_BASE = "/api/v1/queue"
_SECURITY: list[Node] = [{"moderatorToken": []}]
_STATES = [status.value for status in Status]


def _query(name: str, description: str, schema: Node) -> Node:
    return {"name": name, "in": "query", "description": description, "schema": schema}


_COMMENT: Node = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "Public id of the comment.",
    "schema": ID,
}
_SITE = _query(
    "site", "Key of a site; all of the moderator's by default.", {"type": "string"}
)
_DAY: Node = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def _limit(default: int) -> Node:
    schema = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": default}
    return _query("limit", "How many at most.", schema)


def _after(pattern: str) -> Node:
    return _query(
        "after",
        "The value of `next` in the answer before.",
        {"type": "string", "pattern": pattern},
    )


_LISTED: list[Node] = [
    _query("status", "The tab.", {"enum": [t.value for t in Tab], "default": "held"}),
    _SITE,
    _after("^[0-9]{1,15}$"),
    _limit(25),
]
_LOGGED: list[Node] = [
    _SITE,
    _query(
        "who",
        "`checks`, `people` (anyone else), `writer`, `operator`, or the number of a "
        "moderator.",
        {"type": "string", "pattern": "^(checks|people|writer|operator|[1-9][0-9]*)$"},
    ),
    _query("from", "The state a comment was moved from.", {"enum": _STATES}),
    _query("to", "The state it was moved to.", {"enum": _STATES}),
    _query("since", "The first day, in UTC.", _DAY),
    _query("until", "The last day, in UTC.", _DAY),
    _query("comment", "The comment that is asked about.", ID),
    _query("kind", "Moves of comments, or other acts.", {"enum": ["moves", "acts"]}),
    _after("^[0-9]{1,17}-[01]-[0-9]{1,15}$"),
    _limit(PAGE_SIZE),
]


def _operation(
    operation: str, summary: str, schema: str, parameters: list[Node], **more: Any
) -> Node:
    return {
        "operationId": operation,
        "summary": summary,
        "security": _SECURITY,
        "parameters": parameters,
        "responses": {
            "200": answer(summary + ".", schema),
            **problems(400, 401, 403, 404, 422, 429, 503),
        },
        **more,
    }


def _decision() -> Node:
    found = _operation(
        "decideQueued",
        "Decide on a comment as it was seen",
        "QueuedComment",
        [_COMMENT],
        requestBody={"required": True, "content": json_of("Decision")},
    )
    schema = {"$ref": "#/components/schemas/DecisionConflict"}
    found["responses"] |= {
        "409": {
            "description": "Nothing was changed: it is not as it was seen, or the "
            "state does not allow it. The comment comes as it is now.",
            "content": {"application/problem+json": {"schema": schema}},
        },
        **problems(413, 415),
    }
    return found


def _decisions() -> Node:
    found = _operation(
        "decideManyQueued",
        "Make one decision on many comments, each as it was seen",
        "DecisionOutcome",
        [],
        requestBody={"required": True, "content": json_of("Decisions")},
    )
    found["responses"] |= problems(413, 415)
    return found


def queue_paths() -> Node:
    """The routes that take an API token of a moderator."""
    listing = _operation("listQueue", "Comments of a tab", "QueueListing", _LISTED)
    counts = _operation(
        "countQueue", "How many comments each tab has", "QueueCounts", [_SITE]
    )
    log = _operation("queueLog", "What was moved and done", "QueueLog", _LOGGED)
    one = _operation("getQueued", "One comment", "QueuedComment", [_COMMENT])
    return {
        _BASE: {"get": listing},
        f"{_BASE}/counts": {"get": counts},
        f"{_BASE}/log": {"get": log},
        f"{_BASE}/decisions": {"post": _decisions()},
        f"{_BASE}/{{id}}": {"get": one},
        f"{_BASE}/{{id}}/decision": {"post": _decision()},
    }
