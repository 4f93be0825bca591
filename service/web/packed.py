"""Moderators' pages, styles and scripts, packed for the way (gzip)."""

import secrets
from functools import lru_cache
from gzip import GzipFile
from io import BytesIO

from flask import Flask, Response, request

LEAST_BYTES = 1_000
"""Below this it all goes into one packet in any case."""
_KINDS = frozenset({"text/html", "text/css", "text/javascript"})
_FILE_LEVEL, _PAGE_LEVEL = 6, 1
"""Files are packed once; a page is packed each time, and a millisecond of that is worth
more than a tenth of its bytes."""
_MOST_PADDING = 100
_MOST_FILES = 64


def pack(body: bytes, name: str = "", level: int = _FILE_LEVEL) -> bytes:
    """The body as gzip.

    :param name: ASCII, for the header's field of a file name.
    :param level: 1 (quick) to 9 (small).
    """
    packed = BytesIO()
    with GzipFile(name, "wb", level, packed, mtime=0) as file:
        file.write(body)
    return packed.getvalue()


@lru_cache(maxsize=_MOST_FILES)
def _pack_file(body: bytes) -> bytes:
    return pack(body)


def _pack_page(body: bytes) -> bytes:
    # A page holds both secrets and what strangers wrote. How well these go together
    # shows in the length, so it is made uncertain (Palacios and others, "Heal the
    # Breach", 2022).
    return pack(body, "x" * secrets.randbelow(_MOST_PADDING), _PAGE_LEVEL)


def register(app: Flask, *blueprints: str) -> None:
    """Pack files of ``app`` and pages of these blueprints for clients that take it."""
    packed_parts = frozenset(blueprints)

    def add(answer: Response) -> Response:
        is_file = request.endpoint == "static"
        if not (is_file or request.blueprint in packed_parts):
            return answer
        if answer.mimetype not in _KINDS:
            return answer
        answer.vary.add("Accept-Encoding")
        takes_gzip = request.accept_encodings["gzip"] > 0
        if not takes_gzip or answer.status_code == 304:  # noqa: PLR2004  # no body
            return answer
        answer.direct_passthrough = False
        body = answer.get_data()
        if len(body) >= LEAST_BYTES:
            answer.set_data(_pack_file(body) if is_file else _pack_page(body))
            answer.headers["Content-Encoding"] = "gzip"
            tag, _ = answer.get_etag()
            if tag is not None:
                # Other bytes of the same thing.
                answer.set_etag(tag, weak=True)
        return answer

    app.after_request(add)
