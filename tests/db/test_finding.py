"""Every view shows all that is wanted, once and in order, forwards and backwards."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.db.models import Comment, Contact, Thread
from service.db.store import Store, make_engine
from service.domain.check_names import reasons_of
from service.domain.errors import Unknown
from service.domain.status import Status
from service.operations import finding, queue
from service.operations.moderators import ModeratorView, Role
from service.operations.queue import QueuePage, Tab, queue_page
from service.operations.wanted import Wanted
from service.operations.word_index import index_words
from service.privacy.address import parse_address
from service.privacy.blind_index import address_index
from service.privacy.keyring import Keyring, generate
from service.text.search_words import search_terms
from tests.databases import MakeDatabase
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds

COUNT = 48
PAGES = ("/a/", "/b/", "/c/")
EMAILS = ("ada@example.org", "bo@example.org", "cy@example.org")
WORDS = ("rye", "barley", "oats", "wheat")
REASONS = ("links", "hosts", "form")


class Facts(NamedTuple):
    """What a comment is wanted by."""

    page: str
    email: str
    reasons: int
    percent: int
    words: set[str]
    number: int


IsWanted = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Lot:
    """A store with comments of all kinds, and somebody who looks at some of them."""

    store: Store
    keyring: Keyring
    clock: FrozenClock
    moderator: ModeratorView

    def page(
        self,
        wanted: Wanted,
        tab: Tab = Tab.HELD,
        site_key: str = "",
        after: int | None = None,
        before: int | None = None,
    ) -> QueuePage:
        return self.store.read(
            lambda s: queue_page(
                s,
                self.keyring,
                self.moderator,
                tab=tab,
                site_key=site_key,
                wanted=wanted,
                after=after,
                before=before,
                now=self.clock(),
            )
        )

    def writer(self, email: str) -> dict[int, list[bytes]]:
        canonical = parse_address(email).canonical
        return {
            site_id: [address_index(self.keyring, site_id, canonical)]
            for site_id in self.moderator.site_ids
        }


def _fill(session: Session, keyring: Keyring, clock: FrozenClock) -> ModeratorView:
    dice = random.Random(7)  # noqa: S311  # the same each time
    seeds = Seeds(session=session, keyring=keyring, now=clock.now)
    sites = [seeds.site(key) for key in ("one", "two", "foreign")]
    for number in range(COUNT):
        seeds.now = clock.now - timedelta(hours=COUNT - number)
        comment = seeds.comment(
            dice.choice(sites),
            f"{dice.choice(WORDS)} {dice.choice(WORDS)} {number}",
            status=dice.choice([Status.HELD, Status.HELD, Status.SPAM]),
            page=dice.choice(PAGES),
            email=dice.choice(EMAILS),
            score=dice.randrange(100) / 100 + dice.choice([-0.004, 0, 0.004]),
        )
        comment.reasons = reasons_of(dice.sample(REASONS, dice.randrange(3)))
        comment.audit = dice.random() < 0.3 and comment.status == Status.SPAM
    session.flush()
    index_words(session, session.scalars(select(Comment.id)).all())
    roles = {"a": (sites[0].id, Role.MODERATOR), "b": (sites[1].id, Role.VIEWER)}
    return seeds.moderator("grace@example.com", **roles)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def filled(request: pytest.FixtureRequest) -> Iterator[Lot]:
    """A filled store of each kind, which the tests only read."""
    make: MakeDatabase = request.getfixturevalue(f"{request.param}_making")
    store, clock = Store(make_engine(make())), FrozenClock()
    keyring = Keyring.from_text(generate())
    moderator = store.write(lambda s: _fill(s, keyring, clock))
    yield Lot(store, keyring, clock, moderator)
    store.close()


@pytest.fixture
def lot(filled: Lot, monkeypatch: pytest.MonkeyPatch) -> Lot:
    """The store, with limits by which a few comments are as many."""
    for name, value in (
        *(("LOOKED_THROUGH", 9), ("OPENED", 6), ("FIRST_LOOK", 2)),
        *(("NAMED", 4), ("MATCHED", 7), ("READ", 5)),
    ):
        monkeypatch.setattr(finding, name, value)
    monkeypatch.setattr(queue, "PAGE_SIZE", 3)
    return filled


def _facts(row: Comment, page: str, email: str) -> Facts:
    words = row.text.split()
    percent = round(100 * (row.score or 0))
    return Facts(page, email, row.reasons, percent, set(words), int(words[-1]))


def brute(lot: Lot, tab: Tab, site_key: str, is_wanted: IsWanted) -> list[str]:
    """The same the slow way: public ids in order."""

    def act(session: Session) -> list[str]:
        rows = session.execute(
            select(Comment, Thread.page, Contact.email_index)
            .join(Thread, Thread.id == Comment.thread_id)
            .join(Contact, Contact.comment_id == Comment.id)
            .order_by(Comment.id)
        ).all()
        emails = {
            index: email
            for email in EMAILS
            for indexes in lot.writer(email).values()
            for index in indexes
        }
        ids = lot.moderator.site_ids
        mine = {min(ids)} if site_key else set(ids)
        found = [
            row.public_id
            for row, page, index in rows
            if row.site_id in mine
            and (row.audit if tab is Tab.AUDIT else row.status == tab.value)
            and is_wanted(_facts(row, page, emails.get(index or b"", "")))
        ]
        return found if tab.is_oldest_first else found[::-1]

    return lot.store.read(act)


CASES: dict[str, tuple[dict[str, object], IsWanted]] = {
    "everything": ({}, lambda _: True),
    "page": ({"page": "/a/"}, lambda f: f.page == "/a/"),
    "no such page": ({"page": "/nowhere/"}, lambda _: False),
    "reason": (
        {"reason": "links"},
        lambda f: bool(f.reasons & reasons_of(["links"])),
    ),
    "score": (
        {"score_from": 20, "score_to": 60},
        lambda f: 20 <= f.percent <= 60,
    ),
    "high score": ({"score_from": 98}, lambda f: f.percent >= 98),
    "older": (
        {"older": timedelta(hours=30)},
        lambda f: f.number <= COUNT - 30,
    ),
    "newer": (
        {"newer": timedelta(hours=30)},
        lambda f: f.number >= COUNT - 30,
    ),
    "words": ({"q": "rye"}, lambda f: "rye" in f.words),
    "begun words": ({"q": "whe bar"}, lambda f: {"wheat", "barley"} <= f.words),
    "rare word": ({"q": "17"}, lambda f: f.number == 17),
    "no such word": ({"q": "zebra"}, lambda _: False),
    "writer": ({"e": EMAILS[1]}, lambda f: f.email == EMAILS[1]),
    "stranger": ({"e": "nobody@example.org"}, lambda _: False),
    "words and page": (
        {"q": "oats", "page": "/b/"},
        lambda f: "oats" in f.words and f.page == "/b/",
    ),
    "words and writer": (
        {"q": "oats", "e": EMAILS[0]},
        lambda f: "oats" in f.words and f.email == EMAILS[0],
    ),
    "words and score": (
        {"q": "rye", "score_to": 50},
        lambda f: "rye" in f.words and f.percent <= 50,
    ),
    "all at once": (
        {"q": "rye", "e": EMAILS[0], "page": "/a/", "reason": "hosts"},
        lambda f: (
            "rye" in f.words
            and (f.page, f.email) == ("/a/", EMAILS[0])
            and bool(f.reasons & reasons_of(["hosts"]))
        ),
    ),
    "writer, page and age": (
        {"e": EMAILS[2], "page": "/c/", "older": timedelta(hours=5)},
        lambda f: (f.page, f.email) == ("/c/", EMAILS[2]) and f.number <= COUNT - 5,
    ),
}


def _wanted(lot: Lot, given: dict[str, object]) -> Wanted:
    fields = dict(given)
    terms = tuple(search_terms(str(fields.pop("q", ""))))
    email = str(fields.pop("e", ""))
    writer = lot.writer(email) if email else None
    return Wanted(terms=terms, writer=writer, **fields)  # type: ignore[arg-type]  # as they come


@pytest.mark.parametrize("case", CASES)
def test_all_that_is_wanted_is_found_once_and_in_order(lot: Lot, case: str) -> None:
    given, is_wanted = CASES[case]
    wanted = _wanted(lot, given)
    for tab, site_key in ((Tab.HELD, ""), (Tab.SPAM, "one"), (Tab.AUDIT, "")):
        expected = brute(lot, tab, site_key, is_wanted)
        assert _forwards(lot, wanted, tab, site_key) == expected
        assert _backwards(lot, wanted, tab, site_key) == expected


def _ids(page: QueuePage) -> list[str]:
    return [card.public_id for card in page.cards]


def _forwards(lot: Lot, wanted: Wanted, tab: Tab, site_key: str) -> list[str]:
    found, after = list[str](), None
    for _ in range(COUNT + 1):
        page = lot.page(wanted, tab, site_key, after)
        assert len(page.cards) <= 3
        assert page.is_cut or page.next is None or len(page.cards) == 3
        found += _ids(page)
        after = page.next
        if after is None:
            return found
    raise AssertionError("there is no end")


def _backwards(lot: Lot, wanted: Wanted, tab: Tab, site_key: str) -> list[str]:
    before: int | None = 0 if not tab.is_oldest_first else 10**6
    found: list[str] = []
    for _ in range(COUNT + 1):
        page = lot.page(wanted, tab, site_key, before=before)
        if page.previous is None:
            # The first page again, which may hold some of the next one.
            first = _ids(page)
            return first + [each for each in found if each not in first]
        found = _ids(page) + found
        before = page.previous
    raise AssertionError("there is no start")


def test_page_before_leads_back_to_the_page_before(lot: Lot) -> None:
    first = lot.page(Wanted())
    second = lot.page(Wanted(), after=first.next)
    third = lot.page(Wanted(), after=second.next)
    back = lot.page(Wanted(), before=third.previous)
    assert _ids(back) == _ids(second)
    assert (back.next, back.previous) == (second.next, second.previous)
    assert _ids(lot.page(Wanted(), before=back.previous)) == _ids(first)
    assert first.previous is None


def test_what_is_foreign_is_not_found_by_any_way(lot: Lot) -> None:
    wanted: tuple[dict[str, object], ...] = (
        {"q": "rye"},
        {"page": "/a/"},
        {"e": EMAILS[0]},
    )
    for given in wanted:
        with pytest.raises(Unknown):
            lot.page(_wanted(lot, given), site_key="foreign")


def test_age_needs_a_time(lot: Lot) -> None:
    wanted = Wanted(older=timedelta(hours=1))
    with pytest.raises(ValueError, match="counted from"):
        lot.store.read(
            lambda s: queue_page(s, lot.keyring, lot.moderator, wanted=wanted)
        )


def test_postgres_plans_anew_for_what_is_asked_and_only_for_that(
    postgres_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def mode(session: Session) -> str:
        found: str = session.execute(text("SHOW plan_cache_mode")).scalar_one()
        return found

    def look(session: Session, *_: object) -> finding.Found:
        seen.append(mode(session))
        return finding.Found(ids=[])

    monkeypatch.setattr(finding, "_look", look)
    for wanted in (Wanted(), Wanted(reason="links"), Wanted(score_from=5)):
        asked = finding.Asked(
            site_ids=[1], part=Tab.HELD, wanted=wanted, oldest_first=True, limit=2
        )

        def act(session: Session, asked: finding.Asked = asked) -> None:
            finding.find(session, asked)
            seen.append(mode(session))

        postgres_store.read(act)
    custom = "force_custom_plan"
    assert seen == ["auto", "auto", custom, "auto", custom, "auto"]
