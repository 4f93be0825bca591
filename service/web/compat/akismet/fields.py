"""The fields of a call in Akismet's manner: urlencoded text in one of many charsets."""

import codecs
from collections.abc import Mapping
from urllib.parse import parse_qsl

from flask import request

from service.domain.errors import MalformedInput, UnsupportedMedia
from service.domain.network import network_of
from service.domain.submission import (
    MAX_AGENT_CHARS,
    MAX_COMMENT_CHARS,
    MAX_EMAIL_CHARS,
    MAX_NAME_CHARS,
    MAX_PAGE_CHARS,
    MAX_WEBSITE_CHARS,
)
from service.operations.inbound.asking import OutsideFacts
from service.text.border import clean_line, clean_text
from service.web.public.websites import clean_website

MAX_FIELDS = 500
"""Clients send along every variable that their own server knows of a request."""
_CHARSETS = (
    *("utf-8", "ascii", "gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc_jp"),
    *("euc_kr", "koi8-r", "koi8-u", "tis-620", "cp874"),
    *(f"iso8859-{part}" for part in (*range(1, 12), *range(13, 17))),
    *(f"cp125{part}" for part in range(9)),
)
_CODECS = {codecs.lookup(name).name for name in _CHARSETS}
_TRUE = {"1", "true", "yes", "on"}

Given = Mapping[str, str]


def read_given() -> Given:
    """The fields of the present request, by name; of several alike the first counts.

    :raises UnsupportedMedia: if it is no urlencoded form.
    :raises MalformedInput: if it cannot be read, or its charset is not known.
    """
    if request.mimetype != "application/x-www-form-urlencoded":
        raise UnsupportedMedia("Send application/x-www-form-urlencoded.")
    if request.content_encoding not in {None, "", "identity"}:
        raise UnsupportedMedia("Send the body without Content-Encoding.")
    # Whatever the charset, what is not ASCII comes percent-encoded; mostly.
    raw = request.get_data().decode("latin-1")
    charset = dict(_pairs(raw, "latin-1")).get("blog_charset", "").strip() or "utf-8"
    pairs = _pairs(raw, _codec(charset))
    return dict(reversed(pairs))


def _codec(charset: str) -> str:
    try:
        name = codecs.lookup(charset[:40]).name
    except (LookupError, ValueError):
        name = ""
    if name not in _CODECS:
        raise MalformedInput(
            "blog_charset: this charset is not known. Send UTF-8, and name it."
        )
    return name


def _pairs(raw: str, codec: str) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(
            raw, keep_blank_values=True, encoding="latin-1", max_num_fields=MAX_FIELDS
        )
    except ValueError:
        message = f"A call may have at most {MAX_FIELDS} fields."
        raise MalformedInput(message) from None
    # Spam is often broken text: what cannot be read is shown as such, not refused.
    return [
        (name, value.encode("latin-1").decode(codec, "replace"))
        for name, value in pairs
    ]


def is_yes(given: Given, name: str) -> bool:
    """True if the field says so, in any of the ways that clients do."""
    return given.get(name, "").strip().lower() in _TRUE


def missing(given: Given, *names: str) -> str:
    """The first of these fields that is not given; empty if all are."""
    return next((name for name in names if not given.get(name, "").strip()), "")


def facts_of(given: Given) -> OutsideFacts:
    """The comment that the fields tell of, cut to what is looked at."""
    trap = given.get("honeypot_field_name", "")
    return OutsideFacts(
        name=clean_line(given.get("comment_author", ""))[:MAX_NAME_CHARS],
        email=_short(given, "comment_author_email", MAX_EMAIL_CHARS),
        website=_website(given),
        text=clean_text(given.get("comment_content", ""))[:MAX_COMMENT_CHARS],
        client_ip=_client_ip(given),
        agent=clean_line(given.get("user_agent", ""))[:MAX_AGENT_CHARS],
        page=_short(given, "permalink", MAX_PAGE_CHARS),
        is_reply=given.get("comment_type", "").strip().lower() == "reply",
        trap_filled=bool(trap and given.get(trap, "").strip()),
    )


def _short(given: Given, name: str, most: int) -> str:
    """The field on one line; empty if it is longer than such a thing can be."""
    text = clean_line(given.get(name, ""))
    return text if len(text) <= most else ""


def _client_ip(given: Given) -> str:
    text = given.get("user_ip", "").strip()
    return "" if network_of(text) == "unknown" else text


def _website(given: Given) -> str:
    text = clean_line(given.get("comment_author_url", ""))[:MAX_WEBSITE_CHARS]
    try:
        return clean_website(text)
    except ValueError:
        # The checks know what to make of what is no address.
        return text
