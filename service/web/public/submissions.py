"""``POST /api/v1/sites/{site}/comments``: take in a comment."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson
from flask import Blueprint, Response, redirect, request, url_for
from typing_extensions import override
from werkzeug.datastructures import Headers

from service.domain.errors import FoyerError, InvalidInput
from service.domain.rates import Rate
from service.domain.submission import MAX_AGENT_CHARS, Arrival, Receipt
from service.operations.intake import Envelope, Intake, take_in
from service.operations.sites import SiteView
from service.operations.usual import make_ready
from service.privacy.tokens import edit_token, read_form_token
from service.text.border import clean_line
from service.web.accepts import is_form, wants_html
from service.web.clients import client_ip, client_key
from service.web.context import here, write
from service.web.public.bodies import Fields, read_fields
from service.web.public.form_page import form_page
from service.web.public.origins import landing, origin_kind, readable_by_site
from service.web.public.sites import the_site
from service.web.public.submission_form import SUBMISSION_FIELDS, SubmissionForm

bp = Blueprint("submissions", __name__)
bp.after_request(readable_by_site)

MAX_KEY_CHARS = 255


@bp.post("/api/v1/sites/<site_key>/comments", provide_automatic_options=False)
def submit_comment(site_key: str) -> Response:
    """Take in a comment: JSON gets 202 or a problem, a browser's form a page."""
    site = the_site(site_key)
    origin = origin_kind(site.policy)
    is_browser = is_form() and wants_html()
    fields = read_fields(SUBMISSION_FIELDS)
    form = SubmissionForm(fields.values, site.policy)
    try:
        intake = _take(site, form, fields, _arrival(site, form, fields, origin))
    except FoyerError as refusal:
        if not is_browser:
            raise
        return form_page(site, form, refusal)
    if intake.receipt is None:
        raise AssertionError  # refusals were raised
    here().bell.ring()
    if is_browser:
        return _see_other(site, form, intake)
    return _accepted(site, intake.receipt)


def is_submission(environ: Mapping[str, Any]) -> bool:
    """True if a request, by its WSGI environment, comes to `submit_comment`."""
    return environ["REQUEST_METHOD"] == "POST" and bool(
        environ["PATH_INFO"].endswith("/comments")
    )


def _arrival(
    site: SiteView, form: SubmissionForm, fields: Fields, origin: str
) -> Arrival:
    context = here()
    kind, age = read_form_token(
        context.keyring,
        str(form.token.data or ""),
        site.key,
        form.page_key,
        context.clock().timestamp(),
    )
    return Arrival(
        client_ip=client_ip(),
        agent=clean_line(request.headers.get("User-Agent", ""))[:MAX_AGENT_CHARS],
        origin=origin,  # type: ignore[arg-type]  # a plain string to the form
        token=kind,
        token_age_seconds=age,
        trap_filled=form.trap_filled,
        via=fields.via,
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


def _take(
    site: SiteView, form: SubmissionForm, fields: Fields, arrival: Arrival
) -> Intake:
    mistakes = form.mistakes() | fields.errors
    if mistakes:
        raise InvalidInput(mistakes)
    submission = form.to_submission()
    context = here()
    limit = context.settings.submit_limit
    envelope = Envelope(
        client=client_key(context.keyring, "submit"),
        rate=Rate(*limit) if limit else None,
        idempotency_key=_idempotency_key(),
        wants_ticket=is_form() and wants_html(),
        return_to=submission.return_to,
    )
    keyring, now = context.keyring, context.clock()
    ready = make_ready(keyring, site, submission, arrival, envelope, now=now)
    act = partial(
        take_in,
        keyring=keyring,
        site=site,
        submission=submission,
        arrival=arrival,
        envelope=envelope,
        now=now,
    )
    intake = write(act, ready.take_in if ready else None)
    if intake.refusal is not None:
        raise intake.refusal
    return intake


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
        target = url_for("sent.sent", site_key=site.key, ticket=intake.ticket)
    answer = redirect(target, 303)
    answer.headers["Cache-Control"] = "no-store"
    return Response(answer.get_data(), 303, answer.headers)
