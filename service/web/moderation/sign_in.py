"""Signing in with a password or a one-time link and a code, and signing out."""

from flask import Blueprint, render_template, request, session, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from service.operations.passwords import check_password, needs_new_hash, renewed_hash
from service.operations.second_factor import charge_code
from service.operations.sign_in import (
    Admission,
    Credentials,
    admit_by_password,
    charge_network,
    charge_try,
    close_session,
    credentials,
)
from service.operations.sign_in_links import link_holds, spend_link
from service.operations.sign_in_steps import drop_step, pass_step, step_holder
from service.web.clients import client_ip
from service.web.context import here, read, write
from service.web.language import gettext, mark
from service.web.moderation.account_forms import CodeForm, SignInForm
from service.web.moderation.browsers import browser
from service.web.moderation.forms import ButtonForm
from service.web.moderation.signed_in import (
    cookie_token,
    drop_cookie,
    drop_step_cookie,
    find_signed_in,
    local_path,
    refuse_other_sites,
    set_cookie,
    set_step_cookie,
    step_token,
)

bp = Blueprint("sign_in", __name__)
bp.before_request(refuse_other_sites)

_WRONG = mark("The address or the password is not right.")


def _welcome(token: str, target: str) -> Response:
    """A fresh session in place of whatever the browser had before."""
    before = cookie_token()
    if before:
        write(lambda s: close_session(s, before))
    session.clear()
    response = redirect(target, code=303)
    set_cookie(response, token)
    return response


def _admitted(admission: Admission, target: str) -> Response:
    """The way in, or the page that asks for the code first."""
    if not admission.awaits_code:
        return _welcome(admission.token, target)
    response = redirect(url_for("sign_in.code_form", next=target), code=303)
    set_step_cookie(response, admission.token)
    return response


def _checked(email: str, password: str) -> Credentials | None:
    """Whose password it is, or None. The slow hash runs between two transactions."""
    here_now = here()
    now, ip = here_now.clock(), client_ip()
    write(lambda s: charge_try(s, here_now.keyring, email=email, client_ip=ip, now=now))
    known = read(lambda s: credentials(s, here_now.keyring, email))
    return known if check_password(known.password_hash, password) else None


def _opened(checked: Credentials, password: str) -> Admission:
    now, family = here().clock(), browser()
    stored = checked.password_hash
    renewed = renewed_hash(password) if stored and needs_new_hash(stored) else None
    return write(
        lambda s: admit_by_password(
            s, checked, now=now, browser=family, renewed_hash=renewed
        )
    )


@bp.get("/login")
def form() -> str | Response:
    """The form; whoever is signed in already goes on."""
    target = local_path(request.args.get("next"))
    if find_signed_in() is not None:
        return redirect(target, code=303)
    return render_template("login.html", form=SignInForm(next=target), wrong="")


@bp.post("/login")
def sign_in() -> str | Response | tuple[str, int]:
    """Sign in, or the form again. It never tells whether an address is known."""
    form = SignInForm()
    wrong = ""
    if form.validate_on_submit():
        password = str(form.password.data)
        checked = _checked(str(form.email.data), password)
        if checked is not None:
            return _admitted(_opened(checked, password), local_path(form.next.data))
        wrong = gettext(_WRONG)
    return render_template("login.html", form=form, wrong=wrong), 422


def _awaited() -> int | None:
    """The moderator whose code this browser may give; None where none is awaited."""
    token, now = step_token(), here().clock()
    return read(lambda s: step_holder(s, token, now=now)) if token else None


def _begin_again(target: str) -> Response:
    response = redirect(url_for("sign_in.form", next=target), code=303)
    drop_step_cookie(response)
    return response


@bp.get("/login/code")
def code_form() -> str | Response:
    """The form for the code of the second factor; without a step, the first form."""
    target = local_path(request.args.get("next"))
    if _awaited() is None:
        return redirect(url_for("sign_in.form", next=target), code=303)
    return render_template("login_code.html", form=CodeForm(next=target), wrong="")


@bp.post("/login/code")
def give_code() -> Response | tuple[str, int]:
    """Sign in by the code, or the form again."""
    form = CodeForm()
    target = local_path(form.next.data)
    moderator_id = _awaited()
    if moderator_id is None:
        # A forged form is told so by its token before; what is left is too late.
        return _begin_again(target)
    if not form.validate_on_submit():
        return render_template("login_code.html", form=form, wrong=""), 422
    doors = here()
    token, code, now = step_token(), form.given(), doors.clock()
    write(lambda s: charge_code(s, moderator_id, now=now))
    opened = write(lambda s: pass_step(s, doors.keyring, token, code, now=now))
    if opened is not None:
        response = _welcome(opened, target)
        drop_step_cookie(response)
        return response
    if _awaited() is None:
        return _begin_again(target)
    wrong = gettext("This code is not right, or was used before.")
    return render_template("login_code.html", form=form, wrong=wrong), 422


@bp.get("/login/link/<token>")
def link(token: str) -> str | tuple[str, int]:
    """A page with one button. Opening it changes nothing: mail scanners open links."""
    now = here().clock()
    holds = read(lambda s: link_holds(s, token, now=now))
    page = render_template("signin_link.html", form=ButtonForm(), holds=holds)
    return page if holds else (page, 404)


@bp.post("/login/link/<token>")
def use_link(token: str) -> Response:
    """Use the link up and sign in; with a second factor, by its code."""
    doors = here()
    now, ip, family = doors.clock(), client_ip(), browser()
    write(lambda s: charge_network(s, doors.keyring, client_ip=ip, now=now))
    opened = write(lambda s: spend_link(s, token, now=now, browser=family))
    return _admitted(opened, url_for("account.show"))


@bp.post("/logout")
def sign_out() -> Response:
    """End the session, here and in the store."""
    token, step = cookie_token(), step_token()
    if token:
        write(lambda s: close_session(s, token))
    if step:
        write(lambda s: drop_step(s, step))
    session.clear()
    response = redirect(url_for("sign_in.form"), code=303)
    drop_cookie(response)
    drop_step_cookie(response)
    return response
