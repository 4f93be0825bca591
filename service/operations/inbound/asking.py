"""Questions from outside: what another program asks of the filter, and its answer.

A question is no comment: it is never published, stands in no queue, counts in no figure
of the site and is nothing that later comments are compared with.
"""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import OutsideQuestion, Thread
from service.domain.errors import InvalidInput
from service.domain.network import network_of
from service.domain.pages import page_key
from service.domain.policy import normal_origin
from service.domain.submission import MAX_COMMENT_CHARS, MAX_NAME_CHARS
from service.jobs import Kind
from service.operations.moderators import ModeratorView
from service.operations.owe import owe
from service.operations.sites import SiteView, site_by_id
from service.privacy.address import Address, BadAddress, parse_address
from service.privacy.blind_index import address_index, network_index
from service.privacy.keyring import Keyring
from service.privacy.sealing import seal
from service.privacy.tokens import public_id

SAME_ANSWER = timedelta(minutes=10)
"""Asked again within it, the same question gets the same answer."""
_PURPOSE = "outside-question"

State = Literal["told", "waiting", "failed", "published", "held", "spam"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideFacts:
    """A comment as another program tells of it, cleaned and cut to the usual sizes."""

    name: str
    email: str = field(repr=False)
    """As it was given; one that is no address counts as none."""
    website: str
    text: str
    client_ip: str = field(repr=False)
    agent: str = field(default="", repr=False)
    page: str = ""
    """Address of the page that it is on."""
    is_reply: bool = False
    trap_filled: bool = False

    @property
    def address(self) -> Address | None:
        """The address, if it is one."""
        try:
            return parse_address(self.email) if self.email else None
        except BadAddress:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAnswer:
    """How far a question has come."""

    state: State
    score: float | None


def asked_site(session: Session, who: ModeratorView, blog: str) -> SiteView:
    """The site that is meant by the address of a blog: the one with this origin.

    :raises InvalidInput: naming ``blog``, if no site of the moderator's has this
        origin, or several have.
    """
    origin = normal_origin(blog)
    if origin is None:
        raise InvalidInput({"blog": ["Give the blog's full address, with https://."]})
    sites = [site_by_id(session, site_id) for site_id in who.site_ids]
    found = [site for site in sites if origin in site.policy.origins]
    if len(found) > 1:
        keys = ", ".join(sorted(site.key for site in found))
        message = f"Several of your sites have this origin: {keys}. Leave it to one."
        raise InvalidInput({"blog": [message]})
    if not found:
        message = (
            "No site on which the owner of this key has a role has this origin. Add it "
            "to the origins of the site that is meant."
        )
        raise InvalidInput({"blog": [message]})
    return found[0]


def ask(  # noqa: PLR0913  # who asks what of which site
    session: Session,
    keyring: Keyring,
    site: SiteView,
    facts: OutsideFacts,
    *,
    moderator_id: int,
    now: datetime,
    afresh: bool = False,
) -> str:
    """Take in a question and owe its checks; the public id by which it is known.

    The same question, asked again while it waits or within ten minutes, is not asked
    twice.

    :param afresh: whoever asks wants to know what is thought now: only one that still
        waits is not asked twice.
    """
    before = asked_before(session, keyring, site.id, facts)
    if before is not None and _still_holds(before, now, afresh=afresh):
        return before.public_id
    row = add_question(
        session,
        keyring,
        site,
        facts,
        moderator_id=moderator_id,
        state="waiting",
        now=now,
    )
    owe(session, Kind.QUESTION, row.id, now=now)
    return row.public_id


def answer_of(session: Session, public_id_: str) -> OutsideAnswer | None:
    """How far a question has come; None if there is none with this id."""
    row = session.execute(
        select(OutsideQuestion.state, OutsideQuestion.score).where(
            OutsideQuestion.public_id == public_id_
        )
    ).one_or_none()
    return None if row is None else OutsideAnswer(state=row.state, score=row.score)


def asked_before(
    session: Session, keyring: Keyring, site_id: int, facts: OutsideFacts
) -> OutsideQuestion | None:
    """The last question about the same comment, under whatever key it was stored."""
    known = [_fingerprint(keyring, site_id, facts, key) for key in keyring.ids]
    return session.scalars(
        select(OutsideQuestion)
        .where(
            OutsideQuestion.site_id == site_id,
            OutsideQuestion.fingerprint.in_(known),
        )
        .order_by(OutsideQuestion.id.desc())
        .limit(1)
    ).one_or_none()


def add_question(  # noqa: PLR0913  # who says what of which site
    session: Session,
    keyring: Keyring,
    site: SiteView,
    facts: OutsideFacts,
    *,
    moderator_id: int,
    state: State,
    now: datetime,
) -> OutsideQuestion:
    """The stored question; what is private of it is sealed."""
    own_id = public_id()
    row = OutsideQuestion(
        public_id=own_id,
        site_id=site.id,
        moderator_id=moderator_id,
        thread_id=_thread_id(session, site, facts.page),
        name=facts.name[:MAX_NAME_CHARS],
        website=facts.website,
        text=facts.text[:MAX_COMMENT_CHARS],
        is_reply=facts.is_reply,
        trap_filled=facts.trap_filled,
        fingerprint=_fingerprint(keyring, site.id, facts),
        state=state,
        findings=[],
        created_at=now,
        **dict(_private(keyring, site.id, own_id, facts)),
    )
    session.add(row)
    session.flush()
    return row


def _still_holds(before: OutsideQuestion, now: datetime, *, afresh: bool) -> bool:
    if before.state == "waiting":
        return True
    is_new = before.created_at > now - SAME_ANSWER
    return is_new and not afresh and before.state not in {"told", "failed"}


def _private(
    keyring: Keyring, site_id: int, own_id: str, facts: OutsideFacts
) -> Iterator[tuple[str, Any]]:
    def sealed(what: str, plain: str) -> bytes | None:
        if not plain:
            return None
        return seal(keyring, plain, f"{what}|{site_id}|{own_id}")

    address = facts.address
    yield "index_key", keyring.newest
    yield "ip_sealed", sealed("ip", facts.client_ip)
    yield "agent_sealed", sealed("agent", facts.agent)
    if facts.client_ip:
        network = network_of(facts.client_ip)
        yield "network_index", network_index(keyring, site_id, network)
    if address is not None:
        yield "email_sealed", sealed("email", address.normal)
        yield "email_index", address_index(keyring, site_id, address.canonical)


def _thread_id(session: Session, site: SiteView, page: str) -> int | None:
    """The thread of the page, if readers have written there."""
    try:
        key = page_key(page, site.policy)
    except InvalidInput:
        return None  # of another blog, or no address: the checks do without
    found = select(Thread.id).where(Thread.site_id == site.id, Thread.page == key)
    return session.execute(found).scalar_one_or_none()


def _fingerprint(
    keyring: Keyring, site_id: int, facts: OutsideFacts, key_id: int | None = None
) -> bytes:
    # Not the network: whoever reports spam may send their own.
    address = facts.address
    said: Mapping[str, str] = {
        "name": facts.name,
        "email": "" if address is None else address.canonical,
        "website": facts.website,
        "text": facts.text[:MAX_COMMENT_CHARS],
    }
    message = "\0".join([str(site_id), *said.values()])
    key = keyring.subkey(_PURPOSE, key_id)
    return hmac.digest(key, message.encode("utf-8", "surrogatepass"), "sha256")[:16]
