"""Versions of what the filter has learned on a site: stored, switched, gone back to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from service.db.models import SiteModelRow, TrainedModel
from service.db.upsert import insert_row
from service.domain.errors import Conflict, Unknown
from service.operations.audit import audit

KEPT_VERSIONS = 10
"""So many versions of a site are kept, the active one among them."""

MadeBy = Literal["steps", "replay", "retrain", "rebuild"]


class StaleModel(Conflict):
    """Another process has switched the site's model meanwhile; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelState:
    """Which version acts on a site, and how far its trainer has come."""

    site_id: int
    active_version: int = 0
    """0 for none: the shared base alone."""
    next_version: int = 1
    next_number: int = 1
    retrained_number: int = 0
    retrained_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModel:
    """A version to be stored, or one that was."""

    parent: int | None
    made_by: MadeBy
    last_number: int
    """The labels up to this one were looked at."""
    header: Mapping[str, Any]
    blob: bytes
    weighing: Mapping[str, Any]
    ham_scores: Sequence[float]
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredModel(NewModel):
    """A stored version."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """A stored version without what it has learned."""

    version: int
    parent: int | None
    made_by: str
    last_number: int
    figures: Mapping[str, Any]
    created_at: datetime
    active: bool


_S: Any = SiteModelRow.__table__
_T: Any = TrainedModel.__table__
_SITE: Any = bindparam("site_id")
_ACTIVE = select(_S.c.active_version).where(_S.c.site_id == _SITE)
_STATE = select(_S).where(_S.c.site_id == _SITE)
_MODEL = select(_T).where(_T.c.site_id == _SITE, _T.c.version == bindparam("version"))
_LINES = (
    select(
        *(_T.c.version, _T.c.parent, _T.c.made_by, _T.c.last_number),
        *(_T.c.figures, _T.c.created_at),
    )
    .where(_T.c.site_id == _SITE)
    .order_by(_T.c.version)
)


def active_version(session: Session, site_id: int) -> int:
    """The version that acts on the site; 0 for none. One look at one row."""
    found = session.connection().execute(_ACTIVE, {"site_id": site_id}).scalar()
    return int(found or 0)


def model_state(session: Session, site_id: int) -> ModelState:
    """How far the training of a site has come."""
    found = session.connection().execute(_STATE, {"site_id": site_id}).mappings()
    row = found.one_or_none()
    return ModelState(site_id=site_id) if row is None else ModelState(**row)


def stored_model(session: Session, site_id: int, version: int) -> StoredModel | None:
    """A version with all that it has learned; None if it is not kept."""
    given = {"site_id": site_id, "version": version}
    row = session.connection().execute(_MODEL, given).one_or_none()
    if row is None:
        return None
    return StoredModel(
        version=row.version,
        parent=row.parent,
        made_by=row.made_by,
        last_number=row.last_number,
        header=row.header,
        blob=bytes(row.blob),
        weighing=row.weighing,
        ham_scores=tuple(row.ham_scores),
        figures=row.figures,
    )


def versions(session: Session, site_id: int) -> list[VersionView]:
    """All versions that are kept, the oldest first."""
    active = active_version(session, site_id)
    return [
        VersionView(**row, active=row["version"] == active)
        for row in session.connection().execute(_LINES, {"site_id": site_id}).mappings()
    ]


def version_before(session: Session, site_id: int, number: int) -> int:
    """The newest version, of those the active one was made from, without a label.

    :param number: `Label.taken_number` of the label it has not seen.
    :returns: 0 if none is kept, or every one has seen it.
    """
    known = {each.version: each for each in versions(session, site_id)}
    version = active_version(session, site_id)
    while version in known and known[version].last_number >= number:
        version = known[version].parent or 0
    return version if version in known else 0


def switch(
    session: Session,
    seen: ModelState,
    made: NewModel | None,
    *,
    next_number: int,
    now: datetime,
    retrained: bool = False,
) -> int:
    """Store a version and have it act from now on, unless the state has changed.

    :param seen: the state that the version was made on.
    :param made: None where nothing was learned, and only labels were numbered.
    :param next_number: the number that the next label will get.
    :param retrained: note that the site's model was built anew, or that it was tried.
    :returns: the version that is active now.
    :raises StaleModel: if another process was quicker; then write nothing.
    """
    insert_row(session, SiteModelRow, {"site_id": seen.site_id}, unique=("site_id",))
    values: dict[str, Any] = {"next_number": next_number}
    if made is not None:
        values["active_version"] = seen.next_version
        values["next_version"] = seen.next_version + 1
    if retrained:
        values |= {"retrained_number": next_number - 1, "retrained_at": now}
    done = session.connection().execute(
        update(_S)
        .where(
            _S.c.site_id == seen.site_id,
            _S.c.active_version == seen.active_version,
            _S.c.next_version == seen.next_version,
            _S.c.next_number == seen.next_number,
        )
        .values(**values)
    )
    if done.rowcount != 1:
        raise StaleModel("Another process has trained this site meanwhile.")
    if made is None:
        return seen.active_version
    session.add(
        TrainedModel(
            site_id=seen.site_id,
            version=seen.next_version,
            parent=made.parent,
            made_by=made.made_by,
            last_number=made.last_number,
            header=dict(made.header),
            blob=made.blob,
            weighing=dict(made.weighing),
            ham_scores=list(made.ham_scores),
            figures=dict(made.figures),
            created_at=now,
        )
    )
    session.flush()
    _thin(session, seen.site_id)
    return seen.next_version


def roll_back(
    session: Session, site_id: int, *, to: int | None = None, now: datetime
) -> int:
    """Have an older version act again: the one before the active one, or ``to``.

    What was learned since is out, until the site's model is built anew from all labels
    that stand. To keep somebody's labels out for good, write them off.

    :param to: a version that is kept, newer ones too; 0 for the shared base alone.
    :returns: the version that acts now.
    :raises Unknown: if it is not kept, or there is none before.
    """
    state = model_state(session, site_id)
    known = versions(session, site_id)
    if to is None:
        older = [v.version for v in known if v.version < state.active_version]
        if state.active_version == 0:
            raise Unknown("No version acts on this site; there is nothing before it.")
        to = max(older, default=0)
    if to != 0 and to not in {v.version for v in known}:
        raise Unknown(f"Version {to} of this site's model is not kept.")
    done = session.connection().execute(
        update(_S)
        .where(_S.c.site_id == site_id, _S.c.active_version == state.active_version)
        .values(active_version=to)
    )
    if done.rowcount != 1:
        raise StaleModel("The site's model was switched meanwhile; look again.")
    audit(
        session,
        "model-rolled-back",
        now=now,
        site_id=site_id,
        detail={"from": state.active_version, "to": to},
    )
    return to


def _thin(session: Session, site_id: int) -> None:
    """Drop versions that are too many: those closest to their newer neighbour.

    What is left is dense near the newest version and thin further back, so that an old
    label can be taken back without learning everything again.
    """
    known = versions(session, site_id)
    gone = to_drop(
        [(each.version, each.last_number) for each in known],
        next((each.version for each in known if each.active), 0),
    )
    parents = {each.version: each.parent for each in known}
    for version in gone:
        # What was made from it was made from what it was made from.
        session.connection().execute(
            update(_T)
            .where(_T.c.site_id == site_id, _T.c.parent == version)
            .values(parent=parents[version])
        )
        heirs = [v for v, parent in parents.items() if parent == version]
        parents |= dict.fromkeys(heirs, parents[version])
    if gone:
        session.connection().execute(
            delete(_T).where(_T.c.site_id == site_id, _T.c.version.in_(gone))
        )


def to_drop(known: Sequence[tuple[int, int]], active: int) -> list[int]:
    """Which versions go, so that `KEPT_VERSIONS` are left.

    :param known: version and last label number of each, the oldest first.
    """
    left, gone = list(known), list[int]()
    while len(left) > KEPT_VERSIONS:
        places = [p for p in range(len(left) - 1) if left[p][0] != active]
        gone.append(left.pop(min(places, key=partial(_crowding, left)))[0])
    return gone


def _crowding(known: Sequence[tuple[int, int]], place: int) -> tuple[float, int]:
    """The gap that it would leave between its neighbours, beside how old it is."""
    behind = known[place - 1][1] if place else 0
    age = known[-1][1] - known[place][1] + 1
    return (known[place + 1][1] - behind) / age, known[place][0]
