"""A site, its comments and a worker's doors, for tests of what happens to a job."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from service.db.models import Comment, FindingRow, Job, Move, VerdictRow
from service.db.store import Store
from service.domain.checking import Check, CheckInput
from service.domain.findings import Finding
from service.domain.policy import SitePolicy
from service.domain.status import Status
from service.domain.submission import Arrival, Submission
from service.operations.claim import Lease, claim
from service.operations.sites import SiteView, add_site, set_policy
from service.operations.submit import submit
from service.privacy.keyring import Keyring
from tests.doubles import FrozenClock
from worker.checks.registry import NamedCheck
from worker.pipeline import Doors
from worker.resolver import DomainResolver

EMAIL = "ana@example.org"
CLIENT_IP = "203.0.113.9"
AGENT = "Tester/1"
NAME = "Ana Lopes"


class Broken(Exception):
    """What a broken check raises."""


def broken(given: CheckInput) -> Finding | None:  # noqa: ARG001  # as checks are
    """Never finds anything, since it fails on every comment."""
    raise Broken


@dataclass(slots=True, kw_only=True)
class Laboratory:
    """One store with a site, and everything a worker needs."""

    store: Store
    keyring: Keyring
    clock: FrozenClock
    site: SiteView = field(init=False)

    def __post_init__(self) -> None:
        self.site = self.store.write(
            lambda s: add_site(
                s, "blog", name="", policy=SitePolicy(), now=self.clock()
            )
        )

    def doors(self, *checks: Check) -> Doors:
        """A worker's doors, with these checks, or all real ones."""
        doors = Doors(
            store=self.store,
            keyring=self.keyring,
            resolver=DomainResolver(0),
            clock=self.clock,
        )
        named = tuple(NamedCheck(check.__name__, check) for check in checks)
        return replace(doors, checks=named) if named else doors

    def set_policy(self, **change: Any) -> None:
        """Change these fields of the site's policy."""
        policy = replace(self.site.policy, **change)
        self.site = self.store.write(
            lambda s: set_policy(
                s, self.site.id, policy, changed_by="operator", now=self.clock()
            )
        )

    def use_another_site(self) -> None:
        """What is submitted from now on goes to a new site, which has no past."""
        self.site = self.store.write(
            lambda s: add_site(
                s, "other", name="", policy=SitePolicy(), now=self.clock()
            )
        )

    def submit(
        self,
        text: str = "A jar keeps it fresh for long.",
        page: str = "/p",
        email: str = EMAIL,
        ip: str = CLIENT_IP,
        name: str = NAME,
    ) -> int:
        """The row number of a pending comment whose check is owed."""
        submission = Submission(page=page, text=text, name=name, email=email)
        arrival = Arrival(client_ip=ip, agent=AGENT)
        receipt = self.store.write(
            lambda s: submit(
                s, self.keyring, self.site, submission, arrival, now=self.clock()
            )
        )
        return self.store.read(
            lambda s: s.execute(
                select(Comment.id).where(Comment.public_id == receipt.comment_id)
            ).scalar_one()
        )

    def claim(self) -> Lease:
        """A lease on the job that is due longest."""
        (lease,) = self.store.write(lambda s: claim(s, self.clock()))
        return lease

    def comment(self, number: int) -> Comment:
        """The comment as it is now."""
        return self.store.read(lambda s: s.get_one(Comment, number))

    def status(self, number: int) -> Status:
        """Where the comment stands now."""
        return Status(self.comment(number).status)

    def job(self) -> Job:
        """The only job there is."""
        return self.store.read(lambda s: s.execute(select(Job)).scalar_one())

    def jobs(self) -> list[Job]:
        """All jobs, by row number."""
        return self.store.read(lambda s: list(s.scalars(select(Job).order_by(Job.id))))

    def verdicts(self, number: int) -> list[str]:
        """States that verdicts on the comment ask for."""
        return self.store.read(
            lambda s: list(
                s.scalars(
                    select(VerdictRow.status).where(VerdictRow.comment_id == number)
                )
            )
        )

    def moves(self, number: int) -> list[tuple[str, str]]:
        """``(state moved to, by whom)`` of each move of the comment, in order."""
        return self.store.read(
            lambda s: [
                (move.new, move.actor)
                for move in s.scalars(
                    select(Move).where(Move.comment_id == number).order_by(Move.id)
                )
            ]
        )

    def findings(self, number: int) -> list[str]:
        """Names of the checks that found something in the comment."""
        return self.store.read(
            lambda s: list(
                s.scalars(
                    select(FindingRow.check).where(FindingRow.comment_id == number)
                )
            )
        )
