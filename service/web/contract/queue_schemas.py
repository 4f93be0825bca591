"""Schemas of what moderators' programs send and get."""

from service.domain.status import Actor, Status
from service.operations.decide_listed import MOST
from service.operations.queue import DECISIONS, Tab
from service.web.contract.parts import (
    ID,
    MAYBE_TIME,
    TIME,
    Node,
    closed,
    whole,
)

_TEXT: Node = {"type": "string"}
_MAYBE_TEXT: Node = {"type": ["string", "null"]}
_NUMBER: Node = {"type": "number"}
_YES_NO: Node = {"type": "boolean"}
_COUNT: Node = {"type": "integer", "minimum": 0}
_STATUS: Node = {"enum": [status.value for status in Status]}
_ACTOR: Node = {"enum": [actor.value for actor in Actor]}
_MAYBE_ACTOR: Node = {"enum": [*(actor.value for actor in Actor), None]}
_DECISION: Node = {"enum": [status.value for status in DECISIONS]}
_VERSION: Node = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
_PROBABILITY: Node = {"type": "number", "minimum": 0, "maximum": 1}
_SCORE: Node = {**_PROBABILITY, "type": ["number", "null"]}

_ANSWERED = whole(id=ID, name=_TEXT, excerpt=_TEXT, status=_STATUS)
_FINDING = whole(
    check=_TEXT,
    reason=_TEXT,
    log_odds={**_NUMBER, "description": "For spam when positive."},
    share={**_NUMBER, "description": "What it added, as far as the site trusts it."},
    at_least={"enum": ["held", "spam", None]},
    mode={"enum": ["on", "log"]},
)
_MOVE = whole(
    at=TIME,
    actor=_ACTOR,
    who={"type": "string", "description": "The moderator's name, or empty."},
    to=_STATUS,
    reason=_TEXT,
    **{"from": _STATUS},
)
_LOGGED_MOVE = whole(
    comment=ID,
    to=_STATUS,
    reason=_TEXT,
    score=_SCORE,
    decided_at_once={"type": "integer", "minimum": 1},
    undo_version={
        "type": ["integer", "null"],
        "description": "The version to name in a decision that takes the move back; "
        "null where it cannot be taken back.",
    },
    **{"from": _STATUS},
)


def _list(of: Node) -> Node:
    return {"type": "array", "items": of}


def _ref(schema: str) -> Node:
    return {"$ref": f"#/components/schemas/{schema}"}


def _or_null(node: Node) -> Node:
    return {"oneOf": [node, {"type": "null"}]}


_CARD: Node = {
    "id": ID,
    "version": _VERSION,
    "status": _STATUS,
    "site": _TEXT,
    "page": _TEXT,
    "page_title": _TEXT,
    "page_url": _MAYBE_TEXT,
    "name": _TEXT,
    "website": _TEXT,
    "address": {"type": "string", "description": "Masked, or empty."},
    "text": _TEXT,
    "html": {"type": ["string", "null"], "description": "Safe HTML."},
    "by_moderator": _YES_NO,
    "created_at": TIME,
    "edited_at": MAYBE_TIME,
    "answers": _or_null(_ANSWERED),
    "score": _SCORE,
    "held_from": _PROBABILITY,
    "spam_from": _NUMBER,
    "verdict": {"enum": [*(status.value for status in Status), None]},
    "audit": _YES_NO,
    "findings": _list(_FINDING),
    "moves": {**_list(_MOVE), "description": "Newest first."},
    "may_decide": _YES_NO,
}

QUEUE_SCHEMAS: Node = {
    "QueuedComment": whole(**_CARD),
    "QueueListing": whole(comments=_list(_ref("QueuedComment")), next=_MAYBE_TEXT),
    "QueueCounts": whole(
        counts=whole(**{tab.value: _COUNT for tab in Tab}), pending=_COUNT
    ),
    "Decision": {
        **whole(decision=_DECISION, version=_VERSION),
        "example": {"decision": "spam", "version": 2},
    },
    "Decisions": {
        **whole(
            decision=_DECISION,
            comments={
                **_list(whole(id=ID, version=_VERSION)),
                "minItems": 1,
                "maxItems": MOST,
            },
        ),
        "example": {
            "decision": "spam",
            "comments": [{"id": "A0b1C2d3E4f5G6h7I8j9Kw", "version": 2}],
        },
    },
    "DecisionOutcome": whole(
        decided=_list(whole(id=ID, version=_VERSION, status=_STATUS)),
        stale=_list(
            whole(
                id=ID, version=_VERSION, status=_STATUS, actor=_MAYBE_ACTOR, who=_TEXT
            )
        ),
        refused=_list(
            whole(id=ID, why={"enum": ["unknown", "forbidden", "no such move"]})
        ),
    ),
    "DecisionConflict": closed(
        ["type", "title", "status", "comment"],
        type=_TEXT,
        title=_TEXT,
        status={"const": 409},
        detail=_TEXT,
        comment=_ref("QueuedComment"),
    ),
    "QueueLog": whole(
        entries=_list(
            whole(
                at=TIME,
                site=_MAYBE_TEXT,
                actor=_ACTOR,
                who=_TEXT,
                action={
                    "type": "string",
                    "description": "`moved`, or a word such as `list-added`.",
                },
                detail={"type": "object"},
                move=_or_null(_LOGGED_MOVE),
            )
        ),
        next=_MAYBE_TEXT,
        looked_back_to={
            **MAYBE_TIME,
            "description": "Set where a page ends because so much was looked through.",
        },
    ),
}
"""Components of the document, by name."""
