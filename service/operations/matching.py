"""The compiled block lists of a site, kept in memory until the lists change."""

from collections import OrderedDict
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import ListEntry
from service.operations.matcher import Listed, Matcher, Subject

__all__ = ["Matcher", "Subject", "matcher_for"]

_KEPT = 4
"""Sites whose lists are kept: a long list takes some 30 MB."""

_Key = tuple[str, int]

_kept: OrderedDict[_Key, tuple[int, Matcher]] = OrderedDict()
_guard = Lock()


def matcher_for(session: Session, site_id: int, list_version: int) -> Matcher:
    """The site's lists, compiled; made anew when the version is another than before.

    :param list_version: as `service.operations.sites.SiteView` has it, read in the same
        transaction or before.
    """
    # A process may know several databases; their sites have the same numbers.
    key = (str(session.get_bind().engine.url), site_id)
    with _guard:
        found = _kept.get(key)
        if found is not None and found[0] == list_version:
            _kept.move_to_end(key)
            return found[1]
    matcher = Matcher(_listed(session, site_id))
    with _guard:
        _kept[key] = (list_version, matcher)
        _kept.move_to_end(key)
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return matcher


def _listed(session: Session, site_id: int) -> list[Listed]:
    rows = session.execute(
        select(
            ListEntry.list_name,
            ListEntry.field,
            ListEntry.pattern,
            ListEntry.shown,
            ListEntry.address_index,
            ListEntry.mode,
            ListEntry.id,
        )
        .where(ListEntry.site_id == site_id)
        .order_by(ListEntry.id)
    )
    return [Listed(*row) for row in rows]
