"""Pieces of which the HTTP contract is made."""

from typing import Any

from service.domain.submission import MAX_PAGE_CHARS

Node = dict[str, Any]

TIME: Node = {"type": "string", "format": "date-time"}
MAYBE_TIME: Node = {"type": ["string", "null"], "format": "date-time"}
ID: Node = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{21}$"}
MAYBE_ID: Node = {**ID, "type": ["string", "null"]}

PAGE_SCHEMA: Node = {"type": "string", "minLength": 1, "maxLength": MAX_PAGE_CHARS}
SITE: Node = {
    "name": "site",
    "in": "path",
    "required": True,
    "description": "Key of the site.",
    "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"},
    "example": "demo",
}


def closed(required: list[str], /, **properties: Node) -> Node:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def whole(**properties: Node) -> Node:
    """An object with all of these properties and no others."""
    return closed(list(properties), **properties)


def json_of(schema: str) -> Node:
    """Content that is JSON of the schema with this name."""
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def answer(description: str, schema: str) -> Node:
    """An answer in JSON."""
    return {"description": description, "content": json_of(schema)}


def problems(*codes: int) -> Node:
    """Answers that are problem details, by status."""
    return {str(code): {"$ref": f"#/components/responses/{code}"} for code in codes}
