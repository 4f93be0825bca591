"""Reading by WordPress's REST API: what is there, a list of comments, one comment."""

from collections.abc import Iterable
from math import ceil
from urllib.parse import urlencode

import orjson
from flask import Response, request

from service.db.store import Session
from service.domain.errors import Conflict
from service.domain.status import Status
from service.operations.api_tokens import Bearer
from service.operations.site_comments import (
    Numbered,
    comment_by_number,
    list_comments,
    masked_addresses,
)
from service.operations.sites import SiteView
from service.operations.writer import reveal_address
from service.web.compat.wordpress.asked import asked_list, context
from service.web.compat.wordpress.door import (
    COMMENTS,
    ONE,
    ROOT,
    bearer_if_any,
    bp,
    sees_all,
)
from service.web.compat.wordpress.refusals import RestRefusal
from service.web.compat.wordpress.values import (
    Json,
    collection_address,
    comment_json,
    for_editing,
    told_of,
)
from service.web.context import here, read, write
from service.web.public.sites import the_site

_METHODS = {
    f"{ROOT}/": ("GET",),
    COMMENTS: ("GET", "POST"),
    ONE: ("GET", "POST", "PUT", "PATCH", "DELETE"),
}


def data(value: object, status: int = 200, *, is_public: bool = False) -> Response:
    """An answer; what is public may be kept, but must be asked about each time."""
    answer = Response(orjson.dumps(value), status, mimetype="application/json")
    answer.headers["Cache-Control"] = "public, no-cache" if is_public else "no-store"
    if is_public:
        answer.add_etag()
    return answer


def told(
    site: SiteView, found: Numbered, asked: str = "view", address: str = ""
) -> Json:
    """A stored comment, as much of it as was asked for."""
    body = comment_json(site, told_of(found), asked)
    if asked == "edit":
        body = for_editing(body, found.comment.text, address)
    return _only_wanted(body)


def _only_wanted(body: Json) -> Json:
    """The fields that ``_fields`` names; all of them if it names none."""
    given = [*request.args.getlist("_fields"), *request.args.getlist("_fields[]")]
    wanted = {
        name.strip().partition(".")[0] for text in given for name in text.split(",")
    }
    wanted.discard("")
    if not wanted:
        return body
    return {name: value for name, value in body.items() if name in wanted}


@bp.get(f"{ROOT}/", provide_automatic_options=False)
def index(site_key: str) -> Response:
    """What programs find here."""
    site = the_site(site_key)
    root = here().settings.public_url
    home = site.policy.origins[0] if site.policy.origins else ""
    body = {
        "name": site.name,
        "description": "",
        "url": home,
        "home": home,
        "gmt_offset": "0",
        "timezone_string": "UTC",
        "namespaces": ["wp/v2"],
        "authentication": [],
        "routes": {
            f"/wp/v2/comments{more}": {
                "namespace": "wp/v2",
                "methods": [*methods],
                "_links": {"self": f"{root}/sites/{site.key}/wp-json/wp/v2/comments"},
            }
            for more, methods in (
                ("", _METHODS[COMMENTS]),
                (r"/(?P<id>[\d]+)", _METHODS[ONE]),
            )
        },
    }
    return data(body, is_public=True)


@bp.get(COMMENTS, provide_automatic_options=False)
def listing(site_key: str) -> Response:
    """Comments of the site, the newest first; published ones for a stranger."""
    site, bearer = the_site(site_key), bearer_if_any()
    shown = context(bearer, site)
    asked, page, per_page = asked_list(bearer, site)

    def act(session: Session) -> tuple[list[Json], int]:
        listed = list_comments(session, site.id, asked)
        masked = {}
        if shown == "edit":
            comments = [found.comment for found in listed.comments]
            masked = masked_addresses(session, here().keyring, comments)
        bodies = [
            told(site, found, shown, masked.get(found.comment.id, ""))
            for found in listed.comments
        ]
        return bodies, listed.total

    bodies, total = read(act)
    pages = ceil(total / per_page)
    answer = data(bodies, is_public=bearer is None)
    answer.headers["X-WP-Total"] = str(total)
    answer.headers["X-WP-TotalPages"] = str(pages)
    links = [*_neighbours(site, page, pages)]
    if links:
        answer.headers["Link"] = ", ".join(links)
    return _unchanged(answer, bearer)


def _unchanged(answer: Response, bearer: Bearer | None) -> Response:
    if bearer is None:
        answer.make_conditional(request)
    return answer


def _neighbours(site: SiteView, page: int, pages: int) -> Iterable[str]:
    """Links to the pages before and after, with all else that was asked for."""
    for number, name in ((min(page - 1, pages), "prev"), (page + 1, "next")):
        if 1 <= number <= pages:
            given = [p for p in request.args.items(multi=True) if p[0] != "page"]
            query = urlencode([*given, ("page", str(number))], errors="replace")
            yield f'<{collection_address(site)}?{query}>; rel="{name}"'


def found_comment(
    session: Session, site: SiteView, bearer: Bearer | None, number: int
) -> Numbered:
    """The comment with this number, if the caller may know of it.

    :raises RestRefusal: if there is none, or a stranger asks for one that waits.
    """
    found = comment_by_number(session, site.id, number)
    is_seen = sees_all(bearer, site) or (
        found is not None and found.comment.status == Status.PUBLISHED
    )
    if found is None or not is_seen:
        raise RestRefusal(404, "rest_comment_invalid_id", "Invalid comment ID.")
    return found


@bp.get(ONE, provide_automatic_options=False)
def one(site_key: str, number: int) -> Response:
    """One comment; its address is told for editing, and that is logged."""
    site, bearer = the_site(site_key), bearer_if_any()
    shown = context(bearer, site)
    found = read(lambda s: found_comment(s, site, bearer, number))
    address = ""
    if shown == "edit" and bearer is not None:
        address = _address(site, bearer, found)
    answer = data(told(site, found, shown, address), is_public=bearer is None)
    return _unchanged(answer, bearer)


def _address(site: SiteView, bearer: Bearer, found: Numbered) -> str:
    """The writer's address: whole and logged for those who decide, else masked."""
    keyring, now, comment = here().keyring, here().clock(), found.comment
    if not (bearer.may_decide and bearer.moderator.may_decide(site.id)):
        return read(lambda s: masked_addresses(s, keyring, [comment]))[comment.id]
    public_id = comment.public_id
    try:
        return write(
            lambda s: reveal_address(s, keyring, bearer.moderator, public_id, now=now)
        )
    except Conflict:
        return ""


@bp.route(f"{ROOT}/", methods=["OPTIONS"])
@bp.route(COMMENTS, methods=["OPTIONS"])
@bp.route(ONE, methods=["OPTIONS"])
def options(site_key: str, number: int = 0) -> Response:  # noqa: ARG001
    """Tell a browser, or a program, what may be sent here."""
    the_site(site_key)
    methods = _METHODS[str(request.url_rule)]
    answer = data({"namespace": "wp/v2", "methods": [*methods]})
    answer.headers["Allow"] = ", ".join(("OPTIONS", *methods))
    answer.headers["Access-Control-Allow-Methods"] = ", ".join(("OPTIONS", *methods))
    answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    answer.headers["Access-Control-Max-Age"] = "600"
    return answer
