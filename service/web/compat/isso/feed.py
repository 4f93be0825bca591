"""A page's newest comments as Atom (RFC 4287), with the fragments of Isso's client."""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from flask import Response

from service.domain.errors import InvalidInput
from service.domain.pages import page_address
from service.operations.published import ANONYMOUS
from service.operations.sites import SiteView
from service.operations.threads import ThreadHead, thread_head
from service.operations.threads_by_number import SeenComment, newest
from service.web.atom import ATOM, add, add_link, document, time_text
from service.web.compat.isso.door import bp, kept_answer, uri_argument
from service.web.compat.isso.reading import whole_argument
from service.web.context import here, read
from service.web.public.sites import the_site

MAX_ENTRIES = 100
_THREADING = "http://purl.org/syndication/thread/1.0"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _changed(comment: SeenComment) -> datetime:
    return comment.edited_at or comment.published_at


def _add_entry(
    feed: Element, base: str, page: str | None, comment: SeenComment
) -> None:
    entry = add(feed, "entry")
    name = comment.name or ANONYMOUS
    add(entry, "id", f"{base}/id/{comment.number}")
    add(entry, "title", f"Comment by {name}")
    add(entry, "updated", time_text(_changed(comment)))
    add(entry, "published", time_text(comment.published_at))
    add(add(entry, "author"), "name", name)
    if page is not None:
        add_link(entry, "alternate", f"{page}#isso-{comment.number}")
    add(entry, "content", comment.html, type="html")
    if comment.parent is not None:
        add(entry, "thr:in-reply-to", ref=f"{base}/id/{comment.parent}")


def _document(site: SiteView, head: ThreadHead, comments: list[SeenComment]) -> bytes:
    base = f"{here().settings.public_url}/sites/{site.key}/isso"
    page = page_address(head.page, site.policy)
    root = Element("feed", {"xmlns": ATOM, "xmlns:thr": _THREADING})
    add(root, "id", f"{base}/feed?uri={head.page}")
    add(root, "title", f"Comments on {head.title or head.page}")
    add(root, "updated", time_text(max(map(_changed, comments), default=_NEVER)))
    if page is not None:
        add_link(root, "alternate", page)
    for comment in comments:
        _add_entry(root, base, page, comment)
    return document(root)


@bp.get("/feed", provide_automatic_options=False)
def feed(site_key: str) -> Response:
    """The newest published comments of a page."""
    site, uri, now = the_site(site_key), uri_argument(), here().clock()
    limit = whole_argument("limit", MAX_ENTRIES)
    if limit < 1:
        raise InvalidInput({"limit": ["Give a whole number from 1."]})
    head = read(lambda s: thread_head(s, site, uri, now))
    found = []
    if head.id is not None:
        most = min(limit, MAX_ENTRIES)
        found = read(lambda s: newest(s, site.id, most, thread_id=head.id))
    body = _document(site, head, [comment for comment, _ in found])
    return kept_answer(body, "application/atom+xml")
