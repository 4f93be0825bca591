"""What was changed on a site, by whom and when: its policy's versions, and the log."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import AuditEntry, Moderator, SitePolicyRow
from service.domain.policy import SitePolicy
from service.domain.status import Actor
from service.operations.site_settings import differences

PAGE_SIZE = 50
MAX_ENTRY = 2**53 - 1
MAX_VERSION = 2**31 - 1
"""No entry and no version has a larger number, and no store can be asked for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that was changed on a site."""

    at: datetime
    who: str
    """Name of the moderator; empty for the operator."""
    version: int | None
    """Of the policy that it made; None for whatever else was changed."""
    old: SitePolicy | None = None
    """The policy before; None for the first one, and for whatever else."""
    new: SitePolicy | None = None
    action: str = ""
    """The word of the log, such as ``list-added``; empty for a policy."""
    detail: Mapping[str, Any]
    about: str = ""
    """Name of the moderator that an action was about, if there was one."""

    @property
    def fields(self) -> list[str]:
        """Names of the fields of the policy that were changed."""
        if self.old is None or self.new is None:
            return []
        return differences(self.old, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page of changes begins: before this entry of the log and this version."""

    entry: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePage:
    """One page of changes, the newest first."""

    changes: list[Change]
    next: Place | None
    """Where the next page begins; None on the last one."""


def change_page(
    session: Session, site_id: int, before: Place | None = None
) -> ChangePage:
    """Up to 50 changes.

    :param before: `ChangePage.next` of the page before.
    """
    entries = _entries(session, site_id, before)
    policies = _policies(session, site_id, before)
    rows = _merged(entries, policies[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    data = {row.version: SitePolicy.from_json(row.data) for row in policies}
    names = _names(session, shown)
    changes = [
        _policy_change(row, data, names)
        if isinstance(row, SitePolicyRow)
        else _entry_change(row, names)
        for row in shown
    ]
    return ChangePage(
        changes=changes,
        next=_next(shown, before) if len(rows) > PAGE_SIZE else None,
    )


def last_change_of(
    session: Session, site_id: int, field: str, *, since: int
) -> Change | None:
    """The last change of a field of the policy after the version ``since``."""
    rows = session.scalars(
        select(SitePolicyRow)
        .where(SitePolicyRow.site_id == site_id, SitePolicyRow.version >= since)
        .order_by(SitePolicyRow.version.desc())
        .limit(PAGE_SIZE)
    ).all()
    data = {row.version: SitePolicy.from_json(row.data) for row in rows}
    for row in rows:
        change = _policy_change(row, data, {})
        if field in change.fields:
            return _policy_change(row, data, _names(session, [row]))
    return None


def _entries(
    session: Session, site_id: int, before: Place | None
) -> Sequence[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.site_id == site_id)
    if before is not None:
        query = query.where(AuditEntry.id < before.entry)
    query = query.order_by(AuditEntry.id.desc()).limit(PAGE_SIZE + 1)
    return session.scalars(query).all()


def _policies(
    session: Session, site_id: int, before: Place | None
) -> Sequence[SitePolicyRow]:
    query = select(SitePolicyRow).where(SitePolicyRow.site_id == site_id)
    if before is not None:
        query = query.where(SitePolicyRow.version < before.version)
    # Another one, to tell what the last of them changed.
    query = query.order_by(SitePolicyRow.version.desc()).limit(PAGE_SIZE + 2)
    return session.scalars(query).all()


def _merged(
    entries: Sequence[AuditEntry], policies: Sequence[SitePolicyRow]
) -> list[AuditEntry | SitePolicyRow]:
    """Both by time, each in its own order, so that a page can end anywhere."""
    left, right = deque(entries), deque(policies)
    rows: list[AuditEntry | SitePolicyRow] = []
    while left and right:
        later = left[0].created_at >= right[0].created_at
        rows.append(left.popleft() if later else right.popleft())
    return [*rows, *left, *right]


def _next(shown: Sequence[AuditEntry | SitePolicyRow], before: Place | None) -> Place:
    last = before or Place(entry=MAX_ENTRY, version=MAX_VERSION)
    entries = [row.id for row in shown if isinstance(row, AuditEntry)]
    versions = [row.version for row in shown if isinstance(row, SitePolicyRow)]
    return Place(
        entry=min(entries, default=last.entry),
        version=min(versions, default=last.version),
    )


_BY = "moderator "


def _number(changed_by: str) -> int | None:
    return int(changed_by[len(_BY) :]) if changed_by.startswith(_BY) else None


def _names(
    session: Session, rows: Sequence[AuditEntry | SitePolicyRow]
) -> dict[int | None, str]:
    wanted: set[int | None] = set()
    for row in rows:
        if isinstance(row, SitePolicyRow):
            wanted.add(_number(row.changed_by))
        else:
            wanted |= {row.moderator_id, row.detail.get("moderator")}
    found = session.execute(
        select(Moderator.id, Moderator.name).where(Moderator.id.in_(wanted - {None}))
    )
    return {row.id: row.name for row in found}


def _policy_change(
    row: SitePolicyRow,
    data: Mapping[int, SitePolicy],
    names: Mapping[int | None, str],
) -> Change:
    return Change(
        at=row.created_at,
        who=names.get(_number(row.changed_by), ""),
        version=row.version,
        old=data.get(row.version - 1),
        new=data[row.version],
        detail={},
    )


def _entry_change(row: AuditEntry, names: Mapping[int | None, str]) -> Change:
    is_person = row.actor == Actor.MODERATOR
    return Change(
        at=row.created_at,
        who=names.get(row.moderator_id, "") if is_person else "",
        version=None,
        action=row.action,
        detail=row.detail,
        about=names.get(row.detail.get("moderator"), ""),
    )
