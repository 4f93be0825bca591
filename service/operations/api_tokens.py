"""Tokens by which programs do what a moderator may do; only digests are stored."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from service.db.models import ApiToken
from service.domain.errors import InvalidInput, TooManyRequests, Unknown
from service.domain.rates import Rate
from service.operations.allow import charge
from service.operations.audit import audit
from service.operations.moderators import (
    ModeratorView,
    moderator_by_id,
    moderator_row,
)
from service.privacy.tokens import MAX_TOKEN_CHARS, random_token, token_digest

PREFIX = "foyer_"
"""Lets scanners for leaked secrets find a token."""
MAX_NAME_CHARS = 60
MAX_TOKENS = 50
"""Per moderator."""
MAX_DAYS = 3650
REQUESTS = Rate(240, 60)
"""Requests with one token: so many at once, then four a second."""

_MAX_ID = 2**31 - 1
_TOUCH_AFTER = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token is good for."""

    READ = "read"
    DECIDE = "decide"
    """Read, and decide where its moderator may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """A token as its moderator sees it: never the token itself."""

    id: int
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    """To the minute; None if it never was."""
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A program that has shown a token that holds, and for whom it acts."""

    token_id: int = field(repr=False)
    moderator: ModeratorView
    may_decide: bool
    """False for a token that is good for reading only."""
    to_touch: bool
    """True when the store should be told that the token is in use."""


def make_token(  # noqa: PLR0913  # each is a column, or who made it
    session: Session,
    moderator_id: int,
    *,
    name: str,
    scope: Scope,
    now: datetime,
    days: int | None = None,
    by_operator: bool = False,
) -> str:
    """A new token, which is never told again.

    :param name: what it is for, 1-60 characters.
    :param days: after which it is over; None for one that holds until it is revoked.
    :raises InvalidInput: naming ``name`` or ``days``.
    :raises Unknown: if there is no such moderator.
    """
    moderator = moderator_row(session, moderator_id)
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME_CHARS:
        raise InvalidInput({"name": [f"Give a name of 1-{MAX_NAME_CHARS} characters."]})
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise InvalidInput({"days": [f"Give 1-{MAX_DAYS} days, or nothing."]})
    own = select(func.count()).where(ApiToken.moderator_id == moderator.id)
    if session.execute(own).scalar_one() >= MAX_TOKENS:
        raise InvalidInput(
            {"name": [f"There are {MAX_TOKENS} tokens already; revoke some first."]}
        )
    token = f"{PREFIX}{random_token()}"
    row = ApiToken(
        moderator_id=moderator.id,
        name=name,
        digest=token_digest(token),
        scope=scope.value,
        created_at=now,
        expires_at=None if days is None else now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    audit(
        session,
        "token-made",
        now=now,
        moderator_id=None if by_operator else moderator.id,
        detail={"moderator": moderator.id, "token": row.id, "scope": scope.value},
    )
    return token


def tokens_of(session: Session, moderator_id: int, *, now: datetime) -> list[TokenView]:
    """The moderator's tokens, newest first."""
    rows = session.scalars(
        select(ApiToken)
        .where(ApiToken.moderator_id == moderator_id)
        .order_by(ApiToken.id.desc())
    )
    return [
        TokenView(
            id=row.id,
            name=row.name,
            scope=Scope(row.scope),
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
            is_over=_is_over(row, now),
        )
        for row in rows
    ]


def revoke_token(
    session: Session, moderator_id: int, token_id: int, *, now: datetime
) -> None:
    """End a token at once.

    :raises Unknown: if there is no such token, or it is somebody else's.
    """
    if token_id > _MAX_ID:
        raise Unknown("There is no such token.")
    gone = session.execute(
        delete(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.moderator_id == moderator_id)
        .returning(ApiToken.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if gone is None:
        raise Unknown("There is no such token.")
    audit(
        session,
        "token-revoked",
        now=now,
        moderator_id=moderator_id,
        detail={"token": token_id},
    )


def bearer_of(session: Session, token: str, *, now: datetime) -> Bearer | None:
    """For whom this token acts; None if it does not hold."""
    if not token.startswith(PREFIX) or len(token) > MAX_TOKEN_CHARS:
        return None
    row = session.execute(
        select(ApiToken).where(ApiToken.digest == token_digest(token))
    ).scalar_one_or_none()
    if row is None or _is_over(row, now):
        return None
    moderator = moderator_by_id(session, row.moderator_id)
    if moderator.disabled:
        return None
    return Bearer(
        token_id=row.id,
        moderator=moderator,
        may_decide=row.scope == Scope.DECIDE,
        to_touch=row.used_at is None or now - row.used_at >= _TOUCH_AFTER,
    )


def use_token(session: Session, bearer: Bearer, *, now: datetime) -> None:
    """Count a request against the token's rate, and note that it is in use.

    :raises TooManyRequests: saying when the next one can succeed.
    """
    try:
        charge(session, f"api-token:{bearer.token_id}", REQUESTS, now)
    except TooManyRequests as err:
        raise TooManyRequests(err.retry_after, "with this token") from None
    if bearer.to_touch:
        session.execute(
            update(ApiToken)
            .where(ApiToken.id == bearer.token_id)
            .values(used_at=now)
            .execution_options(synchronize_session=False)
        )


def _is_over(row: ApiToken, now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= now
