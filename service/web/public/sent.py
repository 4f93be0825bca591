"""The page after a form was sent: what happens now, and what the writer may still do.

GET changes nothing and never shows the text; showing, editing and taking back are
buttons that POST. The ticket in the address is the only right that is asked for, and
only the browser that sent the comment has one that opens more than its state.
"""

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    url_for,
)

from service.db.store import Session
from service.domain.errors import Forbidden, FoyerError, InvalidInput
from service.domain.pages import page_address
from service.operations.own_comment import (
    edit,
    editable_until,
    last_edit,
    take_back,
    told,
)
from service.operations.sites import SiteView
from service.operations.tickets import TicketView, open_ticket
from service.web.context import here, read, write
from service.web.errors import headers_of, status_of
from service.web.headers import allow_form_to
from service.web.language import kept_language
from service.web.public.bodies import Fields, read_fields
from service.web.public.own_comment import new_text
from service.web.public.sites import the_site
from service.web.public.taking import edit_charge

bp = Blueprint("sent", __name__)


def _page(  # noqa: PLR0913  # one argument for each thing that differs on the page
    site: SiteView,
    ticket: str,
    view: TicketView,
    *,
    edit_state: str | None,
    text: str | None = None,
    is_editing: bool = False,
    error: FoyerError | None = None,
) -> Response:
    comment = view.comment
    status = told(comment)
    may_change = (
        view.proven
        and here().clock() < editable_until(site, comment)
        and status != "removed"
    )
    allow_form_to(*site.policy.origins)
    fields = error.errors.get("comment", []) if isinstance(error, InvalidInput) else []
    html = render_template(
        "sent.html",
        site=site,
        action=_address(site, ticket),
        thread=url_for(
            "thread_page.thread_page",
            site_key=site.key,
            page=view.page,
            **kept_language(),
        ),
        back=page_address(view.page, site.policy),
        anchor=f"#comment-{comment.public_id}",
        status=status,
        edit_state=edit_state,
        proven=view.proven,
        may_change=may_change,
        editable_until=editable_until(site, comment),
        name=comment.name,
        text=text,
        is_editing=is_editing,
        errors=fields,
        message="" if error is None or fields else str(error),
    )
    code = 200 if error is None else status_of(error)[0]
    answer = make_response(html, code)
    answer.headers["Cache-Control"] = "no-store"
    if error is not None:
        answer.headers.update(headers_of(error))
    return answer


def _address(site: SiteView, ticket: str) -> str:
    return url_for("sent.sent", site_key=site.key, ticket=ticket, **kept_language())


def _opened(
    session: Session, site: SiteView, ticket: str
) -> tuple[TicketView, str | None]:
    view = open_ticket(session, site.id, ticket, here().clock())
    return view, last_edit(session, view.comment)


@bp.get("/sites/<site_key>/sent/<ticket>")
def sent(site_key: str, ticket: str) -> Response:
    """What happens with the comment that was sent."""
    site = the_site(site_key)
    view, edit_state = read(lambda s: _opened(s, site, ticket))
    return _page(site, ticket, view, edit_state=edit_state)


@bp.post("/sites/<site_key>/sent/<ticket>")
def act_on_sent(site_key: str, ticket: str) -> Response:
    """Show, edit, save or take back the comment that was sent."""
    site = the_site(site_key)
    view, edit_state = read(lambda s: _opened(s, site, ticket))
    if not view.proven:
        raise Forbidden("Only the browser that sent the comment may do that.")
    fields = read_fields({"do": False, "comment": False})
    wanted = fields.values.get("do", "")
    if wanted in {"show", "edit"}:
        return _page(
            site,
            ticket,
            view,
            edit_state=edit_state,
            text=view.comment.text,
            is_editing=wanted == "edit",
        )
    try:
        _change(site, ticket, wanted, fields)
    except FoyerError as err:
        typed = fields.values.get("comment")
        return _page(
            site,
            ticket,
            view,
            edit_state=edit_state,
            text=typed,
            is_editing=typed is not None,
            error=err,
        )
    here().bell.ring()
    return _back(site, ticket)


def _change(site: SiteView, ticket: str, wanted: str, fields: Fields) -> None:
    now = here().clock()
    text = new_text(fields) if wanted == "save" else ""
    pay = edit_charge()

    def act(session: Session) -> None:
        comment = open_ticket(session, site.id, ticket, now).comment
        if wanted == "save":
            pay(session)
            edit(session, site, comment, text, now=now)
        else:
            take_back(session, site, comment, now=now)

    if wanted not in {"save", "remove"}:
        raise InvalidInput({"do": ["Choose show, edit, save or remove."]})
    write(act)


def _back(site: SiteView, ticket: str) -> Response:
    answer = redirect(_address(site, ticket), 303)
    return Response(answer.get_data(), 303, answer.headers)
