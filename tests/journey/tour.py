"""Every page of moderators with something on it, to look for barriers."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.sync_api import Page

from service.db.store import Store, make_engine
from service.domain.policy import SitePolicy
from service.privacy.keyring import Keyring
from service.settings import load
from tests.db.acts import Acts, make_site
from tests.doubles import FrozenClock
from tests.insight_seeds import live
from tests.journey.moderating import BEHIND_A_PROXY, send
from tests.running import Running
from tests.servers import wait_until

__all__ = ["BEHIND_A_PROXY", "Stop", "furnish", "stops"]

SECONDS = 30.0
DAYS = 60
OWNER = "moderator@demo.example"
"""Whom the demo lets in."""
PAST = "rain-barrels"
"""A blog with a past, for the pages that tell of it."""

GOOD = {
    "name": "Marek Nowak",
    "email": "marek@example.org",
    "comment": "Rye, fed at seven every evening, and it has never failed me. "
    "The *float test* tells you when: a spoonful swims if it is ready.",
}
DOUBTFUL = (
    {
        "name": "Tomás",
        "email": "tomas@example.org",
        "comment": "Does the snakeoil starter kit from the market do anything at all?",
    },
    {
        "name": "Ingrid",
        "email": "ingrid@example.net",
        "website": "https://ingrid.example.net/garden",
        "comment": "Ours smelt of wet hay for a week. I wrote down what helped at "
        "[my notes](https://notes.example.net/starter) and "
        "[part two](https://notes.example.net/starter-2). No snakeoil was needed.\n\n"
        "> How warm is your kitchen?\n\nAbout 21 degrees, less at night.",
    },
)
SPAM = {
    "name": "cheap loans online fast",
    "email": "offer@example.com",
    "website": "https://loans.example.com/apply",
    "comment": 'Great post! <a href="https://loans.example.com/apply">loans</a> '
    "[url=https://loans.example.com/now]apply now[/url] https://bit.ly/2abc",
}
FLOOD = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A page, and what is done on it before it is looked at."""

    name: str
    path: str
    status: int = 200
    act: Callable[[Page], object] | None = None


def _say(foyer: Running, fields: dict[str, str]) -> str:
    given = {"page": "/demo/", "title": "A jar of sourdough", **fields}
    return send(foyer, json.dumps(given))


def _past(foyer: Running) -> None:
    settings = load(foyer.env)
    store = Store(make_engine(settings.database))
    try:
        clock = FrozenClock(datetime.now(UTC))
        policy = SitePolicy(origins=("https://rain.example",))
        site = make_site(store, PAST, policy, clock())
        keyring = Keyring.load(settings.keys_path)
        acts = Acts(store=store, keyring=keyring, clock=clock, site_id=site.id)
        live(acts, DAYS)
    finally:
        store.close()


def furnish(foyer: Running) -> None:
    """Fill a started demo: comments of each kind, a flood, a rule, a blog's past.

    It is stopped and started again, since its worker would judge the past, too.

    :param foyer: one that runs `BEHIND_A_PROXY`.
    """
    foyer.stop()
    _past(foyer)
    foyer.start()
    done = foyer.command("moderator", "add", OWNER, "--site", PAST, "--role", "owner")
    assert done.returncode == 0, done.stderr
    for list_name, entry in (("hold", "snakeoil"), ("hold", "deals.example.net")):
        done = foyer.command("list", "add", list_name, entry, "--site", "demo")
        assert done.returncode == 0, done.stderr
    _say(foyer, GOOD)
    for fields in (*DOUBTFUL, SPAM):
        _say(foyer, fields)
    for number in range(FLOOD):
        _say(
            foyer,
            {
                "name": f"Shop {number}",
                "email": f"shop{number}@example.org",
                "comment": f"Deal {number}: https://deals.example.net/{number}",
            },
        )


def _ids(page: Page, foyer: Running) -> dict[str, str]:
    """Public ids in the queue by the name of the writer; waits for the checks."""
    found: dict[str, str] = {}

    def are_there() -> bool:
        page.goto(f"{foyer.base_url}/queue?site=demo")
        for card in page.locator("article.card").all():
            name = card.get_by_role("heading").first.inner_text()
            found[name] = card.get_attribute("data-id") or ""
        return any(name.startswith("Shop") for name in found) and {
            each["name"] for each in DOUBTFUL
        } <= set(found)

    wait_until(are_there, "the checks of all comments", SECONDS)
    return found


def _press(*keys: str) -> Callable[[Page], object]:
    def act(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)

    return act


def stops(page: Page, foyer: Running) -> Sequence[Stop]:
    """All pages, those of moderators first; ``page`` is signed in as an owner."""
    ids = _ids(page, foyer)
    ingrid = ids["Ingrid"]
    flood = next(one for name, one in ids.items() if name.startswith("Shop"))
    return (
        Stop(name="queue", path="/queue?site=demo"),
        Stop(
            name="queue-keys",
            path="/queue?site=demo",
            act=_press("?"),
        ),
        Stop(name="queue-past", path=f"/queue?site={PAST}"),
        Stop(name="queue-spam", path="/queue?status=spam"),
        Stop(name="queue-published", path="/queue?status=published"),
        Stop(name="queue-audit", path="/queue?status=audit"),
        Stop(
            name="queue-searched",
            path="/queue?q=starter&score_from=10&newer=30d",
        ),
        Stop(name="comment", path=f"/queue/{ingrid}"),
        Stop(name="reply", path=f"/queue/{ingrid}?do=reply"),
        Stop(name="edit", path=f"/queue/{ingrid}?do=edit"),
        Stop(name="alike", path=f"/queue/{flood}/alike"),
        Stop(name="new-rule", path=f"/queue/{flood}/rule"),
        Stop(name="writer", path=f"/queue/{ingrid}/writer"),
        Stop(name="rules", path="/rules"),
        Stop(name="log", path="/log"),
        Stop(name="insights", path=f"/insights?site={PAST}"),
        Stop(name="sites", path="/settings"),
        Stop(name="settings", path="/settings/demo"),
        Stop(name="lists", path="/settings/demo/lists"),
        Stop(name="members", path="/settings/demo/members"),
        Stop(name="threads", path="/settings/demo/threads"),
        Stop(name="changes", path="/settings/demo/changes"),
        Stop(name="account", path="/account"),
        Stop(name="second-factor", path="/account/second-factor"),
        Stop(name="tokens", path="/account/tokens"),
        Stop(name="not-found", path="/queue/no-such-comment", status=404),
        Stop(name="demo", path="/demo/"),
    )
