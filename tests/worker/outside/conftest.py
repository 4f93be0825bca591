"""A worker that asks a service on loopback."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import select

from service.db.models import FindingRow, Inquiry
from service.domain.outside import AKISMET, CUSTOM
from service.domain.status import Status
from service.operations.decide import decide
from service.operations.moderators import ModeratorView, Role, moderator_by_id
from service.operations.outside.secrets import set_secret
from tests.outside import KEY, SECRET, Service, service, true_for
from tests.queue_seeds import Seeds
from tests.worker.laboratory import Laboratory
from worker.outside.client import OutsideClient
from worker.outside.errands import Outside, run_errands
from worker.pipeline import Doors, drain


@dataclass(slots=True, kw_only=True)
class Asking:
    """A laboratory whose site asks a service."""

    laboratory: Laboratory
    service: Service
    outside: Outside
    doors: Doors
    woken: list[bool] = field(default_factory=list)

    def turn_on(self, check: str = AKISMET, mode: str = "on", **more: Any) -> None:
        """Let the site ask the service."""
        lab = self.laboratory
        secret = KEY if check == AKISMET else SECRET
        lab.store.write(
            lambda s: set_secret(
                s, lab.keyring, None, lab.site.key, check, secret, now=lab.clock()
            )
        )
        checks = {**lab.site.policy.checks, check: mode}
        url = self.service.url if check == AKISMET else f"{self.service.url}/check"
        lab.set_policy(
            origins=("https://blog.example",),
            checks=checks,
            **{f"{check}_url": url},
            **more,
        )

    def check(self) -> int:
        """Do what a worker does until nothing is due: checks, questions, checks."""
        done = 0
        while True:
            now = drain(self.doors) + run_errands(self.outside)
            if not now:
                return done
            done += now

    def later(self, **units: float) -> int:
        """The same after some time."""
        self.laboratory.clock.advance(timedelta(**units))
        return self.check()

    def inquiry(self, number: int, check: str = AKISMET) -> Inquiry:
        """The question about a comment's own text."""
        return self.laboratory.store.read(
            lambda s: s.execute(
                select(Inquiry).where(
                    Inquiry.comment_id == number,
                    Inquiry.check == check,
                    Inquiry.revision == 0,
                )
            ).scalar_one()
        )

    def reasons(self, number: int) -> dict[str, str]:
        """What is said of a comment, by name of the finding."""
        return self.laboratory.store.read(
            lambda s: {
                row.check: row.reason
                for row in s.scalars(
                    select(FindingRow).where(FindingRow.comment_id == number)
                )
            }
        )

    def moderator(self) -> ModeratorView:
        """Somebody who may decide on the site."""
        lab = self.laboratory
        return lab.store.write(
            lambda s: Seeds(session=s, keyring=lab.keyring, now=lab.clock()).moderator(
                "ada@example.org", a=(lab.site.id, Role.OWNER)
            )
        )

    def decide(self, who: ModeratorView, number: int, new: Status) -> str:
        """The batch of the decision."""
        lab = self.laboratory
        comment = lab.comment(number)
        return lab.store.write(
            lambda s: decide(
                s,
                moderator_by_id(s, who.id),
                comment.public_id,
                seen_version=comment.version,
                decision=new,
                now=lab.clock(),
            )
        ).batch


MakeAsking = Callable[[], Asking]


@pytest.fixture
def asking(laboratory: Laboratory) -> Iterator[Asking]:
    """A worker, and a service that calls casinos spam."""
    with service(true_for("casino")) as running:
        outside = Outside(
            store=laboratory.store,
            keyring=laboratory.keyring,
            clock=laboratory.clock,
            client=OutsideClient(networks=[ip_network("127.0.0.0/8")], seconds=2),
        )
        yield Asking(
            laboratory=laboratory,
            service=running,
            outside=outside,
            doors=laboratory.doors(),
        )


__all__ = ["AKISMET", "CUSTOM", "Asking"]
