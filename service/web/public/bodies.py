"""From the body of a request to plain field values, whatever kind of body it is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl

from flask import request

from service.domain.errors import MalformedInput, UnsupportedMedia
from service.text.bodies import parse_json_object
from service.text.border import has_lone_surrogate

MAX_FIELDS = 50

_HALF = re.compile("[\ud800-\udfff]")

_BROKEN = (
    "Some characters could not be read. They must be Unicode, sent as UTF-8; "
    "look for � and write them again."
)


@dataclass(slots=True)
class Fields:
    """The fields of a body: text by name, and what was wrong with their form."""

    via: Literal["json", "form"]
    values: dict[str, str] = field(default_factory=dict, repr=False)
    errors: dict[str, list[str]] = field(default_factory=dict)


def _put(fields: Fields, name: str, text: str) -> None:
    if has_lone_surrogate(text):
        fields.errors[name] = [_BROKEN]
        text = _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
    fields.values[name] = text


def _from_json(names: Iterable[str], switches: Iterable[str]) -> Fields:
    given = parse_json_object(request.get_data())
    fields = Fields("json")
    for name in names:
        value = given.get(name)
        if value is None:
            continue
        is_switch = name in switches
        if isinstance(value, bool) and is_switch:
            fields.values[name] = "true" if value else ""
        elif isinstance(value, str) and not is_switch:
            _put(fields, name, value)
        else:
            kind = "true or false" if is_switch else "text"
            fields.errors[name] = [f"Give {kind} here, as a JSON value."]
    return fields


def _urlencoded() -> list[tuple[str, str]]:
    # What is no UTF-8 becomes lone surrogates, and so is seen below.
    text = request.get_data().decode("utf-8", "surrogateescape")
    try:
        return parse_qsl(
            text,
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise MalformedInput(f"A form may have at most {MAX_FIELDS} fields.") from None


def _from_pairs(names: Iterable[str], pairs: Iterable[tuple[str, str]]) -> Fields:
    fields = Fields("form")
    wanted = set(names)
    for name, text in pairs:
        if name not in wanted:
            continue
        if name in fields.values:
            fields.errors[name] = ["This field was sent more than once; send it once."]
        _put(fields, name, text)
    return fields


def read_fields(names: Mapping[str, bool]) -> Fields:
    """The named fields of the present request; all others are ignored.

    Takes JSON, urlencoded and multipart bodies.

    :param names: the fields wanted, and whether each is a switch (true or false).
    :raises MalformedInput: if the body cannot be read at all.
    :raises UnsupportedMedia: if it is of any other kind.
    """
    if request.content_encoding not in {None, "", "identity"}:
        raise UnsupportedMedia("Send the body without Content-Encoding.")
    if request.mimetype == "application/json":
        return _from_json(names, {n for n, is_switch in names.items() if is_switch})
    if request.mimetype == "application/x-www-form-urlencoded":
        return _from_pairs(names, _urlencoded())
    if request.mimetype == "multipart/form-data":
        return _from_pairs(names, request.form.items(multi=True))
    raise UnsupportedMedia(
        "Send application/json, application/x-www-form-urlencoded or "
        "multipart/form-data, and name it in Content-Type."
    )
