"""The usual submission is stored as any other, and all that is not usual is not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Table, select

from service.db.models import (
    Allowance,
    Base,
    Comment,
    Contact,
    Idempotency,
    Job,
    Thread,
    Ticket,
)
from service.domain.errors import TooManyRequests
from service.domain.rates import Rate
from service.domain.status import Status
from service.domain.submission import Submission
from service.operations.intake import Envelope, Intake, take_in
from service.operations.threads import open_thread
from service.operations.tickets import open_ticket
from service.operations.usual import Usual, make_ready
from service.privacy.sealing import unseal
from service.privacy.tokens import edit_token
from tests.db.acts import ARRIVAL, SAID, Acts

ENVELOPE = Envelope(client="submit:one", rate=Rate(20, 60))
KEYED = replace(ENVELOPE, idempotency_key="k1")
TICKET = replace(ENVELOPE, wants_ticket=True, return_to="/a")
PARTS: tuple[type[Base], ...] = (Comment, Contact, Job, Idempotency, Ticket, Allowance)
AT_ONCE = 6
RANDOM = {"id", "public_id", "comment_id", "subject", "fingerprint", "key_digest"} | {
    *("text", "digest", "email_sealed", "ip_sealed", "agent_sealed", "key")
}
"""Columns in which any two submissions differ."""


def never(_: object) -> Intake:
    raise AssertionError("this is usual")


def ready(
    acts: Acts, submission: Submission = SAID, envelope: Envelope = ENVELOPE
) -> Usual:
    made = make_ready(
        acts.keyring, acts.site, submission, ARRIVAL, envelope, now=acts.clock()
    )
    assert made is not None
    return made


def quickly(acts: Acts, said: Submission, envelope: Envelope = ENVELOPE) -> Intake:
    return acts.store.write(never, ready(acts, said, envelope).take_in)


def either_way(acts: Acts, submission: Submission, envelope: Envelope) -> Intake:
    quick = ready(acts, submission, envelope).take_in
    return acts.store.write(slow(acts, submission, envelope), quick)


def slow(
    acts: Acts, submission: Submission, envelope: Envelope
) -> Callable[[Any], Intake]:
    return partial(
        take_in,
        keyring=acts.keyring,
        site=acts.site,
        submission=submission,
        arrival=ARRIVAL,
        envelope=envelope,
        now=acts.clock(),
    )


def rows(acts: Acts, model: type[Base]) -> list[dict[str, Any]]:
    """The rows of a table, oldest first, without what is random."""
    table: Any = model.__table__
    assert isinstance(table, Table)
    order = next(c for c in table.c if c.name in {"id", "comment_id", "key"})
    found = acts.store.read(lambda s: s.execute(select(table).order_by(order)).all())
    return [
        {name: value for name, value in row._mapping.items() if name not in RANDOM}
        for row in found
    ]


@pytest.mark.parametrize(
    "envelope",
    [ENVELOPE, KEYED, TICKET, replace(ENVELOPE, rate=None)],
    ids=["limit", "key", "ticket", "free"],
)
@pytest.mark.parametrize(
    "change",
    [{}, {"email": ""}, {"website": "https://a.example", "title": "A", "notify": True}],
    ids=["plain", "no address", "all"],
)
def test_what_is_stored_quickly_is_stored_alike(
    acts: Acts, envelope: Envelope, change: dict[str, Any]
) -> None:
    acts.say("What made the thread.")
    before = {model: len(rows(acts, model)) for model in PARTS}
    one = replace(SAID, text="One.", **change)
    other = replace(one, text="Other.")
    acts.store.write(slow(acts, one, replace(envelope, client="submit:1")))
    if envelope.idempotency_key:
        envelope = replace(envelope, idempotency_key="k2")
    quickly(acts, other, replace(envelope, client="submit:2"))
    for model in PARTS:
        new = rows(acts, model)[before[model] :]
        assert len(new) in {0, 2}
        assert new[:1] == new[1:], model
    assert len(rows(acts, Comment)) == before[Comment] + 2
    assert len(rows(acts, Idempotency)) == 2 * bool(envelope.idempotency_key)
    assert len(rows(acts, Ticket)) == 2 * envelope.wants_ticket
    assert len(rows(acts, Allowance)) == 2 * (envelope.rate is not None)


def test_its_parts_belong_to_the_comment(acts: Acts) -> None:
    acts.say("What made the thread.")
    both = replace(KEYED, wants_ticket=True, return_to="/a")
    intake = quickly(acts, SAID, both)
    assert intake.receipt is not None
    name = intake.receipt.comment_id
    comment, contact = acts.comment(name), acts.contact(name)
    assert comment.status == Status.PENDING
    assert comment.created_at == intake.receipt.submitted_at == acts.clock()
    assert contact.email_sealed is not None
    place = f"email|{acts.site_id}|{name}"
    assert unseal(acts.keyring, contact.email_sealed, place) == SAID.email
    view = acts.store.read(
        lambda s: open_ticket(s, acts.site_id, intake.ticket, acts.clock())
    )
    assert (view.comment.id, view.proven, view.return_to) == (comment.id, True, "/a")

    newest = select(Job.subject).order_by(Job.id.desc()).limit(1)
    assert acts.store.read(lambda s: s.scalar(newest)) == comment.id
    keyed = select(Idempotency.comment_id)
    assert acts.store.read(lambda s: s.scalar(keyed)) == comment.id


def test_answer_hangs_below_what_it_answers(acts: Acts) -> None:
    top = acts.say("Top.")
    first = quickly(acts, replace(SAID, text="First.", parent=top)).receipt
    assert first is not None
    acts.judge(first.comment_id, Status.PUBLISHED)
    second = quickly(acts, replace(SAID, text="Second.", parent=first.comment_id))
    assert second.receipt is not None
    above, below = (acts.comment(r.comment_id) for r in (first, second.receipt))
    root = acts.comment(top).id
    assert (above.parent_id, above.root_id, above.depth) == (root, root, 1)
    assert (below.parent_id, below.root_id, below.depth) == (above.id, root, 2)


def not_published(acts: Acts) -> Submission:
    return replace(SAID, parent=acts.say("Held.", Status.HELD))


def of_another_page(acts: Acts) -> Submission:
    return replace(SAID, parent=acts.say("There.", page="/b"))


def too_deep(acts: Acts) -> Submission:
    acts.set_policy(max_depth=1)
    top = acts.say("Top.")
    return replace(SAID, parent=acts.say("Below.", parent=top))


def flat(acts: Acts) -> Submission:
    acts.set_policy(max_depth=0)
    return replace(SAID, parent=acts.say("Top."))


def closed(acts: Acts) -> Submission:
    acts.store.write(
        lambda s: open_thread(s, acts.site, "/a", is_open=False, now=acts.clock())
    )
    return SAID


def too_old(acts: Acts) -> Submission:
    acts.set_policy(close_after_days=3)
    acts.clock.advance(days=3)
    return SAID


def said_before(acts: Acts) -> Submission:
    acts.submit()
    return SAID


def known_key(acts: Acts) -> Submission:
    acts.submit("Something else.", key="k1")
    return SAID


@pytest.mark.parametrize(
    "case",
    [
        *(lambda _: replace(SAID, page="/new"), not_published, of_another_page),
        *(too_deep, flat, closed, too_old, said_before, known_key),
    ],
)
def test_what_is_not_usual_is_not_written_at_all(
    acts: Acts, case: Callable[[Acts], Submission]
) -> None:
    acts.say("What made the thread.")
    submission = case(acts)
    tables: tuple[type[Base], ...] = (*PARTS, Thread)
    before = [acts.count(model) for model in tables]
    quick = ready(acts, submission, KEYED).take_in
    said = Intake(ticket="the act was run")
    assert acts.store.write(lambda _: said, quick) is said
    assert [acts.count(model) for model in tables] == before


def test_thread_is_usual_until_it_closes(acts: Acts) -> None:
    acts.say("What made the thread.")
    acts.set_policy(close_after_days=3)
    acts.clock.advance(days=2, hours=23)
    assert quickly(acts, SAID).receipt is not None


def test_proof_of_who_writes_is_not_usual(acts: Acts) -> None:
    name = acts.say("What made the thread.")
    token = f"{name}.{edit_token(acts.keyring, name)}"
    site, now = acts.site, acts.clock()

    def made(writer_token: str) -> Usual | None:
        submission = replace(SAID, writer_token=writer_token)
        return make_ready(acts.keyring, site, submission, ARRIVAL, ENVELOPE, now=now)

    assert made(token) is None
    assert made(f"{name}.made-up") is not None


def test_who_is_over_the_limit_is_refused_by_the_act(acts: Acts) -> None:
    acts.say("What made the thread.")
    two = replace(ENVELOPE, rate=Rate(2, 60))
    for text in ("One.", "Two."):
        quickly(acts, replace(SAID, text=text), two)
    with pytest.raises(TooManyRequests) as caught:
        either_way(acts, replace(SAID, text="Three."), two)
    assert caught.value.retry_after == 30
    assert acts.count(Comment) == 3
    acts.clock.advance(seconds=30)
    assert quickly(acts, replace(SAID, text="Three."), two).receipt is not None


@pytest.mark.parametrize("envelope", [ENVELOPE, KEYED], ids=["no key", "key"])
def test_same_submission_many_times_at_once_is_stored_once(
    acts: Acts, envelope: Envelope
) -> None:
    acts.say("What made the thread.")
    barrier = Barrier(AT_ONCE)

    def once(_: int) -> Intake:
        barrier.wait()
        return either_way(acts, SAID, envelope)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        intakes = list(pool.map(once, range(AT_ONCE)))
    receipts = [intake.receipt for intake in intakes if intake.receipt]
    assert len(receipts) == AT_ONCE
    assert len({receipt.comment_id for receipt in receipts}) == 1
    assert sum(not receipt.replayed for receipt in receipts) == 1
    assert [acts.count(model) for model in (Comment, Contact)] == [2, 2]
    assert acts.count(Job) == 1


def test_made_ready_it_shows_nothing_of_the_writer(acts: Acts) -> None:
    shown = repr(ready(acts))
    assert SAID.email not in shown
    assert ARRIVAL.client_ip not in shown
