"""Where the log's rows come from, and how each table is read along an index."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, literal_column, select, tuple_
from sqlalchemy.orm import Session, aliased

from service.db.models import AuditEntry, Membership, Move
from service.domain.status import Actor, Status
from service.operations.moderators import ModeratorView, Role

LOOKED_THROUGH = 5_000
"""Rows of an index that are looked through for one page, where few of them fit."""

MOVES, ACTS = "moves", "acts"
PEOPLE = "people"

Asked = Callable[[Any], ColumnElement[bool]]
"""Makes a condition on rows that were found."""

_RANKS = {ACTS: 0, MOVES: 1}


class Place(NamedTuple):
    """Where an entry stands in the log, which is ordered by it."""

    at: datetime
    rank: int
    """0 for acts, 1 for moves: of the same moment, a move is the newer one."""
    id: int


class Found(NamedTuple):
    """A row of the log, not yet made ready to be shown."""

    place: Place
    row: Move | AuditEntry


class Part(NamedTuple):
    """What one source had."""

    rows: list[Found]
    horizon: Place | None
    """The last row that was looked at, if the source stopped looking there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which rows are wanted; see `service.operations.log.LogQuery`."""

    site_ids: tuple[int, ...]
    of_accounts: bool
    who: str
    old: str
    new: str
    since: datetime | None
    until: datetime | None
    comment_id: int | None
    kind: str
    after: Place | None = None

    @property
    def moderator_id(self) -> int | None:
        """The moderator whose entries are wanted."""
        return int(self.who) if self.who.isdecimal() else None

    @property
    def is_by_people(self) -> bool:
        """True if no move of the checks can fit: they settle what is pending."""
        settled = {Status.PUBLISHED, Status.HELD, Status.SPAM}
        return (
            self.who not in {"", Actor.CHECKS.value}
            or self.old not in {"", Status.PENDING.value}
            or bool(self.new and self.new not in settled)
        )

    @property
    def is_of_moves_only(self) -> bool:
        """True if nothing but moves can fit."""
        named = bool(self.old or self.new or self.comment_id is not None)
        return named or self.who in {Actor.CHECKS, Actor.WRITER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One table's rows: those that an index leads to, and what is asked of each."""

    model: type[Move] | type[AuditEntry]
    driving: tuple[ColumnElement[bool], ...]
    """Conditions by which an index finds the rows in their order."""
    asked: tuple[Asked, ...]
    """Conditions that are asked of the rows found."""
    rank: int
    sought: Sought

    def _in_order(self) -> Select[Any]:
        model, sought = self.model, self.sought
        query = select(model).where(*self.driving)
        if sought.since is not None:
            query = query.where(model.created_at >= sought.since)
        # The lower of the two bounds alone: of two, SQLite may begin at the other.
        until, after = sought.until, sought.after
        if after is not None and (until is None or after.at < until):
            query = query.where(self._follows(after))
        elif until is not None:
            query = query.where(model.created_at < until)
        return query.order_by(model.created_at.desc(), model.id.desc())

    def _follows(self, after: Place) -> ColumnElement[bool]:
        model = self.model
        if after.rank == self.rank:
            return tuple_(model.created_at, model.id) < (after.at, after.id)
        if after.rank > self.rank:
            return model.created_at <= after.at
        return model.created_at < after.at

    def read(self, session: Session, count: int) -> Part:
        """The newest rows that fit, at most ``count`` of them."""
        query = self._in_order()
        if self.asked:
            window = query.limit(LOOKED_THROUGH).subquery()
            seen: Any = aliased(self.model, window)
            query = select(seen).where(*(condition(seen) for condition in self.asked))
            query = query.order_by(seen.created_at.desc(), seen.id.desc())
        rows = session.scalars(query.limit(count)).all()
        found = [Found(Place(row.created_at, self.rank, row.id), row) for row in rows]
        is_short = bool(self.asked) and len(found) < count
        return Part(found, self._end_of_window(session) if is_short else None)

    def _end_of_window(self, session: Session) -> Place | None:
        model = self.model
        last = session.execute(
            self._in_order()
            .with_only_columns(model.created_at, model.id)
            .offset(LOOKED_THROUGH - 1)
            .limit(1)
        ).one_or_none()
        return None if last is None else Place(last.created_at, self.rank, last.id)


def sources(
    session: Session, moderator: ModeratorView, sought: Sought
) -> Iterator[Source]:
    """The parts of which the log is merged, each read along an index of its own."""
    if sought.kind != ACTS:
        asked = tuple(_asked_of_moves(sought))
        for driving in _driving_moves(sought):
            yield Source(
                model=Move,
                driving=driving,
                asked=asked,
                rank=_RANKS[MOVES],
                sought=sought,
            )
    if sought.kind != MOVES and not sought.is_of_moves_only:
        for act_driving, act_asked in _acts(session, moderator, sought):
            yield Source(
                model=AuditEntry,
                driving=act_driving,
                asked=act_asked,
                rank=_RANKS[ACTS],
                sought=sought,
            )


def _asked_of_moves(sought: Sought) -> Iterator[Asked]:
    who, is_of_one = sought.who, sought.comment_id is not None
    if sought.old:
        yield lambda move: move.old == sought.old
    if sought.new:
        yield lambda move: move.new == sought.new
    if who in {Actor.CHECKS, Actor.WRITER, Actor.OPERATOR}:
        yield lambda move: move.actor == who
    if is_of_one and who == PEOPLE:
        yield lambda move: move.actor != Actor.CHECKS.value
    if is_of_one and sought.moderator_id is not None:
        yield lambda move: move.moderator_id == sought.moderator_id


def _driving_moves(sought: Sought) -> Iterator[tuple[ColumnElement[bool], ...]]:
    if sought.comment_id is not None:
        yield (Move.comment_id == sought.comment_id,)
        return
    # As the partial indexes have it, or SQLite does not see that they may be used.
    by_checks: ColumnElement[bool] = literal_column("move.actor = 'checks'")
    by_people: ColumnElement[bool] = literal_column("move.actor <> 'checks'")
    parts: tuple[ColumnElement[bool], ...] = (by_checks, by_people)
    if sought.moderator_id is not None:
        parts = (Move.moderator_id == sought.moderator_id,)
    elif sought.is_by_people:
        parts = (by_people,)
    elif sought.who == Actor.CHECKS:
        parts = (by_checks,)
    for site_id in sought.site_ids:
        yield from ((Move.site_id == site_id, part) for part in parts)


def _acts(
    session: Session, moderator: ModeratorView, sought: Sought
) -> Iterator[tuple[tuple[ColumnElement[bool], ...], tuple[Asked, ...]]]:
    wanted, who = sought.moderator_id, sought.who
    asked: tuple[Asked, ...] = ()
    if wanted is not None:
        asked = (lambda act: act.moderator_id == wanted,)
    elif who == Actor.OPERATOR:
        asked = (lambda act: act.actor == who,)
    for site_id in sought.site_ids:
        yield (AuditEntry.site_id == site_id,), asked
    if not sought.of_accounts or who == Actor.OPERATOR:
        return
    for each in _accounts(session, moderator):
        if wanted in {None, each}:
            yield (AuditEntry.moderator_id == each, AuditEntry.site_id.is_(None)), ()


def _accounts(session: Session, moderator: ModeratorView) -> Sequence[int]:
    """Whose sign-ins are shown: one's own, and to owners those of their people."""
    owned = [i for i, role in moderator.roles.items() if role is Role.OWNER]
    members = session.scalars(
        select(Membership.moderator_id).where(Membership.site_id.in_(owned)).distinct()
    )
    return sorted({moderator.id, *members})
