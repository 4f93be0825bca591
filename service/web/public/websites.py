"""The website that a writer gives: an http(s) address, or nothing."""

import re
from urllib.parse import urlsplit

from service.domain.submission import MAX_WEBSITE_CHARS
from service.text.hosts import host_of
from service.web.language import mark
from service.web.public.mistake_words import TOO_LONG

_SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]*:(?!\d)")
_HTTP = re.compile(r"(?i)https?://")
_FORBIDDEN = re.compile(r"[\s\\<>\"`{}|^\x00-\x20\x7f]")


def _with_scheme(text: str) -> str:
    return text if _SCHEME.match(text) else f"https://{text.removeprefix('//')}"


def clean_website(text: str) -> str:
    """The address, with ``https://`` put before one written without a scheme.

    :raises ValueError: in words for the writer, if it is no web address.
    """
    if not text:
        return ""
    text = _with_scheme(text)
    if not _HTTP.match(text):
        raise ValueError(
            mark("Only addresses that begin with http:// or https:// are taken.")
        )
    if len(text) > MAX_WEBSITE_CHARS:
        raise ValueError(TOO_LONG["website"])
    if _FORBIDDEN.search(text):
        raise ValueError(mark("A web address has no spaces, quotes or angle brackets."))
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError(mark("This is not a web address.")) from None
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise ValueError(mark("Leave out the name and password before the host."))
    if not parts.hostname or not host_of(text):
        raise ValueError(mark("This is not a web address."))
    return text
