"""A moderator's own account: language, password, sessions and private feed."""

from flask import Blueprint, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from service.domain.errors import InvalidInput
from service.operations.access import renew_feed, set_language, set_password
from service.operations.api_tokens import tokens_of
from service.operations.moderators import ModeratorView, masked_address
from service.operations.passwords import MIN_CHARS, hash_password
from service.operations.second_factor import factor_of
from service.operations.sessions import (
    OpenSession,
    end_other_sessions,
    end_session,
    sessions_of,
)
from service.privacy.tokens import feed_token
from service.web.context import here, read, write
from service.web.language import LANGUAGES, gettext, mark
from service.web.moderation.account_forms import LanguageForm, PasswordForm, say
from service.web.moderation.forms import ButtonForm
from service.web.moderation.own_password import WRONG_PASSWORD, old_fits
from service.web.moderation.shown import shown_time
from service.web.moderation.signed_in import current, guard

bp = Blueprint("account", __name__)
guard(bp)

_NOTICES = {
    "password": mark("Your new password holds. All your other sessions were ended."),
    "feed": mark("Your feed has a new address; the old one is dead."),
    "session": mark("That session was ended."),
    "sessions": mark("All your other sessions were ended."),
    "language": mark("Pages speak the language that you chose."),
    "second-factor-off": mark("Signing in takes no code any more."),
}


def _feed_url(moderator: ModeratorView) -> str:
    doors = here()
    token = feed_token(doors.keyring, moderator.id, moderator.feed_epoch)
    path = url_for("waiting_feed.show", moderator=moderator.id, token=token)
    return f"{doors.settings.public_url}{path}"


def browser_words(family: str) -> str:
    """A browser's family in words, such as ``Firefox on Linux``."""
    name, _, system = family.partition("/")
    if name and system:
        return gettext("%(browser)s on %(system)s", browser=name, system=system)
    return name or gettext("A browser that is not known")


def _shown(each: OpenSession) -> dict[str, object]:
    now = here().clock()
    return {
        "name": each.name,
        "browser": browser_words(each.browser),
        "since": shown_time(each.since, now),
        "seen": shown_time(each.seen_at, now),
        "is_this": each.is_this,
    }


def _page(form: PasswordForm, notice: str = "") -> str:
    who, keyring, now = current(), here().keyring, here().clock()
    moderator = who.moderator
    address, sessions, factor, tokens = read(
        lambda s: (
            masked_address(s, keyring, moderator.id),
            sessions_of(s, moderator.id, now=now, this=who.digest),
            factor_of(s, moderator.id),
            tokens_of(s, moderator.id, now=now),
        )
    )
    return render_template(
        "account.html",
        form=form,
        button=ButtonForm(),
        language_form=LanguageForm(formdata=None),
        languages=LANGUAGES,
        notice=notice,
        address=address,
        feed_url=_feed_url(moderator),
        min_chars=MIN_CHARS,
        sessions=[_shown(each) for each in sessions],
        factor=factor,
        tokens=len([token for token in tokens if not token.is_over]),
    )


def _saved(what: str) -> Response:
    return redirect(url_for("account.show", saved=what), code=303)


def _change(form: PasswordForm) -> bool:
    """True if the new password was set; else the form says what is wrong."""
    who = current()
    if not old_fits(form.old.data or ""):
        say(form.old, [WRONG_PASSWORD])
        return False
    try:
        new_hash = hash_password(str(form.password.data))
    except InvalidInput as err:
        say(form.password, err.errors["password"])
        return False
    now = here().clock()
    write(
        lambda s: set_password(s, who.moderator.id, new_hash, now=now, keep=who.digest)
    )
    return True


@bp.get("/account")
def show() -> str:
    """The account as it is."""
    notice = _NOTICES.get(request.args.get("saved", ""))
    return _page(PasswordForm(), gettext(notice) if notice else "")


@bp.post("/account")
def change_password() -> Response | tuple[str, int]:
    """Set the password, or the form again with what is wrong."""
    form = PasswordForm()
    if form.validate_on_submit() and _change(form):
        return _saved("password")
    return _page(form), 422


@bp.post("/account/language")
def change_language() -> Response:
    """Let pages speak another language."""
    form = LanguageForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    moderator, chosen = current().moderator, str(form.language.data or "")
    write(lambda s: set_language(s, moderator.id, chosen))
    return _saved("language")


@bp.post("/account/sessions/<session_name>")
def end_one(session_name: str) -> Response:
    """End one of the moderator's sessions."""
    who, now = current(), here().clock()
    write(lambda s: end_session(s, who.moderator.id, session_name, now=now))
    return _saved("session")


@bp.post("/account/sessions")
def end_others() -> Response:
    """End all of the moderator's sessions but this one."""
    who, now = current(), here().clock()
    write(lambda s: end_other_sessions(s, who.moderator.id, this=who.digest, now=now))
    return _saved("sessions")


@bp.post("/account/feed")
def change_feed() -> Response:
    """Give the private feed a new address."""
    moderator, now = current().moderator, here().clock()
    write(lambda s: renew_feed(s, moderator.id, now=now))
    return _saved("feed")
