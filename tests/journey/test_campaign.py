"""A campaign of spam comes to a running blog; its owner teaches the filter."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

import pytest

from service.domain.status import Status
from tests.campaign_texts import GOOD, MORE_GOOD, campaign
from tests.journey.visitor import Visitor
from tests.journey.wire import Wire
from tests.needs import ROOT
from tests.processes import descendants
from tests.running import Running, running
from tests.servers import wait_until

EMAIL = "moderator@demo.example"
PASSWORD = "seven quiet lanterns"
SECONDS = 60.0
NAMES = ("Ana Lopes", "Ben Marsh", "Carla Novak", "Dario Sato", "Ewa Olsen")


@pytest.fixture(scope="module")
def foyer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    # Each reader comes from an address of their own, as they do to a real blog.
    env = {"FOYER_TRUSTED_PROXIES": "127.0.0.1/32,::1/128"}
    with running(tmp_path_factory.mktemp("campaign"), env) as started:
        done = started.command(
            "moderator", "password", EMAIL, "--password-stdin", text=PASSWORD
        )
        assert done.returncode == 0, done.stderr
        yield started


def ask(foyer: Running, sql: str, *given: Any) -> list[tuple[Any, ...]]:
    """Rows of the running installation's database."""
    uri = f"file:{foyer.data / 'foyer.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        return connection.execute(sql, given).fetchall()


def statuses(foyer: Running, ids: Sequence[str]) -> list[str]:
    """Where these comments stand, in the order given."""
    found = dict(ask(foyer, "SELECT public_id, status FROM comment"))
    return [found[each] for each in ids]


_sent = iter(range(10_000))


def send(foyer: Running, texts: Sequence[str]) -> list[str]:
    """Public ids of new comments, once all of them have been checked."""
    ids = []
    with Wire(foyer.port) as wire:
        for text in texts:
            n = next(_sent)
            body = {
                "page": f"/bread/{n % 9}",
                "comment": text,
                "name": NAMES[n % len(NAMES)],
                "email": f"reader{n}@example.org",
            }
            headers = {"X-Forwarded-For": f"198.51.{n // 250}.{n % 250 + 1}"}
            answer = wire.submit(body, headers)
            assert answer.status == 202, answer.text
            ids.append(answer.json["id"])
    wait_until(
        lambda: Status.PENDING not in statuses(foyer, ids), "the checks", SECONDS
    )
    return ids


def trained(foyer: Running) -> None:
    """Wait until everything that was decided is learned."""
    wait_until(
        lambda: not ask(foyer, "SELECT 1 FROM job WHERE kind = 'train'"),
        "the training",
        SECONDS,
    )


def decide(foyer: Running, decisions: Mapping[str, str]) -> None:
    """Have the owner decide on comments, each by its id, that stand elsewhere."""
    with Visitor(foyer.port) as owner:
        assert "Queue" in owner.sign_in(EMAIL, PASSWORD).text
        now = statuses(foyer, list(decisions))
        for (each, decision), status in zip(decisions.items(), now, strict=True):
            if status != decision:
                page = owner.visit(f"/queue/{each}")
                answer = owner.press(page, f"/queue/{each}", decision=decision)
                assert answer.status == 200, answer.text
    trained(foyer)


@contextmanager
def second_worker(foyer: Running) -> Iterator[None]:
    """A worker beside the first one, which is stopped and cannot do anything."""
    main = foyer.pids("worker")[-1]
    first = [main, *descendants(main)]
    with (foyer.data.parent / "second").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "worker"],
            env=foyer.env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(
            lambda: len(ask(foyer, "SELECT 1 FROM heartbeat")) > 1,
            "the second worker",
            SECONDS,
        )
        for pid in first:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in first:
            os.kill(pid, signal.SIGCONT)
        process.terminate()
        process.wait(SECONDS)


def finding(foyer: Running, public_id: str) -> tuple[str, dict[str, Any]]:
    """What the model said of a comment: in words, and the figures behind them."""
    ((reason, detail),) = ask(
        foyer,
        "SELECT reason, detail FROM finding JOIN comment ON comment.id = comment_id "
        "WHERE public_id = ? AND \"check\" = 'model'",
        public_id,
    )
    return reason, json.loads(detail)


def site_says(foyer: Running, public_id: str) -> float:
    """Log-odds by what the site itself has learned."""
    return float(finding(foyer, public_id)[1]["site"])


def test_thirty_decisions_teach_the_filter_a_campaign(foyer: Running) -> None:
    good = send(foyer, GOOD)
    assert set(statuses(foyer, good)) == {Status.PUBLISHED}
    texts = campaign(36)
    before, spam = send(foyer, texts[30:31]), send(foyer, texts[:30])
    were = dict(zip(spam, statuses(foyer, spam), strict=True))
    assert Status.SPAM not in were.values()
    assert site_says(foyer, before[0]) == 0
    decide(foyer, dict.fromkeys(spam, Status.SPAM))

    (last,) = send(foyer, texts[31:32])
    assert statuses(foyer, [last]) == [Status.SPAM]
    assert "Reads like spam, after" in finding(foyer, last)[0]
    assert set(statuses(foyer, good)) == {Status.PUBLISHED}
    more = send(foyer, MORE_GOOD)
    assert set(statuses(foyer, more)) == {Status.PUBLISHED}
    with Visitor(foyer.port) as owner:
        owner.sign_in(EMAIL, PASSWORD)
        assert "by the budget" in owner.visit(f"/queue/{last}").text

    foyer.kill()
    foyer.start()
    assert statuses(foyer, send(foyer, texts[32:33])) == [Status.SPAM]
    with second_worker(foyer):
        assert statuses(foyer, send(foyer, texts[33:34])) == [Status.SPAM]

    decide(foyer, were)
    (again,) = send(foyer, texts[34:35])
    assert statuses(foyer, [again]) != [Status.SPAM]
    assert site_says(foyer, again) == pytest.approx(0, abs=0.05)
    assert set(statuses(foyer, good + more)) == {Status.PUBLISHED}
