"""One-time links that sign a moderator in; only digests are stored."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from service.db.models import SignInLink
from service.domain.errors import Unknown
from service.operations.audit import audit
from service.operations.moderators import moderator_by_id
from service.operations.sign_in import Admission, admit
from service.privacy.tokens import random_token, token_digest

LINK_KEPT = timedelta(hours=24)
"""How long a one-time link can be used."""


def make_link(
    session: Session, moderator_id: int, *, now: datetime, by: int | None = None
) -> str:
    """A token that signs this moderator in once, within 24 hours.

    :param by: the moderator who asks for it; the operator by default.
    :raises Unknown: if there is no such moderator.
    """
    moderator_by_id(session, moderator_id)
    session.execute(delete(SignInLink).where(SignInLink.expires_at <= now))
    token = random_token()
    session.add(
        SignInLink(
            digest=token_digest(token),
            moderator_id=moderator_id,
            expires_at=now + LINK_KEPT,
        )
    )
    detail = {"moderator": moderator_id}
    audit(session, "link-made", now=now, moderator_id=by, detail=detail)
    return token


def link_holds(session: Session, token: str, *, now: datetime) -> bool:
    """True if the one-time link can still be used; looking does not use it."""
    return (
        session.execute(
            select(SignInLink.moderator_id).where(
                SignInLink.digest == token_digest(token),
                SignInLink.used_at.is_(None),
                SignInLink.expires_at > now,
            )
        ).first()
        is not None
    )


def spend_link(
    session: Session, token: str, *, now: datetime, browser: str = ""
) -> Admission:
    """Use the one-time link up; what it opens. A second factor asks for its code, too.

    :param browser: as for `service.operations.sign_in.open_session`.
    :raises Unknown: if there is no such link, or it is used up or too old.
    :raises Forbidden: if the moderator is disabled.
    """
    # Ask and spend in one statement: of two at once, one finds no row.
    moderator_id = session.execute(
        update(SignInLink)
        .where(
            SignInLink.digest == token_digest(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignInLink.moderator_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if moderator_id is None:
        raise Unknown("This link was used before, or is older than 24 hours.")
    return admit(session, moderator_id, now=now, browser=browser)
