"""What comes over the wire is counted first, stored or not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from service.db.models import Comment, Thread, Ticket
from service.domain.errors import (
    DuplicateComment,
    InvalidInput,
    KeyReused,
    ThreadClosed,
    TooManyRequests,
)
from service.domain.rates import Rate
from service.operations.intake import Envelope, Intake, take_in
from service.operations.threads import open_thread
from service.operations.tickets import open_ticket
from tests.db.acts import ARRIVAL, SAID, Acts

ENVELOPE = Envelope(client="submit:one", rate=Rate(2, 60))
TakeIn = Callable[..., Intake]


@pytest.fixture
def send(acts: Acts) -> TakeIn:
    """Sends a submission, by an envelope with these changes."""

    def once(
        text: str = SAID.text, envelope: Envelope = ENVELOPE, **fields: str
    ) -> Intake:
        submission = replace(SAID, text=text, **fields)  # type: ignore[arg-type]  # all texts
        return acts.store.write(
            lambda s: take_in(
                s,
                acts.keyring,
                acts.site,
                submission,
                ARRIVAL,
                envelope,
                now=acts.clock(),
            )
        )

    return once


def test_accepted_submission_has_a_receipt_and_no_ticket(
    acts: Acts, send: TakeIn
) -> None:
    intake = send()
    assert intake.receipt is not None
    assert (intake.ticket, intake.refusal) == ("", None)
    assert acts.count(Ticket) == 0


def test_browser_gets_a_ticket_to_its_comment(acts: Acts, send: TakeIn) -> None:
    intake = send(envelope=replace(ENVELOPE, wants_ticket=True, return_to="/a"))
    assert intake.receipt is not None
    view = acts.store.read(
        lambda s: open_ticket(s, acts.site_id, intake.ticket, acts.clock())
    )
    assert view.comment.public_id == intake.receipt.comment_id
    assert (view.proven, view.return_to) == (True, "/a")


def test_double_click_gets_a_ticket_that_proves_nothing(
    acts: Acts, send: TakeIn
) -> None:
    envelope = replace(ENVELOPE, wants_ticket=True)
    first, again = send(envelope=envelope), send(envelope=envelope)
    assert first.ticket != again.ticket
    view = acts.store.read(
        lambda s: open_ticket(s, acts.site_id, again.ticket, acts.clock())
    )
    assert not view.proven


def test_third_in_a_minute_is_refused_and_not_stored(acts: Acts, send: TakeIn) -> None:
    send("One.")
    send("Two.")
    with pytest.raises(TooManyRequests) as caught:
        send("Three.")
    assert caught.value.retry_after == 30
    assert acts.count(Comment) == 2
    acts.clock.advance(seconds=30)
    assert send("Three.").receipt is not None


def test_other_network_is_not_affected(send: TakeIn) -> None:
    send("One.")
    send("Two.")
    other = replace(ENVELOPE, client="submit:two")
    assert send("Three.", envelope=other).receipt is not None


def test_without_a_limit_nothing_is_counted(send: TakeIn) -> None:
    free = replace(ENVELOPE, rate=None)
    assert all(send(f"{n}", envelope=free).receipt for n in range(20))


def test_refusals_are_counted_though_nothing_of_them_is_stored(
    acts: Acts, send: TakeIn
) -> None:
    for _ in range(2):
        intake = send(parent="A" * 22)
        assert isinstance(intake.refusal, InvalidInput)
        assert intake.receipt is None
    assert acts.count(Comment) == acts.count(Thread) == 0
    with pytest.raises(TooManyRequests):
        send()


def test_each_refusal_is_said_as_it_is(acts: Acts, send: TakeIn) -> None:
    free = replace(ENVELOPE, rate=None)
    send("One.", envelope=replace(free, idempotency_key="k1"))
    reused = send("Two.", envelope=replace(free, idempotency_key="k1"))
    assert isinstance(reused.refusal, KeyReused)
    acts.clock.advance(hours=1)
    assert isinstance(send("One.", envelope=free).refusal, DuplicateComment)
    acts.store.write(
        lambda s: open_thread(s, acts.site, "/a", is_open=False, now=acts.clock())
    )
    assert isinstance(send("Three.", envelope=free).refusal, ThreadClosed)
    assert acts.count(Comment) == 1
