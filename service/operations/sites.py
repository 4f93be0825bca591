"""Sites and their policies."""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from service.db.models import Site, SitePolicyRow
from service.db.store import after_commit
from service.domain.errors import Conflict, InvalidInput, Unknown
from service.domain.policy import SitePolicy, checked
from service.operations.audit import audit
from service.text.border import clean_line

MAX_NAME_CHARS = 200
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """A site and the policy in force."""

    id: int
    key: str
    name: str
    list_version: int
    policy_version: int
    policy: SitePolicy


_changes = count(1)
_changed = 0


def changes() -> int:
    """A number that grows when this process has changed a site or its policy."""
    return _changed


def _count_change() -> None:
    global _changed  # noqa: PLW0603  # what a process has changed is its own
    _changed = next(_changes)


_SITE: Any = Site.__table__
_POLICY: Any = SitePolicyRow.__table__
_NEWEST = (
    select(func.max(_POLICY.c.version))
    .where(_POLICY.c.site_id == _SITE.c.id)
    .correlate(_SITE)
    .scalar_subquery()
)
_VIEWS = (
    select(
        _SITE.c.id,
        _SITE.c.key,
        _SITE.c.name,
        _SITE.c.list_version,
        _POLICY.c.version,
        _POLICY.c.data,
    )
    .join(_POLICY, _POLICY.c.site_id == _SITE.c.id)
    .where(_POLICY.c.version == _NEWEST)
)
_BY_KEY = _VIEWS.where(_SITE.c.key == bindparam("key"))
_BY_ID = _VIEWS.where(_SITE.c.id == bindparam("site_id"))
_ALL = _VIEWS.order_by(_SITE.c.key)


def _view(row: Any) -> SiteView:
    return SiteView(
        id=row.id,
        key=row.key,
        name=row.name,
        list_version=row.list_version,
        policy_version=row.version,
        policy=SitePolicy.from_json(row.data),
    )


def site_by_key(session: Session, key: str) -> SiteView:
    """The site with this key.

    :raises Unknown: if there is none.
    """
    # No key looks otherwise, and PostgreSQL cannot even be asked for a NUL.
    is_key = _KEY.fullmatch(key) is not None
    found = None
    if is_key:
        found = session.connection().execute(_BY_KEY, {"key": key}).one_or_none()
    if found is None:
        raise Unknown("There is no site with this key.")
    return _view(found)


def site_by_id(session: Session, site_id: int) -> SiteView:
    """The site with this row number.

    :raises Unknown: if there is none.
    """
    given = {"site_id": site_id}
    found = session.connection().execute(_BY_ID, given).one_or_none()
    if found is None:
        raise Unknown("There is no such site.")
    return _view(found)


def all_sites(session: Session) -> list[SiteView]:
    """Every site, by key."""
    return [_view(row) for row in session.connection().execute(_ALL)]


def add_site(
    session: Session, key: str, *, name: str, policy: SitePolicy, now: datetime
) -> SiteView:
    """Add a site.

    :param key: 1-64 lower-case letters, digits, ``-`` and ``_``.
    :raises InvalidInput: naming what is wrong with key or policy.
    :raises Conflict: if the key is taken.
    """
    if not _KEY.fullmatch(key):
        raise InvalidInput(
            {"key": ["Use 1-64 lower-case letters, digits, '-' and '_'."]}
        )
    policy = checked(policy)
    if session.execute(select(Site.id).where(Site.key == key)).first():
        raise Conflict(f"There is a site {key!r} already.")
    site = Site(key=key, name=name or key, created_at=now)
    session.add(site)
    session.flush()
    row = SitePolicyRow(
        site_id=site.id,
        version=1,
        data=policy.to_json(),
        changed_by="operator",
        created_at=now,
    )
    session.add(row)
    session.flush()
    after_commit(session, _count_change)
    return site_by_id(session, site.id)


def wait_for_site(session: Session, site_id: int) -> None:
    """Wait for the turn to change the site; what is looked up then stays true."""
    # Submissions go on: they only need the site's key to stay (FOR KEY SHARE).
    row = select(Site.id).where(Site.id == site_id).with_for_update(key_share=True)
    session.execute(row).first()


def policy_at(session: Session, site_id: int, version: int) -> SitePolicy:
    """The policy of the site in this version.

    :raises Unknown: if there was none.
    """
    data = session.execute(
        select(SitePolicyRow.data).where(
            SitePolicyRow.site_id == site_id, SitePolicyRow.version == version
        )
    ).scalar_one_or_none()
    if data is None:
        raise Unknown("There is no such version of the settings.")
    return SitePolicy.from_json(data)


def consents(session: Session, site_id: int) -> list[tuple[datetime, str]]:
    """What writers had to agree to since when, the first time first; "" for nothing."""
    rows = session.execute(
        select(SitePolicyRow.created_at, SitePolicyRow.data)
        .where(SitePolicyRow.site_id == site_id)
        .order_by(SitePolicyRow.version)
    )
    return [(since, SitePolicy.from_json(data).consent) for since, data in rows]


def set_name(
    session: Session,
    site_id: int,
    name: str,
    *,
    moderator_id: int | None = None,
    now: datetime,
) -> None:
    """Call the site by another name, 1-200 characters.

    :param moderator_id: who does it; the operator by default.
    :raises InvalidInput: naming ``name``.
    :raises Unknown: if there is no such site.
    """
    wait_for_site(session, site_id)
    before = site_by_id(session, site_id).name
    name = clean_line(name)
    if not 0 < len(name) <= MAX_NAME_CHARS:
        raise InvalidInput({"name": [f"Give a name of 1-{MAX_NAME_CHARS} characters."]})
    if name == before:
        return
    session.execute(update(Site).where(Site.id == site_id).values(name=name))
    detail = {"from": before, "to": name}
    audit(
        session,
        "site-renamed",
        now=now,
        moderator_id=moderator_id,
        site_id=site_id,
        detail=detail,
    )
    after_commit(session, _count_change)


def set_policy(
    session: Session,
    site_id: int,
    policy: SitePolicy,
    *,
    changed_by: str,
    now: datetime,
) -> SiteView:
    """Give the site a new version of its policy; the old versions stay as the log.

    Nothing is written when nothing changes.

    :raises InvalidInput: naming every field that is wrong.
    :raises Unknown: if there is no such site.
    """
    wait_for_site(session, site_id)
    before = site_by_id(session, site_id)
    policy = checked(policy)
    if policy == before.policy:
        return before
    session.add(
        SitePolicyRow(
            site_id=site_id,
            version=before.policy_version + 1,
            data=policy.to_json(),
            changed_by=changed_by,
            created_at=now,
        )
    )
    session.flush()
    after_commit(session, _count_change)
    return site_by_id(session, site_id)
