"""Plots of what becomes of a site's comments, and what a budget would do to them."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from service.domain.errors import InvalidInput
from service.domain.periods import PERIODS, PRESENT_PERIOD
from service.domain.policy import MAX_BUDGET, MIN_BUDGET
from service.operations.insights import CheckLine, chosen_site, insights_of
from service.operations.queue import SiteName, sites_of
from service.operations.set_budget import may_set_budget, set_budget
from service.operations.sites import SiteView
from service.web.context import here, read, write
from service.web.formats import number
from service.web.language import gettext, ngettext
from service.web.moderation.check_words import looks_at, mode_words
from service.web.moderation.insight_plots import plots_of
from service.web.moderation.signed_in import current, guard
from service.web.moderation.what_if import one_in, what_if_of
from service.web.moderation.words import percent_words, right_words

bp = Blueprint("insights", __name__)
guard(bp)

LEAST_ONE_IN, MOST_ONE_IN = one_in(MAX_BUDGET), one_in(MIN_BUDGET)
"""A budget is given as one good comment in so many."""
_MAX_VERSION = 2**31 - 1


class BudgetForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The budget to be set, and what was seen before."""

    site = StringField(validators=[InputRequired(), Length(max=64)])
    days = IntegerField(validators=[InputRequired()])
    one_in = IntegerField(
        validators=[InputRequired(), NumberRange(LEAST_ONE_IN, MOST_ONE_IN)]
    )
    seen = IntegerField(validators=[InputRequired(), NumberRange(1, _MAX_VERSION)])


def _row(line: CheckLine) -> dict[str, object]:
    return {
        "check": line.check,
        "looks_at": looks_at(line.check),
        "mode": mode_words(line.mode, is_present=line.is_present),
        "fired": number(line.record.fired),
        "decided": number(line.record.right + line.record.wrong),
        "right": right_words(line.record),
    }


def _period(asked: object) -> int:
    """The period that is asked for, if there is such a one."""
    return next((days for days in PERIODS if str(days) == str(asked)), PRESENT_PERIOD)


def _url(site: str, days: int, **more: Any) -> str:
    """Address of the page; what is as it would be anyway goes unsaid."""
    return url_for(
        "insights.show",
        site=site,
        days=None if days == PRESENT_PERIOD else days,
        **more,
    )


def _tried() -> tuple[int | None, str]:
    """The budget that is tried, as one in so many, and what is wrong with it."""
    asked = request.args.get("budget", "").strip()
    if not asked:
        return None, ""
    # Of any length, and in no other digits: what is no number here is none at all.
    is_number = (
        asked.isascii() and asked.isdigit() and len(asked) <= len(str(MOST_ONE_IN))
    )
    if is_number and LEAST_ONE_IN <= int(asked) <= MOST_ONE_IN:
        return int(asked), ""
    return None, gettext(
        "Give a whole number from %(least)s to %(most)s.",
        least=number(LEAST_ONE_IN),
        most=number(MOST_ONE_IN),
    )


def _choices(
    sites: list[SiteName], site: SiteView, days: int
) -> dict[str, list[dict[str, object]]]:
    return {
        "sites": [
            {
                "name": each.name,
                "url": _url(each.key, days),
                "current": each.key == site.key,
            }
            for each in sites
        ],
        "periods": [
            {
                "name": ngettext("%(num)s day", "%(num)s days", each, num=number(each)),
                "url": _url(site.key, each),
                "current": each == days,
            }
            for each in PERIODS
        ],
    }


@bp.get("/insights")
def show() -> str:
    """The plots of one site, and the records of its checks."""
    moderator, now = current().moderator, here().clock()
    key, days = request.args.get("site", ""), _period(request.args.get("days"))
    tried, problem = _tried()
    sites = read(lambda s: sites_of(s, moderator))
    if not sites:
        return render_template("insights.html", site=None)
    found = read(lambda s: insights_of(s, sites, key, days, now))
    site = found.site
    is_set = request.args.get("set", "") == str(site.policy_version)
    return render_template(
        "insights.html",
        site=site,
        **_choices(sites, site, days),
        plots=plots_of(found.figures, now),
        what_if=what_if_of(site, found.decisions, found.good_scores, tried),
        asked=request.args.get("budget", "") if problem else "",
        problem=problem,
        least=LEAST_ONE_IN,
        most=MOST_ONE_IN,
        may_set=may_set_budget(moderator, site.id),
        is_set=is_set,
        rows=[_row(line) for line in found.checks],
        days=days,
        budget=number(one_in(site.policy.budget)),
        audited=percent_words(site.policy.audit_share),
    )


@bp.post("/insights/budget")
def change_budget() -> Response:
    """Set the budget that was tried, and show the page with it."""
    form = BudgetForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    moderator, now = current().moderator, here().clock()
    sites = read(lambda s: sites_of(s, moderator))
    # Nobody without a site has one by this name.
    site = read(lambda s: chosen_site(s, sites, str(form.site.data)))
    budget, seen = 1 / int(form.one_in.data or 0), int(form.seen.data or 0)
    changed = write(
        lambda s: set_budget(s, moderator, site.id, budget, seen_version=seen, now=now)
    )
    url = _url(site.key, _period(form.days.data), set=changed.policy_version)
    return redirect(f"{url}#what-if", code=303)
