"""The comments of a flood, page by page."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment
from service.domain.status import Status
from service.operations.cards import Card, cards
from service.operations.floods import GROUPED
from service.operations.moderators import ModeratorView
from service.operations.queue import comment_for
from service.privacy.keyring import Keyring

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikePage:
    """Some of the comments that are alike one, in the same state; oldest first."""

    lead: Card
    """The comment that is asked about."""
    cards: list[Card]
    next: int | None
    """Where the next page begins; None on the last one."""


def alike_page(
    session: Session,
    keyring: Keyring,
    moderator: ModeratorView,
    public_id: str,
    *,
    after: int | None = None,
) -> AlikePage:
    """A page of the comments alike this one in its present state, itself among them.

    :param after: `AlikePage.next` of the page before.
    :raises Unknown: if it is not on one of the moderator's sites.
    """
    comment = comment_for(session, moderator, public_id)
    (lead,) = cards(session, keyring, moderator, [comment.id])
    if not comment.flood_key or comment.status not in GROUPED:
        return AlikePage(lead=lead, cards=[lead], next=None)
    ids = list(
        session.scalars(
            select(Comment.id)
            .where(
                Comment.site_id == comment.site_id,
                Comment.status == Status(comment.status).value,
                Comment.flood_key == comment.flood_key,
                Comment.id > (after or 0),
            )
            .order_by(Comment.id)
            .limit(PAGE_SIZE + 1)
        )
    )
    shown = ids[:PAGE_SIZE]
    return AlikePage(
        lead=lead,
        cards=cards(session, keyring, moderator, shown),
        next=shown[-1] if len(ids) > PAGE_SIZE else None,
    )
