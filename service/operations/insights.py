"""How a site's checks are set, and what became of what they said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service.domain.check_names import CHECK_NAMES, CheckMode
from service.operations.queue import SiteName
from service.operations.sites import SiteView, site_by_id, site_by_key
from service.operations.tallies import Record, records


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """A check in one of the modes in which it ran."""

    check: str
    looks_at: str
    mode: CheckMode
    is_present: bool
    """True if this is the mode in which it runs now."""
    record: Record
    """Of the last 90 days."""


def check_lines(session: Session, site: SiteView, now: datetime) -> list[CheckLine]:
    """All checks in the order in which they run, each in the mode it has now.

    A check that ran in another mode lately has a line for that, too.
    """
    found = records(session, [site.id], now)
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


def insights_of(
    session: Session, sites: Sequence[SiteName], site_key: str, now: datetime
) -> tuple[SiteView, list[CheckLine]]:
    """The chosen one of these sites, the first by default, and its checks.

    :param sites: at least one.
    :raises Unknown: if there is no such site among them.
    """
    keys = {site.key: site.id for site in sites}
    number = keys.get(site_key, 0) if site_key else sites[0].id
    site = site_by_id(session, number)
    return site, check_lines(session, site, now)


def checks_of(session: Session, site_key: str, now: datetime) -> list[CheckLine]:
    """The checks of a site.

    :raises Unknown: if there is no such site.
    """
    return check_lines(session, site_by_key(session, site_key), now)
