"""The second step of signing in: a code, before there is any session."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from service.db.models import SignInStep
from service.operations.second_factor import spend_code
from service.operations.sign_in import open_session
from service.privacy.keyring import Keyring
from service.privacy.tokens import token_digest

MAX_TRIES = 5
"""Wrong codes after which the password is asked for again."""


def step_holder(session: Session, token: str, *, now: datetime) -> int | None:
    """The moderator whose code is awaited; None if none is, or it took too long."""
    row = session.get(SignInStep, token_digest(token))
    return None if row is None or row.expires_at <= now else row.moderator_id


def pass_step(
    session: Session, keyring: Keyring, token: str, code: str, *, now: datetime
) -> str | None:
    """Sign in by the code; the token for the browser's cookie, or None if it is wrong.

    A wrong one is counted, and after five of them the step is over.

    :raises Forbidden: if the moderator is disabled.
    """
    digest = token_digest(token)
    row = session.get(SignInStep, digest)
    if row is None or row.expires_at <= now:
        return None
    moderator_id, browser = row.moderator_id, row.browser
    if not spend_code(session, keyring, moderator_id, code, now=now):
        _count(session, digest)
        return None
    # Of two at once with two right codes, one finds no step to spend.
    spent = session.execute(
        delete(SignInStep)
        .where(SignInStep.digest == digest)
        .returning(SignInStep.moderator_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if spent is None:
        return None
    return open_session(session, moderator_id, now=now, browser=browser)


def drop_step(session: Session, token: str) -> None:
    """End the step of this token, if there is one."""
    session.execute(delete(SignInStep).where(SignInStep.digest == token_digest(token)))


def _count(session: Session, digest: bytes) -> None:
    here = SignInStep.digest == digest
    session.execute(
        update(SignInStep)
        .where(here)
        .values(tries=SignInStep.tries + 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(SignInStep)
        .where(here, SignInStep.tries >= MAX_TRIES)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
