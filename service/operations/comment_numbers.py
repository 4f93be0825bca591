"""The numbers by which programs know comments that cannot take public ids."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment


def number_of(session: Session, public_id: str) -> int:
    """The number of the comment with this public id, which must be there."""
    return session.execute(
        select(Comment.id).where(Comment.public_id == public_id)
    ).scalar_one()
