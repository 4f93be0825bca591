"""A browser without script: it reads pages, and sends the forms it finds in them."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Self

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.operations.sign_in import open_session
from service.web.context import Context

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_INPUT = re.compile(r"<input\b([^>]*)>")
_BUTTON = re.compile(r"<button\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    """Values of its buttons."""


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(text)}


def forms_of(html: str) -> list[Form]:
    """All forms of a page, in order."""
    forms = []
    for opening, content in _FORM.findall(html):
        inputs = [_attributes(text) for text in _INPUT.findall(content)]
        buttons = [_attributes(text) for text in _BUTTON.findall(content)]
        forms.append(
            Form(
                _attributes(opening).get("action", ""),
                {i["name"]: i.get("value", "") for i in inputs if "name" in i},
                [button.get("value", "") for button in buttons],
            )
        )
    return forms


class Visitor:
    """Somebody with a browser.

    :param base_url: how the service is reached.
    """

    def __init__(
        self, client: FlaskClient, base_url: str = "http://localhost:8000"
    ) -> None:
        self.client = client
        self.base_url = base_url
        self.at = "/"

    def with_session(self, context: Context, moderator_id: int) -> Self:
        """The same visitor, signed in without the sign-in page."""
        now = context.clock()
        token = context.store.write(lambda s: open_session(s, moderator_id, now=now))
        self.client.set_cookie("foyer", token)
        return self

    def get(self, path: str, **headers: str) -> TestResponse:
        """What is answered at this path."""
        self.at = path
        return self.client.get(
            path, base_url=self.base_url, headers={"Accept": "text/html", **headers}
        )

    def post(self, path: str, data: dict[str, str], **headers: str) -> TestResponse:
        """What is answered to this form, sent from the page looked at last."""
        return self.client.post(
            path,
            base_url=self.base_url,
            data=data,
            headers={
                "Accept": "text/html",
                "Referer": f"{self.base_url}{self.at}",
                **headers,
            },
        )

    def send(
        self, page: str, action: str, button: str = "", **filled: str
    ) -> TestResponse:
        """Fill in the form with this action on the page at ``page``, and send it.

        :param button: value of the button that is pressed, if it has one.
        """
        found = [
            form for form in forms_of(self.get(page).text) if form.action == action
        ]
        assert found, f"no form for {action!r} at {page!r}"
        data = found[0].fields | filled
        if button:
            assert button in found[0].buttons
            data["decision"] = button
        return self.post(action or page, data)

    def sign_in(self, email: str, password: str, page: str = "/login") -> TestResponse:
        """Send the sign-in form."""
        return self.send(page, "/login", email=email, password=password)
