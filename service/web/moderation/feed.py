"""What waits, as a private Atom feed (RFC 4287) behind a token in its address."""

import re
from datetime import datetime
from hashlib import blake2b
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Blueprint, Response, request, url_for

from service.domain.errors import Unknown
from service.operations.feed import WaitingEntry, WaitingFeed, waiting_feed
from service.web.context import here, read

bp = Blueprint("waiting_feed", __name__)

_ATOM = "http://www.w3.org/2005/Atom"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
# Everything that is no Char of XML 1.0 (section 2.2).
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _add(parent: Element, tag: str, text: str, **attributes: str) -> None:
    element = SubElement(parent, tag, attributes)
    element.text = _NO_XML.sub("", text)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _add_entry(feed: Element, entry: WaitingEntry) -> None:
    path = url_for("queue.one", public_id=entry.public_id)
    address = f"{here().settings.public_url}{path}"
    element = SubElement(feed, "entry")
    name = entry.name or "Somebody"
    _add(element, "id", address)
    _add(element, "title", f"{name} on {entry.page}")
    _add(element, "updated", _time(entry.created_at))
    SubElement(element, "link", {"rel": "alternate", "href": address})
    author = SubElement(element, "author")
    _add(author, "name", name)
    _add(element, "category", "", term=_NO_XML.sub("", entry.site_name))
    _add(element, "summary", entry.summary, type="text")


def _document(feed: WaitingFeed) -> bytes:
    root = Element("feed", {"xmlns": _ATOM})
    address = f"{here().settings.public_url}{url_for('queue.show')}"
    _add(root, "id", address)
    _add(root, "title", "Comments that wait for a moderator")
    _add(root, "updated", _time(feed.updated_at))
    SubElement(root, "link", {"rel": "alternate", "href": address})
    for entry in feed.entries:
        _add_entry(root, entry)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


@bp.get("/queue.atom")
def show() -> Response:
    """The feed. It reads no cookie: feed readers have none."""
    number, token = request.args.get("moderator", ""), request.args.get("token", "")
    if not _NUMBER.fullmatch(number):
        raise Unknown("There is no such feed.")
    keyring = here().keyring
    feed = read(
        lambda s: waiting_feed(s, keyring, moderator_id=int(number), token=token)
    )
    body = _document(feed)
    response = Response(body, content_type="application/atom+xml; charset=utf-8")
    # Feed readers may keep it, but only for themselves, and must ask each time.
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(blake2b(body, digest_size=12).hexdigest())
    response.make_conditional(request)
    return response
