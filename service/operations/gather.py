"""Fetch what the site's past says about comments: the `Evidence` for the checks.

Comments that are checked together are asked about together, and count for each other as
if they had been checked one after another.

The writer's address, IP and user agent are opened here, for lists and for the
address's domain, and go no further.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from service.db.models import Comment, CommentBand, CommentHost, Contact, Move
from service.domain.checking import Alike, Evidence, ListHit, Reading, Tally
from service.domain.status import Actor, Status
from service.operations.matching import Matcher, Subject, matcher_for
from service.operations.sites import SiteView
from service.privacy.address import Address, parse_address
from service.privacy.blind_index import address_index
from service.privacy.keyring import Keyring
from service.privacy.sealing import unseal

SAME_KEPT = timedelta(days=30)
NEAR_KEPT = timedelta(days=7)
"""Near-duplicates count only while a flood lasts (SPAM.md 3.4)."""
NETWORK_KEPT = timedelta(days=30)
MOST_LOOKED = 2_000
"""Of the comments that share a writer's mark or a host so many are looked at, the
newest: a flood from one network must not make each of its comments dearer."""
_MOST = 500
# Counting further tells a check nothing more, and keeps a flood from costing much.
_MOST_OF_A_BAND = 100
# In a flood: a comment has eight bands, and beyond a few alike ones no weight grows.
_FEW = 1_000
# Comments that one statement may look at, for all that is asked about at once.
_MOST_HOSTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A comment whose past is asked for."""

    comment: Any
    """Its columns."""
    contact: Any
    """The columns of its contact; None without one."""
    reading: Reading
    """Of its present text, or of the one that is to replace it."""
    is_decided: bool = False
    """True if a moderator has decided on it already."""

    @property
    def email_index(self) -> bytes | None:
        """The writer's address as it is compared."""
        return self.contact.email_index if self.contact is not None else None

    @property
    def network_index(self) -> bytes | None:
        """The writer's network as it is compared."""
        return self.contact.network_index if self.contact is not None else None

    @property
    def hosts(self) -> list[str]:
        """The hosts that it is asked about."""
        found = {h for h in (*self.reading.hosts, self.reading.website_host) if h}
        return sorted(found)[:_MOST_HOSTS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A comment whose verdict will be stored together with that of the asked one."""

    asked: Asked
    status: Status
    """Where it will stand then."""


# Statements are put together once: that takes SQLAlchemy longer than to send them.
_C: Any = Comment.__table__
_K: Any = Contact.__table__
_H: Any = CommentHost.__table__
_B: Any = CommentBand.__table__

_SITE: Any = bindparam("site_id")
_SINCE: Any = bindparam("since")
_MARKS: Any = bindparam("marks", expanding=True)
# Only what a person decided counts: verdicts that feed on verdicts drift.
DECIDED = exists().where(
    Move.comment_id == _C.c.id, Move.actor == Actor.MODERATOR.value
)
"""The condition that a moderator has decided on a comment."""


@dataclass(frozen=True, slots=True)
class _Question:
    """Which comments share a mark with the asked ones.

    A combined statement cannot limit what it looks at for each mark. So it is counted
    first how many there are. Where they are many, each half of the marks is asked about
    for itself, down to the single one that so many share.
    """

    few: int
    """Comments below which all marks are asked about at once."""
    count: Select[Any]
    all_of_few: Select[Any]
    newest_of_one: Select[Any]

    def ask(
        self, session: Session, marks: Iterable[Any], **given: Any
    ) -> dict[Any, list[Any]]:
        """The rows by mark."""
        found: dict[Any, list[Any]] = defaultdict(list)
        waiting = [sorted({mark for mark in marks if mark})]
        ask = session.connection().execute
        while waiting:
            some = waiting.pop()
            asked = given | {"marks": some}
            if len(some) > 1 and ask(self.count, asked).scalar_one() >= self.few:
                half = len(some) // 2
                waiting += [some[:half], some[half:]]
            elif some:
                statement = self.all_of_few if len(some) > 1 else self.newest_of_one
                for row in ask(statement, asked).all():
                    found[row.mark].append(row)
        return found


def _question(
    sharing: Select[Any], newest: Any, told: Callable[[Any], Select[Any]], most: int
) -> _Question:
    """The statements of a question.

    :param sharing: ``id`` and ``mark`` of the comments that share one.
    :param newest: the column that is largest for the newest comment.
    :param told: what is to be known of these.
    :param most: how many are looked at of those that share one mark with very many.
    """
    return _Question(
        few=_FEW,
        count=select(func.count()).select_from(sharing.limit(_FEW).subquery()),
        all_of_few=told(sharing.subquery()),
        newest_of_one=told(sharing.order_by(newest.desc()).limit(most).subquery()),
    )


def _decided(sharing: Any) -> Select[Any]:
    return (
        select(sharing.c.mark, _C.c.id, _C.c.status, _C.c.created_at)
        .join(_C, _C.c.id == sharing.c.id)
        .where(DECIDED)
    )


def _sharing(number: Any, mark: Any, site_id: Any) -> Select[Any]:
    return select(number.label("id"), mark.label("mark")).where(
        site_id == _SITE, mark.in_(_MARKS)
    )


_BY_ADDRESS = _question(
    _sharing(_K.c.comment_id, _K.c.email_index, _K.c.site_id),
    _K.c.comment_id,
    _decided,
    MOST_LOOKED,
)
_BY_NETWORK = _question(
    _sharing(_K.c.comment_id, _K.c.network_index, _K.c.site_id),
    _K.c.comment_id,
    _decided,
    MOST_LOOKED,
)
_BY_HOST = _question(
    _sharing(_H.c.comment_id, _H.c.host, _H.c.site_id),
    _H.c.comment_id,
    _decided,
    MOST_LOOKED,
)
_SAME = _question(
    _sharing(_C.c.id, _C.c.normal_hash, _C.c.site_id)
    .add_columns(_C.c.thread_id, _C.c.status, _C.c.created_at)
    .where(_C.c.created_at >= _SINCE),
    _C.c.created_at,
    select,
    _MOST,
)
_BY_BAND = _question(
    _sharing(_B.c.comment_id, _B.c.band, _B.c.site_id),
    _B.c.comment_id,
    select,
    _MOST_OF_A_BAND,
)
# Apart from the bands: comments that share one mostly share more.
_NEAR = (
    select(_C.c.id, _C.c.status, _C.c.created_at, _C.c.normal_hash, _K.c.email_index)
    .outerjoin(_K, _K.c.comment_id == _C.c.id)
    .where(_C.c.id.in_(_MARKS), _C.c.created_at >= _SINCE)
)
_PROVEN = (
    select(_K.c.email_index.label("mark"), func.count().label("number"))
    .join(_C, _C.c.id == _K.c.comment_id)
    .where(
        _K.c.site_id == _SITE,
        _K.c.email_index.in_(_MARKS),
        _C.c.status == Status.PUBLISHED.value,
    )
    .group_by(_K.c.email_index)
)


def _tally(found: Mapping[int, str], own_id: int) -> Tally:
    """The tally of the comments whose states these are, by row number."""
    others = (status for number, status in found.items() if number != own_id)
    counts = Counter(islice(others, _MOST))
    return Tally(
        published=counts[Status.PUBLISHED],
        spam=counts[Status.SPAM],
        trashed=counts[Status.TRASHED],
    )


def _states(rows: Iterable[Any]) -> dict[int, str]:
    return {row.id: row.status for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is stored of a site's past, as far as it concerns some comments."""

    site: SiteView
    keyring: Keyring = field(repr=False)
    matcher: Matcher
    by_address: Mapping[bytes, Sequence[Any]] = field(repr=False)
    by_network: Mapping[bytes, Sequence[Any]] = field(repr=False)
    by_host: Mapping[str, Sequence[Any]]
    same: Mapping[str, Sequence[Any]]
    by_band: Mapping[str, Sequence[Any]]
    """Row numbers."""
    near: Mapping[int, Any]
    """The columns of those, by row number."""
    proven: Mapping[bytes, int] = field(repr=False)

    def evidence(self, asked: Asked, settled: Sequence[Settled] = ()) -> Evidence:
        """The evidence for one of the comments.

        :param settled: those of the other comments that come before it.
        """
        comment = asked.comment
        before = [
            each
            for each in settled
            if each.asked.comment.site_id == comment.site_id
            and each.asked.comment.id != comment.id
        ]
        address, hits = self._private(asked)
        since = comment.created_at - NETWORK_KEPT
        network = self.by_network.get(asked.network_index or b"", ())
        return Evidence(
            policy=self.site.policy,
            list_hits=hits,
            alike=self._alike(asked, before),
            proven_published=self._proven_published(asked, before),
            address_tally=_tally(
                _states(self.by_address.get(asked.email_index or b"", ())), comment.id
            ),
            network_tally=_tally(
                _states(row for row in network if row.created_at >= since), comment.id
            ),
            host_tallies={
                host: self._host_tally(asked, before, host) for host in asked.hosts
            },
            email_domain=address.domain if address else "",
        )

    def _host_tally(self, asked: Asked, before: Sequence[Settled], host: str) -> Tally:
        found = _states(self.by_host.get(host, ()))
        for each in before:
            reading = each.asked.reading
            if each.asked.is_decided and host in {*reading.hosts, reading.website_host}:
                found[each.asked.comment.id] = each.status
        return _tally(found, asked.comment.id)

    def _alike(self, asked: Asked, before: Sequence[Settled]) -> Alike:
        same, near = self._same(asked), self._near(asked)
        for each in before:
            other = each.asked
            if other.reading.normal_hash == asked.reading.normal_hash:
                since = asked.comment.created_at - SAME_KEPT
                if asked.reading.normal_hash and other.comment.created_at >= since:
                    same[other.comment.id] = (other.comment.thread_id, each.status)
            elif (
                other.comment.created_at >= asked.comment.created_at - NEAR_KEPT
                and not _is_same_writer(asked.email_index, other.email_index)
                and not set(asked.reading.bands).isdisjoint(other.reading.bands)
            ):
                near[other.comment.id] = each.status
        counted = list(same.values())[:_MOST]
        statuses = [*(status for _, status in counted), *list(near.values())[:_MOST]]
        return Alike(
            same=len(counted),
            same_other_pages=sum(
                thread_id != asked.comment.thread_id for thread_id, _ in counted
            ),
            near=min(len(near), _MOST),
            spam=sum(status == Status.SPAM for status in statuses),
        )

    def _same(self, asked: Asked) -> dict[int, tuple[int, str]]:
        since = asked.comment.created_at - SAME_KEPT
        return {
            row.id: (row.thread_id, row.status)
            for row in self.same.get(asked.reading.normal_hash, ())
            if row.id != asked.comment.id and row.created_at >= since
        }

    def _near(self, asked: Asked) -> dict[int, str]:
        """Status by row number of those by other writers: another address, or none."""
        reading, mark = asked.reading, asked.email_index
        since = asked.comment.created_at - NEAR_KEPT
        numbers = {
            number for band in reading.bands for number in self.by_band.get(band, ())
        }
        numbers.discard(asked.comment.id)
        rows = (self.near[number] for number in numbers & self.near.keys())
        found = (
            (row.id, row.status)
            for row in rows
            if row.normal_hash != reading.normal_hash
            and row.created_at >= since
            and not _is_same_writer(mark, row.email_index)
        )
        return dict(islice(found, _MOST))

    def _proven_published(self, asked: Asked, before: Sequence[Settled]) -> int:
        mark = asked.email_index
        if mark is None or not asked.comment.arrival.get("proven"):
            return 0
        # The asked one itself is stored as published when an edit of it is asked about.
        own = int(asked.comment.status == Status.PUBLISHED)
        just_now = len(
            [
                each
                for each in before
                if each.asked.email_index == mark
                and each.status is Status.PUBLISHED
                and each.asked.comment.status != Status.PUBLISHED
            ]
        )
        return self.proven.get(mark, 0) - own + just_now

    def _private(self, asked: Asked) -> tuple[Address | None, tuple[ListHit, ...]]:
        """The writer's address, and what of the comment is listed."""
        contact, comment = asked.contact, asked.comment
        place = f"{comment.site_id}|{comment.public_id}"

        def opened(column: str, what: str) -> str:
            sealed = getattr(contact, column) if contact is not None else None
            if sealed is None:
                return ""
            return unseal(self.keyring, sealed, f"{what}|{place}")

        email = opened("email_sealed", "email")
        address = parse_address(email) if email else None
        if not self.matcher.has_entries:
            return address, ()
        site_id, reading = self.site.id, asked.reading
        subject = Subject(
            name=reading.name,
            website=reading.website,
            website_host=reading.website_host,
            text=reading.text,
            hosts=reading.hosts,
            agent=opened("agent_sealed", "agent"),
            client_ip=opened("ip_sealed", "ip"),
            email_domain=address.domain if address else "",
            address_indexes={
                key: address_index(self.keyring, site_id, address.canonical, key)
                for key in self.keyring.ids
            }
            if address
            else {},
        )
        return address, self.matcher.match(subject)


def _is_same_writer(mark: bytes | None, other: bytes | None) -> bool:
    return mark is not None and mark == other


def gather(
    session: Session, keyring: Keyring, site: SiteView, asked: Sequence[Asked]
) -> Past:
    """What is stored of the past of some comments of one site, in a few statements."""
    first = min((each.comment.created_at for each in asked), default=None)
    if first is None:
        raise ValueError("There is no comment to ask about.")
    proven = [a.email_index for a in asked if a.comment.arrival.get("proven")]
    bands = (band for a in asked for band in a.reading.bands)
    by_band = {
        band: [row.id for row in rows]
        for band, rows in _BY_BAND.ask(session, bands, site_id=site.id).items()
    }
    numbers = {number for numbers in by_band.values() for number in numbers}
    return Past(
        site=site,
        keyring=keyring,
        matcher=matcher_for(session, site.id, site.list_version),
        by_address=_BY_ADDRESS.ask(
            session, (a.email_index for a in asked), site_id=site.id
        ),
        by_network=_BY_NETWORK.ask(
            session, (a.network_index for a in asked), site_id=site.id
        ),
        by_host=_BY_HOST.ask(
            session, (host for a in asked for host in a.hosts), site_id=site.id
        ),
        same=_SAME.ask(
            session,
            (a.reading.normal_hash for a in asked),
            site_id=site.id,
            since=first - SAME_KEPT,
        ),
        by_band=by_band,
        near=_near(session, numbers, first - NEAR_KEPT),
        proven=_proven(session, site.id, proven),
    )


def _near(session: Session, numbers: Iterable[int], since: datetime) -> dict[int, Any]:
    """The columns by which near-duplicates are told apart, by row number."""
    wanted, found = sorted(numbers), dict[int, Any]()
    for start in range(0, len(wanted), _FEW):
        given = {"marks": wanted[start : start + _FEW], "since": since}
        found |= {
            row.id: row for row in session.connection().execute(_NEAR, given).all()
        }
    return found


def _proven(
    session: Session, site_id: int, marks: Iterable[bytes | None]
) -> dict[bytes, int]:
    """Published comments by address, for those who have proven that it is theirs."""
    wanted = sorted({mark for mark in marks if mark is not None})
    if not wanted:
        return {}
    rows = session.connection().execute(_PROVEN, {"site_id": site_id, "marks": wanted})
    return {row.mark: row.number for row in rows}
