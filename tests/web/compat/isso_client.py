"""What Isso's client sends, with or without a browser that keeps cookies."""

from dataclasses import dataclass
from typing import Any, Protocol, cast

from flask.testing import FlaskClient
from werkzeug.datastructures import Headers, HeaderSet

from tests.web.public.reader import BASE, BLOG

ISSO = "/sites/blog/isso"
SAID: dict[str, Any] = {
    "author": "Ana",
    "email": "ana@example.org",
    "website": None,
    "text": "Rye wants *patience*.",
    "parent": None,
    "title": None,
    "notification": 0,
}


class Told(Protocol):
    """An answer; what it holds as JSON is for the test to know."""

    status_code: int
    headers: Headers
    vary: HeaderSet
    mimetype: str
    json: Any
    text: str
    data: bytes

    def close(self) -> None:
        """Let go of it."""


@dataclass(slots=True)
class IssoClient:
    """A page of the blog that asks as Isso's client does."""

    client: FlaskClient

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        origin: str | None = BLOG,
        accept: str = "*/*",
        kind: str | None = "application/json",
        data: bytes | None = None,
    ) -> Told:
        """What is answered; every request names JSON, as the client's do."""
        headers = {"Accept": accept}
        if origin is not None:
            headers["Origin"] = origin
        given: dict[str, Any] = {"json": body} if body is not None else {}
        if data is not None:
            given = {"data": data}
        if kind is not None:
            given["content_type"] = kind
        answer = self.client.open(
            f"{ISSO}{path}", method=method, base_url=BASE, headers=headers, **given
        )
        return cast(Told, answer)

    def get(self, path: str, **more: Any) -> Told:
        """What is answered to reading this."""
        return self.send("GET", path, **more)

    def thread(self, query: str = "") -> Any:
        """The thread of ``/a``."""
        answer = self.get(f"/?uri=/a{query}")
        assert answer.status_code == 200, answer.text
        return answer.json

    def say(self, path: str = "/new?uri=/a", **changes: Any) -> Told:
        """What is answered to a submission; a good one but for the changes."""
        return self.send("POST", path, {**SAID, **changes})
