"""One documented rule that turns what a blog calls a page into a thread's key.

1. White space around it goes.
2. An http(s) address under one of the site's origins is reduced to its path and
   query. An address under any other origin is refused: it belongs to somebody else.
3. A path keeps its query only as far as the site lists the keys, sorted by name;
   the fragment goes. An empty path is ``/``. Percent-encoding is kept as sent, but
   for its letters, which are upper case (RFC 3986, section 6.2.2.1).
4. Anything else is taken as it is: any stable id the blog chooses.
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from service.domain.errors import InvalidInput
from service.domain.policy import SitePolicy, normal_origin
from service.domain.submission import MAX_PAGE_CHARS

_ABSOLUTE = re.compile(r"(?i)https?://")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
# As browsers do in a path. They leave the apostrophe, and so must we: a page that is
# visited at another spelling of its path has another key.
_QUOTED = str.maketrans({char: f"%{ord(char):02X}" for char in ' "<>`'})


def _wrong(message: str) -> InvalidInput:
    return InvalidInput({"page": [message]})


def _bounded(page: str) -> str:
    if len(page) > MAX_PAGE_CHARS:
        raise _wrong(f"The page's address has at most {MAX_PAGE_CHARS} characters.")
    return page


def _reduced(path: str, query: str, query_keys: tuple[str, ...]) -> str:
    path = _ESCAPE.sub(lambda m: m.group().upper(), path) or "/"
    if not query or not query_keys:
        return path
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return path
    kept = sorted((k, v) for k, v in pairs if k in query_keys)
    return f"{path}?{urlencode(kept)}" if kept else path


def page_key(page: str, policy: SitePolicy) -> str:
    """The key of the thread that belongs to ``page``.

    :raises InvalidInput: naming ``page``, if it is empty, too long, or an address
        outside the site's origins.
    """
    page = page.strip()
    if not page:
        raise _wrong("Say which page the comment belongs to.")
    page = _bounded(page)
    if _ABSOLUTE.match(page):
        try:
            parts = urlsplit(page)
        except ValueError:
            raise _wrong("The page's address cannot be read.") from None
        if normal_origin(page) not in policy.origins:
            raise _wrong("The page's address is not under one of the site's origins.")
        return _bounded(_reduced(parts.path, parts.query, policy.query_keys))
    if page.startswith("/"):
        path, _, query = page.partition("#")[0].partition("?")
        # Encoding the query anew can make it longer.
        return _bounded(_reduced(path, query, policy.query_keys))
    return page


def page_address(page: str, policy: SitePolicy) -> str | None:
    """The page's full address on the site's first origin, or None if it has none.

    Spaces, double quotes, backticks and angle brackets are percent-encoded in it.
    """
    if not policy.origins or not page.startswith("/") or page.startswith("//"):
        return None
    return policy.origins[0] + page.translate(_QUOTED)
