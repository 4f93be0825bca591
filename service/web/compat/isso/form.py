"""What Isso's client sends, through the form and the intake of every submission."""

from collections.abc import Mapping

from service.domain.errors import InvalidInput, Unknown
from service.domain.submission import (
    MAX_COMMENT_CHARS,
    Arrival,
    OriginKind,
    Receipt,
)
from service.operations.sites import SiteView
from service.operations.threads_by_number import comment_numbered
from service.text.plain import is_blank
from service.web.clients import client_ip
from service.web.compat.isso.door import Guarded, texts_of
from service.web.context import read
from service.web.public.submission_form import SubmissionForm
from service.web.public.taking import agent, send_in

MIN_CHARS = 3
"""Isso's client sends no less, and others that speak to it expect the same."""

_FIELDS = {
    "text": "comment",
    "author": "name",
    "email": "email",
    "website": "website",
    "title": "title",
}
_GUARDS = {
    "email": ("Please give an e-mail address. It will not be published.", "email"),
    "name": ("Please give a name.", "author"),
}


def check_length(text: str) -> None:
    """A comment must say something, within the bounds of Isso and of ours.

    :raises InvalidInput: naming ``text``, if it does not.
    """
    if is_blank(text) or not MIN_CHARS <= len(text) <= MAX_COMMENT_CHARS:
        wrong = f"Write {MIN_CHARS} to {MAX_COMMENT_CHARS:,} characters."
        raise InvalidInput({"text": [wrong]})


def _notification(given: Mapping[str, object]) -> str:
    wanted = given.get("notification")
    # A bool is equal to the number that it stands for.
    if wanted not in (None, 0, 1):
        raise InvalidInput({"notification": ["Give 0 or 1."]})
    return "true" if wanted else ""


def _parent(site: SiteView, given: Mapping[str, object]) -> str:
    """Public id of the comment that is answered; empty for none."""
    number = given.get("parent")
    if number is None:
        return ""
    if not isinstance(number, int) or isinstance(number, bool):
        raise InvalidInput({"parent": ["Give the number of a comment, or null."]})
    try:
        return read(lambda s: comment_numbered(s, site.id, number).public_id)
    except Unknown:
        wrong = "The comment you answer is not there. Send yours without it."
        raise InvalidInput({"parent": [wrong]}) from None


def form_of(site: SiteView, uri: str, given: dict[str, object]) -> SubmissionForm:
    """The submission form, filled in and valid.

    :raises InvalidInput: naming what is wrong, in the form's words for the fields.
    :raises Guarded: if something is missing that the site requires.
    """
    texts = texts_of(given, list(_FIELDS))
    values = {_FIELDS[name]: text for name, text in texts.items()}
    values |= {"page": uri, "notify": _notification(given)}
    parent = _parent(site, given)
    if parent:
        values["parent"] = parent
    form = SubmissionForm(values, site.policy)
    mistakes = form.mistakes()
    missing = [n for n in site.policy.required if is_blank(form[n].data or "")]
    for name in missing:
        mistakes.pop(name, None)
    if mistakes:
        raise InvalidInput(mistakes)
    check_length(str(form.comment.data or ""))
    for name in missing:
        message, reason = _GUARDS[name]
        raise Guarded(message, f"require-{reason}")
    return form


def take(site: SiteView, form: SubmissionForm, origin: OriginKind) -> Receipt:
    """Take the submission in.

    :raises FoyerError: if it is refused.
    """
    arrival = Arrival(client_ip=client_ip(), agent=agent(), origin=origin, via="json")
    intake = send_in(site, form, arrival, wants_ticket=False)
    if intake.receipt is None:
        raise AssertionError  # refusals were raised
    return intake.receipt
