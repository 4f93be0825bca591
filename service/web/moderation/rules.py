"""Rules: made from a comment, tried first, then let to act."""

import re

from flask import Blueprint, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import AnyOf, Length

from service.domain.errors import InvalidInput, Unknown
from service.domain.status import Status
from service.operations.cards import Card
from service.operations.entry_form import MAX_ENTRY_CHARS
from service.operations.listing import Wanted, list_by_comment, unlist
from service.operations.queue import MAX_ROW_ID, one_card
from service.operations.rule_trial import LOOKED_BACK, Trial, try_rule
from service.operations.rules import RuleView, one_rule, rules_page, set_mode
from service.text.reading import read as read_text
from service.web.context import here, read, write
from service.web.language import gettext
from service.web.moderation.forms import ButtonForm
from service.web.moderation.notices import STATE_NAMES
from service.web.moderation.rule_words import field_words, list_words, mode_words
from service.web.moderation.shown import shown_time
from service.web.moderation.signed_in import current, guard

bp = Blueprint("rules", __name__)
guard(bp)

_NUMBER = re.compile(r"[0-9]{1,16}")
_MAX_RULE = 2**31 - 1


class RuleForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A rule to be tried."""

    what = StringField(validators=[AnyOf(["host", "network", "text"])])
    list_name = StringField(validators=[AnyOf(["spam", "hold"])])
    host = StringField(validators=[Length(max=MAX_ENTRY_CHARS)], default="")
    text = StringField(validators=[Length(max=MAX_ENTRY_CHARS)], default="")

    def wanted(self) -> Wanted:
        """The entry, on trial."""
        what = str(self.what.data)
        words = {"host": self.host.data, "text": self.text.data}
        return Wanted(
            what=what,
            list_name=str(self.list_name.data),
            text=words.get(what) or "",
            mode="log",
        )


class ModeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Whether a rule acts."""

    mode = StringField(validators=[AnyOf(["on", "log"])])


def _shown(rule: RuleView) -> dict[str, object]:
    now = here().clock()
    return {
        "rule": rule,
        "url": url_for("rules.show", rule_id=rule.id),
        "list": list_words(rule.list_name),
        "field": field_words(rule.field),
        "mode": mode_words(rule.mode),
        "fired": f"{rule.fired:,}",
        "fired_at": shown_time(rule.fired_at, now) if rule.fired_at else None,
    }


@bp.get("/rules")
def index() -> str:
    """The rules of the moderator's sites, newest first."""
    moderator, text = current().moderator, request.args.get("after", "")
    if text and (not _NUMBER.fullmatch(text) or int(text) > MAX_ROW_ID):
        raise Unknown("There is no such page of rules.")
    after = min(int(text), _MAX_RULE) if text else None
    page = read(lambda s: rules_page(s, moderator, after=after))
    return render_template(
        "rules.html",
        rules=[_shown(rule) for rule in page.rules],
        next_url=None
        if page.next is None
        else f"{url_for('rules.index')}?after={page.next}",
        first_url=url_for("rules.index") if after is not None else None,
        was_removed=request.args.get("saved") == "removed",
    )


def _hosts(card: Card) -> list[str]:
    found = read_text(name=card.name, website=card.website, text=card.text)
    return [host for host in (*found.hosts, found.website_host) if host]


def _start_page(public_id: str, form: RuleForm) -> str:
    moderator, keyring = current().moderator, here().keyring
    card = read(lambda s: one_card(s, keyring, moderator, public_id))
    return render_template(
        "rule_start.html",
        card=card,
        form=form,
        hosts=_hosts(card),
        days=LOOKED_BACK.days,
    )


@bp.get("/queue/<public_id>/rule")
def start(public_id: str) -> str:
    """What a rule can be made of, as a comment shows it."""
    return _start_page(public_id, RuleForm())


@bp.post("/queue/<public_id>/rule")
def make(public_id: str) -> Response | tuple[str, int]:
    """Make a rule that is on trial, and show what it would have caught."""
    form = RuleForm()
    if not form.validate_on_submit():
        return _start_page(public_id, form), 422
    moderator, doors, wanted = current().moderator, here(), form.wanted()
    now = doors.clock()
    try:
        rule_id = write(
            lambda s: list_by_comment(
                s, doors.keyring, moderator, public_id, wanted, now=now
            )
        )
    except InvalidInput as err:
        place = form.host if wanted.what == "host" else form.text
        place.errors = err.errors.get("text", [])
        return _start_page(public_id, form), 422
    return redirect(url_for("rules.show", rule_id=rule_id), code=303)


def _trial(trial: Trial | None) -> dict[str, object] | None:
    if trial is None:
        return None
    now = here().clock()
    return {
        "looked_at": f"{trial.looked_at:,}",
        "is_all": trial.is_all,
        "counts": [
            {"state": gettext(STATE_NAMES[status]), "count": f"{count:,}"}
            for status, count in trial.counts.items()
        ],
        "good": [
            {"hit": hit, "sent": shown_time(hit.created_at, now)} for hit in trial.good
        ],
        "good_count": trial.counts.get(Status.PUBLISHED, 0),
    }


@bp.get("/rules/<int:rule_id>")
def show(rule_id: int) -> str:
    """A rule, and what it would have caught in the last 30 days."""
    moderator, now = current().moderator, here().clock()
    if rule_id > _MAX_RULE:
        raise Unknown("There is no such rule on your sites.")
    rule, trial = read(
        lambda s: (one_rule(s, moderator, rule_id), try_rule(s, rule_id, now))
    )
    return render_template(
        "rule.html", shown=_shown(rule), trial=_trial(trial), days=LOOKED_BACK.days
    )


@bp.post("/rules/<int:rule_id>/mode")
def change_mode(rule_id: int) -> Response:
    """Let the rule act, or stop it."""
    form = ModeForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    moderator, now, mode = current().moderator, here().clock(), str(form.mode.data)
    write(lambda s: set_mode(s, moderator, min(rule_id, _MAX_RULE), mode, now=now))
    return redirect(url_for("rules.show", rule_id=rule_id), code=303)


@bp.post("/rules/<int:rule_id>/remove")
def remove(rule_id: int) -> Response:
    """Take the rule off its list."""
    if not ButtonForm().validate_on_submit():
        raise InvalidInput({})
    moderator, now = current().moderator, here().clock()
    write(lambda s: unlist(s, moderator, min(rule_id, _MAX_RULE), now=now))
    return redirect(url_for("rules.index", saved="removed"), code=303)
