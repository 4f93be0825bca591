"""Tickets: the address of the page that a browser sees after its form was sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, Thread, Ticket
from service.domain.errors import Unknown
from service.privacy.tokens import random_token, token_digest

TICKET_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """What a ticket opens."""

    comment: Comment
    page: str
    proven: bool
    """True for the browser that sent the comment."""
    return_to: str


def make_ticket(
    session: Session, comment_id: str, *, proven: bool, return_to: str, now: datetime
) -> str:
    """A new ticket for the comment with this public id; only its digest is stored."""
    token = random_token()
    row_id = session.execute(
        select(Comment.id).where(Comment.public_id == comment_id)
    ).scalar_one()
    session.add(
        Ticket(
            digest=token_digest(token),
            comment_id=row_id,
            proven=proven,
            return_to=return_to,
            expires_at=now + TICKET_LIFE,
        )
    )
    session.flush()
    return token


def open_ticket(
    session: Session, site_id: int, token: str, now: datetime
) -> TicketView:
    """What the ticket opens.

    :raises Unknown: if there is no such ticket, or it is over, or of another site.
    """
    found = session.execute(
        select(Ticket, Comment, Thread.page)
        .join(Comment, Comment.id == Ticket.comment_id)
        .join(Thread, Thread.id == Comment.thread_id)
        .where(Ticket.digest == token_digest(token), Comment.site_id == site_id)
    ).one_or_none()
    if found is None or found[0].expires_at <= now:
        raise Unknown("This page is gone: such pages last 24 hours.")
    ticket, comment, page = found
    return TicketView(
        comment=comment, page=page, proven=ticket.proven, return_to=ticket.return_to
    )
