"""What a service outside is asked about: a comment as it was sent, read when it is due.

Nothing is copied for it. What was dropped meanwhile, such as the IP address, cannot be
sent any more; and of a text that has changed since, nothing is said.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, Contact, Inquiry, Revision, Thread
from service.domain.outside import digest_of
from service.domain.pages import page_address
from service.domain.policy import SitePolicy
from service.domain.revisions import TAKEN, WAITING
from service.operations.outside.secrets import secret_of
from service.operations.sites import SiteView, site_by_id
from service.privacy.keyring import Keyring
from service.privacy.sealing import unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A comment, as far as a service may be told of it."""

    site: str
    """The site's key."""
    blog: str
    """Where the blog is; empty for a site without an origin."""
    page: str
    permalink: str
    """Address of the page; empty where it has none."""
    comment_id: str
    """Public id."""
    name: str = field(repr=False)
    website: str = field(repr=False)
    text: str = field(repr=False)
    email: str = field(repr=False)
    """Empty unless the owner lets it be sent."""
    client_ip: str = field(repr=False)
    """Empty when it is no longer kept."""
    agent: str = field(repr=False)
    is_reply: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A question or a report that is due, with all that is needed for it."""

    inquiry: int
    check: str
    digest: bytes
    policy: SitePolicy
    secret: str | None = field(repr=False)
    facts: Facts
    wanted: str
    """What the service is to be told, for a report."""
    is_current: bool
    """False if the comment says something else now than what was asked about."""
    is_gone: bool
    """True if there is nothing to tell anybody: its person was erased."""
    is_waited_for: bool
    """False where no answer changes anything: an edit that was taken or refused."""


def errand_of(session: Session, keyring: Keyring, inquiry_id: int) -> Errand | None:
    """What is to be asked or told; None if there is no such question any more."""
    inquiry = session.get(Inquiry, inquiry_id)
    if inquiry is None:
        return None
    comment = session.get_one(Comment, inquiry.comment_id)
    text, is_waited_for = _text(session, inquiry, comment)
    site = site_by_id(session, inquiry.site_id)
    is_gone = comment.erased_at is not None or text is None
    text = text or ""
    digest = digest_of(comment.name, comment.website, text)
    return Errand(
        inquiry=inquiry.id,
        check=inquiry.check,
        digest=inquiry.digest,
        policy=site.policy,
        secret=secret_of(session, keyring, site.id, inquiry.check),
        facts=_facts(session, keyring, site, comment, text, inquiry.check),
        wanted=inquiry.wanted,
        is_current=digest == inquiry.digest,
        is_gone=is_gone,
        is_waited_for=is_waited_for,
    )


def _text(
    session: Session, inquiry: Inquiry, comment: Comment
) -> tuple[str | None, bool]:
    """The text that a question is about, and if somebody waits for the answer."""
    if inquiry.revision == 0:
        return comment.text, True
    row = session.execute(
        select(Revision.text, Revision.state).where(
            Revision.comment_id == comment.id, Revision.number == inquiry.revision
        )
    ).one_or_none()
    if row is None or row.state not in {WAITING, TAKEN}:
        return None, False
    # What was taken is the comment's own text until that is changed again.
    return (row.text, True) if row.state == WAITING else (comment.text, False)


def _facts(  # all that facts are made of
    session: Session,
    keyring: Keyring,
    site: SiteView,
    comment: Comment,
    text: str,
    check: str,
) -> Facts:
    contact = session.get(Contact, comment.id)
    place = f"{site.id}|{comment.public_id}"

    def opened(column: str, what: str) -> str:
        sealed: Any = getattr(contact, column, None)
        return unseal(keyring, sealed, f"{what}|{place}") if sealed else ""

    page = session.execute(
        select(Thread.page).where(Thread.id == comment.thread_id)
    ).scalar_one()
    policy = site.policy
    return Facts(
        site=site.key,
        blog=f"{policy.origins[0]}/" if policy.origins else "",
        page=page,
        permalink=page_address(page, policy) or "",
        comment_id=comment.public_id,
        name=comment.name,
        website=comment.website,
        text=text,
        email=opened("email_sealed", "email") if _sends_address(policy, check) else "",
        client_ip=opened("ip_sealed", "ip"),
        agent=opened("agent_sealed", "agent"),
        is_reply=comment.parent_id is not None,
        created_at=comment.created_at,
    )


def _sends_address(policy: SitePolicy, check: str) -> bool:
    return bool(getattr(policy, f"{check}_address"))
