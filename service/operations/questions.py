"""What is asked of the store about comments that share a mark with others.

Of a mark that very many share, such as a host in a flood, the newest are looked at.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from service.db.models import Comment, CommentBand, CommentHost, Contact, Move
from service.domain.status import Actor, Status

MOST_LOOKED = 2_000
"""Of the comments that share a writer's mark or a host so many are looked at, the
newest: a flood from one network must not make each of its comments dearer."""
MOST = 500
"""Counting further tells a check nothing more, and keeps a flood from costing much."""
_MOST_OF_A_BAND = 100
# In a flood: a comment has eight bands, and beyond a few alike ones no weight grows.
FEW = 1_000
"""Comments that one statement may look at, for all that is asked about at once."""

# Statements are put together once: that takes SQLAlchemy longer than to send them.
_C: Any = Comment.__table__
_K: Any = Contact.__table__
_H: Any = CommentHost.__table__
_B: Any = CommentBand.__table__

_SITE: Any = bindparam("site_id")
_MARKS: Any = bindparam("marks", expanding=True)
# Only what a person decided counts: verdicts that feed on verdicts drift.
DECIDED = exists().where(
    Move.comment_id == _C.c.id, Move.actor == Actor.MODERATOR.value
)
"""The condition that a moderator has decided on a comment."""
IS_DECIDED = (
    select(Move.id)
    .where(Move.comment_id == _C.c.id, Move.actor == Actor.MODERATOR.value)
    .limit(1)
    .scalar_subquery()
    .is_not(None)
)
"""The same, where it is asked of some rows and not a condition for all of them: with a
limit PostgreSQL looks each one up, and does not read all moves to have them at hand."""


@dataclass(frozen=True, slots=True)
class Question:
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
) -> Question:
    """The statements of a question.

    :param sharing: ``id`` and ``mark`` of the comments that share one.
    :param newest: the column that is largest for the newest comment.
    :param told: what is to be known of these.
    :param most: how many are looked at of those that share one mark with very many.
    """
    return Question(
        few=FEW,
        count=select(func.count()).select_from(sharing.limit(FEW).subquery()),
        all_of_few=told(sharing.subquery()),
        newest_of_one=told(sharing.order_by(newest.desc()).limit(most).subquery()),
    )


def _decided(sharing: Any) -> Select[Any]:
    return (
        select(sharing.c.mark, _C.c.id, _C.c.status, _C.c.created_at)
        .join(_C, _C.c.id == sharing.c.id)
        .where(DECIDED)
    )


def _told_of_hosts(sharing: Any) -> Select[Any]:
    """Decisions, and what was published without one: it makes a host known."""
    return (
        select(
            *(sharing.c.mark, _C.c.id, _C.c.status, _C.c.created_at),
            *(_C.c.published_at, IS_DECIDED.label("is_decided")),
        )
        .join(_C, _C.c.id == sharing.c.id)
        .where(IS_DECIDED | (_C.c.status == Status.PUBLISHED.value))
    )


def _with_address(sharing: Any) -> Select[Any]:
    return select(sharing, _K.c.email_index).outerjoin(
        _K, _K.c.comment_id == sharing.c.id
    )


def _sharing(number: Any, mark: Any, site_id: Any) -> Select[Any]:
    return select(number.label("id"), mark.label("mark")).where(
        site_id == _SITE, mark.in_(_MARKS)
    )


BY_ADDRESS = _question(
    _sharing(_K.c.comment_id, _K.c.email_index, _K.c.site_id),
    _K.c.comment_id,
    _decided,
    MOST_LOOKED,
)
BY_NETWORK = _question(
    _sharing(_K.c.comment_id, _K.c.network_index, _K.c.site_id),
    _K.c.comment_id,
    _decided,
    MOST_LOOKED,
)
BY_HOST = _question(
    _sharing(_H.c.comment_id, _H.c.host, _H.c.site_id),
    _H.c.comment_id,
    _told_of_hosts,
    MOST_LOOKED,
)
SAME_WORDS = _question(
    _sharing(_C.c.id, _C.c.normal_hash, _C.c.site_id).add_columns(
        _C.c.thread_id, _C.c.status, _C.c.created_at, _C.c.name
    ),
    _C.c.created_at,
    _with_address,
    MOST,
)
BY_BAND = _question(
    _sharing(_B.c.comment_id, _B.c.band, _B.c.site_id),
    _B.c.comment_id,
    select,
    _MOST_OF_A_BAND,
)
# Apart from the bands: comments that share one mostly share more.
NEAR = (
    select(
        *(_C.c.id, _C.c.thread_id, _C.c.status, _C.c.created_at, _C.c.name),
        *(_C.c.normal_hash, _K.c.email_index),
    )
    .outerjoin(_K, _K.c.comment_id == _C.c.id)
    .where(_C.c.id.in_(_MARKS))
)
PROVEN = (
    select(_K.c.email_index.label("mark"), func.count().label("number"))
    .join(_C, _C.c.id == _K.c.comment_id)
    .where(
        _K.c.site_id == _SITE,
        _K.c.email_index.in_(_MARKS),
        _C.c.status == Status.PUBLISHED.value,
    )
    .group_by(_K.c.email_index)
)
