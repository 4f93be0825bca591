"""Two web and two worker processes on PostgreSQL and a broker act as one."""

import os
import random
import time
from collections.abc import Iterator
from threading import Event
from urllib.parse import urlencode

import pytest

from service.domain.status import Status
from tests.journey.agreement import (
    AGREED_SECONDS,
    THREAD,
    Decision,
    Reader,
    disagreements,
    reading,
    seconds_to_agree,
)
from tests.journey.larger import Larger, Part, empty_database, redis_part, troubles
from tests.journey.ledger import HOLD_WORD, PAGES, SPAM_WORD, Ledger, Planned, planned
from tests.journey.senders import Senders
from tests.journey.visitor import Visitor, forms_of
from tests.journey.wire import BROWSER, FORM, Wire
from tests.servers import wait_until

SUBMISSIONS = 200
SETTLED_SECONDS = 30.0
"""From the last kill to the last verdict."""
READ_EVERY_SECONDS = 0.05
READ_ALWAYS_SECONDS = 0.005
DECISIONS = 14
PER_SECOND = 6.0
BETWEEN_KILLS = 12
"""Acknowledged submissions between one kill and the next."""

EMAIL = "moderator@example.org"
PASSWORD = "seven quiet lanterns"


@pytest.fixture(scope="module", params=["redis", "amqp"])
def larger(
    request: pytest.FixtureRequest,
    postgres_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Larger]:
    """The larger form, started, with a site, two lists and a moderator."""
    folder = tmp_path_factory.mktemp("larger")
    broker: Part | None = None
    if request.param == "amqp":
        url = request.getfixturevalue("amqp_url")
    else:
        broker, url = redis_part(folder)
    with empty_database(postgres_url) as database_url:
        made = Larger(folder, database_url, url, broker)
        try:
            made.start()
            made.command("site", "add", "demo", "--origin", "http://localhost")
            made.command("list", "add", "spam", SPAM_WORD)
            made.command("list", "add", "hold", HOLD_WORD)
            made.command(
                *("moderator", "add", EMAIL, "--password-stdin"), text=f"{PASSWORD}\n"
            )
            yield made
        finally:
            ended = made.stop()
    assert None not in ended.values(), f"too slow to stop: {ended}"


def _seed() -> int:
    given = os.environ.get("TEST_LARGER_SEED")
    seed = int(given) if given else random.SystemRandom().randrange(1_000_000)
    print(f"TEST_LARGER_SEED={seed}")
    return seed


def _send(wire: Wire, each: Planned, ledger: Ledger) -> None:
    ledger.begin(each)
    fields = {"page": each.page, "comment": each.text, "name": "Ana"}
    answer = wire.submit(
        {**fields, "email": "ana@example.org"}, {"Idempotency-Key": each.key}
    )
    assert answer.status == 202, answer.text
    ledger.acknowledge(each, answer.json["id"])


def _shown(wire: Wire, page: str) -> set[str]:
    """Public ids of the comments of a page."""
    query = urlencode({"page": page, "limit": 1000})
    return {each["id"] for each in wire.get(f"{THREAD}?{query}").json["comments"]}


def test_what_one_process_takes_is_judged_and_seen_through_the_other(
    larger: Larger,
) -> None:
    plans, ledger = planned(_seed()), Ledger()
    taken: tuple[list[Planned], list[Planned]] = ([], [])
    began = time.monotonic()
    with Wire(larger.ports[0]) as first, Wire(larger.ports[1]) as second:
        wires = (first, second)
        for number in range(SUBMISSIONS):
            each = next(plans)
            _send(wires[number % 2], each, ledger)
            taken[number % 2].append(each)
        sent = time.monotonic()
        settled = larger.settle(sent + SETTLED_SECONDS)
        assert troubles(ledger, larger.became()) == []
        # The slowest agreement that is allowed.
        Event().wait(AGREED_SECONDS)
        for number, mine in enumerate(taken):
            other = wires[1 - number]
            shown = set().union(*(_shown(other, page) for page in PAGES))
            for each in mine:
                public_id = ledger.acknowledged[each.key]
                assert (public_id in shown) is (each.expected is Status.PUBLISHED)
    print(
        f"{SUBMISSIONS} sent in {sent - began:.1f} s, "
        f"all judged {settled - sent:.1f} s later"
    )


def _decide(visitor: Visitor, public_id: str, status: Status) -> Decision:
    page = visitor.visit(f"/queue/{public_id}")
    form = next(f for f in forms_of(page) if f.action.endswith(f"/queue/{public_id}"))
    body = urlencode({**form.fields, "decision": status.value}).encode()
    begun = time.monotonic()
    answer = visitor.send(
        "POST", form.action, body, {**BROWSER, **FORM, "Cookie": visitor.cookie}
    )
    answered = time.monotonic()
    assert answer.status == 303, answer.text
    return Decision(begun, answered, status is Status.PUBLISHED)


