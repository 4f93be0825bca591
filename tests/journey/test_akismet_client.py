"""Akismet's client for Python asks and teaches a running installation, unchanged.

Its host is fixed, but it takes an HTTP client: this one leads to the local port.
"""

import importlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import pytest

from tests.needs import need
from tests.running import Running

GOOD = {
    "user_ip": "203.0.113.9",
    "comment_author": "Jane Doe",
    "comment_author_email": "jane@mail.example",
    "comment_content": "My sourdough needs two days in the cold, and is worth it.",
}
SPAM = {
    "user_ip": "203.0.113.99",
    "comment_author": "Best Casino Bonus",
    "comment_author_url": "http://casino-bonus.example/",
    "comment_content": "Casino bonus http://casino-bonus.example/a and pills "
    "http://pills.example/b and http://loans.example/c for you!!!",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The client, and how to make one that leads to a running installation."""

    akismet: Any
    httpx: Any
    running: Running
    opened: ExitStack

    def client(self, key: str, url: str = "") -> Any:
        """A client with this key, for the demo site unless another is named."""
        httpx, port = self.httpx, self.running.port

        class ToLoopback(httpx.HTTPTransport):  # type: ignore[misc,name-defined]  # known once it is imported
            def handle_request(self, request: Any) -> Any:
                assert request.url.host == "rest.akismet.com"
                request.url = request.url.copy_with(
                    scheme="http", host="127.0.0.1", port=port
                )
                request.headers["Host"] = f"localhost:{port}"
                return super().handle_request(request)

        http = httpx.Client(transport=ToLoopback(), timeout=10)
        return self.akismet.SyncClient(
            config=self.akismet.Config(key, url or f"http://localhost:{port}/"),
            http_client=self.opened.enter_context(http),
        )

    def token(self, scope: str) -> str:
        """A new API token of the moderator of the demo."""
        done = self.running.command(
            *("moderator", "token", "akismet@example.org"),
            *("--name", f"client-{scope}", "--scope", scope),
        )
        assert done.returncode == 0, done.stderr
        return next(word for word in done.stdout.split() if word.startswith("foyer_"))


@pytest.fixture
def installed(running: Running) -> Iterator[Installed]:
    need("akismet", find_spec("akismet"))
    added = running.command(
        *("moderator", "add", "akismet@example.org", "--site", "demo"),
    )
    assert added.returncode == 0 or "already" in added.stderr, added.stderr
    with ExitStack() as opened:
        yield Installed(
            akismet=importlib.import_module("akismet"),
            httpx=importlib.import_module("httpx"),
            running=running,
            opened=opened,
        )


def test_client_asks_and_teaches(installed: Installed) -> None:
    client, answers = installed.client(installed.token("decide")), installed.akismet
    assert client.verify_key(
        client._config.key, f"http://localhost:{installed.running.port}/"
    )
    assert client.comment_check(**GOOD) == answers.CheckResponse.HAM
    assert client.comment_check(**SPAM) in {
        answers.CheckResponse.SPAM,
        answers.CheckResponse.DISCARD,
    }
    assert client.submit_spam(**SPAM)
    assert client.submit_ham(**GOOD)
    trusted = client.comment_check(**SPAM, user_role="administrator")
    assert trusted == answers.CheckResponse.HAM


def test_client_is_told_what_does_not_hold(installed: Installed) -> None:
    akismet = installed.akismet
    wrong = installed.client("foyer_of-nobody")
    with pytest.raises(akismet.APIKeyError):
        wrong.comment_check(**GOOD)
    elsewhere = installed.client(installed.token("read"), "https://other.example/")
    with pytest.raises(akismet.APIKeyError):
        elsewhere.comment_check(**GOOD)
    reading = installed.client(installed.token("read"))
    assert reading.comment_check(**GOOD) == akismet.CheckResponse.HAM
    with pytest.raises(akismet.RequestError):
        reading.submit_spam(**SPAM)
    with pytest.raises(akismet.ProtocolError, match="user_ip"):
        reading.comment_check(**(GOOD | {"user_ip": "nowhere"}))
