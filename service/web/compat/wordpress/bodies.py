"""Bodies of requests to WordPress's REST API, as JSON or as a form."""

from collections.abc import Iterable

from flask import request

from service.domain.errors import UnsupportedMedia
from service.text.bodies import NOT_UNICODE, parse_json_object
from service.text.border import has_lone_surrogate
from service.web.compat.wordpress.refusals import bad_parameter
from service.web.public.bodies import Fields, read_fields


def read_body(names: Iterable[str]) -> Fields:
    """The named fields that the request carries, as texts; all others are ignored.

    Numbers may come as such, and ``content`` as an object with ``raw``.

    :raises RestRefusal: naming a field that holds something else.
    :raises MalformedInput: if the body cannot be read at all.
    :raises UnsupportedMedia: if it is of a kind that is not read.
    """
    if request.mimetype == "application/json":
        if request.content_encoding not in {None, "", "identity"}:
            raise UnsupportedMedia("Send the body without Content-Encoding.")
        given = parse_json_object(request.get_data())
        fields = Fields("json")
        for name in names:
            if given.get(name) is not None:
                fields.values[name] = _text(name, given[name])
        return fields
    if not request.mimetype and not request.get_data():
        return Fields("form")
    fields = read_fields(dict.fromkeys(names, False))
    for name, said in fields.errors.items():
        raise bad_parameter(name, " ".join(said))
    return fields


def _text(name: str, value: object) -> str:
    if name == "content" and isinstance(value, dict):
        value = value.get("raw")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise bad_parameter(name, "Give text or a whole number here.")
    if has_lone_surrogate(value):
        raise bad_parameter(name, NOT_UNICODE)
    return value
