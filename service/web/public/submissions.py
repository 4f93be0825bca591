"""``POST /api/v1/sites/{site}/comments``: take in a comment."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, redirect, request, url_for
from typing_extensions import override
from werkzeug.datastructures import Headers

from service.domain.errors import FoyerError, InvalidInput
from service.domain.submission import Receipt
from service.operations.intake import Intake
from service.operations.sites import SiteView
from service.privacy.tokens import edit_token
from service.web.accepts import is_form, wants_html
from service.web.context import here
from service.web.language import kept_language
from service.web.public.bodies import Fields, read_fields
from service.web.public.form_page import form_page
from service.web.public.origins import landing, origin_kind, readable_by_site
from service.web.public.sites import the_site
from service.web.public.submission_form import SUBMISSION_FIELDS, SubmissionForm
from service.web.public.taking import arrival_of, send_in

bp = Blueprint("submissions", __name__)
bp.after_request(readable_by_site)

MAX_KEY_CHARS = 255
_SHORT_PATHS = ("/comments", "/wp-comments-post.php")
_LONG_PATHS = ("/wp-json/wp/v2/comments",)
"""Their answer has the text as HTML, and making that takes long."""


@bp.post("/api/v1/sites/<site_key>/comments", provide_automatic_options=False)
def submit_comment(site_key: str) -> Response:
    """Take in a comment: JSON gets 202 or a problem, a browser's form a page."""
    site = the_site(site_key)
    origin = origin_kind(site.policy)
    is_browser = is_form() and wants_html()
    fields = read_fields(SUBMISSION_FIELDS)
    form = SubmissionForm(fields.values, site.policy)
    try:
        intake = _take(site, form, fields, origin)
    except FoyerError as refusal:
        if not is_browser:
            raise
        return form_page(site, form, refusal)
    if intake.receipt is None:
        raise AssertionError  # refusals were raised
    if is_browser:
        return _see_other(site, form, intake)
    return _accepted(site, intake.receipt)


def is_submission(environ: Mapping[str, Any]) -> bool:
    """True if a request, by its WSGI environment, brings a submission and no more work.

    To `submit_comment`, or to a door of `service.web.compat` with the same walk.
    """
    path = environ["PATH_INFO"]
    return bool(
        environ["REQUEST_METHOD"] == "POST"
        and path.endswith(_SHORT_PATHS)
        and not path.endswith(_LONG_PATHS)
    )


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > MAX_KEY_CHARS:
        raise InvalidInput(
            {
                "Idempotency-Key": [
                    f"At most {MAX_KEY_CHARS} characters; a UUID will do."
                ]
            }
        )
    return key


def _take(site: SiteView, form: SubmissionForm, fields: Fields, origin: str) -> Intake:
    arrival = arrival_of(site, form, fields, origin)
    mistakes = form.mistakes() | fields.errors
    if mistakes:
        raise InvalidInput(mistakes)
    return send_in(
        site,
        form,
        arrival,
        wants_ticket=is_form() and wants_html(),
        idempotency_key=_idempotency_key(),
    )


class _Finished(Response):
    """An answer whose headers are as they must be."""

    @override
    def get_wsgi_headers(self, environ: Mapping[str, Any]) -> Headers:
        """The headers: nothing in them has to be quoted or completed."""
        return self.headers


def _accepted(site: SiteView, receipt: Receipt) -> Response:
    context = here()
    # As url_for would say; there is nothing to quote in a key or an id.
    path = (
        f"{request.script_root}/api/v1/sites/{site.key}"
        f"/comments/{receipt.comment_id}/status"
    )
    body = {
        "id": receipt.comment_id,
        "status": "pending",
        "status_url": f"{context.settings.public_url}{path}",
    }
    if receipt.proven:
        body["edit_token"] = edit_token(context.keyring, receipt.comment_id)
    answer = _Finished(orjson.dumps(body), 202, mimetype="application/json")
    answer.headers["Location"] = body["status_url"]
    return answer


def _see_other(site: SiteView, form: SubmissionForm, intake: Intake) -> Response:
    if intake.receipt is None:
        raise AssertionError  # refusals were raised
    target = landing(
        str(form.return_to.data or ""), site.policy, intake.receipt.comment_id
    )
    if target is None:
        target = url_for(
            "sent.sent", site_key=site.key, ticket=intake.ticket, **kept_language()
        )
    answer = redirect(target, 303)
    answer.headers["Cache-Control"] = "no-store"
    return Response(answer.get_data(), 303, answer.headers)
