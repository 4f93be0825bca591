"""The OpenAPI document as a person reads it: what the page about it shows."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.web.contract.parts import Node

_CALLERS = {
    "editToken": "the writer, by edit token",
    "issoCookie": "the writer, by the comment's cookie",
    "moderatorToken": "a moderator's program, by API token",
    "applicationPassword": "the same, with the token as a password",
}
_LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
    "pattern": "like `{}`",
    "format": "as {}",
    "default": "usually {}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A parameter, or a property of an object."""

    name: str
    kind: str
    """Such as ``string`` or ``array of comment``."""
    schema: str
    """The named schema that it leads to; empty for none."""
    place: str
    """Where a parameter stands, such as ``query``; empty for a property."""
    is_required: bool
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A body of one media type."""

    media: str
    kind: str
    schema: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer by its status."""

    status: str
    about: str
    contents: Sequence[Content]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path."""

    name: str
    method: str
    path: str
    summary: str
    about: str
    callers: Sequence[str]
    """Who may call it; empty for everybody."""
    parameters: Sequence[Field]
    bodies: Sequence[Content]
    answers: Sequence[Told]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The operations under one tag."""

    name: str
    anchor: str
    about: str
    operations: Sequence[Operation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A named schema."""

    name: str
    kind: str
    about: str
    fields: Sequence[Field]


def parts(document: Node) -> list[Part]:
    """All operations, by tag in the document's order."""
    by_tag: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            made = _operation(document, path, method, operation)
            by_tag[operation["tags"][0]].append(made)
    return [
        Part(
            name=tag["name"],
            anchor=tag["name"].lower(),
            about=tag["description"],
            operations=by_tag[tag["name"]],
        )
        for tag in document["tags"]
    ]


def shapes(document: Node) -> list[Shape]:
    """All named schemas, by name."""
    found = document["components"]["schemas"]
    return [
        Shape(
            name=name,
            kind=_kind(schema)[0],
            about=schema.get("description", ""),
            fields=list(_properties(schema)),
        )
        for name, schema in sorted(found.items())
    ]


def _operation(document: Node, path: str, method: str, operation: Node) -> Operation:
    keys = [key for each in operation.get("security", ()) for key in each]
    # Where nothing will do as well, everybody may call; more is told to some.
    is_open = {} in operation.get("security", ({},))
    return Operation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        about=operation.get("description", ""),
        callers=(["everybody"] if is_open else []) + [_CALLERS[key] for key in keys],
        parameters=[
            _field(
                each["name"],
                each["schema"],
                place=each["in"],
                is_required=each.get("required", False),
                about=each.get("description", ""),
            )
            for each in operation.get("parameters", ())
        ],
        bodies=_contents(operation.get("requestBody", {})),
        answers=[
            _told(document, status, answer)
            for status, answer in sorted(operation["responses"].items())
        ],
    )


def _told(document: Node, status: str, answer: Node) -> Told:
    if "$ref" in answer:
        answer = document["components"]["responses"][status]
    return Told(status=status, about=answer["description"], contents=_contents(answer))


def _contents(body: Node) -> list[Content]:
    made = []
    for media, content in body.get("content", {}).items():
        kind, schema = _kind(content["schema"])
        example = content.get("example")
        if not isinstance(example, str):
            example = json.dumps(example, indent=2, ensure_ascii=False)
        made.append(Content(media=media, kind=kind, schema=schema, example=example))
    return made


def _properties(schema: Node) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        about = part.get("description", "")
        yield _field(name, part, is_required=name in required, about=about)


def _field(
    name: str, schema: Node, *, is_required: bool, about: str, place: str = ""
) -> Field:
    kind, leads_to = _kind(schema)
    said = [about.removesuffix("."), *_limits(schema)]
    return Field(
        name=name,
        kind=kind,
        schema=leads_to,
        place=place,
        is_required=is_required,
        about="; ".join(part for part in said if part),
    )


def _limits(schema: Node) -> Iterator[str]:
    for name, words in _LIMITS.items():
        if name in schema:
            yield words.format(_short(schema[name]))
    if "enum" in schema:
        yield "one of " + ", ".join(map(_short, schema["enum"]))


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _kind(schema: Node) -> tuple[str, str]:
    """The schema in words, and the named one that it leads to, if any."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _spaced(name), name
    for several in ("oneOf", "anyOf"):
        if several in schema:
            kinds = [_kind(each) for each in schema[several]]
            leads_to = next((name for _, name in kinds if name), "")
            return " or ".join(dict.fromkeys(words for words, _ in kinds)), leads_to
    kind = schema.get("type", "any value")
    if kind == "array" and "items" in schema:
        words, leads_to = _kind(schema["items"])
        return f"array of {words}", leads_to
    return (kind if isinstance(kind, str) else " or ".join(kind)), ""


def _spaced(name: str) -> str:
    """A schema's name as words: ``OwnComment`` is ``own comment``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
