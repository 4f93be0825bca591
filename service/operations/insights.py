"""What became of a site's comments, and of what its checks said of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from service.domain.check_names import CHECK_NAMES, CheckMode
from service.domain.what_if import Decisions
from service.operations.figures import Figures, figures
from service.operations.past_decisions import good_scores, past_decisions
from service.operations.queue import SiteName
from service.operations.sites import SiteView, site_by_id, site_by_key
from service.operations.tallies import LOOKED_BACK, Record, records


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """A check in one of the modes in which it ran."""

    check: str
    looks_at: str
    mode: CheckMode
    is_present: bool
    """True if this is the mode in which it runs now."""
    record: Record


def check_lines(
    session: Session, site: SiteView, now: datetime, back: timedelta = LOOKED_BACK
) -> list[CheckLine]:
    """All checks in the order in which they run, each in the mode it has now.

    A check that ran in another mode lately has a line for that, too.

    :param back: how far the records go back, in whole days.
    """
    found = records(session, [site.id], now, back)
    lines = []
    for check, looks_at in CHECK_NAMES.items():
        present = site.policy.check_mode(check)
        by_mode = {record.mode: record for record in found.get((site.id, check), ())}
        none = Record(check=check, mode=present, fired=0, right=0, wrong=0)
        by_mode = {present: by_mode.pop(present, none), **by_mode}
        lines += [
            CheckLine(
                check=check,
                looks_at=looks_at,
                mode=mode,
                is_present=mode == present,
                record=record,
            )
            for mode, record in by_mode.items()
        ]
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """What is known of a site's comments, checks and thresholds."""

    site: SiteView
    checks: list[CheckLine]
    figures: Figures
    decisions: Decisions
    """The last ones of people, whenever they were made."""
    good_scores: tuple[float, ...]
    """Log-odds of the good comments that the site's line is drawn from."""


def chosen_site(session: Session, sites: Sequence[SiteName], site_key: str) -> SiteView:
    """The chosen one of these sites, the first by default.

    :raises Unknown: if there is no such site among them.
    """
    first = sites[0].id if sites and not site_key else 0
    keys = {site.key: site.id for site in sites}
    return site_by_id(session, keys.get(site_key, first))


def insights_of(
    session: Session,
    sites: Sequence[SiteName],
    site_key: str,
    period: int,
    now: datetime,
) -> Insights:
    """What is known of the chosen one of these sites, the first by default.

    :param period: how many days are looked back on.
    :raises Unknown: if there is no such site among them.
    """
    site = chosen_site(session, sites, site_key)
    return Insights(
        site=site,
        checks=check_lines(session, site, now, timedelta(days=period)),
        figures=figures(session, site.id, period, now),
        decisions=past_decisions(session, site.id),
        good_scores=good_scores(session, site.id),
    )


def checks_of(session: Session, site_key: str, now: datetime) -> list[CheckLine]:
    """The checks of a site.

    :raises Unknown: if there is no such site.
    """
    return check_lines(session, site_by_key(session, site_key), now)
