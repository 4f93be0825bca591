"""What moderators look for, and the views that they save.

Search is a POST that leads to a view: an e-mail address must not stand in the address
of a page, which browsers and proxies keep.
"""

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from service.domain.errors import InvalidInput
from service.operations.address_search import address_token
from service.operations.saved_views import remove_view, save_view
from service.web.context import here, write
from service.web.moderation.forms import FromViewForm, SaveViewForm, SearchForm
from service.web.moderation.signed_in import current, guard
from service.web.moderation.typed_addresses import typed_address
from service.web.moderation.view import View, checked_words, view_of

bp = Blueprint("searching", __name__)
guard(bp)


def _back(view: View) -> Response:
    return redirect(view.url(), code=303)


def _seen(form: FromViewForm) -> View:
    """The view that the form was sent from.

    :raises InvalidInput: if a field is wrong.
    """
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    return view_of(form) or View()


@bp.post("/queue/search")
def search() -> Response:
    """Look for words, or for an address; nothing takes the search away again."""
    form = SearchForm()
    view, typed = _seen(form), form.q.data or ""
    address = typed_address(typed)
    if address is None:
        return _back(view.of_search(words=checked_words(typed)))
    moderator, keyring = current().moderator, here().keyring
    # Of all sites, so that another one can be chosen afterwards.
    token = address_token(keyring, moderator.id, sorted(moderator.site_ids), address)
    return _back(view.of_search(writer=token))


@bp.post("/queue/views")
def save() -> Response:
    """Save the view under a name."""
    form = SaveViewForm()
    view, now = _seen(form).start, here().clock()
    name = " ".join(str(form.name.data).split())
    number = current().moderator.id
    write(lambda s: save_view(s, number, name=name, query=view.query, now=now))
    return _back(view)


@bp.post("/queue/views/<int:view_id>/remove")
def remove(view_id: int) -> Response:
    """Forget a saved view."""
    view, number = _seen(FromViewForm()), current().moderator.id
    write(lambda s: remove_view(s, number, view_id))
    return _back(view)
