"""A demo blog: two pages with their threads and a "Leave a Reply" form, no JavaScript.

It shows what a blog does with Foyer, and works only where the site ``demo`` exists.
"""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from service.domain.errors import Unknown
from service.operations.published import Window, thread_value
from service.operations.sites import SiteView
from service.operations.threads import thread_head
from service.privacy.tokens import form_token
from service.web.context import here, read
from service.web.language import speak
from service.web.public.nested import nested
from service.web.public.sites import the_site
from service.web.public.submission_form import TRAP, SubmissionForm

bp = Blueprint("demo", __name__)

SITE = "demo"
PAGES = {
    "/demo/": "A jar of sourdough",
    "/demo/rain": "What the rain barrel taught me",
}


def _answered(comments: list[dict[str, Any]]) -> dict[str, Any] | None:
    wanted = request.args.get("reply", "")
    found = (c for c in comments if c["id"] == wanted and not c.get("removed"))
    return next(found, None)


def _blog_page(site: SiteView, page: str) -> Response:
    context = here()
    # So does the blog's own text.
    speak("en")
    now = context.clock()
    value = read(
        lambda s: thread_value(s, thread_head(s, site, page, now), Window(limit=1000))
    )
    html = render_template(
        "demo.html",
        pages=PAGES,
        page=page,
        title=PAGES[page],
        thread=value,
        nodes=nested(value["comments"]),
        answered=_answered(value["comments"]),
        form=SubmissionForm(MultiDict(), site.policy),
        site=site,
        action=url_for("submissions.submit_comment", site_key=site.key),
        token=form_token(context.keyring, site.key, page, now.timestamp()),
        trap=TRAP,
        errors={},
    )
    answer = make_response(html)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/demo/")
@bp.get("/demo/<name>")
def demo(name: str = "") -> Response:
    """A page of the demo blog."""
    page = f"/demo/{name}"
    if page not in PAGES:
        raise Unknown("The demo blog has no such page.")
    return _blog_page(the_site(SITE), page)


@bp.get("/")
def home() -> Response:
    """A plain page that says what this is and where to go."""
    return make_response(render_template("home.html"))
