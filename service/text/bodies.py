"""JSON bodies read strictly: what two parsers could understand differently is refused.

Depth, duplicate keys, huge numbers, ``NaN`` and trailing bytes end here with a message
that names the mistake. Lone surrogates pass, so that the caller can name their field.
"""

import json
import math
from collections import Counter
from collections.abc import Sequence
from typing import NoReturn

from service.domain.errors import MalformedInput

MAX_DEPTH = 8
"""Levels of a body. Ours have one; the compatible routes of others need three."""

MAX_INTEGER = 2**53 - 1
"""Largest integer that JavaScript holds exactly (RFC 8259, section 6)."""

NOT_UNICODE = "Some characters could not be read; send Unicode as UTF-8."
"""What programs are told of a field with half a character in it."""

_QUOTED_KEY_CHARS = 40
_QUOTED_NUMBER_CHARS = 20
_MAX_INTEGER_DIGITS = len(str(-MAX_INTEGER))


def parse_json_object(raw: bytes, max_depth: int = MAX_DEPTH) -> dict[str, object]:
    """Return the object that the body holds.

    :param max_depth: levels of objects and arrays, at least 1; the outer one counts.
    :raises MalformedInput: if the body is anything but one strict JSON object.
    """
    value = _parse(_decode(raw), max_depth)
    if not isinstance(value, dict):
        kind = "an array" if isinstance(value, list) else "a single value"
        msg = f"The body is {kind}. Send a JSON object: {{...}}."
        raise MalformedInput(msg)
    if _is_deeper(value, max_depth):
        raise _too_deep(max_depth)
    return value


def parse_json_array(raw: bytes, max_depth: int = MAX_DEPTH) -> list[object]:
    """Return the array that the body holds.

    :param max_depth: as `parse_json_object` has it.
    :raises MalformedInput: if the body is anything but one strict JSON array.
    """
    value = _parse(_decode(raw), max_depth)
    if not isinstance(value, list):
        raise MalformedInput("The body is no array. Send a JSON array: [...].")
    if _is_deeper(value, max_depth):
        raise _too_deep(max_depth)
    return value


def _decode(raw: bytes) -> str:
    try:
        # Some Windows tools put a byte order mark in front (RFC 8259, section 8.1).
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        msg = f"Byte {err.start} of the body is not UTF-8. Send JSON encoded as UTF-8."
        raise MalformedInput(msg) from err
    if not text.strip():
        raise MalformedInput("The body is empty. Send a JSON object.")
    return text


def _parse(text: str, max_depth: int) -> object:
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=_exact_integer,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
    except RecursionError as err:
        raise _too_deep(max_depth) from err
    except json.JSONDecodeError as err:
        msg = (
            f"The body is not JSON: {err.msg}, line {err.lineno}, column {err.colno}. "
            "Send one JSON object and nothing behind it."
        )
        raise MalformedInput(msg) from err
    return value


def _too_deep(max_depth: int) -> MalformedInput:
    return MalformedInput(
        f"The body is nested deeper than {max_depth} levels. Send a flat JSON object."
    )


def _is_deeper(value: object, max_depth: int) -> bool:
    level = [value]
    for _ in range(max_depth):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return any(isinstance(child, dict | list) for child in level)


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    times = Counter(key for key, _ in pairs)
    key = next(key for key in times if times[key] > 1)
    msg = f"The key {key[:_QUOTED_KEY_CHARS]!r} occurs twice. Send each key once."
    raise MalformedInput(msg)


def _exact_integer(digits: str) -> int:
    # The length is looked at first: int() of a huge literal takes quadratic time.
    if len(digits) > _MAX_INTEGER_DIGITS or abs(int(digits)) > MAX_INTEGER:
        raise _too_large(digits)
    return int(digits)


def _finite(literal: str) -> float:
    number = float(literal)
    if math.isinf(number):
        raise _too_large(literal)
    return number


def _too_large(literal: str) -> MalformedInput:
    shown = literal[:_QUOTED_NUMBER_CHARS]
    if len(literal) > _QUOTED_NUMBER_CHARS:
        shown += "..."
    return MalformedInput(
        f"The number {shown} is too large. Integers reach from -(2^53-1) to 2^53-1."
    )


def _no_constant(name: str) -> NoReturn:
    msg = f"{name} is not JSON. Send a number, or null for none."
    raise MalformedInput(msg)
