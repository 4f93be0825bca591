"""Moderators: who they are, and what they may do on which site."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from service.db.models import Membership, Moderator
from service.domain.errors import Conflict, InvalidInput, Unknown
from service.operations.audit import audit
from service.privacy.address import Address, BadAddress, parse_address
from service.privacy.blind_index import address_index
from service.privacy.keyring import Keyring
from service.privacy.sealing import SealBroken, seal, unseal

NO_SITE = 0
"""Scope of the blind indexes of moderators' addresses: no site has this number."""

MAX_NAME_CHARS = 80


class Role(StrEnum):
    """What a moderator may do on a site."""

    OWNER = "owner"
    """Everything, the site's settings too."""
    MODERATOR = "moderator"
    """Decide on comments."""
    VIEWER = "viewer"
    """See the queue, and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeratorView:
    """A moderator, without the address."""

    id: int
    name: str
    has_password: bool
    disabled: bool
    feed_epoch: int
    language: str = ""
    """Tag of the language in which pages speak; empty for the browser's own."""
    roles: Mapping[int, Role]
    """Role by row number of the site."""

    @property
    def site_ids(self) -> tuple[int, ...]:
        """Sites whose comments the moderator may see, in order."""
        return tuple(sorted(self.roles))

    def may_decide(self, site_id: int) -> bool:
        """True if the moderator may move comments of this site."""
        return self.roles.get(site_id) in {Role.OWNER, Role.MODERATOR}


def _bound_to(index: bytes) -> str:
    return f"moderator|{index.hex()}"


def _parsed(email: str) -> Address:
    try:
        return parse_address(email)
    except BadAddress as err:
        raise InvalidInput({"email": [str(err)]}) from err


# Put together once: these are asked for with every page that a moderator looks at.
_M: Any = Moderator.__table__
_MEMBERSHIP: Any = Membership.__table__
_BY_ID = select(
    *(_M.c.id, _M.c.name, _M.c.password_hash, _M.c.disabled_at, _M.c.feed_epoch),
    _M.c.language,
).where(_M.c.id == bindparam("moderator"))
_ROLES = select(_MEMBERSHIP.c.site_id, _MEMBERSHIP.c.role).where(
    _MEMBERSHIP.c.moderator_id == bindparam("moderator")
)


def _view(session: Session, row: Any) -> ModeratorView:
    roles = session.connection().execute(_ROLES, {"moderator": row.id})
    return ModeratorView(
        id=row.id,
        name=row.name,
        has_password=row.password_hash is not None,
        disabled=row.disabled_at is not None,
        feed_epoch=row.feed_epoch,
        language=row.language,
        roles={site_id: Role(role) for site_id, role in roles},
    )


def moderator_row(session: Session, moderator_id: int) -> Moderator:
    """The stored moderator.

    :raises Unknown: if there is none.
    """
    found = session.get(Moderator, moderator_id)
    if found is None:
        raise Unknown("There is no such moderator.")
    return found


def row_by_address(
    session: Session, keyring: Keyring, address: Address
) -> Moderator | None:
    """The stored moderator with this address, under whichever key it was indexed."""
    indexes = [
        address_index(keyring, NO_SITE, address.canonical, key_id)
        for key_id in keyring.ids
    ]
    return session.execute(
        select(Moderator).where(Moderator.email_index.in_(indexes))
    ).scalar_one_or_none()


def add_moderator(  # noqa: PLR0913  # who they are, and who adds them
    session: Session,
    keyring: Keyring,
    email: str,
    *,
    name: str,
    roles: Mapping[int, Role],
    now: datetime,
    by: int | None = None,
) -> int:
    """Add a moderator without a password, and return the row number.

    :param name: shown in the log and the queue, 1-80 characters.
    :param roles: role by row number of the site.
    :param by: the moderator who does it; the operator by default.
    :raises InvalidInput: naming ``email`` or ``name``.
    :raises Conflict: if there is a moderator with this address.
    """
    address = _parsed(email)
    if not 0 < len(name.strip()) <= MAX_NAME_CHARS:
        raise InvalidInput({"name": [f"Give a name of 1-{MAX_NAME_CHARS} characters."]})
    if row_by_address(session, keyring, address) is not None:
        raise Conflict("There is a moderator with this address already.")
    index = address_index(keyring, NO_SITE, address.canonical)
    row = Moderator(
        name=name.strip(),
        email_sealed=seal(keyring, address.normal, _bound_to(index)),
        email_index=index,
        index_key=keyring.newest,
        created_at=now,
    )
    session.add(row)
    session.flush()
    detail = {"moderator": row.id}
    audit(session, "moderator-added", now=now, moderator_id=by, detail=detail)
    for site_id, role in roles.items():
        set_role(session, row.id, site_id, role, now=now, by=by)
    return row.id


def set_role(
    session: Session,
    moderator_id: int,
    site_id: int,
    role: Role | None,
    *,
    now: datetime,
    by: int | None = None,
) -> None:
    """Give the moderator this role on the site, or none; it counts at once.

    :param by: the moderator who does it; the operator by default.
    :raises Unknown: if there is no such moderator.
    """
    moderator = moderator_row(session, moderator_id)
    session.execute(
        delete(Membership).where(
            Membership.moderator_id == moderator.id, Membership.site_id == site_id
        )
    )
    if role is not None:
        session.add(
            Membership(moderator_id=moderator.id, site_id=site_id, role=role.value)
        )
    audit(
        session,
        "role-set",
        now=now,
        moderator_id=by,
        site_id=site_id,
        detail={"moderator": moderator.id, "role": role and role.value},
    )


def moderator_by_id(session: Session, moderator_id: int) -> ModeratorView:
    """The moderator with this row number.

    :raises Unknown: if there is none.
    """
    row = session.connection().execute(_BY_ID, {"moderator": moderator_id}).first()
    if row is None:
        raise Unknown("There is no such moderator.")
    return _view(session, row)


def moderator_by_email(session: Session, keyring: Keyring, email: str) -> ModeratorView:
    """The moderator with this address.

    :raises InvalidInput: naming ``email``, if it is not an address.
    :raises Unknown: if there is none.
    """
    row = row_by_address(session, keyring, _parsed(email))
    if row is None:
        raise Unknown("There is no moderator with this address.")
    return _view(session, row)


def all_moderators(session: Session) -> list[ModeratorView]:
    """Every moderator, in the order they were added."""
    rows = session.scalars(select(Moderator).order_by(Moderator.id))
    return [_view(session, row) for row in rows]


def masked_address(session: Session, keyring: Keyring, moderator_id: int) -> str:
    """The moderator's address such as ``a…@example.org``; empty if it cannot be opened.

    :raises Unknown: if there is no such moderator.
    """
    return masked_of(moderator_row(session, moderator_id), keyring)


def masked_of(row: Moderator, keyring: Keyring) -> str:
    """The address of this stored moderator, as by `masked_address`."""
    try:
        plain = unseal(keyring, row.email_sealed, _bound_to(row.email_index))
    except SealBroken:
        return ""
    return parse_address(plain).masked
