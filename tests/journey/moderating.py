"""What journeys of moderators share: comments that wait, and signed-in browsers."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.running import Running
from tests.servers import wait_until

SECONDS = 30.0
WORD = "lantern"
# So short that nobody compares them, or with a host of their own.
SAID = (
    f"A {WORD} hangs here, see https://shop.example.net/{WORD}s.",
    f"Is a {WORD} warm *enough*?",
    f"My {WORD} sings.",
    f"شكرا على المقال الجميل {WORD}",
)


BEHIND_A_PROXY = {"FOYER_TRUSTED_PROXIES": "127.0.0.1,::1"}
"""So that each comment can come from a network of its own."""

_networks = count(1)


def put_in_the_queue(foyer: Running, how_many: int, name: str = "Ada") -> list[str]:
    """Public ids of so many comments that wait, in their order; none is alike another.

    :param foyer: one that runs `BEHIND_A_PROXY`.
    """
    done = foyer.command("list", "add", "hold", WORD, "--site", "demo")
    assert done.returncode == 0, done.stderr
    made = []
    for number in range(how_many):
        said = SAID[number % len(SAID)].replace(
            "shop.", f"shop{number}-{name.lower()}."
        )
        body = {
            "page": "/demo/",
            "comment": f"{said} {name} {number}",
            "name": f"{name} {number}",
            "email": f"{name.lower()}{number}@example.org",
        }
        made.append(send(foyer, json.dumps(body)))
    return made


def put_a_flood_in_the_queue(foyer: Running, how_many: int) -> None:
    """So many comments that all link to one host; the hold list has to be there."""
    for number in range(how_many):
        body = {
            "page": "/demo/",
            "comment": f"{WORD.title()} {number}: https://flood.example.net/{number}",
            "name": f"Shop {number}",
            "email": f"shop{number}@example.org",
        }
        send(foyer, json.dumps(body))


def send(foyer: Running, body: str) -> str:
    """Public id of a comment of the demo, sent as JSON from a network of its own."""
    connection = HTTPConnection("127.0.0.1", foyer.port, timeout=10)
    network = next(_networks)
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "X-Forwarded-For": f"203.{network // 250}.{network % 250}.7",
    }
    connection.request("POST", "/api/v1/sites/demo/comments", body.encode(), headers)
    told = json.load(connection.getresponse())
    connection.close()
    return str(told["id"])


def wait_until_held(page: Page, foyer: Running, ids: list[str]) -> None:
    """Look at the queue until all of these wait there."""

    def are_there() -> bool:
        page.goto(f"{foyer.base_url}/queue")
        return all(page.locator(f"#comment-{one}").count() for one in ids)

    wait_until(are_there, "comments in the queue", SECONDS)


def wait_until_checked(page: Page, foyer: Running, public_id: str) -> None:
    """Look at the page of a comment until it is held."""

    def is_held() -> bool:
        page.goto(f"{foyer.base_url}/queue/{public_id}")
        return page.get_by_role("heading", level=1).inner_text() == "Held comment"

    wait_until(is_held, "the checks of a comment", SECONDS)


@dataclass(slots=True)
class Seat:
    """A moderator's browser; `state` is what it brings to the next one."""

    browser: Browser
    said: list[str] = field(default_factory=list)
    """What the browser complained about."""

    @contextmanager
    def page(self, state: Path | None = None, **options: object) -> Iterator[Page]:
        """A page that fails the test if the browser complains of the page itself."""
        context: BrowserContext = self.browser.new_context(
            storage_state=state,
            **options,  # type: ignore[arg-type]  # passed on as they come
        )
        opened = context.new_page()
        opened.set_default_timeout(SECONDS * 1000)
        opened.on("pageerror", lambda error: self.said.append(str(error)))
        opened.on(
            "console",
            lambda m: (
                self.said.append(m.text) if m.type in {"error", "warning"} else None
            ),
        )
        yield opened
        context.close()
        # Browsers note failed requests, which some journeys make happen.
        noted = re.compile(r"status of \d|Failed to load resource")
        assert [text for text in self.said if not noted.search(text)] == []


def sign_in_by_link(page: Page, foyer: Running) -> None:
    """As the one who runs it does the first time, by the keyboard."""
    page.goto(foyer.sign_in_link)
    page.get_by_role("button", name="Sign in").press("Enter")
    page.wait_for_url("**/account")


def current(page: Page) -> str:
    """The public id of the card that is the current one."""
    card = page.locator('article.card[aria-current="true"]')
    expect(card).to_have_count(1)
    return card.get_attribute("data-id") or ""


def card(page: Page, public_id: str) -> Locator:
    """The card of a comment."""
    return page.locator(f"#comment-{public_id}")
