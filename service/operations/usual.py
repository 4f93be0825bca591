"""The usual submission, taken in by as few statements as can be.

Usual is a comment for an open thread that is there, or an answer that nests no deeper
than the site allows, within the limit, seen for the first time, and without a proof of
who writes. That is nearly all of them. It is stored as `service.operations.intake`
would store it; whatever else it is, nothing is written at all, and the intake decides.

PostgreSQL takes all of it as one statement, so that it is one round trip and a
transaction of its own. SQLite has no round trips, and takes one statement a row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    Insert,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal,
    select,
    true,
)

from service.db.models import Comment, Contact, Idempotency, Job, Thread, Ticket
from service.db.prepared import Hand, Prepared
from service.domain.status import Status
from service.domain.submission import Arrival, Receipt, Submission
from service.jobs import Kind
from service.operations.allow import use_of, use_values
from service.operations.intake import Envelope, Intake
from service.operations.sites import SiteView
from service.operations.submit import (
    comment_row,
    contact_row,
    fingerprint,
    key_digest,
)
from service.operations.tickets import TICKET_LIFE
from service.operations.writers import claims_proof
from service.privacy.address import normal_address
from service.privacy.keyring import Keyring
from service.privacy.tokens import public_id, random_token, token_digest

_EVER = datetime.min.replace(tzinfo=UTC)

_THREAD: Any = Thread.__table__
_COMMENT: Any = Comment.__table__

_COLUMNS: Mapping[type[Any], Mapping[str, str]] = {
    Comment: {
        column: column
        for column in (
            *("public_id", "site_id", "status", "name", "website", "text", "title"),
            *("notify", "arrival", "fingerprint", "created_at"),
        )
    },
    Contact: {
        column: column
        for column in (
            *("site_id", "email_sealed", "email_index", "network_index", "index_key"),
            *("ip_sealed", "agent_sealed", "origin_until"),
        )
    },
    Job: {"kind": "job_kind", "due_at": "created_at", "created_at": "created_at"},
    Idempotency: {
        column: column
        for column in ("site_id", "key_digest", "fingerprint", "created_at")
    },
    Ticket: {
        "digest": "ticket_digest",
        "proven": "ticket_proven",
        "return_to": "ticket_return_to",
        "expires_at": "ticket_until",
    },
}
"""Columns of the rows that are written, and the parameters they take."""
_OWNER = {Contact: "comment_id", Job: "subject", Idempotency: "comment_id"}
_OWNER[Ticket] = "comment_id"
"""The column that names the comment."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the statements depend on."""

    limited: bool
    keyed: bool
    answers: bool
    wants_ticket: bool

    @property
    def dependents(self) -> list[type[Any]]:
        """Tables that get a row beside the comment's."""
        tables = [Contact, Job]
        if self.keyed:
            tables.append(Idempotency)
        if self.wants_ticket:
            tables.append(Ticket)
        return tables

    @property
    def place(self) -> list[str]:
        """The comment's columns that say where it belongs."""
        return ["thread_id", *(["parent_id", "root_id", "depth"] * self.answers)]


def _bound(table: Any, column: str, name: str = "") -> Any:
    return bindparam(name or column, type_=table.c[column].type)


def _row(model: type[Any]) -> dict[str, Any]:
    table: Any = model.__table__
    columns = _COLUMNS[model]
    return {column: _bound(table, column, name) for column, name in columns.items()}


def _place(kind: _Kind) -> Select[Any]:
    """Where the comment belongs; no row unless the thread takes it as a new one."""
    said = _COMMENT.alias("said")
    known = exists().where(
        said.c.site_id == _bound(said, "site_id"),
        said.c.fingerprint == _bound(said, "fingerprint"),
    )
    query = (
        select(_THREAD.c.id.label("thread_id"))
        .where(_THREAD.c.site_id == _bound(_THREAD, "site_id"))
        .where(_THREAD.c.page == _bound(_THREAD, "page"))
        .where(
            _THREAD.c.open,
            _THREAD.c.created_at > _bound(_THREAD, "created_at", "opened_after"),
        )
        .where(~known)
    )
    if kind.keyed:
        keys: Any = Idempotency.__table__
        query = query.where(
            ~exists().where(
                keys.c.site_id == _bound(keys, "site_id"),
                keys.c.key_digest == _bound(keys, "key_digest"),
            )
        )
    if kind.answers:
        above = _COMMENT.alias("above")
        query = query.add_columns(
            above.c.id.label("parent_id"),
            func.coalesce(above.c.root_id, above.c.id).label("root_id"),
            (above.c.depth + 1).label("depth"),
        ).join(
            above,
            and_(
                above.c.public_id == _bound(above, "public_id", "parent"),
                above.c.thread_id == _THREAD.c.id,
                above.c.status == Status.PUBLISHED.value,
                above.c.depth < _bound(above, "depth", "max_depth"),
            ),
        )
    return query


