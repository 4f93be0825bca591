"""Take in what came over the wire: count it against the limit, then store it.

A refusal is counted as well, so the two must not be undone together.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service.domain.errors import FoyerError
from service.domain.rates import Rate
from service.domain.submission import Arrival, Receipt, Submission
from service.operations.allow import charge
from service.operations.sites import SiteView
from service.operations.submit import submit
from service.operations.tickets import make_ticket
from service.privacy.keyring import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What became of a submission: a receipt, or why it was refused."""

    receipt: Receipt | None = None
    ticket: str = ""
    """Opens the page for the browser that sent the form; empty if none was wanted."""
    refusal: FoyerError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """How a submission is to be taken in."""

    client: str
    """Name of the client for the limit."""
    rate: Rate | None
    """The limit, if there is one."""
    idempotency_key: str = ""
    wants_ticket: bool = False
    return_to: str = ""
    """Where the page behind the ticket leads back to."""


def take_in(  # noqa: PLR0913  # the doors, what came, and how
    session: Session,
    keyring: Keyring,
    site: SiteView,
    submission: Submission,
    arrival: Arrival,
    envelope: Envelope,
    *,
    now: datetime,
) -> Intake:
    """Store the submission, or say why not; either way it has used the allowance.

    :raises TooManyRequests: if the client is over the limit.
    """
    if envelope.rate is not None:
        charge(session, envelope.client, envelope.rate, now)
    try:
        with session.begin_nested():
            receipt = submit(
                session,
                keyring,
                site,
                submission,
                arrival,
                now=now,
                idempotency_key=envelope.idempotency_key,
            )
            ticket = ""
            if envelope.wants_ticket:
                ticket = make_ticket(
                    session,
                    receipt.comment_id,
                    proven=receipt.proven,
                    return_to=envelope.return_to,
                    now=now,
                )
    except FoyerError as refusal:
        return Intake(refusal=refusal)
    return Intake(receipt=receipt, ticket=ticket)
