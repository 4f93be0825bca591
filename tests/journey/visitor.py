"""A person's browser without script: keeps cookies, follows redirects, sends forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from typing_extensions import override

from tests.journey.wire import BROWSER, FORM, Answer, Wire


@dataclass(slots=True)
class SeenForm:
    """A form of a page."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    """What would be sent without touching anything; buttons are left out."""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[SeenForm] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            method = (given.get("method") or "get").upper()
            self.found.append(SeenForm(given.get("action") or "", method))
        if tag == "input" and self.found and given.get("name"):
            self.found[-1].fields[given["name"] or ""] = given.get("value") or ""


def forms_of(page: Answer) -> list[SeenForm]:
    """The forms of a page, in order."""
    parser = _Forms()
    parser.feed(page.text)
    return parser.found


class Visitor(Wire):
    """A connection with a browser's habits; nothing is sent twice."""

    def __init__(self, port: int, heard: list[Answer] | None = None) -> None:
        super().__init__(port, heard)
        self.cookies: dict[str, str] = {}

    @property
    def cookie(self) -> str:
        """The ``Cookie`` header that this browser sends."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def visit(self, path: str) -> Answer:
        """The page at the end of all redirects."""
        return self._follow(self.send("GET", path, None, self._headers()))

    def press(self, page: Answer, action: str, **changes: str) -> Answer:
        """What comes of sending the page's form whose address ends like this."""
        form = next(f for f in forms_of(page) if f.action.endswith(action))
        return self.post(form.action, {**form.fields, **changes})

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """What comes of sending these fields."""
        body = urlencode(fields).encode()
        answer = self.send("POST", path, body, {**self._headers(), **FORM})
        return self._follow(answer)

    def sign_in(self, email: str, password: str) -> Answer:
        """The page after the sign-in form was sent."""
        return self.press(
            self.visit("/login"), "/login", email=email, password=password
        )

    def _headers(self) -> dict[str, str]:
        return {**BROWSER, "Cookie": self.cookie} if self.cookies else dict(BROWSER)

    def _follow(self, answer: Answer) -> Answer:
        self._keep_cookies(answer)
        target = urlsplit(answer.header("Location"))
        if not 300 <= answer.status < 400 or not target.path:
            return answer
        path = f"{target.path}?{target.query}" if target.query else target.path
        return self.visit(path)

    def _keep_cookies(self, answer: Answer) -> None:
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                for morsel in SimpleCookie(value).values():
                    self.cookies[morsel.key] = morsel.value
