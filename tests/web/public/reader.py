"""Readers of a blog, programs or browsers without script, and the house they ask."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.web.app import create_app
from service.web.context import Context

BASE = "http://localhost:8000"
API = "/api/v1/sites/blog"
BLOG = "https://blog.example"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
"""What browsers accept for a page."""

GOOD = {
    "page": "/a",
    "comment": "Rye wants patience.",
    "name": "Ana",
    "email": "ana@example.org",
}


@dataclass(slots=True)
class Reader:
    """Sends requests as readers' programs and browsers do.

    ``client`` has no memory of its own: readers get no cookies.
    """

    client: FlaskClient

    def get(self, path: str, accept: str = "*/*", **headers: str) -> TestResponse:
        """What is answered at this path."""
        headers = {"Accept": accept, **_named(headers)}
        return self.client.get(path, base_url=BASE, headers=headers, buffered=True)

    def browse(self, path: str) -> TestResponse:
        """What a browser is answered at this path."""
        return self.get(path, BROWSER)

    def request(
        self, method: str, path: str, token: str = "", **given: Any
    ) -> TestResponse:
        """What is answered to a request, with an edit token if there is one."""
        headers = given.pop("headers", {})
        if token:
            headers = {**headers, "Authorization": f"Bearer {token}"}
        return self.client.open(
            path, method=method, base_url=BASE, headers=headers, **given
        )

    def send_json(
        self, path: str = f"{API}/comments", body: Any = None, **headers: str
    ) -> TestResponse:
        """What is answered to a JSON body; a good submission by default."""
        body = GOOD if body is None else body
        return self.client.post(path, base_url=BASE, json=body, headers=_named(headers))

    def send_form(
        self,
        fields: Any = None,
        path: str = f"{API}/comments",
        accept: str = BROWSER,
        **headers: str,
    ) -> TestResponse:
        """What a browser is answered to a form; a good submission by default."""
        return self.client.post(
            path,
            base_url=BASE,
            data=GOOD if fields is None else fields,
            headers={"Accept": accept, **_named(headers)},
        )


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): text for name, text in headers.items()}


@dataclass(slots=True)
class House:
    """Makes applications on one store, with other settings where a test needs them."""

    context: Context

    def app(self, **settings: object) -> Flask:
        """The application with these settings changed."""
        changed = replace(self.context.settings, **settings)  # type: ignore[arg-type]  # the test knows them
        return create_app(replace(self.context, settings=changed))

    def reader(self, **settings: object) -> Reader:
        """Somebody who reaches the application with these settings changed."""
        return Reader(self.app(**settings).test_client(use_cookies=False))
