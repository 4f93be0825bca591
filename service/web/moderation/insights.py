"""How often each check spoke, and how often moderators agreed."""

from flask import Blueprint, render_template, request, url_for

from service.operations.insights import CheckLine, insights_of
from service.operations.queue import sites_of
from service.operations.tallies import LOOKED_BACK
from service.web.context import here, read
from service.web.moderation.signed_in import current, guard
from service.web.moderation.words import percent_words, right_words

bp = Blueprint("insights", __name__)
guard(bp)


def _row(line: CheckLine) -> dict[str, object]:
    return {
        "check": line.check,
        "looks_at": line.looks_at,
        "mode": line.mode if line.is_present else f"{line.mode}, before",
        "fired": f"{line.record.fired:,}",
        "decided": f"{line.record.right + line.record.wrong:,}",
        "right": right_words(line.record),
    }


@bp.get("/insights")
def show() -> str:
    """The checks of one site, with their record of the last 90 days."""
    moderator, now = current().moderator, here().clock()
    key = request.args.get("site", "")
    sites = read(lambda s: sites_of(s, moderator))
    if not sites:
        return render_template("insights.html", site=None)
    site, lines = read(lambda s: insights_of(s, sites, key, now))
    return render_template(
        "insights.html",
        site=site,
        sites=[
            {
                "name": each.name,
                "url": url_for("insights.show", site=each.key),
                "current": each.key == site.key,
            }
            for each in sites
        ],
        rows=[_row(line) for line in lines],
        days=LOOKED_BACK.days,
        budget=f"{1 / site.policy.budget:,.0f}",
        audited=percent_words(site.policy.audit_share),
    )
