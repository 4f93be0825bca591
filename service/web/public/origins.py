"""Where a request came from and where a browser may be sent: origins of a site."""

import re
from urllib.parse import urlsplit

from flask import Response, g, request

from service.domain.errors import ForeignOrigin
from service.domain.policy import SitePolicy, normal_origin
from service.domain.submission import MAX_WEBSITE_CHARS, OriginKind
from service.web.context import here

_CLEAN_ADDRESS = re.compile(r"https?://[^\s\\\x00-\x20\x7f]+", re.IGNORECASE)


def own_origins() -> set[str]:
    """Origins of this service: the configured ones, and the one it was reached by."""
    # The Host header was checked before (service.web.hosts).
    return {*here().settings.own_origins, normal_origin(request.host_url) or ""}


def origin_kind(policy: SitePolicy) -> OriginKind:
    """What the ``Origin`` header of the present request says.

    :raises ForeignOrigin: if it names a page that does not belong to the site.
    """
    said = request.headers.get("Origin")
    if said is None:
        return "absent"
    if said.strip().lower() == "null":
        # Blogs with "Referrer-Policy: no-referrer" send this from honest forms.
        return "null"
    # Browsers send the very form in which origins are registered.
    origin = said if said in policy.origins else normal_origin(said)
    if origin in policy.origins:
        return "registered"
    if origin is not None and origin in own_origins():
        return "own"
    raise ForeignOrigin(
        "Comments for this site are not taken from that origin. If it is your blog, "
        "add it to the site's origins."
    )


def landing(return_to: str, policy: SitePolicy, comment_id: str) -> str | None:
    """The address to send a browser to, or None if ``return_to`` is not the site's.

    It is put together from a registered origin, so it cannot lead anywhere else.
    """
    if return_to.startswith("/") and policy.origins:
        return_to = policy.origins[0] + return_to
    if len(return_to) > MAX_WEBSITE_CHARS or not _CLEAN_ADDRESS.fullmatch(return_to):
        return None
    origin = normal_origin(return_to)
    if origin is None or origin not in policy.origins:
        return None
    parts = urlsplit(return_to)
    query = f"?{parts.query}" if parts.query else ""
    path = "/" + parts.path.lstrip("/")
    return f"{origin}{path}{query}#comment-{comment_id}"


def readable_anywhere(answer: Response) -> Response:
    """Let any page read this public answer, never with credentials."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def readable_by_site(answer: Response) -> Response:
    """Let the site's own pages read this answer, errors too, never with credentials.

    For blueprints to call after each request; what any page may read stays so.
    """
    policy: SitePolicy | None = g.get("site_policy")
    if policy is None or "Access-Control-Allow-Origin" in answer.headers:
        return answer
    answer.vary.add("Origin")
    said = request.headers.get("Origin")
    origin = said
    if said and said not in policy.origins:
        origin = normal_origin(said)
    if origin is not None and origin in policy.origins:
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Expose-Headers"] = "Location, Retry-After"
    return answer
