"""Public ids of comments: what they look like."""

import re

_PUBLIC_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{21}")


def is_public_id(text: str) -> bool:
    """True if ``text`` can be the public id of a comment.

    Ask before a text from outside goes into a query: PostgreSQL cannot even be asked
    for one with a NUL in it.
    """
    return _PUBLIC_ID.fullmatch(text) is not None
