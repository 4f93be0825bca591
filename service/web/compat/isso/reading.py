"""What Isso's client reads: threads, counts, its configuration, a preview."""

import re
from datetime import UTC, datetime

import orjson
from flask import Response, current_app, request

from service.db.store import Session
from service.domain.errors import InvalidInput
from service.domain.pages import page_key
from service.domain.policy import SitePolicy
from service.domain.submission import MAX_COMMENT_CHARS
from service.operations.published import MAX_LIMIT, etag_of
from service.operations.sites import SiteView
from service.operations.threads import ThreadHead, counts, thread_head
from service.operations.threads_by_number import (
    NumberedThread,
    Slice,
    newest,
    numbered_thread,
)
from service.text.bodies import parse_json_array, parse_json_object
from service.text.border import clean_line, clean_text, has_lone_surrogate
from service.text.plain import is_blank
from service.text.render import render
from service.web.compat.isso.door import (
    bp,
    check_body,
    json_answer,
    kept_answer,
    number_in,
    texts_of,
    uri_argument,
)
from service.web.compat.isso.values import branch_value, config_of, seen_value
from service.web.context import here, read
from service.web.public.sites import the_site

MAX_COUNTED = 1000
"""Pages in one call: its client asks for all that a page of the blog links to."""
MAX_LATEST = 100
_SHAPE = 1
"""Of a thread's answer; to be raised when the same thread is told otherwise."""
_API_VERSION = "0.14.0"
"""The Isso whose client this was tried with; not a version of ours."""
_SECONDS = re.compile(r"[0-9]{1,11}(\.[0-9]{1,9})?", re.ASCII)
_NO_VOTES = "Votes are not counted here."


def whole_argument(name: str, default: int, *, digits: int = 9) -> int:
    """A whole number of the query that is not negative.

    :raises InvalidInput: naming it, if it is anything else.
    """
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= digits):
        raise InvalidInput({name: ["Give a whole number, 0 or more."]})
    return int(text)


def _choice(name: str, default: str, *allowed: str) -> str:
    text = request.args.get(name) or default
    if text not in allowed:
        raise InvalidInput({name: [f"Choose one of {', '.join(allowed)}."]})
    return text


def _after() -> datetime | None:
    text = request.args.get("after", "0")
    if not _SECONDS.fullmatch(text):
        raise InvalidInput({"after": ["Give seconds since 1970, 0 or more."]})
    return datetime.fromtimestamp(float(text), UTC) if float(text) else None


def _slice() -> Slice:
    # Without votes the best ones are the first ones.
    sort = _choice("sort", "oldest", "oldest", "newest", "upvotes")
    parent = whole_argument("parent", 0, digits=18)
    return Slice(
        newest_first=sort == "newest",
        limit=min(whole_argument("limit", MAX_LIMIT), MAX_LIMIT),
        nested_limit=min(whole_argument("nested_limit", MAX_LIMIT), MAX_LIMIT),
        offset=whole_argument("offset", 0),
        after=_after(),
        parent=parent if "parent" in request.args else None,
    )


@bp.get("/config", provide_automatic_options=False)
def config(site_key: str) -> Response:
    """What the client shows and asks for."""
    return json_answer({"config": config_of(the_site(site_key).policy)})


def _tag(site: SiteView, head: ThreadHead, part: Slice, *, plain: bool) -> str:
    """An entity tag that is another whenever the answer may be.

    It is known before any comment is read.
    """
    marks = (site.key, site.policy_version, head.id, head.version, head.count)
    return etag_of(repr((_SHAPE, marks, part, plain)).encode())


