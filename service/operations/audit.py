"""The log of what people do here besides moving comments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.db.models import AuditEntry
from service.domain.status import Actor


def audit(
    session: Session,
    action: str,
    *,
    now: datetime,
    moderator_id: int | None = None,
    site_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Log an action; without a moderator it is the operator's.

    :param action: a constant word, such as ``password-set``.
    :param detail: JSON values; never an e-mail address.
    """
    actor = Actor.OPERATOR if moderator_id is None else Actor.MODERATOR
    session.add(
        AuditEntry(
            actor=actor.value,
            moderator_id=moderator_id,
            site_id=site_id,
            action=action,
            detail=dict(detail or {}),
            created_at=now,
        )
    )
    session.flush()
