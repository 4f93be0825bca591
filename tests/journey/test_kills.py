"""Whatever is killed, and whenever: what was acknowledged gets exactly one verdict."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import orjson
import pytest

from service.domain.status import Status
from tests.journey.killing import Killer, empty_doorbell, rows
from tests.journey.ledger import HOLD_WORD, PAGES, SPAM_WORD, Ledger, Planned, planned
from tests.journey.senders import Senders
from tests.running import Running, running
from tests.servers import wait_until

SUBMISSIONS = 500
ROUNDS = 8
WORKER_KILLS_A_ROUND = 4
"""Few enough that the supervisor does not yet wait long before it starts it again."""
LEAST_KILLS = {"worker": 30, "web": 5, "supervisor": 3}
SETTLED_SECONDS = 30.0
PER_SECOND = 10.0

Vandal = Callable[[Path, int], None]


def _nobody(data: Path, kills: int) -> None:
    """Leave the broker's files alone."""


def _vandal(data: Path, kills: int) -> None:
    """Delete the broker's files at each kill, and once its folder too."""
    empty_doorbell(data, with_folder=kills == 10)


def _seed() -> int:
    given = os.environ.get("TEST_KILLS_SEED")
    return int(given) if given else random.SystemRandom().randrange(1_000_000)


@contextmanager
def _installation(folder: Path) -> Iterator[Running]:
    with running(folder, {"FOYER_WEB_PROCESSES": "2"}) as foyer:
        for name, word in (("spam", SPAM_WORD), ("hold", HOLD_WORD)):
            added = foyer.command("list", "add", name, word)
            assert added.returncode == 0, added.stderr
        yield foyer


def _rampage(killer: Killer, senders: Senders, dice: random.Random) -> None:
    """Kill in every round, and go on until all submissions have been sent."""
    done = 0
    while done < ROUNDS or not senders.has_sent_enough:
        victims = ["worker"] * WORKER_KILLS_A_ROUND + ["web"]
        dice.shuffle(victims)
        for victim in victims:
            # At another moment of the drain each time.
            time.sleep(dice.random() * 0.5)
            if victim == "worker":
                killer.worker()
            else:
                killer.web(lambda: senders.is_waiting)
        killer.supervisor()
        done += 1
    killer.worker()


def _is_settled(data: Path) -> bool:
    owed = rows(data, "SELECT 1 FROM job WHERE kind = 'check' LIMIT 1")
    return not owed and not rows(
        data, "SELECT 1 FROM comment WHERE status = 'pending' LIMIT 1"
    )


def _became(data: Path) -> dict[str, list[tuple[str, str, str, str]]]:
    """``(public id, status, verdicts, moves)`` of each comment with a text."""
    found: dict[str, list[tuple[str, str, str, str]]] = {}
    for text, *rest in rows(
        data,
        """
        SELECT text, public_id, status,
          (SELECT group_concat(status) FROM verdict WHERE comment_id = comment.id),
          (SELECT group_concat(old || '>' || new || ' by ' || actor)
           FROM move WHERE comment_id = comment.id)
        FROM comment
        """,
    ):
        found.setdefault(text, []).append(tuple(rest))
    return found


def _troubles(ledger: Ledger, data: Path) -> list[str]:
    """Everything that is not as it must be, in words."""
    troubles = list(ledger.contradictions)
    became = _became(data)
    for each in ledger.sent:
        comments = became.pop(each.text, [])
        told = ledger.acknowledged.get(each.key)
        if told is None and not comments:
            continue  # nobody was promised anything
        status = each.expected.value
        right = (status, status, f"pending>{status} by checks")
        if [comment[1:] for comment in comments] != [right]:
            troubles.append(f"{each} acknowledged as {told} became {comments}")
        elif told not in {None, comments[0][0]}:
            troubles.append(f"{each} acknowledged as {told} is {comments[0][0]}")
    return troubles + [f"nobody sent {comments}" for comments in became.values()]


def _published_counts(foyer: Running) -> dict[str, int]:
    query = urlencode({"page": PAGES}, doseq=True)
    url = f"{foyer.base_url}/api/v1/sites/demo/counts?{query}"
    with urlopen(url) as answer:  # noqa: S310  # always http
        counts: dict[str, int] = orjson.loads(answer.read())["counts"]
        return counts


def _expected_counts(sent: list[Planned], stored: set[str]) -> dict[str, int]:
    published = [
        each.page
        for each in sent
        if each.expected is Status.PUBLISHED and each.text in stored
    ]
    return {page: published.count(page) for page in PAGES}


@pytest.mark.parametrize(
    "vandal", [_nobody, _vandal], ids=["broker-left-alone", "broker-files-deleted"]
)
def test_every_acknowledged_comment_gets_exactly_its_verdict(
    tmp_path: Path, vandal: Vandal
) -> None:
    seed, ledger = _seed(), Ledger()
    print(f"TEST_KILLS_SEED={seed}")
    with _installation(tmp_path) as foyer:
        killer = Killer(foyer, lambda: vandal(foyer.data, killer.landed.total()))
        senders = Senders(foyer.port, ledger, per_second=PER_SECOND, least=SUBMISSIONS)
        began = time.monotonic()
        end = senders.run(planned(seed))
        try:
            _rampage(killer, senders, random.Random(seed))  # noqa: S311  # as planned
        finally:
            end()
        wait_until(
            lambda: _is_settled(foyer.data),
            "the last verdict",
            killer.last_at + SETTLED_SECONDS - time.monotonic(),
        )
        settled = time.monotonic()
        counts = _published_counts(foyer)
    assert _troubles(ledger, tmp_path / "data") == []
    stored = set(_became(tmp_path / "data"))
    assert counts == _expected_counts(ledger.sent, stored)
    assert len(ledger.acknowledged) >= SUBMISSIONS * 0.8
    assert all(killer.landed[name] >= least for name, least in LEAST_KILLS.items())
    print(
        f"{len(ledger.sent)} sent, {len(ledger.acknowledged)} acknowledged, "
        f"{ledger.failures} attempts failed; kills: {dict(killer.landed)} "
        f"({killer.missed} stops without a lease, "
        f"{max(killer.hits.values())} hits at most on one job); "
        f"settled {settled - killer.last_at:.1f} s after the last kill, "
        f"{settled - began:.0f} s in all"
    )
