"""A moderator's tokens for programs: made, shown once, listed and revoked."""

from flask import Blueprint, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from service.domain.errors import InvalidInput
from service.operations.api_tokens import (
    MAX_DAYS,
    MAX_NAME_CHARS,
    Scope,
    TokenView,
    make_token,
    revoke_token,
    tokens_of,
)
from service.web.context import here, read, write
from service.web.language import gettext, mark
from service.web.moderation.account_forms import TokenForm, say
from service.web.moderation.forms import ButtonForm
from service.web.moderation.shown import shown_time
from service.web.moderation.signed_in import current, guard

bp = Blueprint("api_tokens", __name__, url_prefix="/account/tokens")
guard(bp)

_SCOPES = {
    Scope.READ: mark("Read only"),
    Scope.DECIDE: mark("Read and decide"),
}


def _shown(token: TokenView) -> dict[str, object]:
    now = here().clock()
    return {
        "id": token.id,
        "name": token.name,
        "scope": gettext(_SCOPES[token.scope]),
        "made": shown_time(token.created_at, now),
        "used": token.used_at and shown_time(token.used_at, now),
        "expires": token.expires_at and shown_time(token.expires_at, now),
        "is_over": token.is_over,
    }


def _page(form: TokenForm, *, made: str = "", name: str = "") -> str:
    moderator, now = current().moderator, here().clock()
    return render_template(
        "api_tokens.html",
        form=form,
        button=ButtonForm(),
        made=made,
        made_name=name,
        revoked=request.args.get("saved") == "revoked",
        tokens=[_shown(t) for t in read(lambda s: tokens_of(s, moderator.id, now=now))],
        scopes=[(scope.value, gettext(word)) for scope, word in _SCOPES.items()],
        most_chars=MAX_NAME_CHARS,
        most_days=MAX_DAYS,
        api_url=f"{here().settings.public_url}{url_for('queue_api.listing')}",
    )


@bp.get("")
def show() -> str:
    """The tokens there are, and the form for another."""
    return _page(TokenForm())


@bp.post("")
def make() -> str | tuple[str, int]:
    """Make a token; the answer shows it this once."""
    form = TokenForm()
    if not form.validate_on_submit():
        return _page(form), 422
    moderator, now = current().moderator, here().clock()
    name, scope, days = str(form.name.data), Scope(str(form.scope.data)), form.days.data
    try:
        token = write(
            lambda s: make_token(
                s, moderator.id, name=name, scope=scope, days=days, now=now
            )
        )
    except InvalidInput as err:
        for field, problems in err.errors.items():
            say(form[field], problems)
        return _page(form), 422
    return _page(TokenForm(formdata=None), made=token, name=name)


@bp.post("/<int:token_id>/revoke")
def revoke(token_id: int) -> Response:
    """End a token at once."""
    moderator, now = current().moderator, here().clock()
    write(lambda s: revoke_token(s, moderator.id, token_id, now=now))
    return redirect(url_for("api_tokens.show", saved="revoked"), code=303)
