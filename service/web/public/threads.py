"""What readers fetch: threads, counts, the form's configuration, a preview."""

import orjson
from flask import Blueprint, Response, request

from service.domain.errors import InvalidInput
from service.domain.submission import MAX_COMMENT_CHARS
from service.operations.published import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    Rendition,
    Window,
    rendition,
)
from service.operations.threads import counts, thread_head
from service.privacy.tokens import form_token
from service.text.border import clean_line, clean_text, has_lone_surrogate
from service.text.render import render
from service.web.context import here, read
from service.web.front.subject import FRONT_KEY, SHORT, SUBJECT_HEADER, Subject
from service.web.public.bodies import read_fields
from service.web.public.origins import readable_anywhere, readable_by_site
from service.web.public.sites import the_site

bp = Blueprint("threads", __name__)
bp.after_request(readable_by_site)

MAX_COUNT_PAGES = 100
_MAX_DIGITS = 9


def _page_argument() -> str:
    page = request.args.get("page", "")
    if has_lone_surrogate(page):
        raise InvalidInput({"page": ["It must be UTF-8, percent-encoded."]})
    return clean_line(page)


def _limit() -> int:
    text = request.args.get("limit", str(DEFAULT_LIMIT))
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS
    if not is_number or not 1 <= int(text) <= MAX_LIMIT:
        raise InvalidInput({"limit": [f"Give a whole number from 1 to {MAX_LIMIT:,}."]})
    return int(text)


def _window() -> Window:
    sort = request.args.get("sort", "oldest")
    if sort not in {"oldest", "newest"}:
        raise InvalidInput({"sort": ["Choose oldest or newest."]})
    return Window(
        newest_first=sort == "newest",
        limit=_limit(),
        after=clean_line(request.args.get("after", ""))[:64],
    )


def _shared(made: Rendition, subject: str) -> Response:
    """An answer that is the same for everybody.

    :param subject: what it shows, for the front.
    """
    answer = Response(made.body, mimetype="application/json")
    answer.set_etag(made.etag)
    # Kept by any cache, but asked for each time: what is trashed must go at once.
    answer.headers["Cache-Control"] = "public, no-cache"
    if FRONT_KEY in request.environ and request.method == "GET":
        # It keeps the whole, and says "not modified" by itself.
        answer.headers[SUBJECT_HEADER] = subject
    else:
        answer.make_conditional(request)
    return readable_anywhere(answer)


@bp.get("/api/v1/sites/<site_key>/thread")
def thread(site_key: str) -> Response:
    """The published comments of a page."""
    site = the_site(site_key)
    page, window, context = _page_argument(), _window(), here()
    head, made = read(
        lambda s: context.published.answer(s, site, page, window, context.clock())
    )
    subject = SHORT
    if head.id is not None:
        subject = Subject.of(
            head.id, head.version, site.policy_version, head.closes_at
        ).text()
    return _shared(made, subject)


@bp.get("/api/v1/sites/<site_key>/counts")
def page_counts(site_key: str) -> Response:
    """How many published comments each of the given pages has."""
    site = the_site(site_key)
    pages = [clean_line(page) for page in request.args.getlist("page")]
    if not 1 <= len(pages) <= MAX_COUNT_PAGES:
        raise InvalidInput(
            {"page": [f"Name 1 to {MAX_COUNT_PAGES} pages, each as page=…"]}
        )
    made = rendition({"counts": read(lambda s: counts(s, site, pages))})
    return _shared(made, SHORT)


@bp.get("/api/v1/sites/<site_key>/form")
def form_configuration(site_key: str) -> Response:
    """What a form for this page needs to know, with a fresh token."""
    site = the_site(site_key)
    page, context = _page_argument(), here()
    head = read(lambda s: thread_head(s, site, page, context.clock()))
    body = {
        "open": head.open,
        "required": [*site.policy.required, "comment"],
        "edit_seconds": site.policy.edit_seconds,
        "notify": False,
        "token": form_token(
            context.keyring, site.key, head.page, context.clock().timestamp()
        ),
    }
    answer = Response(orjson.dumps(body), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return readable_anywhere(answer)


@bp.post("/api/v1/sites/<site_key>/preview", provide_automatic_options=False)
def preview(site_key: str) -> Response:
    """A text as it would look when published."""
    the_site(site_key)
    fields = read_fields({"comment": False})
    if fields.errors:
        raise InvalidInput(fields.errors)
    text = clean_text(fields.values.get("comment", ""))
    if not 1 <= len(text) <= MAX_COMMENT_CHARS:
        raise InvalidInput(
            {"comment": [f"Give 1 to {MAX_COMMENT_CHARS:,} characters."]}
        )
    return Response(orjson.dumps({"html": render(text)}), mimetype="application/json")
