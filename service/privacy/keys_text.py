"""The lines of a keys file: ``id:base64 of 32 bytes``, one key a line, ``#`` comments.

Ids are whole numbers from 1 that grow from line to line, so that the last line is the
newest key. No message of this module ever holds key material.
"""

import base64
import binascii
import re
import secrets

KEY_BYTES = 32
MAX_KEY_ID = 2**32 - 1
"""Sealed values hold the id in four bytes."""

_LINE = re.compile(r"([1-9][0-9]{0,9}):([A-Za-z0-9+/]+={0,2})")


class KeysError(Exception):
    """The keys cannot be used; the message says where and what to do, never a key."""


class KeysMissing(KeysError):
    """There is no keys file at the place named."""


def generate(key_id: int = 1) -> str:
    """A line with a fresh random key, without a line end."""
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def content_of(line: str) -> str:
    """The line without its comment and the white space around it."""
    return line.partition("#")[0].strip()


def parse_line(content: str) -> tuple[int, bytes]:
    """The id and the key of one line that is not empty.

    :raises KeysError: if it is malformed, saying what is expected.
    """
    match = _LINE.fullmatch(content)
    if match is None or int(match[1]) > MAX_KEY_ID:
        raise KeysError("is not of the form id:base64, with an id from 1")
    try:
        key = base64.b64decode(match[2], validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeysError(f"does not hold {KEY_BYTES} bytes as base64")
    return int(match[1]), key


def parse_keys(text: str) -> dict[int, bytes]:
    """Mapping of id to key, in the order of the lines, at least one.

    :raises KeysError: naming the line and the mend, if a line is malformed, an id does
        not grow, a key stands there twice, or there is none.
    """
    keys: dict[int, bytes] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        content = content_of(line)
        if not content:
            continue
        try:
            key_id, key = parse_line(content)
        except KeysError as err:
            raise KeysError(
                f"Line {number} {err}. Restore the line from your copy of the keys."
            ) from None
        if keys and key_id <= max(keys):
            raise KeysError(
                f"Line {number} has the id {key_id}, which must be greater than all "
                "before it. Put the lines in order, or renumber the key that is new."
            )
        if key in keys.values():
            raise KeysError(
                f"Line {number} repeats the key of an earlier line. Remove the line "
                "if nothing was sealed with it, or restore its own key."
            )
        keys[key_id] = key
    if not keys:
        raise KeysError(
            "There is no key in it. Restore it from your copy of the keys, or remove "
            "the empty file if nothing was sealed yet, and a new key is made."
        )
    return keys
