"""A moderator decides on several comments at once, each as it was seen."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment
from service.domain.errors import ForbiddenMove, InvalidInput, StaleComment
from service.domain.ids import is_public_id
from service.domain.status import Status
from service.operations.batches import Decided, Left, Outcome, left_alone
from service.operations.decide import decide_as_seen, may_decide
from service.operations.moderators import ModeratorView, moderator_by_id
from service.privacy.tokens import public_id as new_batch

MOST_AT_ONCE = 100
"""Comments that one transaction decides on; others can write in between."""


class Seen(NamedTuple):
    """A comment as the moderator saw it."""

    public_id: str
    version: int


def decide_many(
    session: Session,
    moderator: ModeratorView,
    seen: Sequence[Seen],
    *,
    decision: Status,
    now: datetime,
) -> Outcome:
    """Move comments as the moderator says; those that have changed are left alone.

    The same decision again changes nothing. What is not on one of the moderator's sites
    is left out, as if it did not exist.

    :raises InvalidInput: naming ``comment``, for none or too many.
    :raises Forbidden: if the moderator may only look at one of the sites.
    """
    versions = {each.public_id: each.version for each in seen}
    if not 0 < len(versions) <= MOST_AT_ONCE:
        raise InvalidInput({"comment": [f"Choose 1-{MOST_AT_ONCE} comments."]})
    moderator = moderator_by_id(session, moderator.id)
    comments = _locked(session, moderator, list(versions))
    for site_id in sorted({comment.site_id for comment in comments}):
        may_decide(session, moderator, site_id)
    batch, done, stale = new_batch(), list[Decided](), list[Left]()
    for comment in comments:
        try:
            done.append(
                decide_as_seen(
                    session,
                    moderator,
                    comment,
                    seen_version=versions[comment.public_id],
                    decision=decision,
                    batch=batch,
                    bulk_size=len(versions),
                    now=now,
                )
            )
        except (StaleComment, ForbiddenMove):
            stale.append(left_alone(session, comment))
    return Outcome(
        # Of a repeat it is the first one's.
        batch=done[0].batch if done else "",
        decided=tuple(done),
        stale=tuple(stale),
    )


def _locked(
    session: Session, moderator: ModeratorView, public_ids: Sequence[str]
) -> Sequence[Comment]:
    # Locked in one order, so that two who decide at once do not wait for each other.
    # The site is compared here, or SQLite reads all comments of the sites.
    rows = session.scalars(
        select(Comment)
        .where(
            Comment.public_id.in_([each for each in public_ids if is_public_id(each)])
        )
        .order_by(Comment.id)
        .with_for_update()
    )
    return [comment for comment in rows if comment.site_id in moderator.site_ids]
