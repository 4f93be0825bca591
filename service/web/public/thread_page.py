"""A thread as a page: to link, to frame, and to read and answer without JavaScript.

The page itself is the same for everybody, so it is kept; the page with a form alone has
an address of its own, since it holds a fresh token.
"""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from service.db.store import Session
from service.domain.pages import page_address
from service.operations.published import Rendition, published_comment, thread_value
from service.operations.sites import SiteView
from service.operations.threads import ThreadHead, thread_head
from service.privacy.tokens import form_token
from service.web.context import here, read
from service.web.headers import allow_form_to, allow_frames_of
from service.web.language import asked_language, kept_language, language
from service.web.public.asked import page_argument, window
from service.web.public.nested import nested, node
from service.web.public.shared import shared, subject_of
from service.web.public.sites import the_site
from service.web.public.submission_form import TRAP, SubmissionForm

bp = Blueprint("thread_page", __name__)

_HTML = "text/html; charset=utf-8"


@bp.get("/api/v1/sites/<site_key>/thread.html")
def thread_page(site_key: str) -> Response:
    """The published comments of a page, and a form below them.

    It speaks the language of ``?lang=``, or else the browser's.
    """
    site = the_site(site_key)
    allow_frames_of(*site.policy.origins)
    allow_form_to(*site.policy.origins)
    page, part, context = page_argument(), window(), here()

    def act(session: Session) -> tuple[ThreadHead, Rendition]:
        head = thread_head(session, site, page, context.clock())
        what = ("html", site.policy_version, part, language(), asked_language())
        made = context.published.kept(
            head, what, lambda: _whole(site, head, thread_value(session, head, part))
        )
        return head, made

    head, made = read(act)
    answer = shared(made, subject_of(head, site), _HTML)
    if not asked_language():
        answer.vary.add("Accept-Language")
    return answer


def _form_values(site: SiteView, head: ThreadHead) -> dict[str, Any]:
    """What the templates of both pages need."""
    return {
        "site": site,
        "head": head,
        "name": head.title or head.page,
        "back": page_address(head.page, site.policy),
        "lang": asked_language() or None,
        "action": url_for(
            "submissions.submit_comment", site_key=site.key, **kept_language()
        ),
        "form": SubmissionForm({}, site.policy),
        "errors": {},
        "trap": TRAP,
    }


def _whole(site: SiteView, head: ThreadHead, value: dict[str, Any]) -> bytes:
    html = render_template(
        "thread.html",
        **_form_values(site, head),
        thread=value,
        nodes=nested(value["comments"]),
        # What everybody gets can hold nobody's token; a form without one is taken.
        token="",
        more=_more(value["next"]),
    )
    return html.encode()


def _more(after: str | None) -> dict[str, str] | None:
    """What the address of the next part says besides the page."""
    if after is None:
        return None
    asked = {name: request.args.get(name) for name in ("sort", "limit", "lang")}
    return {name: text for name, text in asked.items() if text} | {"after": after}


@bp.get("/sites/<site_key>/reply")
def reply_page(site_key: str) -> Response:
    """A form alone, for a page or, by ``replyto``, for an answer to a comment."""
    site = the_site(site_key)
    allow_form_to(*site.policy.origins)
    page, context = page_argument(), here()
    parent = request.args.get("replyto", "")
    now = context.clock()

    def act(session: Session) -> tuple[ThreadHead, dict[str, Any] | None]:
        head = thread_head(session, site, page, now)
        return head, published_comment(session, head, parent)

    head, found = read(act)
    html = render_template(
        "reply.html",
        **_form_values(site, head),
        answered=node(found) if found else None,
        is_gone=bool(parent) and found is None,
        token=form_token(context.keyring, site.key, head.page, now.timestamp()),
    )
    answer = make_response(html)
    # It holds a token for this one form.
    answer.headers["Cache-Control"] = "no-store"
    return answer
