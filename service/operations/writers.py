"""Who a writer is, as far as it can be proven."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, Contact
from service.domain.status import Status
from service.domain.submission import Submission
from service.privacy.address import parse_address
from service.privacy.blind_index import address_index
from service.privacy.keyring import Keyring
from service.privacy.tokens import is_edit_token


def claims_proof(keyring: Keyring, submission: Submission) -> bool:
    """True if the writer token was given out here, whoever sends it now."""
    comment_id, _, token = submission.writer_token.partition(".")
    if not token or not submission.email:
        return False
    return is_edit_token(keyring, comment_id, token)


def is_proven(
    session: Session, keyring: Keyring, site_id: int, submission: Submission
) -> bool:
    """True if the writer token belongs to an earlier published comment of this address.

    A merely claimed address proves nothing (design decision 9.10).
    """
    if not claims_proof(keyring, submission):
        return False
    comment_id = submission.writer_token.partition(".")[0]
    row = session.execute(
        select(Contact.email_index, Contact.index_key)
        .join(Comment, Comment.id == Contact.comment_id)
        .where(
            Comment.public_id == comment_id,
            Comment.site_id == site_id,
            Comment.status == Status.PUBLISHED.value,
        )
    ).one_or_none()
    if row is None or row.email_index is None:
        return False
    canonical = parse_address(submission.email).canonical
    own = address_index(keyring, site_id, canonical, row.index_key)
    return bool(own == row.email_index)
