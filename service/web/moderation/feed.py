"""What waits, as a private Atom feed (RFC 4287) behind a token in its address."""

import re
from hashlib import blake2b
from xml.etree.ElementTree import Element

from flask import Blueprint, Response, request, url_for

from service.domain.errors import Unknown
from service.operations.feed import WaitingEntry, WaitingFeed, waiting_feed
from service.web.atom import ATOM, KIND, add, add_link, document, time_text
from service.web.context import here, read

bp = Blueprint("waiting_feed", __name__)

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def _add_entry(feed: Element, entry: WaitingEntry) -> None:
    path = url_for("queue.one", public_id=entry.public_id)
    address = f"{here().settings.public_url}{path}"
    element = add(feed, "entry")
    name = entry.name or "Somebody"
    add(element, "id", address)
    add(element, "title", f"{name} on {entry.page}")
    add(element, "updated", time_text(entry.created_at))
    add_link(element, "alternate", address)
    author = add(element, "author")
    add(author, "name", name)
    add(element, "category", term=entry.site_name)
    add(element, "summary", entry.summary, type="text")


def _document(feed: WaitingFeed) -> bytes:
    root = Element("feed", {"xmlns": ATOM})
    address = f"{here().settings.public_url}{url_for('queue.show')}"
    add(root, "id", address)
    add(root, "title", "Comments that wait for a moderator")
    add(root, "updated", time_text(feed.updated_at))
    add_link(root, "alternate", address)
    for entry in feed.entries:
        _add_entry(root, entry)
    return document(root)


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
    response = Response(body, content_type=KIND)
    # Feed readers may keep it, but only for themselves, and must ask each time.
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(blake2b(body, digest_size=12).hexdigest())
    response.make_conditional(request)
    return response
