"""Setting up the second factor, its recovery codes, and switching it off."""

from io import BytesIO
from urllib.parse import urlsplit

import segno
from flask import Blueprint, render_template, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from service.domain.errors import Unknown
from service.operations.access import end_sessions
from service.operations.second_factor import (
    NewSecret,
    begin_factor,
    charge_code,
    confirm_factor,
    drop_factor,
    factor_of,
    new_secret,
    renew_codes,
    spend_code,
)
from service.web.context import here, read, write
from service.web.language import mark
from service.web.moderation.account_forms import (
    CodeForm,
    OldPasswordForm,
    SwitchOffForm,
    say,
)
from service.web.moderation.own_password import WRONG_PASSWORD, old_fits
from service.web.moderation.signed_in import current, guard

bp = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")
guard(bp)

_WRONG_CODE = mark("This code is not right, or was used before.")
_GROUP = 4


def _secret() -> NewSecret | None:
    moderator, doors = current().moderator, here()
    host = urlsplit(doors.settings.public_url).hostname
    return read(
        lambda s: new_secret(
            s, doors.keyring, moderator.id, issuer=f"Foyer {host}".strip()
        )
    )


def _page(
    *,
    begin: OldPasswordForm | None = None,
    confirm: CodeForm | None = None,
    off: SwitchOffForm | None = None,
    renew: CodeForm | None = None,
) -> str:
    """The page, with a form of its own for each thing that can be done."""
    moderator, secret = current().moderator, _secret()
    text = secret.secret if secret else ""
    return render_template(
        "second_factor.html",
        factor=read(lambda s: factor_of(s, moderator.id)),
        secret=" ".join(text[i : i + _GROUP] for i in range(0, len(text), _GROUP)),
        begin=begin or OldPasswordForm(formdata=None),
        confirm=confirm or CodeForm(formdata=None),
        off=off or SwitchOffForm(formdata=None, prefix="off-"),
        renew=renew or CodeForm(formdata=None, prefix="renew-"),
    )


def _codes(codes: tuple[str, ...], *, is_new: bool) -> str:
    return render_template("recovery_codes.html", codes=codes, is_new=is_new)


def _charge() -> None:
    moderator, now = current().moderator, here().clock()
    write(lambda s: charge_code(s, moderator.id, now=now))


def _to_page() -> Response:
    return redirect(url_for("second_factor.show"), code=303)


@bp.get("")
def show() -> str:
    """How the second factor stands, and what can be done."""
    return _page()


@bp.get("/qr.svg")
def qr() -> Response:
    """The secret that waits for its first code, for a phone's camera."""
    secret = _secret()
    if secret is None:
        raise Unknown("There is no secret that waits for its first code.")
    drawn = BytesIO()
    # On white, whatever the page's colours: readers want dark on light.
    segno.make(secret.address, error="m").save(
        drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff"
    )
    answer = Response(drawn.getvalue(), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@bp.post("/begin")
def begin() -> Response | tuple[str, int]:
    """Make a secret, which holds only after a code."""
    form = OldPasswordForm()
    if not form.validate_on_submit() or not old_fits(form.old.data or ""):
        say(form.old, [WRONG_PASSWORD])
        return _page(begin=form), 422
    moderator, doors = current().moderator, here()
    write(lambda s: begin_factor(s, doors.keyring, moderator.id, now=doors.clock()))
    return _to_page()


@bp.post("/confirm")
def confirm() -> str | Response | tuple[str, int]:
    """Let the second factor hold; the recovery codes are shown this once."""
    form = CodeForm()
    who, doors = current(), here()
    if read(lambda s: factor_of(s, who.moderator.id)).is_on:
        return _to_page()
    if not form.validate_on_submit():
        return _page(confirm=form), 422
    _charge()
    number, code, now = who.moderator.id, form.given(), doors.clock()
    codes = write(lambda s: confirm_factor(s, doors.keyring, number, code, now=now))
    if not codes:
        say(form.code, [_WRONG_CODE])
        return _page(confirm=form), 422
    # Sessions that were opened without a code end, as after a change of the password.
    write(lambda s: end_sessions(s, number, but=who.digest))
    return _codes(codes, is_new=True)


@bp.post("/codes")
def new_codes() -> str | tuple[str, int]:
    """New recovery codes, shown this once; the older ones are dead."""
    form = CodeForm(prefix="renew-")
    if not form.validate_on_submit():
        return _page(renew=form), 422
    if not _is_right(form.given()):
        say(form.code, [_WRONG_CODE])
        return _page(renew=form), 422
    moderator, now = current().moderator, here().clock()
    return _codes(
        write(lambda s: renew_codes(s, moderator.id, now=now)),
        is_new=False,
    )


@bp.post("/off")
def switch_off() -> Response | tuple[str, int]:
    """Sign in without a code from now on; takes the password and a code."""
    form = SwitchOffForm(prefix="off-")
    if not form.validate_on_submit():
        return _page(off=form), 422
    if not old_fits(form.old.data or ""):
        say(form.old, [WRONG_PASSWORD])
        return _page(off=form), 422
    if not _is_right(form.given()):
        say(form.code, [_WRONG_CODE])
        return _page(off=form), 422
    moderator, now = current().moderator, here().clock()
    write(lambda s: drop_factor(s, moderator.id, now=now))
    return redirect(url_for("account.show", saved="second-factor-off"), code=303)


def _is_right(code: str) -> bool:
    _charge()
    moderator, doors = current().moderator, here()
    number, now = moderator.id, doors.clock()
    return write(lambda s: spend_code(s, doors.keyring, number, code, now=now))
