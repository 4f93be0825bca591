"""Feeds of published comments: per page and per site, as Atom and as JSON Feed."""

from collections.abc import Callable

from flask import Blueprint, Response

from service.db.store import Session
from service.operations.newest import newest
from service.operations.published import Rendition, rendition_of
from service.operations.threads import ThreadHead, thread_head
from service.web import atom as atom_kind
from service.web.context import here, read
from service.web.front.subject import SHORT
from service.web.public.asked import page_argument
from service.web.public.feed_formats import JSON_KIND, atom, json_feed
from service.web.public.feed_items import FeedMaker, FeedView, address_of
from service.web.public.shared import shared, subject_of
from service.web.public.sites import the_site

bp = Blueprint("feeds", __name__)

_Format = Callable[[FeedView, str], bytes]


def _json(view: FeedView, address: str) -> bytes:
    return json_feed(view, address, address_of("openapi.openapi"))


def _of_thread(site_key: str, endpoint: str, format_: _Format, kind: str) -> Response:
    site = the_site(site_key)
    page, context = page_argument(), here()

    def act(session: Session) -> tuple[ThreadHead, Rendition]:
        head = thread_head(session, site, page, context.clock())
        address = address_of(endpoint, site_key=site.key, page=head.page)

        def make() -> bytes:
            feed = FeedMaker(site, newest(session, site, head))
            return format_(feed.of_thread(head), address)

        what = (kind, site.policy_version)
        return head, context.published.kept(head, what, make)

    head, made = read(act)
    return shared(made, subject_of(head, site), kind)


def _of_site(site_key: str, endpoint: str, format_: _Format, kind: str) -> Response:
    site = the_site(site_key)
    feed = FeedMaker(site, read(lambda s: newest(s, site)))
    body = format_(feed.of_site(), address_of(endpoint, site_key=site.key))
    return shared(rendition_of(body), SHORT, kind)


@bp.get("/api/v1/sites/<site_key>/thread.atom")
def thread_atom(site_key: str) -> Response:
    """The newest comments of a page, as Atom."""
    return _of_thread(site_key, "feeds.thread_atom", atom, atom_kind.KIND)


@bp.get("/api/v1/sites/<site_key>/thread.json")
def thread_json(site_key: str) -> Response:
    """The newest comments of a page, as JSON Feed."""
    return _of_thread(site_key, "feeds.thread_json", _json, JSON_KIND)


@bp.get("/api/v1/sites/<site_key>/feed.atom")
def site_atom(site_key: str) -> Response:
    """The newest comments of the site, as Atom."""
    return _of_site(site_key, "feeds.site_atom", atom, atom_kind.KIND)


@bp.get("/api/v1/sites/<site_key>/feed.json")
def site_json(site_key: str) -> Response:
    """The newest comments of the site, as JSON Feed."""
    return _of_site(site_key, "feeds.site_json", _json, JSON_KIND)
