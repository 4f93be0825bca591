"""``POST /sites/{site}/wp-comments-post.php``: the form of WordPress's themes.

It is the walk of every submission (`service.web.public.submissions`) under WordPress's
names. A form that has to be mended is shown again as our own, and comes back here: its
names are read as well, and what it cannot carry stands in its address.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for

from service.db.store import Session
from service.domain.errors import (
    Forbidden,
    FoyerError,
    InvalidInput,
    UnsupportedMedia,
)
from service.domain.pages import page_address
from service.operations.intake import Intake
from service.operations.post_numbers import page_of_post
from service.operations.site_comments import published_id
from service.operations.sites import SiteView
from service.web.accepts import is_form, wants_html
from service.web.compat.wordpress.fields import too_long, unknown_post, whole_number
from service.web.context import read
from service.web.public.bodies import Fields, read_fields
from service.web.public.form_page import form_page
from service.web.public.origins import landing, origin_kind, readable_by_site
from service.web.public.sites import the_site
from service.web.public.submission_form import SUBMISSION_FIELDS, SubmissionForm
from service.web.public.taking import arrival_of, send_in

bp = Blueprint("wordpress_form", __name__)
bp.after_request(readable_by_site)

POST, PARENT, BACK = "comment_post_ID", "comment_parent", "redirect_to"
_TRAP = "ak_hp_textarea"
"""Akismet's field that people do not see, which a frozen form may still have."""
_OURS = {"author": "name", "url": "website", BACK: "return_to"}
"""What we call WordPress's fields, where that is something else."""
_THEIRS = {ours: theirs for theirs, ours in _OURS.items()}
_READ = dict.fromkeys((*_OURS, POST, PARENT, _TRAP, *SUBMISSION_FIELDS), False) | {
    "notify": True
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the comment belongs, as far as that could be found out."""

    post: int | None
    answered: int
    page: str | None
    parent: str | None
    """Public id of the comment that is answered; None if there is no such one."""


@bp.post("/sites/<site_key>/wp-comments-post.php", provide_automatic_options=False)
def post_comment(site_key: str) -> Response:
    """Take in a comment: 302 to the post, or the form again with what to mend."""
    site = the_site(site_key)
    if not is_form():
        raise UnsupportedMedia("Send a form, urlencoded or as multipart/form-data.")
    origin = origin_kind(site.policy)
    fields = read_fields(_READ)
    place = _place(site, fields)
    form = SubmissionForm(_in_our_names(fields, place), site.policy)
    try:
        target, intake = _take(site, form, fields, place, origin)
    except FoyerError as refusal:
        return _refused(site, form, place, refusal)
    return _found(site, target, intake)


def _number(fields: Fields, name: str) -> int | None:
    # What the form that is shown again cannot carry stands in its address.
    return whole_number(fields.values.get(name) or request.args.get(name, ""))


def _place(site: SiteView, fields: Fields) -> _Place:
    post, answered = _number(fields, POST), _number(fields, PARENT) or 0
    given = fields.values.get("page", "")

    def act(session: Session) -> _Place:
        page = given or None
        if not given and post is not None:
            page = page_of_post(session, site.id, post)
        parent = published_id(session, site.id, answered) if answered else None
        return _Place(post, answered, page, parent)

    return read(act)


def _in_our_names(fields: Fields, place: _Place) -> dict[str, str]:
    values = {n: t for n, t in fields.values.items() if n in SUBMISSION_FIELDS}
    for theirs, ours in _OURS.items():
        if theirs in fields.values:
            values.setdefault(ours, fields.values[theirs])
    if place.page is not None:
        values["page"] = place.page
    if place.parent is not None:
        values["parent"] = place.parent
    return values


def _take(
    site: SiteView, form: SubmissionForm, fields: Fields, place: _Place, origin: str
) -> tuple[str | None, Intake]:
    """Where the browser goes then, if that is on the blog, and what was taken in.

    :raises FoyerError: if it is refused.
    """
    trap_filled = bool(fields.values.get(_TRAP, "").strip())
    arrival = arrival_of(site, form, fields, origin, trap_filled=trap_filled)
    if place.answered and place.parent is None:
        raise _unanswerable()
    mistakes = form.mistakes() | too_long(_in_our_names(fields, place))
    mistakes |= {_OURS.get(name, name): said for name, said in fields.errors.items()}
    if place.page is None:
        del mistakes["page"]
        mistakes[POST] = [unknown_post(site, place.post)]
    if mistakes:
        raise InvalidInput(mistakes)
    back = str(form.return_to.data or "")
    address = page_address(form.page_key, site.policy) or ""
    goes_back = landing(back, site.policy, "") or landing(address, site.policy, "")
    try:
        intake = send_in(site, form, arrival, wants_ticket=goes_back is None)
    except InvalidInput as err:
        if "parent" in err.errors:
            # It is on another page, or was taken away a moment ago.
            form.parent.data = ""
            raise _unanswerable() from None
        raise
    return goes_back, intake


def _unanswerable() -> Forbidden:
    why = "The comment you answer is not there. Send yours without answering it."
    return Forbidden(why)


def _refused(
    site: SiteView, form: SubmissionForm, place: _Place, refusal: FoyerError
) -> Response:
    if not wants_html():
        if not isinstance(refusal, InvalidInput):
            raise refusal
        raise InvalidInput(
            {_THEIRS.get(name, name): said for name, said in refusal.errors.items()}
        )
    again: dict[str, Any] = {POST: place.post}
    if form.parent.data:
        again[PARENT] = place.answered
    action = url_for("wordpress_form.post_comment", site_key=site.key, **again)
    return form_page(site, form, refusal, action)


def _found(site: SiteView, target: str | None, intake: Intake) -> Response:
    if intake.receipt is None:
        raise AssertionError  # refusals were raised
    if target is None:
        target = url_for("sent.sent", site_key=site.key, ticket=intake.ticket)
    else:
        target += intake.receipt.comment_id
    made = redirect(target, 302)
    answer = Response(made.get_data(), 302, made.headers)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Redirect-By"] = "Foyer"
    return answer
