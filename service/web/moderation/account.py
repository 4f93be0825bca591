"""A moderator's own account: password and private feed."""

from flask import Blueprint, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from service.domain.errors import InvalidInput
from service.operations.access import renew_feed, set_password
from service.operations.moderators import ModeratorView, masked_address
from service.operations.passwords import MIN_CHARS, check_password, hash_password
from service.operations.sign_in import Credentials, charge_network, own_credentials
from service.privacy.tokens import feed_token
from service.web.clients import client_ip
from service.web.context import here, read, write
from service.web.moderation.forms import ButtonForm, PasswordForm
from service.web.moderation.signed_in import current, guard

bp = Blueprint("account", __name__)
guard(bp)

_NOTICES = {
    "password": "Your new password holds. All your other sessions were ended.",
    "feed": "Your feed has a new address; the old one is dead.",
}


def _feed_url(moderator: ModeratorView) -> str:
    doors = here()
    token = feed_token(doors.keyring, moderator.id, moderator.feed_epoch)
    path = url_for("waiting_feed.show", moderator=moderator.id, token=token)
    return f"{doors.settings.public_url}{path}"


def _page(form: PasswordForm, notice: str = "") -> str:
    moderator, keyring = current().moderator, here().keyring
    return render_template(
        "account.html",
        form=form,
        button=ButtonForm(),
        notice=notice,
        address=read(lambda s: masked_address(s, keyring, moderator.id)),
        feed_url=_feed_url(moderator),
        min_chars=MIN_CHARS,
    )


def _old_fits(known: Credentials, old: str) -> bool:
    """True if there is no old password, or it was given rightly."""
    if known.password_hash is None:
        return True
    doors = here()
    now, ip = doors.clock(), client_ip()
    write(lambda s: charge_network(s, doors.keyring, client_ip=ip, now=now))
    return check_password(known.password_hash, old)


def _change(form: PasswordForm) -> bool:
    """True if the new password was set; else the form says what is wrong."""
    who = current()
    known = read(lambda s: own_credentials(s, who.moderator.id))
    if not _old_fits(known, form.old.data or ""):
        form.old.errors = ["This is not your present password."]
        return False
    try:
        new_hash = hash_password(str(form.password.data))
    except InvalidInput as err:
        form.password.errors = err.errors["password"]
        return False
    now = here().clock()
    write(
        lambda s: set_password(s, who.moderator.id, new_hash, now=now, keep=who.digest)
    )
    return True


@bp.get("/account")
def show() -> str:
    """The account as it is."""
    return _page(PasswordForm(), _NOTICES.get(request.args.get("saved", ""), ""))


@bp.post("/account")
def change_password() -> Response | tuple[str, int]:
    """Set the password, or the form again with what is wrong."""
    form = PasswordForm()
    if form.validate_on_submit() and _change(form):
        return redirect(url_for("account.show", saved="password"), code=303)
    return _page(form), 422


@bp.post("/account/feed")
def change_feed() -> Response:
    """Give the private feed a new address."""
    moderator, now = current().moderator, here().clock()
    write(lambda s: renew_feed(s, moderator.id, now=now))
    return redirect(url_for("account.show", saved="feed"), code=303)
