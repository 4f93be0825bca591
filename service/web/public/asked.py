"""What a reader asks for by the query: which page's thread, and which part of it."""

from flask import request

from service.domain.errors import InvalidInput
from service.operations.published import DEFAULT_LIMIT, MAX_LIMIT, Window
from service.text.border import clean_line, has_lone_surrogate

_MAX_DIGITS = 9


def page_argument() -> str:
    """What ``?page=`` says, cleaned.

    :raises InvalidInput: naming ``page``, if it is no text.
    """
    page = request.args.get("page", "")
    if has_lone_surrogate(page):
        raise InvalidInput({"page": ["It must be UTF-8, percent-encoded."]})
    return clean_line(page)


def _limit() -> int:
    text = request.args.get("limit", str(DEFAULT_LIMIT))
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS
    if not is_number or not 1 <= int(text) <= MAX_LIMIT:
        raise InvalidInput({"limit": [f"Give a whole number from 1 to {MAX_LIMIT:,}."]})
    return int(text)


def window() -> Window:
    """What ``?sort=``, ``?limit=`` and ``?after=`` say.

    :raises InvalidInput: naming what is wrong.
    """
    sort = request.args.get("sort", "oldest")
    if sort not in {"oldest", "newest"}:
        raise InvalidInput({"sort": ["Choose oldest or newest."]})
    return Window(
        newest_first=sort == "newest",
        limit=_limit(),
        after=clean_line(request.args.get("after", ""))[:64],
    )
