"""The form again, with all that was written in it and each mistake at its field.

This is the one public answer that may hold an e-mail address: to the very request that
brought it (design decision 9.5). It is never stored, cached or logged.
"""

from flask import Response, make_response, render_template, url_for

from service.domain.errors import FoyerError, InvalidInput
from service.operations.sites import SiteView
from service.privacy.tokens import form_token
from service.web.context import here
from service.web.errors import headers_of, status_of
from service.web.headers import allow_form_to
from service.web.language import kept_language
from service.web.public.submission_form import TRAP, SubmissionForm

_FIELDS = ("comment", "name", "email", "website", "consent")


def form_page(
    site: SiteView, form: SubmissionForm, refusal: FoyerError, action: str = ""
) -> Response:
    """The page that shows a refused form again.

    :param action: where it is sent again; by default where all forms are.
    """
    status, _ = status_of(refusal)
    errors = refusal.errors if isinstance(refusal, InvalidInput) else {}
    # What has no field of its own on the page is said above the form.
    above = [
        text for name, said in errors.items() if name not in _FIELDS for text in said
    ]
    context = here()
    now = context.clock().timestamp()
    token = form_token(context.keyring, site.key, form.page_key, now)
    allow_form_to(*site.policy.origins)
    html = render_template(
        "form.html",
        site=site,
        form=form,
        errors=errors,
        message="" if errors else str(refusal),
        above=above,
        action=action
        or url_for("submissions.submit_comment", site_key=site.key, **kept_language()),
        # A token that was there is kept, so that its age tells the truth.
        token=str(form.token.data or "") or token,
        trap=TRAP,
    )
    answer = make_response(html, status)
    answer.headers.update(headers_of(refusal))
    answer.headers["Cache-Control"] = "no-store"
    return answer
