"""What other programs say that comments are: labels on questions from outside."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import OutsideQuestion
from service.domain.ids import is_public_id
from service.operations.inbound.asking import OutsideFacts, add_question, asked_before
from service.operations.labels import label_question
from service.operations.sites import SiteView, wait_for_site
from service.privacy.keyring import Keyring


def teach_outside(  # noqa: PLR0913  # who says what of which comment
    session: Session,
    keyring: Keyring,
    site: SiteView,
    facts: OutsideFacts,
    *,
    is_spam: bool,
    moderator_id: int,
    now: datetime,
    guid: str = "",
) -> bool:
    """Say what a comment of another program is, so that the filter learns it.

    It is the comment that was asked about, by its public id or else by what it says;
    if nobody asked, what is told of it now is learned. The last that is said counts,
    and to say it again changes nothing.

    :param guid: public id of the question, if it is known.
    :returns: True if something new was said.
    """
    # One after the other, so that two who say the same at once say it once.
    wait_for_site(session, site.id)
    question = _by_guid(session, site.id, guid) or asked_before(
        session, keyring, site.id, facts
    )
    if question is None:
        question = add_question(
            session,
            keyring,
            site,
            facts,
            moderator_id=moderator_id,
            state="told",
            now=now,
        )
    return label_question(
        session, question, is_spam, moderator_id=moderator_id, now=now
    )


def _by_guid(session: Session, site_id: int, guid: str) -> OutsideQuestion | None:
    if not is_public_id(guid):
        return None
    return session.execute(
        select(OutsideQuestion).where(
            OutsideQuestion.public_id == guid,
            OutsideQuestion.site_id == site_id,
            # Of one that was emptied nothing can be learned any more.
            OutsideQuestion.emptied_at.is_(None),
        )
    ).scalar_one_or_none()
