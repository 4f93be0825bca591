"""Published comments as they hang on each other, for templates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.web.formats import short_moment
from service.web.html import SafeHtml


@dataclass(slots=True)
class Node:
    """A published comment with its replies."""

    comment: dict[str, Any]
    """As `service.operations.published` gives it."""
    html: SafeHtml
    when: str
    """When it was published, in the page's language."""
    replies: list["Node"] = field(default_factory=list)


def node(comment: dict[str, Any]) -> Node:
    """The comment alone."""
    at = comment.get("published_at")
    when = short_moment(datetime.fromisoformat(at)) if at else ""
    return Node(comment, SafeHtml(comment.get("html", "")), when)


def nested(comments: Sequence[dict[str, Any]]) -> list[Node]:
    """The comments on the page itself, the others below them; in the order given."""
    nodes = {comment["id"]: node(comment) for comment in comments}
    roots: list[Node] = []
    for each in nodes.values():
        parent = nodes.get(each.comment["parent"] or "")
        (parent.replies if parent else roots).append(each)
    return roots
