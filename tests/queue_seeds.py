"""Sites, moderators and judged comments for tests of what moderators see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, FindingRow, VerdictRow
from service.domain.findings import Finding, Thresholds
from service.domain.policy import SitePolicy
from service.domain.status import Actor, Status
from service.domain.submission import Arrival, Submission
from service.operations.moderators import (
    ModeratorView,
    Role,
    add_moderator,
    moderator_by_id,
)
from service.operations.move import move
from service.operations.sites import SiteView, add_site
from service.operations.submit import submit
from service.privacy.keyring import Keyring
from service.text.render import RENDER_VERSION, render

PASSWORD = "seven quiet lanterns"
ARRIVAL = Arrival(client_ip="203.0.113.9", agent="Tester")


@dataclass(slots=True, kw_only=True)
class Seeds:
    """Puts rows into one session by the acts that make them."""

    session: Session
    keyring: Keyring
    now: datetime

    def site(self, key: str, name: str = "") -> SiteView:
        """A site whose pages are under ``https://<key>.example``."""
        policy = SitePolicy(origins=(f"https://{key}.example",))
        return add_site(self.session, key, name=name, policy=policy, now=self.now)

    def moderator(self, email: str, **roles: tuple[int, Role]) -> ModeratorView:
        """A moderator with these roles, each given as site id and role."""
        number = add_moderator(
            self.session,
            self.keyring,
            email,
            name=email.partition("@")[0].title(),
            roles=dict(roles.values()),
            now=self.now,
        )
        return moderator_by_id(self.session, number)

    def comment(
        self,
        site: SiteView,
        text: str,
        *,
        status: Status = Status.HELD,
        findings: Sequence[Finding] = (),
        score: float | None = 0.6,
        rendered: bool = True,
        would_be: Status | None = None,
        audit: bool = False,
        thresholds: Thresholds | None = None,
        **fields: str,
    ) -> Comment:
        """A comment that the checks have moved to ``status``, through that act."""
        given = {"page": "/", "name": "Ada", "email": "ada@example.org", **fields}
        receipt = submit(
            self.session,
            self.keyring,
            site,
            Submission(text=text, **given),  # type: ignore[arg-type]  # all are texts
            ARRIVAL,
            now=self.now,
        )
        comment = self.session.execute(
            select(Comment).where(Comment.public_id == receipt.comment_id)
        ).scalar_one()
        if status is Status.PENDING:
            return comment
        if rendered:
            comment.html, comment.render_version = render(text), RENDER_VERSION
        comment.score = score
        self._verdict(comment, status, findings, would_be, thresholds)
        self._settle(comment, status)
        comment.audit = audit
        return comment

    def _settle(self, comment: Comment, status: Status) -> None:
        first = Status.HELD if status is Status.TRASHED else status
        move(
            self.session,
            comment,
            first,
            actor=Actor.CHECKS,
            now=self.now,
            reason="What the checks said.",
        )
        if status is not first:
            move(self.session, comment, status, actor=Actor.OPERATOR, now=self.now)

    def _verdict(
        self,
        comment: Comment,
        status: Status,
        findings: Sequence[Finding],
        would_be: Status | None,
        thresholds: Thresholds | None,
    ) -> None:
        row = VerdictRow(
            comment_id=comment.id,
            status=(Status.HELD if status is Status.TRASHED else status).value,
            would_be=would_be and would_be.value,
            thresholds=thresholds and thresholds.to_json(),
            score=comment.score,
            created_at=self.now,
        )
        self.session.add(row)
        self.session.flush()
        self.session.add_all(
            FindingRow(
                verdict_id=row.id,
                comment_id=comment.id,
                check=finding.check,
                check_version=finding.version,
                log_odds=finding.log_odds,
                reason=finding.reason,
                detail={},
                at_least=finding.at_least and finding.at_least.value,
                mode=finding.mode,
            )
            for finding in findings
        )
        self.session.flush()