def _held_comment(larger: Larger, page: str) -> str:
    plan = planned(random.SystemRandom().randrange(1_000_000))
    each = next(p for p in plan if p.expected is Status.HELD)
    # From somebody else: a decision against this one must not tell against others.
    fields = {"page": page, "comment": each.text, "name": "Eva"}
    somewhere = {"X-Forwarded-For": "192.0.2.9"}
    with Wire(larger.ports[0]) as wire:
        answer = wire.submit({**fields, "email": "eva@example.org"}, somewhere)
    larger.settle(time.monotonic() + SETTLED_SECONDS)
    public_id: str = answer.json["id"]
    return public_id


@pytest.mark.parametrize(
    ("acting", "is_warm"), [(0, False), (1, True)], ids=["calm", "beside-many-reads"]
)
def test_decision_through_one_process_is_seen_through_the_other_in_a_second(
    larger: Larger, acting: int, is_warm: bool
) -> None:
    page = f"/agreement/{acting}"
    public_id = _held_comment(larger, page)
    other = larger.ports[1 - acting]
    reader = Reader(other, page, public_id, READ_EVERY_SECONDS)
    readers = [reader]
    if is_warm:
        # So that whatever is kept in memory is asked for at every moment.
        readers += [
            Reader(other, page, public_id, READ_ALWAYS_SECONDS),
            Reader(other, page, public_id, READ_ALWAYS_SECONDS, asks_again=True),
        ]
    decisions: list[Decision] = []
    with reading(readers), Visitor(larger.ports[acting]) as visitor:
        visitor.sign_in(EMAIL, PASSWORD)
        for number in range(DECISIONS):
            status = Status.TRASHED if number % 2 else Status.PUBLISHED
            done = _decide(visitor, public_id, status)
            decisions.append(done)
            wait_until(
                lambda done=done: all(r.saw(done) for r in readers),  # type: ignore[misc]  # bound in this round
                "the other process",
                5 * AGREED_SECONDS,
            )
            # At all times within the rounds of whatever looks for news regularly.
            Event().wait(random.SystemRandom().uniform(0, 0.3))
        # Long enough for an old answer to come back, if one is kept anywhere.
        Event().wait(2 * AGREED_SECONDS)
    looks = [look for each in readers for look in each.looks]
    said = " ".join(f"{1000 * s:.0f}" for s in seconds_to_agree(decisions, looks))
    print(f"ms from a decision's answer until the other shows it: {said}")
    print(f"{len(looks)} looks")
    assert disagreements(decisions, looks) == []


def _kill_in_turn(larger: Larger, ledger: Ledger) -> float:
    """When the last kill landed; each victim starts again after a while."""
    victims = [larger.webs[0], larger.workers[0], larger.webs[1], larger.workers[1]]
    if larger.broker is not None:
        victims.append(larger.broker)
    last_at = 0.0

    def goes_on(since: int) -> bool:
        return len(ledger.acknowledged) >= since + BETWEEN_KILLS

    for victim in victims:
        for _ in range(2):  # once while it is dead, once after it came back
            count = len(ledger.acknowledged)
            wait_until(lambda count=count: goes_on(count), "a submission", 60)  # type: ignore[misc]  # bound in this round
            if victim.is_running:
                victim.kill()
                last_at = time.monotonic()
            else:
                victim.start()
                victim.wait()
    return last_at


def test_killing_each_process_in_turn_loses_no_acknowledged_comment(
    larger: Larger,
) -> None:
    seed, ledger = _seed(), Ledger()
    senders = [
        Senders(port, ledger, per_second=PER_SECOND, least=1) for port in larger.ports
    ]
    ends = [s.run(planned(seed + n)) for n, s in enumerate(senders)]
    try:
        last_at = _kill_in_turn(larger, ledger)
    finally:
        for end in ends:
            end()
    settled = larger.settle(last_at + SETTLED_SECONDS)
    assert troubles(ledger, larger.became()) == []
    assert len(ledger.acknowledged) >= 4 * 2 * BETWEEN_KILLS
    assert ledger.failures, "no kill was noticed"
    print(
        f"{len(ledger.sent)} sent, {len(ledger.acknowledged)} acknowledged, "
        f"{ledger.failures} attempts failed; "
        f"settled {settled - last_at:.1f} s after the last kill"
    )


def test_every_worker_says_that_it_is_well(larger: Larger) -> None:
    wait_until(lambda: len(larger.rows("SELECT worker FROM heartbeat")) >= 2, "two", 60)
    assert "at work" in larger.command("worker-health")
    assert "ok    workers" in larger.command("doctor")
