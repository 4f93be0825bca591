"""The people of a site: who belongs to it, in which role, and who may change that."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.models import Membership, Moderator
from service.domain.errors import Conflict, StaleSettings, Unknown
from service.operations.moderators import (
    ModeratorView,
    Role,
    add_moderator,
    masked_of,
    moderator_by_email,
    moderator_by_id,
    set_role,
)
from service.operations.own_sites import own_site
from service.operations.sign_in_links import make_link
from service.privacy.keyring import Keyring
from service.text.border import clean_line

LAST_OWNER = "A site needs an owner. Make somebody else an owner first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody with a role on a site."""

    id: int
    name: str
    address: str
    """Masked; empty if it cannot be opened with the present keys."""
    role: Role
    disabled: bool
    may_get_link: bool
    """True if an owner of the site may make a new sign-in link for this person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Somebody who has just become a member."""

    id: int
    name: str
    token: str = field(repr=False)
    """Of a one-time sign-in link; empty for who was known here before."""


def members_of(
    session: Session, keyring: Keyring, who: ModeratorView, site_id: int
) -> list[Member]:
    """Everybody with a role on the site, in the order in which they were added.

    :param who: whom `Member.may_get_link` is about.
    """
    rows = session.execute(
        select(Moderator, Membership.role)
        .join(Membership, Membership.moderator_id == Moderator.id)
        .where(Membership.site_id == site_id)
        .order_by(Moderator.id)
    ).all()
    return [
        Member(
            id=row.id,
            name=row.name,
            address=masked_of(row, keyring),
            role=Role(role),
            disabled=row.disabled_at is not None,
            may_get_link=_may_get_link(session, who, row),
        )
        for row, role in rows
    ]


def add_member(  # noqa: PLR0913  # who adds whom, where, and as what
    session: Session,
    keyring: Keyring,
    who: ModeratorView,
    key: str,
    email: str,
    *,
    name: str,
    role: Role,
    now: datetime,
) -> Joined:
    """Give somebody a role on the site, and make an account if there is none.

    Whoever has an account keeps its name, and gets no link: it would let the owner of
    one site into what that person may do on others.

    :raises Unknown: if there is no such site for the person who adds.
    :raises Forbidden: if that person does not own it.
    :raises InvalidInput: naming ``email`` or ``name``.
    :raises Conflict: if the added one has a role there already.
    """
    site, name = own_site(session, who, key), clean_line(name)
    try:
        known = moderator_by_email(session, keyring, email)
    except Unknown:
        roles = {site.id: role}
        number = add_moderator(
            session, keyring, email, name=name, roles=roles, now=now, by=who.id
        )
        token = make_link(session, number, now=now, by=who.id)
        return Joined(id=number, name=name, token=token)
    if site.id in known.roles:
        raise Conflict("This person has a role here already; change it in the list.")
    set_role(session, known.id, site.id, role, now=now, by=who.id)
    return Joined(id=known.id, name=known.name, token="")


def change_role(  # noqa: PLR0913  # who changes whom, where, from what to what
    session: Session,
    who: ModeratorView | None,
    key: str,
    member_id: int,
    role: Role | None,
    *,
    seen: Role | None,
    now: datetime,
) -> None:
    """Give a member another role, or none: then the person is a member no more.

    :param who: None for the operator.
    :param seen: the role the member had for whoever changes it; None if not looked at.
    :raises Unknown: if there is no such site or member.
    :raises Forbidden: if this person does not own the site.
    :raises StaleSettings: if somebody else has changed the role meanwhile.
    :raises Conflict: if the site would be left without an owner.
    """
    site = own_site(session, who, key)
    present = moderator_by_id(session, member_id).roles.get(site.id)
    if present is None:
        raise Unknown("This person has no role on this site.")
    if present is role:
        return
    if seen is not None and seen is not present:
        raise StaleSettings(["role"])
    if present is Role.OWNER and not _other_owners(session, site.id, member_id):
        raise Conflict(LAST_OWNER)
    by = None if who is None else who.id
    set_role(session, member_id, site.id, role, now=now, by=by)


def renew_link(
    session: Session, who: ModeratorView, key: str, member_id: int, *, now: datetime
) -> Joined:
    """A new sign-in link for a member who has not set a password yet.

    :raises Unknown: if there is no such site or member.
    :raises Forbidden: if this person does not own the site.
    :raises Conflict: if the link would open more than this person may give.
    """
    site = own_site(session, who, key)
    member = moderator_by_id(session, member_id)
    if site.id not in member.roles:
        raise Unknown("This person has no role on this site.")
    if not _may_get_link(session, who, session.get_one(Moderator, member_id)):
        raise Conflict(
            "This person can sign in already, or belongs to sites of others."
        )
    token = make_link(session, member_id, now=now, by=who.id)
    return Joined(id=member_id, name=member.name, token=token)


def _other_owners(session: Session, site_id: int, member_id: int) -> int:
    """How many owners the site has besides; those who are shut out do not count."""
    return session.execute(
        select(func.count())
        .select_from(Membership)
        .join(Moderator, Moderator.id == Membership.moderator_id)
        .where(
            Membership.site_id == site_id,
            Membership.role == Role.OWNER.value,
            Membership.moderator_id != member_id,
            Moderator.disabled_at.is_(None),
        )
    ).scalar_one()


def _may_get_link(session: Session, who: ModeratorView, row: Moderator) -> bool:
    """True if a link for this account opens nothing that ``who`` does not own."""
    if row.id == who.id or row.password_hash is not None or row.disabled_at is not None:
        return False
    theirs = set(
        session.scalars(
            select(Membership.site_id).where(Membership.moderator_id == row.id)
        )
    )
    owned = set(
        session.scalars(
            select(Membership.site_id).where(
                Membership.moderator_id == who.id, Membership.role == Role.OWNER.value
            )
        )
    )
    return theirs <= owned