def _in_one(kind: _Kind) -> Select[Any]:
    """All of it as one statement, which gives a row if it was stored."""
    place = _place(kind).cte("place")
    source: Any = place
    if kind.limited:
        used = use_of("postgresql", place).cte("used")
        source = place.join(used, true())
    row = _row(Comment)
    rows = select(*(place.c[name] for name in kind.place), *row.values())
    stored = (
        insert(_COMMENT)
        .from_select(
            [*kind.place, *row], rows.select_from(source), include_defaults=False
        )
        .returning(_COMMENT.c.id)
        .cte("stored")
    )
    parts = [_beside(model, stored) for model in kind.dependents]
    return select(literal(1)).select_from(stored).add_cte(*parts)


def _beside(model: type[Any], stored: CTE) -> CTE:
    table: Any = model.__table__
    row = _row(model)
    rows = select(stored.c.id, *row.values())
    names = [_OWNER[model], *row]
    made = insert(table).from_select(names, rows, include_defaults=False)
    return made.cte(f"new_{table.name}")


def _insert(model: type[Any], more: list[str]) -> Insert:
    table: Any = model.__table__
    row = _row(model) | {column: _bound(table, column) for column in more}
    return insert(table).values(row).inline()


@dataclass(frozen=True, slots=True)
class _Statements:
    in_one: Prepared
    place: Prepared
    comment: Prepared
    dependents: list[Prepared]


def _inserting(model: type[Any], more: list[str]) -> Prepared:
    return Prepared(lambda _: _insert(model, more))


_USE = Prepared(use_of)


@cache
def _statements(kind: _Kind) -> _Statements:
    return _Statements(
        in_one=Prepared(lambda _: _in_one(kind)),
        place=Prepared(lambda _: _place(kind)),
        comment=_inserting(Comment, kind.place),
        dependents=[_inserting(m, [_OWNER[m]]) for m in kind.dependents],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """A submission made ready to be stored, sealed and all."""

    kind: _Kind
    values: Mapping[str, Any] = field(repr=False)
    intake: Intake = field(repr=False)

    def take_in(self, hand: Hand) -> Callable[[], Intake | None]:
        """Tells what became of it; None if it is not usual, and nothing was written.

        On SQLite it must be in a transaction that writes; what it raises must undo it.
        """
        if hand.dialect.name == "sqlite":
            intake = self._take_in_by_rows(hand)
            return lambda: intake
        sent = hand.run(_statements(self.kind).in_one, self.values)
        return lambda: self.intake if sent.fetchone() else None

    def _take_in_by_rows(self, hand: Hand) -> Intake | None:
        statements = _statements(self.kind)
        place = hand.run(statements.place, self.values).fetchone()
        if place is None:
            return None
        if self.kind.limited and hand.run(_USE, self.values).fetchone() is None:
            return None
        values = {**self.values, **dict(zip(self.kind.place, place, strict=True))}
        number = hand.run(statements.comment, values).lastrowid
        values["comment_id"] = values["subject"] = number
        for statement in statements.dependents:
            hand.run(statement, values)
        return self.intake


def make_ready(
    keyring: Keyring,
    site: SiteView,
    submission: Submission,
    arrival: Arrival,
    envelope: Envelope,
    *,
    now: datetime,
) -> Usual | None:
    """The submission made ready; None if it cannot be a usual one."""
    if claims_proof(keyring, submission):
        return None
    name = public_id()
    address = normal_address(submission.email) if submission.email else None
    canonical = address.canonical if address else ""
    mark = fingerprint(keyring, site.id, submission, canonical)
    days = site.policy.close_after_days
    values: dict[str, Any] = {
        **comment_row(name, site, submission, arrival, mark, proven=False, now=now),
        **contact_row(keyring, site.id, name, address, arrival, now),
        "page": submission.page,
        "opened_after": now - timedelta(days=days) if days else _EVER,
        "job_kind": Kind.CHECK.value,
    }
    if submission.parent is not None:
        values |= {"parent": submission.parent, "max_depth": site.policy.max_depth}
    if envelope.rate is not None:
        values |= use_values(envelope.client, envelope.rate, now)
    if envelope.idempotency_key:
        values["key_digest"] = key_digest(keyring, envelope.idempotency_key)
    ticket = ""
    if envelope.wants_ticket:
        ticket = random_token()
        values |= {
            "ticket_digest": token_digest(ticket),
            "ticket_proven": True,
            "ticket_return_to": envelope.return_to,
            "ticket_until": now + TICKET_LIFE,
        }
    return Usual(
        kind=_Kind(
            limited=envelope.rate is not None,
            keyed=bool(envelope.idempotency_key),
            answers=submission.parent is not None,
            wants_ticket=envelope.wants_ticket,
        ),
        values=values,
        intake=Intake(
            receipt=Receipt(comment_id=name, submitted_at=now), ticket=ticket
        ),
    )
