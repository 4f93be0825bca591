"""Acts of the house on one store, in the words that tests of them use."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.models import Base, Comment, Contact, Job, Move, Thread
from service.db.store import Store
from service.domain.checking import Evidence, Reading
from service.domain.findings import Finding, Verdict
from service.domain.policy import SitePolicy
from service.domain.status import Actor, Status
from service.domain.submission import Arrival, Receipt, Submission
from service.jobs import Kind
from service.operations.claim import Lease
from service.operations.gather import Asked, gather
from service.operations.judge import Checked, Outcome, Rendered, judge_all
from service.operations.move import move
from service.operations.own_comment import edit, own_comment
from service.operations.sites import SiteView, add_site, set_policy, site_by_id
from service.operations.submit import submit
from service.privacy.keyring import Keyring
from service.text.reading import read
from service.text.render import RENDER_VERSION, render
from tests.doubles import FrozenClock

SAID = Submission(
    page="/a", text="Rye wants patience.", name="Ana", email="ana@example.org"
)
ARRIVAL = Arrival(client_ip="192.0.2.7", agent="Tester")


@dataclass(slots=True, kw_only=True)
class Acts:
    """A site on a store, and what people and checks do there."""

    store: Store
    keyring: Keyring
    clock: FrozenClock
    site_id: int

    @property
    def site(self) -> SiteView:
        """The site as it is now."""
        return self.store.read(lambda s: site_by_id(s, self.site_id))

    def set_policy(self, **change: Any) -> None:
        """Change these fields of the site's policy."""
        policy = replace(self.site.policy, **change)
        self.store.write(
            lambda s: set_policy(
                s, self.site_id, policy, changed_by="operator", now=self.clock()
            )
        )

    def submit(
        self, text: str = SAID.text, *, key: str = "", ip: str = "", **fields: Any
    ) -> Receipt:
        """Send a comment; ``key`` is its Idempotency-Key."""
        arrival = replace(ARRIVAL, client_ip=ip) if ip else ARRIVAL
        return self.store.write(
            lambda s: submit(
                s,
                self.keyring,
                site_by_id(s, self.site_id),
                replace(SAID, text=text, **fields),
                arrival,
                now=self.clock(),
                idempotency_key=key,
            )
        )

    def comment(self, public_id: str) -> Comment:
        """The stored comment."""
        return self.store.read(
            lambda s: s.execute(
                select(Comment).where(Comment.public_id == public_id)
            ).scalar_one()
        )

    def contact(self, public_id: str) -> Contact:
        """The stored contact of a comment."""
        number = self.comment(public_id).id
        return self.store.read(lambda s: s.get_one(Contact, number))

    def thread(self, page: str = SAID.page) -> Thread:
        """The stored thread of a page."""
        return self.store.read(
            lambda s: s.execute(select(Thread).where(Thread.page == page)).scalar_one()
        )

    def count(self, model: type[Base]) -> int:
        """How many rows there are."""
        return self.store.read(
            lambda s: s.execute(select(func.count()).select_from(model)).scalar_one()
        )

    def owed(self, kind: Kind) -> int:
        """How many jobs of a kind there are."""
        return self.store.read(
            lambda s: s.execute(
                select(func.count()).select_from(Job).where(Job.kind == kind.value)
            ).scalar_one()
        )

    def moves(self, public_id: str) -> list[tuple[str, str, str]]:
        """Who moved a comment from where to where: ``(actor, old, new)``, in order."""
        number = self.comment(public_id).id
        return self.store.read(
            lambda s: [
                (row.actor, row.old, row.new)
                for row in s.scalars(
                    select(Move).where(Move.comment_id == number).order_by(Move.id)
                )
            ]
        )

    def lease(self, kind: Kind, subject: int) -> Lease:
        """Take the job of this kind about this row."""

        def act(session: Session) -> Lease:
            job = session.execute(
                select(Job).where(Job.kind == kind.value, Job.subject == subject)
            ).scalar_one()
            job.lease_token = f"lease {job.id}"
            return Lease(
                job_id=job.id,
                kind=job.kind,
                subject=job.subject,
                token=job.lease_token,
                attempts=1,
            )

        return self.store.write(act)

    def judge(
        self,
        public_id: str,
        status: Status,
        findings: Sequence[Finding] = (),
        score: float = 0.25,
    ) -> bool:
        """Let the checks come to this verdict on a comment, and see it through."""
        comment = self.comment(public_id)
        lease = self.lease(Kind.CHECK, comment.id)
        checked = Checked(
            lease=lease,
            verdict=Verdict(status=status, score=score, findings=tuple(findings)),
            reading=reading_of(comment),
            rendered=rendered(comment.text),
            seen_version=comment.version,
        )
        (outcome,) = self.store.write(
            lambda s: judge_all(s, [checked], now=self.clock())
        )
        return outcome is Outcome.MOVED

    def say(
        self,
        text: str = SAID.text,
        status: Status = Status.PUBLISHED,
        **fields: Any,
    ) -> str:
        """Public id of a new comment that the checks have moved to ``status``."""
        made = self.submit(text, **fields).comment_id
        if status is not Status.PENDING:
            self.judge(made, status)
        return made

    def edit(self, public_id: str, text: str) -> None:
        """Let a comment's writer change its text."""

        def act(session: Session) -> None:
            comment = own_comment(session, self.site_id, public_id)
            edit(session, self.site, comment, text, now=self.clock())

        self.store.write(act)

    def move(
        self, public_id: str, new: Status, actor: Actor = Actor.MODERATOR
    ) -> Comment:
        """Move a comment as it is now; the comment after it."""

        def act(session: Session) -> Comment:
            comment = session.execute(
                select(Comment).where(Comment.public_id == public_id)
            ).scalar_one()
            move(session, comment, new, actor=actor, now=self.clock())
            return comment

        return self.store.write(act)

    def evidence(self, public_id: str) -> Evidence:
        """What the site's past says about a comment."""

        def act(session: Session) -> Evidence:
            comment = session.execute(
                select(Comment).where(Comment.public_id == public_id)
            ).scalar_one()
            asked = Asked(
                comment=comment,
                contact=session.get(Contact, comment.id),
                reading=reading_of(comment),
            )
            site = site_by_id(session, self.site_id)
            return gather(session, self.keyring, site, [asked]).evidence(asked)

        return self.store.read(act)


def reading_of(comment: Comment) -> Reading:
    """The comment as the checks see it."""
    return read(name=comment.name, website=comment.website, text=comment.text)


def rendered(text: str) -> Rendered:
    """The text as safe HTML."""
    return Rendered(html=render(text), version=RENDER_VERSION)


def make_site(store: Store, key: str, policy: SitePolicy, now: datetime) -> SiteView:
    """A new site."""
    return store.write(lambda s: add_site(s, key, name=key, policy=policy, now=now))
