"""What every door for submissions does once their fields are read."""

from collections.abc import Callable
from functools import partial

from flask import request

from service.db.store import Session
from service.domain.rates import Rate
from service.domain.submission import MAX_AGENT_CHARS, Arrival
from service.operations.allow import charge
from service.operations.intake import Envelope, Intake, take_in
from service.operations.sites import SiteView
from service.operations.usual import make_ready
from service.privacy.tokens import read_form_token
from service.text.border import clean_line
from service.web.clients import client_ip, client_key
from service.web.context import here, write
from service.web.public.bodies import Fields
from service.web.public.submission_form import SubmissionForm


def agent() -> str:
    """What the client calls itself, one line and no longer than is kept."""
    return clean_line(request.headers.get("User-Agent", ""))[:MAX_AGENT_CHARS]


def arrival_of(
    site: SiteView,
    form: SubmissionForm,
    fields: Fields,
    origin: str,
    *,
    trap_filled: bool = False,
) -> Arrival:
    """How the present request brought a submission in.

    :param origin: as `service.web.public.origins.origin_kind` has it.
    :param trap_filled: another field hidden from people was filled in.
    """
    context = here()
    kind, age = read_form_token(
        context.keyring,
        str(form.token.data or ""),
        site.key,
        form.page_key,
        context.clock().timestamp(),
    )
    return Arrival(
        client_ip=client_ip(),
        agent=agent(),
        origin=origin,  # type: ignore[arg-type]  # a plain string to the form
        token=kind,
        token_age_seconds=age,
        trap_filled=trap_filled or form.trap_filled,
        via=fields.via,
    )


def submit_rate() -> Rate | None:
    """How much one client may write, if there is a limit."""
    limit = here().settings.submit_limit
    return Rate(*limit) if limit else None


def edit_charge() -> Callable[[Session], None]:
    """Counts an edit of the present client like a submission; to call in its act.

    An edit is checked as a submission is, so it costs as much. What counts raises
    TooManyRequests if the client is over the limit. An edit that is refused leaves
    nothing, and so costs nothing.
    """
    # Acts may run in another thread, where there is no request.
    context, rate = here(), submit_rate()
    client, now = client_key(context.keyring, "submit"), context.clock()

    def pay(session: Session) -> None:
        if rate is not None:
            charge(session, client, rate, now)

    return pay


def send_in(
    site: SiteView,
    form: SubmissionForm,
    arrival: Arrival,
    *,
    wants_ticket: bool,
    idempotency_key: str = "",
) -> Intake:
    """Take in what the form says, which has no mistakes; the intake has a receipt.

    :raises FoyerError: if it is refused; that was counted against the limit, too.
    """
    submission = form.to_submission()
    context = here()
    envelope = Envelope(
        client=client_key(context.keyring, "submit"),
        rate=submit_rate(),
        idempotency_key=idempotency_key,
        wants_ticket=wants_ticket,
        return_to=submission.return_to,
    )
    keyring, now = context.keyring, context.clock()
    ready = make_ready(keyring, site, submission, arrival, envelope, now=now)
    act = partial(
        take_in,
        keyring=keyring,
        site=site,
        submission=submission,
        arrival=arrival,
        envelope=envelope,
        now=now,
    )
    intake = write(act, ready.take_in if ready else None)
    if intake.refusal is not None:
        raise intake.refusal
    context.bell.ring()
    return intake
