"""Comments as WordPress's REST API has them: an allow-list for each context.

WordPress cleans names and addresses before it stores them, so its clients may put them
into HTML as they come; here it is done on the way out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from flask import url_for

from service.domain.pages import page_address
from service.domain.status import Status
from service.operations.published import ANONYMOUS
from service.operations.rendering import html_of
from service.operations.site_comments import Numbered
from service.operations.sites import SiteView
from service.web.context import here

Json = dict[str, object]

STATES: Mapping[Status, str] = {
    Status.PUBLISHED: "approved",
    Status.PENDING: "hold",
    Status.HELD: "hold",
    Status.SPAM: "spam",
    Status.TRASHED: "trash",
}
# What could end an attribute of HTML, or begin an element.
_QUOTED = str.maketrans({char: f"%{ord(char):02X}" for char in " '\"<>`"})
_NOT_EMBEDDED = ("post", "date_gmt", "status", "meta")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of a comment."""

    number: int
    post: int
    parent: int
    name: str
    website: str
    at: datetime
    html: str
    page: str
    status: str


def told_of(found: Numbered) -> Told:
    """What is told of a stored comment."""
    comment = found.comment
    return Told(
        number=comment.id,
        post=found.post,
        parent=comment.parent_id or 0,
        name=comment.name or ANONYMOUS,
        website=comment.website,
        at=comment.created_at,
        # What was never published has no HTML yet; only moderators ask for it.
        html=comment.html or html_of(comment.text, comment.id),
        page=found.page,
        status=STATES[Status(comment.status)],
    )


def comment_json(site: SiteView, told: Told, context: str) -> Json:
    """A comment in the context ``view`` or ``embed``: nothing in it is private."""
    at = told.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    body: Json = {
        "id": told.number,
        "post": told.post,
        "parent": told.parent,
        "author": 0,
        "author_name": escape(told.name),
        "author_url": told.website.translate(_QUOTED),
        "date": at,
        "date_gmt": at,
        "content": {"rendered": told.html},
        "link": _link(site, told),
        "status": told.status,
        "type": "comment",
        "meta": [],
        "_links": _links(site, told),
    }
    if context == "embed":
        for name in _NOT_EMBEDDED:
            del body[name]
    return body


def for_editing(body: Json, text: str, address: str) -> Json:
    """The comment with what only ``context=edit`` has.

    :param address: whole, masked, or empty, as the caller may see it.
    """
    content = {"rendered": _rendered(body), "raw": text}
    # Network addresses and browsers are shown to nobody; clients expect the names.
    private = {"author_email": address, "author_ip": "", "author_user_agent": ""}
    return {**body, "content": content, **private}


def _rendered(body: Json) -> object:
    content = body["content"]
    return content["rendered"] if isinstance(content, dict) else ""


def _link(site: SiteView, told: Told) -> str:
    return f"{_page(site, told) or ''}#comment-{told.number}"


def _page(site: SiteView, told: Told) -> str | None:
    address = page_address(told.page, site.policy)
    return None if address is None else address.translate(_QUOTED)


def collection_address(site: SiteView) -> str:
    """The full address of the site's list of comments."""
    path = url_for("wordpress_rest.listing", site_key=site.key)
    return f"{here().settings.public_url}{path}"


def _links(site: SiteView, told: Told) -> Json:
    base = collection_address(site)
    links: Json = {
        "self": [{"href": f"{base}/{told.number}"}],
        "collection": [{"href": base}],
        "children": [{"href": f"{base}?parent={told.number}"}],
    }
    address = _page(site, told)
    if address is not None:
        links["up"] = [{"href": address, "post_type": "post"}]
    if told.parent:
        links["in-reply-to"] = [{"embeddable": True, "href": f"{base}/{told.parent}"}]
    return links
