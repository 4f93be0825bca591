"""Setting the keys of checks that ask outside, in the browser."""

from flask import url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from service.db.store import Session
from service.domain.errors import InvalidInput
from service.operations.outside.secrets import forget_secret, set_secret
from service.web.context import here, write
from service.web.language import gettext
from service.web.moderation.settings.blueprint import bp, shown_site
from service.web.moderation.settings.policy import settings_page
from service.web.moderation.settings.secret_form import SecretForm
from service.web.moderation.signed_in import current


@bp.post("/settings/<site_key>/secrets")
def save_secret(site_key: str) -> Response | tuple[str, int]:
    """Set a key, or take one away, and go back; or the form again with the mistake."""
    site, form = shown_site(site_key), SecretForm()
    if not form.validate_on_submit():
        return settings_page(site, form), 422
    # Acts run in another thread, which knows nothing of this request.
    who, check, text = current().moderator, str(form.check.data), str(form.secret.data)
    forget, keyring, now = bool(form.forget.data), here().keyring, here().clock()

    def act(session: Session) -> None:
        if forget:
            forget_secret(session, who, site.key, check, now=now)
        else:
            set_secret(session, keyring, who, site.key, check, text, now=now)

    try:
        write(act)
    except InvalidInput as err:
        for name, messages in err.errors.items():
            field = form.check if name == "check" else form.secret
            field.errors = [gettext(text) for text in messages]
        return settings_page(site, form), 422
    url = url_for(
        "settings.policy", site_key=site.key, saved=form.key, _anchor=form.key
    )
    return redirect(url, code=303)
