"""What a writer does with an own comment, by its edit token in a header."""

import orjson
from flask import Blueprint, Response, request

from service.db.models import Comment
from service.db.store import Session
from service.domain.errors import Forbidden, InvalidInput
from service.domain.submission import MAX_COMMENT_CHARS
from service.operations.own_comment import (
    edit,
    editable_until,
    last_edit,
    own_comment,
    take_back,
    told,
)
from service.operations.published import utc_text
from service.operations.sites import SiteView
from service.privacy.tokens import is_edit_token
from service.text.border import clean_text
from service.text.plain import is_blank
from service.web.context import here, read, write
from service.web.public.bodies import Fields, read_fields
from service.web.public.origins import readable_by_site
from service.web.public.sites import the_site
from service.web.public.taking import edit_charge

bp = Blueprint("own_comment", __name__)
bp.after_request(readable_by_site)

_ROUTE = "/api/v1/sites/<site_key>/comments/<comment_id>"


def _prove(comment_id: str) -> None:
    """The caller must hold the comment's edit token.

    :raises Forbidden: alike for a wrong token and an unknown comment, so that nobody
        learns which comments exist.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not is_edit_token(
        here().keyring, comment_id, token.strip()
    ):
        raise Forbidden(
            "Send the comment's edit_token as 'Authorization: Bearer …'. "
            "It came with the answer to the submission."
        )


def _view(session: Session, site: SiteView, comment: Comment) -> dict[str, object]:
    view: dict[str, object] = {
        "id": comment.public_id,
        "status": told(comment),
        "submitted_at": utc_text(comment.created_at),
        "published_at": utc_text(comment.published_at),
        "editable_until": utc_text(editable_until(site, comment)),
        "comment": comment.text,
        "edit": last_edit(session, comment),
    }
    return view


def _data(view: dict[str, object]) -> Response:
    answer = Response(orjson.dumps(view), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get(f"{_ROUTE}/status", provide_automatic_options=False)
def status(site_key: str, comment_id: str) -> Response:
    """Where an own comment stands."""
    site = the_site(site_key)
    _prove(comment_id)
    view = read(lambda s: _view(s, site, own_comment(s, site.id, comment_id)))
    return _data(view)


def new_text(fields: Fields) -> str:
    """The text in the field ``comment`` of a body, cleaned.

    :raises InvalidInput: naming ``comment``, if it is empty or too long.
    """
    text = clean_text(fields.values.get("comment", ""))
    errors = fields.errors
    if not errors and (is_blank(text) or len(text) > MAX_COMMENT_CHARS):
        errors = {"comment": [f"Write 1 to {MAX_COMMENT_CHARS:,} characters."]}
    if errors:
        raise InvalidInput(errors)
    return text


@bp.patch(_ROUTE, provide_automatic_options=False)
def change(site_key: str, comment_id: str) -> Response:
    """Change an own comment's text; it is checked before readers see it."""
    site = the_site(site_key)
    _prove(comment_id)
    text, now = new_text(read_fields({"comment": False})), here().clock()
    pay = edit_charge()

    def act(session: Session) -> dict[str, object]:
        comment = own_comment(session, site.id, comment_id)
        pay(session)
        edit(session, site, comment, text, now=now)
        return _view(session, site, comment)

    view = write(act)
    here().bell.ring()
    return _data(view)


@bp.delete(_ROUTE, provide_automatic_options=False)
def remove(site_key: str, comment_id: str) -> Response:
    """Take an own comment back."""
    site = the_site(site_key)
    _prove(comment_id)
    now = here().clock()

    def act(session: Session) -> dict[str, object]:
        comment = own_comment(session, site.id, comment_id)
        take_back(session, site, comment, now=now)
        return _view(session, site, comment)

    return _data(write(act))


def _preflight(methods: str) -> Response:
    answer = Response(status=204)
    answer.headers["Access-Control-Allow-Methods"] = methods
    answer.headers["Access-Control-Allow-Headers"] = (
        "Authorization, Content-Type, Idempotency-Key"
    )
    answer.headers["Access-Control-Max-Age"] = "600"
    return answer


# The routes themselves leave OPTIONS to this view: `provide_automatic_options=False`,
# or Flask's own answer, which lets nobody in, would come first.
@bp.route(_ROUTE, methods=["OPTIONS"])
@bp.route(f"{_ROUTE}/status", methods=["OPTIONS"])
@bp.route("/api/v1/sites/<site_key>/comments", methods=["OPTIONS"])
@bp.route("/api/v1/sites/<site_key>/preview", methods=["OPTIONS"])
def preflight(site_key: str, comment_id: str = "") -> Response:  # noqa: ARG001
    """Tell a browser what the site's pages may send here."""
    the_site(site_key)
    return _preflight("DELETE, GET, OPTIONS, PATCH, POST")
