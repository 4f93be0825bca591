"""The OpenAPI document has examples that fit, and the page shows all of it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from jsonschema import (  # type: ignore[import-untyped]  # no types
    Draft202012Validator,
    FormatChecker,
)

from service.web.contract.document import document
from tests.web.public.page import Page
from tests.web.public.reader import Reader

DOCUMENT = document("http://localhost:8000")


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def _shown(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    for media, content in body.get("content", {}).items():
        yield media, content["schema"], content["example"]


def _examples() -> Iterator[tuple[str, dict[str, Any], Any]]:
    for name, operation in _operations():
        for each in operation.get("parameters", ()):
            schema = each["schema"]
            given = each if {"example", "examples"} & each.keys() else schema
            example = given["example"] if "example" in given else given["examples"][0]
            yield f"{name} {each['name']}", schema, example
        bodies = {"body": operation.get("requestBody", {}), **operation["responses"]}
        for place, body in bodies.items():
            for media, schema, example in _shown(body):
                yield f"{name} {place} {media}", schema, example
    for status, answer in DOCUMENT["components"]["responses"].items():
        for media, schema, example in _shown(answer):
            yield f"{status} {media}", schema, example


def test_everything_has_an_example_that_fits() -> None:
    wrong, count = [], 0
    for place, schema, example in _examples():
        count += 1
        rooted = {**schema, "components": DOCUMENT["components"]}
        checker = Draft202012Validator(rooted, format_checker=FormatChecker())
        wrong += [f"{place}: {error.message}" for error in checker.iter_errors(example)]
    assert wrong == []
    assert count > 200


def test_page_shows_every_operation_and_schema(reader: Reader) -> None:
    answer = reader.browse("/openapi.html")
    assert answer.status_code == 200
    elements = Page(answer.text).elements
    ids = {each.attributes.get("id", "") for each in elements}
    for name, operation in _operations():
        assert operation["operationId"] in ids, name
    assert set(DOCUMENT["components"]["schemas"]) <= ids
    for name, operation in _operations():
        path = name.partition(" ")[2]
        assert path in answer.text, name
        assert operation["tags"][0].lower() in ids, name
    links = {each.attributes.get("href", "") for each in elements if each.name == "a"}
    # None leads nowhere.
    assert {link[1:] for link in links if link.startswith("#")} <= ids


def test_page_and_document_are_asked_for_once(reader: Reader) -> None:
    for path in ("/openapi.html", "/openapi.json"):
        first = reader.get(path)
        assert "max-age" in first.headers["Cache-Control"]
        again = reader.get(path, If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.data) == (304, b"")


def test_what_uses_a_limit_says_so() -> None:
    operations = {each["operationId"]: each for _, each in _operations()}
    for name in ("submitComment", "editComment"):
        assert "429" in operations[name]["responses"]
    assert "429" not in operations["takeBackComment"]["responses"]


def test_no_two_operations_are_called_alike() -> None:
    said = Counter(operation["summary"] for _, operation in _operations())
    assert [summary for summary, times in said.items() if times > 1] == []
