"""Examples for every parameter, body and answer of the OpenAPI document.

They are made from the schemas, so that they cannot say what these do not; a test asks
whether each fits its own.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from service.web.contract.parts import ID, Node

_ID = "kM3vX9qTz7Ra1bYc5dWe0f"
_OF_PATTERNS: Mapping[str, str] = {
    str(ID["pattern"]): _ID,
    "^[0-9a-f]{12}$": "a94a8fe5ccb1",
    "^[0-9]{1,15}$": "17",
    "^[0-9]{1,18}$": "17",
    "^(checks|people|writer|operator|[1-9][0-9]*)$": "people",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "2026-03-01",
    "^[0-9]{1,17}-[01]-[0-9]{1,15}$": "1772366400000000-0-17",
}
_OF_FORMATS: Mapping[str, str] = {
    "date-time": "2026-03-01T12:00:00Z",
    "uri": "http://localhost:8000/",
}
_OF_NAMES: Mapping[str, object] = {
    "after": _ID,
    "Idempotency-Key": "4f1c7a52-6a3e-4c5e-9d0b-8f4f3a1d2e60",
    "site": "demo",
    "search": "rye",
    "_fields": "id,content",
    "force": False,
    "limit": 10,
    "nested_limit": 10,
    "offset": 0,
}
_PLAIN: Mapping[str, object] = {
    "string": "…",
    "boolean": True,
    "null": None,
    "number": 0.5,
}


def sample(schema: Node, schemas: Mapping[str, Node]) -> Any:
    """A value that fits the schema.

    :param schemas: the document's named schemas.
    """
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for name in ("oneOf", "anyOf"):
        if name in schema:
            return sample(schema[name][0], schemas)
    found = [schema[name] for name in ("example", "const", "default") if name in schema]
    found += [schema[name][0] for name in ("examples", "enum") if name in schema]
    return found[0] if found else _of_type(schema, schemas)


def _of_type(schema: Node, schemas: Mapping[str, Node]) -> Any:
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: sample(part, schemas) for name, part in properties.items()}
    if kind == "array":
        items = schema.get("items")
        # One says enough, and lists that must be empty are.
        return [sample(items, schemas)] if items and schema.get("maxItems", 1) else []

    if kind == "integer":
        return max(1, schema.get("minimum", 1))
    if "pattern" in schema:
        return _OF_PATTERNS.get(schema["pattern"], "…")
    return _OF_FORMATS.get(schema.get("format", ""), _PLAIN.get(kind))


def with_examples(document: Node) -> Node:
    """The document with an example wherever one may stand and none does."""
    document = deepcopy(document)
    schemas = document["components"]["schemas"]
    for response in document["components"]["responses"].values():
        _fill(response, schemas)
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                _fill_parameter(parameter, schemas)
            _fill(operation.get("requestBody", {}), schemas)
            for response in operation["responses"].values():
                _fill(response, schemas)
    return document


def _fill_parameter(parameter: Node, schemas: Mapping[str, Node]) -> None:
    schema = parameter["schema"]
    if {"example", "examples"} & (parameter.keys() | schema.keys()):
        return
    told = {"enum", "default", "pattern", "format"} & schema.keys()
    is_plain = not told and schema.get("type") != "number"
    if is_plain and parameter["name"] in _OF_NAMES:
        parameter["example"] = _OF_NAMES[parameter["name"]]
    else:
        parameter["example"] = sample(schema, schemas)


def _fill(body: Node, schemas: Mapping[str, Node]) -> None:
    for media in body.get("content", {}).values():
        if not {"example", "examples"} & media.keys() and "schema" in media:
            media["example"] = sample(media["schema"], schemas)
