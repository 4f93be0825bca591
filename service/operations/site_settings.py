"""How an owner changes a site's settings, beside others who do so at the same time."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.domain.errors import InvalidInput, StaleSettings, Unknown
from service.domain.policy import SitePolicy, checked
from service.operations.moderators import ModeratorView
from service.operations.own_sites import own_site
from service.operations.sites import (
    SiteView,
    policy_at,
    set_name,
    set_policy,
    site_by_id,
)
from service.text.border import clean_line


def change_policy(
    session: Session,
    who: ModeratorView,
    key: str,
    *,
    seen: int,
    change: Mapping[str, Any],
    now: datetime,
) -> SiteView:
    """Change some fields of the site's policy, as seen in the version ``seen``.

    What somebody else has changed since then stays: a field that is sent as it was seen
    is not a change.

    :param change: values by field of `SitePolicy`.
    :raises Unknown: if there is no such site for this person.
    :raises Forbidden: if this person does not own it.
    :raises InvalidInput: naming every field that is wrong.
    :raises StaleSettings: if somebody else has given another value to the same field;
        then nothing is changed.
    """
    site = own_site(session, who, key)
    try:
        base = policy_at(session, site.id, seen)
    except Unknown:
        raise InvalidInput({"seen": ["There is no such version."]}) from None
    mine = checked(replace(base, **change))
    changed = [name for name in change if getattr(mine, name) != getattr(base, name)]
    stale = [name for name in changed if _clash(name, base, site.policy, mine)]
    if stale:
        raise StaleSettings(stale)
    merged = replace(
        site.policy,
        **{name: _merged(name, base, site.policy, mine) for name in changed},
    )
    by = f"moderator {who.id}"
    return set_policy(session, site.id, merged, changed_by=by, now=now)


def rename_site(
    session: Session,
    who: ModeratorView,
    key: str,
    *,
    seen: str,
    name: str,
    now: datetime,
) -> SiteView:
    """Call the site by another name.

    :param seen: the name it had for this person.
    :raises Unknown: if there is no such site for this person.
    :raises Forbidden: if this person does not own it.
    :raises InvalidInput: naming ``name``.
    :raises StaleSettings: if somebody else has given it another name.
    """
    site = own_site(session, who, key)
    if site.name not in {seen, clean_line(name)}:
        raise StaleSettings(["name"])
    set_name(session, site.id, name, moderator_id=who.id, now=now)
    return site_by_id(session, site.id)


def differences(old: SitePolicy, new: SitePolicy) -> list[str]:
    """Names of the fields in which two policies differ, in their order."""
    return [
        each.name
        for each in fields(SitePolicy)
        if getattr(old, each.name) != getattr(new, each.name)
    ]


def _clash(name: str, base: SitePolicy, theirs: SitePolicy, mine: SitePolicy) -> bool:
    """True if both have changed a field, and not to the same value."""
    if name != "checks":
        return getattr(theirs, name) not in (getattr(base, name), getattr(mine, name))
    return any(
        theirs.check_mode(check) not in {base.check_mode(check), mine.check_mode(check)}
        and mine.check_mode(check) != base.check_mode(check)
        for check in {*base.checks, *theirs.checks, *mine.checks}
    )


def _merged(name: str, base: SitePolicy, theirs: SitePolicy, mine: SitePolicy) -> Any:
    """The value that holds now; each check by itself."""
    if name != "checks":
        return getattr(mine, name)
    known = {*base.checks, *theirs.checks, *mine.checks}
    changed = {c for c in known if mine.check_mode(c) != base.check_mode(c)}
    return {
        check: (mine if check in changed else theirs).check_mode(check)
        for check in known
    }