@bp.get("/", provide_automatic_options=False)
def fetch(site_key: str) -> Response:
    """The published comments of a page, in two levels."""
    site, context = the_site(site_key), here()
    uri, part = uri_argument(), _slice()
    plain = _choice("plain", "0", "0", "1") == "1"
    brought = request.if_none_match

    def act(session: Session) -> tuple[str, NumberedThread | None]:
        head = thread_head(session, site, uri, context.clock())
        tag = _tag(site, head, part, plain=plain)
        if brought.contains_weak(tag):
            return tag, None
        return tag, numbered_thread(session, head.id, part)

    tag, found = read(act)
    if found is None:
        return kept_answer(b"", "application/json", tag)
    listed = [
        branch_value(site.key, branch, plain=plain)
        if part.parent is None
        else seen_value(site.key, branch.comment, plain=plain)
        for branch in found.branches
    ]
    value = {
        "id": part.parent,
        "total_replies": found.total,
        "hidden_replies": found.hidden,
        "replies": listed,
        "config": config_of(site.policy),
    }
    return kept_answer(orjson.dumps(value), "application/json", tag)


def _may_count(page: str, policy: SitePolicy) -> bool:
    try:
        return not has_lone_surrogate(page) and bool(page_key(page, policy))
    except InvalidInput:
        return False


@bp.post("/count", provide_automatic_options=False)
def count(site_key: str) -> Response:
    """How many published comments each page of a list has; 0 for what is no page."""
    site = the_site(site_key)
    check_body()
    given = parse_json_array(request.get_data())
    pages = [clean_line(page) for page in given if isinstance(page, str)]
    if len(pages) < len(given) or len(pages) > MAX_COUNTED:
        wrong = f"Send an array of at most {MAX_COUNTED:,} pages, each as text."
        raise InvalidInput({"uris": [wrong]})
    known = [page for page in pages if _may_count(page, site.policy)]
    counted = read(lambda s: counts(s, site, known))
    return json_answer([counted.get(page, 0) for page in pages])


@bp.post("/preview", provide_automatic_options=False)
def preview(site_key: str) -> Response:
    """A text as it would look when published."""
    the_site(site_key)
    check_body()
    given = texts_of(parse_json_object(request.get_data()), ["text"])
    text = clean_text(given.get("text", ""))
    if is_blank(text) or len(text) > MAX_COMMENT_CHARS:
        raise InvalidInput({"text": [f"Give 1 to {MAX_COMMENT_CHARS:,} characters."]})
    return json_answer({"text": render(text)})


@bp.post("/id/<string(maxlength=18):number>/like", provide_automatic_options=False)
@bp.post(
    "/id/<string(maxlength=18):number>/dislike",
    provide_automatic_options=False,
)
def vote(site_key: str, number: str) -> Response:
    """Nothing: there are no votes, and the configuration hides their buttons."""
    the_site(site_key)
    number_in(number)
    check_body()
    return json_answer({"likes": 0, "dislikes": 0, "message": _NO_VOTES})


@bp.get("/latest", provide_automatic_options=False)
def latest(site_key: str) -> Response:
    """The newest published comments of the site, the oldest of them first."""
    site = the_site(site_key)
    limit = whole_argument("limit", 0)
    if limit < 1:
        raise InvalidInput({"limit": ["Give a whole number from 1."]})
    found = read(lambda s: newest(s, site.id, min(limit, MAX_LATEST)))
    listed = [
        {**seen_value(site.key, comment, plain=False), "uri": page}
        for comment, page in reversed(found)
    ]
    return kept_answer(orjson.dumps(listed), "application/json")


@bp.get("/info", provide_automatic_options=False)
def info(site_key: str) -> Response:
    """What kind of Isso this would be."""
    site = the_site(site_key)
    origins = site.policy.origins
    return json_answer(
        {
            "version": _API_VERSION,
            "host": f"{here().settings.public_url}/sites/{site.key}/isso",
            "origin": origins[0] if origins else "",
            "moderation": True,
        }
    )


@bp.get("/css/isso.css")
def style(site_key: str) -> Response:
    """The style sheet that the client asks for unless it is told of another."""
    the_site(site_key)
    return current_app.send_static_file("isso.css")
