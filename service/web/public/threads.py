"""What readers fetch: threads, counts, the form's configuration, a preview."""

import orjson
from flask import Blueprint, Response, request

from service.domain.errors import InvalidInput
from service.domain.submission import MAX_COMMENT_CHARS
from service.operations.published import rendition
from service.operations.threads import counts, thread_head
from service.privacy.tokens import form_token
from service.text.border import clean_line, clean_text
from service.text.render import render
from service.web.context import here, read
from service.web.front.subject import SHORT
from service.web.public.asked import page_argument, window
from service.web.public.bodies import read_fields
from service.web.public.origins import readable_anywhere, readable_by_site
from service.web.public.shared import shared, subject_of
from service.web.public.sites import the_site

bp = Blueprint("threads", __name__)
bp.after_request(readable_by_site)

MAX_COUNT_PAGES = 100


@bp.get("/api/v1/sites/<site_key>/thread")
def thread(site_key: str) -> Response:
    """The published comments of a page."""
    site = the_site(site_key)
    page, part, context = page_argument(), window(), here()
    head, made = read(
        lambda s: context.published.answer(s, site, page, part, context.clock())
    )
    return shared(made, subject_of(head, site))


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
    return shared(made, SHORT)


@bp.get("/api/v1/sites/<site_key>/form")
def form_configuration(site_key: str) -> Response:
    """What a form for this page needs to know, with a fresh token."""
    site = the_site(site_key)
    page, context = page_argument(), here()
    head = read(lambda s: thread_head(s, site, page, context.clock()))
    body = {
        "open": head.open,
        "required": [*site.policy.required, "comment"],
        "edit_seconds": site.policy.edit_seconds,
        "notify": False,
        "consent": site.policy.consent,
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
