"""A blog that asks Akismet, from the form to the thread, on the running product."""

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.outside import KEY, Said, Service, service, true_for
from tests.running import Running, running
from tests.servers import wait_until

SECONDS = 30.0
LEASE_SECONDS = 75.0
"""Longer than `service.operations.claim.OUTSIDE_LEASE`, and the sweeper's pause."""


@dataclass(slots=True)
class Blog:
    """The product with a demo site that asks, and another that does not."""

    foyer: Running
    akismet: Service

    def command(self, *arguments: str, text: str = "") -> str:
        done = self.foyer.command(*arguments, text=text)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def send(self, text: str, site: str = "demo") -> dict[str, str]:
        body = {
            "page": "/demo/",
            "comment": text,
            "name": "Ana Lopes",
            "email": "ana@example.org",
        }
        path = f"/api/v1/sites/{site}/comments"
        told = self._call("POST", path, json.dumps(body))
        assert told["status"] == "pending"
        return told

    def status(self, sent: dict[str, str], site: str = "demo") -> str:
        path = f"/api/v1/sites/{site}/comments/{sent['id']}/status"
        bearer = {"Authorization": f"Bearer {sent['edit_token']}"}
        return self._call("GET", path, None, **bearer)["status"]

    def becomes(self, sent: dict[str, str], status: str, site: str = "demo") -> None:
        what = f"the comment to be {status}"
        wait_until(lambda: self.status(sent, site) == status, what, SECONDS)

    def _call(
        self, method: str, path: str, body: str | None, **headers: str
    ) -> dict[str, str]:
        connection = HTTPConnection("127.0.0.1", self.foyer.port, timeout=10)
        try:
            told = {"Content-Type": "application/json", **headers}
            connection.request(method, path, body, told)
            answer = connection.getresponse()
            found: dict[str, str] = json.loads(answer.read())
            assert answer.status in {200, 202}, found
            return found
        finally:
            connection.close()


@pytest.fixture
def blog(tmp_path: Path) -> Iterator[Blog]:
    own = {"FOYER_OUTSIDE_NETWORKS": "127.0.0.0/8"}
    with service(true_for("casino")) as akismet, running(tmp_path, own) as foyer:
        made = Blog(foyer, akismet)
        made.command("site", "add", "quiet", "--origin", "https://quiet.example")
        made.command("check", "secret", "demo", "akismet", "--stdin", text=KEY)
        made.command(
            *("site", "set", "demo", "--akismet-url", akismet.url),
            *("--check", "akismet=on"),
        )
        yield made


def test_akismet_is_asked_before_anything_is_published(blog: Blog) -> None:
    good, spam = blog.send("A jar keeps it fresh."), blog.send("A casino for you.")
    blog.becomes(good, "published")
    blog.becomes(spam, "held")
    assert blog.akismet.calls() == ["comment-check"] * 2
    assert "A jar keeps it fresh" in blog.foyer.get(
        "/api/v1/sites/demo/thread?page=/demo/"
    )
    assert "takes the key" in blog.command("doctor")

    # A service that takes its time keeps nobody else waiting, and nothing is published
    # before it has answered.
    blog.akismet.answer = Said(body=b"false", pause=3)
    slow = [blog.send(f"Slowly, {number}.") for number in range(4)]
    began = time.monotonic()
    other = blog.send("Nobody is asked about this.", site="quiet")
    blog.becomes(other, "published", site="quiet")
    assert time.monotonic() - began < 3
    assert [blog.status(each) for each in slow] == ["pending"] * 4
    for each in slow:
        blog.becomes(each, "published")

    # Down: held, in words, until it is there again or a person decides.
    blog.akismet.answer = Said(status=503)
    down = blog.send("Is anybody there?")
    blog.becomes(down, "held")
    assert "1 unanswered" in blog.command("check", "show", "demo")

    assert KEY not in blog.foyer.log
    assert "ana@example.org" not in blog.foyer.log
    for asked in blog.akismet.asked:
        assert b"ana%40example.org" not in asked.body
    stored = b"".join(
        path.read_bytes() for path in blog.foyer.data.glob("foyer.sqlite3*")
    )
    assert b"Is anybody there?" in stored
    assert KEY.encode() not in stored


def test_killed_while_it_asks_it_asks_again(blog: Blog) -> None:
    blog.akismet.answer = Said(body=b"false", pause=4)
    sent = blog.send("A jar keeps it fresh.")
    wait_until(lambda: bool(blog.akismet.asked), "the question", SECONDS)
    os.kill(blog.foyer.process.pid, signal.SIGKILL)
    blog.foyer.kill()
    blog.akismet.answer = true_for("casino")
    blog.foyer.start()
    assert blog.status(sent) == "pending"
    wait_until(lambda: blog.status(sent) == "published", "the answer", LEASE_SECONDS)
    assert blog.akismet.calls() == ["comment-check"] * 2
