"""Rules: entries of the sites' lists as moderators see and change them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.db.models import ListEntry, Site
from service.domain.errors import Unknown
from service.operations.decide import may_decide
from service.operations.list_rows import begin_change, end_change
from service.operations.moderators import ModeratorView, moderator_by_id

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule as moderators see it."""

    id: int
    site_id: int
    site_name: str
    list_name: str
    """``hold``, ``spam`` or ``trust``."""
    field: str
    shown: str
    mode: str
    """``on`` or ``log``."""
    fired: int
    """In how many comments it was found."""
    fired_at: datetime | None
    created_at: datetime
    may_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPage:
    """Some of the rules of all of the moderator's sites, newest first."""

    rules: list[RuleView]
    next: int | None
    """Where the next page begins; None on the last one."""


def _views(moderator: ModeratorView) -> Select[ListEntry, str]:
    # What is listed is none of a viewer's business, as on the pages of the settings.
    deciding = [i for i in moderator.site_ids if moderator.may_decide(i)]
    return (
        select(ListEntry, Site.name)
        .join(Site, Site.id == ListEntry.site_id)
        .where(ListEntry.site_id.in_(deciding))
    )


def _view(moderator: ModeratorView, row: ListEntry, site_name: str) -> RuleView:
    return RuleView(
        id=row.id,
        site_id=row.site_id,
        site_name=site_name,
        list_name=row.list_name,
        field=row.field,
        shown=row.shown,
        mode=row.mode,
        fired=row.fired,
        fired_at=row.fired_at,
        created_at=row.created_at,
        may_change=moderator.may_decide(row.site_id),
    )


def rules_page(
    session: Session, moderator: ModeratorView, *, after: int | None = None
) -> RulesPage:
    """A page of the rules of the sites where the moderator may decide.

    :param after: `RulesPage.next` of the page before.
    """
    query = _views(moderator)
    if after is not None:
        query = query.where(ListEntry.id < after)
    newest = query.order_by(ListEntry.id.desc()).limit(PAGE_SIZE + 1)
    rows = session.execute(newest).all()
    shown = [_view(moderator, entry, name) for entry, name in rows[:PAGE_SIZE]]
    return RulesPage(rules=shown, next=shown[-1].id if len(rows) > PAGE_SIZE else None)


def one_rule(session: Session, moderator: ModeratorView, rule_id: int) -> RuleView:
    """The rule.

    :raises Unknown: if there is none such on sites where the moderator may decide.
    """
    row = session.execute(_views(moderator).where(ListEntry.id == rule_id)).first()
    if row is None:
        raise Unknown("There is no such rule on your sites.")
    entry, site_name = row
    return _view(moderator, entry, site_name)


def set_mode(
    session: Session,
    moderator: ModeratorView,
    rule_id: int,
    mode: str,
    *,
    now: datetime,
) -> None:
    """Let a rule act, or stop it so that it only logs; it holds for the next comment.

    :param mode: ``on`` or ``log``.
    :raises Unknown: if there is no such rule on the moderator's sites.
    :raises Forbidden: if the moderator may only look at its site.
    """
    moderator = moderator_by_id(session, moderator.id)
    there = session.get(ListEntry, rule_id)
    if there is None or there.site_id not in moderator.site_ids:
        raise Unknown("There is no such rule on your sites.")
    may_decide(session, moderator, there.site_id)
    begin_change(session, there.site_id)
    row = session.get_one(ListEntry, rule_id, populate_existing=True)
    if row.mode == mode:
        return
    row.mode = mode
    session.flush()
    detail = {"list": row.list_name, "field": row.field, "entry": row.shown}
    action = "rule-acts" if mode == "on" else "rule-stopped"
    end_change(session, row.site_id, action, detail, now, moderator.id)
