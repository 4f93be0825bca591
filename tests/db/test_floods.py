"""Alike comments as one: who joins whom, counts and pages, one decision for all."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from service.db.models import Bulk, Comment, Flood, Move
from service.db.store import Store
from service.domain.errors import InvalidInput, StaleComment
from service.domain.policy import SitePolicy
from service.domain.status import Status
from service.jobs import Kind
from service.operations import bulk as bulk_module
from service.operations.alike import PAGE_SIZE, AlikePage, alike_page
from service.operations.batches import Outcome
from service.operations.bulk import give_up_bulk, go_on
from service.operations.claim import Lease
from service.operations.decide_alike import SeenFlood, decide_alike
from service.operations.floods import heads_of
from service.operations.mend import mend
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.person import erase_person
from service.operations.queue import QueuePage, Tab, queue_page
from service.operations.sites import add_site
from service.operations.undo import undo
from service.privacy.keyring import Keyring
from tests.db.acts import Acts
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds

STEP = 8
"""So many at once here, so that few comments are very many."""

WORDS = "Bread needs time and a warm place, so I let mine stand over night on the stove"
OTHER = "Quite another comment, which says that the rye was much too old by then"


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_module, "STEP", STEP)


@pytest.fixture
def acts(store: Store, keyring: Keyring, clock: FrozenClock) -> Acts:
    site = store.write(
        lambda s: add_site(s, "blog", name="", policy=SitePolicy(), now=clock())
    )
    return Acts(store=store, keyring=keyring, clock=clock, site_id=site.id)


@pytest.fixture
def grace(acts: Acts) -> ModeratorView:
    return acts.store.write(
        lambda s: Seeds(session=s, keyring=acts.keyring, now=acts.clock()).moderator(
            "grace@example.com", a=(acts.site_id, Role.OWNER)
        )
    )


@pytest.fixture
def hold(acts: Acts) -> Callable[..., str]:
    """A new held comment by somebody new, elsewhere."""
    count = iter(range(10_000))

    def act(text: str, status: Status = Status.HELD, **fields: Any) -> str:
        number = next(count)
        given = {
            "name": f"Writer {number}",
            "email": f"writer{number}@example.org",
            "page": f"/{number}",
            "ip": f"198.51.{number // 250}.{number % 250 + 1}",
        }
        acts.clock.advance(minutes=1)
        return acts.say(text, status, **(given | fields))

    return act


Hold = Callable[..., str]


def key(acts: Acts, public_id: str) -> str:
    return acts.comment(public_id).flood_key


def kind(acts: Acts, public_id: str) -> str:
    return key(acts, public_id).partition(":")[0]


def floods(acts: Acts) -> list[tuple[str, str, int, int, int]]:
    return acts.store.read(
        lambda s: [
            (row.status, row.key, row.size, row.first_id, row.last_id)
            for row in s.scalars(select(Flood).order_by(Flood.status, Flood.key))
        ]
    )


def counted(acts: Acts) -> list[tuple[str, str, int, int, int]]:
    """The floods as they are when everything is counted anew."""
    return acts.store.read(
        lambda s: [
            (row[0], row[1], row[2], row[3], row[4])
            for row in s.execute(
                select(
                    *(Comment.status, Comment.flood_key, func.count()),
                    *(func.min(Comment.id), func.max(Comment.id)),
                )
                .where(Comment.flood_key != "", Comment.status.in_(("held", "spam")))
                .group_by(Comment.status, Comment.flood_key)
                .order_by(Comment.status, Comment.flood_key)
            )
        ]
    )


def test_comment_alone_is_in_no_flood(acts: Acts, hold: Hold) -> None:
    ids = [hold(WORDS), hold(OTHER), hold("Yes!"), hold("Yes!")]
    assert [key(acts, each) for each in ids] == ["", "", "", ""]
    assert floods(acts) == []


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ({"text": WORDS}, {"text": WORDS}, "text"),
        ({"text": WORDS}, {"text": f"{WORDS}, too"}, "near"),
        (
            {"text": f"{WORDS} https://shop.example/a"},
            {"text": f"{OTHER} https://shop.example/b"},
            "host",
        ),
        (
            {"text": WORDS, "website": "https://shop.example/"},
            {"text": f"{OTHER} https://shop.example/b"},
            "host",
        ),
        (
            {"text": f"{WORDS} https://one.example"},
            {"text": f"{WORDS} https://two.example"},
            "text",
        ),
        (
            {"text": f"{WORDS} https://one.example"},
            {"text": f"{WORDS} https://one.example"},
            "host",
        ),
    ],
    ids=["same text", "near", "host", "website", "other hosts", "host before text"],
)
def test_second_that_is_alike_takes_the_first_along(
    acts: Acts, hold: Hold, first: dict[str, str], second: dict[str, str], shared: str
) -> None:
    ids = [hold(**first), hold(**second)]
    assert {key(acts, each) for each in ids} == {key(acts, ids[0])}
    assert kind(acts, ids[0]) == shared
    ((status, _, size, first_id, last_id),) = floods(acts)
    assert (status, size) == ("held", 2)
    assert (first_id, last_id) == tuple(acts.comment(each).id for each in ids)


@pytest.mark.parametrize(
    ("shared", "fields"),
    [
        ("address", {"email": "same@example.org"}),
        ("network", {"ip": "203.0.113.77"}),
    ],
)
def test_address_or_network_counts_where_several_come_in_a_day(
    acts: Acts, hold: Hold, shared: str, fields: dict[str, str]
) -> None:
    texts = [f"Word{n} thing{n} other{n} more{n} and{n}" for n in range(5)]
    ids = [hold(text, **fields) for text in texts[:3]]
    assert {key(acts, each) for each in ids} == {""}
    ids.append(hold(texts[3], **fields))
    assert {kind(acts, each) for each in ids} == {shared}
    acts.clock.advance(days=2)
    late = hold(texts[4], **fields)
    assert key(acts, late) == ""
    assert floods(acts)[0][2] == 4


def test_what_was_published_or_lies_long_back_is_no_flood(
    acts: Acts, hold: Hold
) -> None:
    hold(WORDS, Status.PUBLISHED)
    first = hold(WORDS)
    assert key(acts, first) == ""
    acts.clock.advance(days=31)
    assert key(acts, hold(WORDS)) == ""
    assert key(acts, first) == ""


def test_texts_that_change_a_little_are_one_flood(acts: Acts, hold: Hold) -> None:
    words = WORDS.split()
    ids = [
        hold(" ".join([*words[:n], f"extra{n}", *words[n:], f"end{n}"]))
        for n in range(0, len(words), 3)
    ]
    assert {kind(acts, each) for each in ids} == {"near"}
    assert len({key(acts, each) for each in ids}) == 1


def test_flood_of_one_mark_stays_so(acts: Acts, hold: Hold) -> None:
    """Who shares something else with one of them does not come in by that."""
    same = [hold(f"{WORDS} https://a{n}.example") for n in range(2)]
    other = hold(f"{OTHER} https://a1.example")
    more = hold(f"Something else entirely, by us https://a1.example {OTHER[:9]}")
    assert {kind(acts, each) for each in same} == {"text"}
    assert key(acts, other) == key(acts, more) == "host:a1.example"


def test_counts_follow_every_move_and_erasure(acts: Acts, hold: Hold) -> None:
    ids = [hold(WORDS) for _ in range(4)]
    hold(WORDS, Status.SPAM)
    assert [row[2] for row in floods(acts)] == [4, 1]
    acts.move(ids[0], Status.PUBLISHED)
    acts.move(ids[3], Status.SPAM)
    assert floods(acts) == counted(acts)
    assert [row[2] for row in floods(acts)] == [2, 2]
    address = "writer1@example.org"
    acts.store.write(
        lambda s: erase_person(
            s, acts.keyring, acts.site_id, address, with_text=False, now=acts.clock()
        )
    )
    assert key(acts, ids[1]) == ""
    assert floods(acts) == counted(acts)
    acts.move(ids[2], Status.TRASHED)
    assert [row[0] for row in floods(acts)] == ["spam"]
    acts.move(ids[0], Status.HELD)
    assert floods(acts) == counted(acts)
    assert [row[:3:2] for row in floods(acts)] == [("held", 1), ("spam", 2)]


def _page_after(acts: Acts, who: ModeratorView, after: int) -> QueuePage:
    return acts.store.read(lambda s: queue_page(s, acts.keyring, who, after=after))


def test_pages_show_each_flood_once_and_lose_nothing(
    acts: Acts, hold: Hold, grace: ModeratorView
) -> None:
    alone, flooded = [], []
    for number in range(30):
        letter = chr(ord("a") + number % 26) * (2 + number // 26)
        alone.append(hold(f"{letter}1 {letter}2 {letter}3 {letter}4"))
        if number % 10 == 0:
            flooded.append(hold(f"{letter} buys {letter} sells https://x.example"))
    pages = [acts.store.read(lambda s: queue_page(s, acts.keyring, grace))]
    while (after := pages[-1].next) is not None:
        pages.append(_page_after(acts, grace, after))
    assert len(pages) == 2
    shown = [card for page in pages for card in page.cards]
    ids = [card.public_id for card in shown]
    assert len(ids) == len(set(ids)) == 31
    assert set(ids) == {*alone, flooded[0]}
    (group,) = [card for card in shown if card.alike]
    assert (group.public_id, group.alike) == (flooded[0], 3)
    assert group.group is not None
    assert (group.group.kind, group.group.host) == ("host", "x.example")
    assert pages[0].counts[Tab.HELD] == 33


def test_newest_first_a_flood_stands_where_its_newest_does(
    acts: Acts, hold: Hold, grace: ModeratorView
) -> None:
    hold(WORDS, Status.SPAM)
    other = hold(OTHER, Status.SPAM)
    newest = hold(WORDS, Status.SPAM)
    page = acts.store.read(lambda s: queue_page(s, acts.keyring, grace, tab=Tab.SPAM))
    assert [card.public_id for card in page.cards] == [newest, other]
    ids = acts.store.read(
        lambda s: heads_of(
            s, [acts.site_id], Status.SPAM, None, oldest_first=True, limit=5
        )
    )
    assert len(ids) == 2
    assert (
        acts.store.read(
            lambda s: heads_of(s, [], Status.SPAM, oldest_first=True, limit=5)
        )
        == []
    )


Decide = Callable[..., Outcome]


@pytest.fixture
def decide_all(acts: Acts, grace: ModeratorView) -> Decide:
    def act(public_id: str, seen: str, to: Status = Status.SPAM) -> Outcome:
        return acts.store.write(
            lambda s: decide_alike(
                s,
                grace,
                public_id,
                seen=SeenFlood.from_text(seen),
                decision=to,
                now=acts.clock(),
            )
        )

    return act


def seen_now(acts: Acts, grace: ModeratorView, public_id: str) -> str:
    page = acts.store.read(lambda s: alike_page(s, acts.keyring, grace, public_id))
    group = page.lead.group
    assert group is not None
    return SeenFlood.of(group, Status(page.lead.status), acts.clock()).text


def test_one_decision_moves_all_that_were_seen_and_nothing_else(
    acts: Acts, hold: Hold, grace: ModeratorView, decide_all: Decide
) -> None:
    ids = [hold(WORDS) for _ in range(4)]
    spam = hold(WORDS, Status.SPAM)
    seen = seen_now(acts, grace, ids[0])
    late = hold(WORDS)
    acts.move(ids[1], Status.PUBLISHED)
    outcome = decide_all(ids[0], seen)
    assert [each.public_id for each in outcome.decided] == [ids[0], *ids[2:]]
    assert [acts.comment(each).status for each in [*ids, late, spam]] == [
        *("spam", "published", "spam", "spam"),
        *("held", "spam"),
    ]
    sizes = acts.store.read(
        lambda s: set(s.scalars(select(Move.bulk_size).where(Move.batch.is_not(None))))
    )
    assert sizes == {3}
    assert decide_all(ids[0], seen).batch == outcome.batch
    assert floods(acts) == counted(acts)


def test_what_was_edited_since_is_left_alone(
    acts: Acts, hold: Hold, grace: ModeratorView, decide_all: Decide
) -> None:
    ids = [hold(WORDS) for _ in range(2)]
    seen = seen_now(acts, grace, ids[0])
    acts.clock.advance(minutes=1)

    def edit(comment: Comment) -> None:
        comment.edited_at = acts.clock()

    number = acts.comment(ids[1]).id
    acts.store.write(lambda s: edit(s.get_one(Comment, number)))
    outcome = decide_all(ids[0], seen)
    assert [each.public_id for each in outcome.decided] == [ids[0]]
    assert [(each.public_id, each.is_edited) for each in outcome.stale] == [
        (ids[1], True)
    ]
    assert acts.comment(ids[1]).status == "held"


def test_what_somebody_has_put_back_since_is_left_alone(
    acts: Acts, hold: Hold, grace: ModeratorView, decide_all: Decide
) -> None:
    ids = [hold(WORDS) for _ in range(3)]
    seen = seen_now(acts, grace, ids[0])
    acts.clock.advance(minutes=1)
    for status in (Status.SPAM, Status.HELD):
        acts.move(ids[1], status)
    outcome = decide_all(ids[0], seen)
    assert [each.public_id for each in outcome.decided] == [ids[0], ids[2]]
    assert [each.public_id for each in outcome.stale] == [ids[1]]
    assert acts.comment(ids[1]).status == "held"


def test_what_a_moderator_has_edited_is_alike_nothing(
    acts: Acts, hold: Hold, grace: ModeratorView
) -> None:
    ids = [hold(WORDS) for _ in range(3)]
    version = acts.comment(ids[1]).version
    acts.store.write(
        lambda s: mend(
            s, grace, ids[1], text="Mended.", seen_version=version, now=acts.clock()
        )
    )
    assert key(acts, ids[1]) == ""
    assert floods(acts) == counted(acts)
    assert [row[2] for row in floods(acts)] == [2]


def test_what_is_left_of_an_erased_person_is_alike_nothing(
    acts: Acts, hold: Hold
) -> None:
    left = hold(WORDS)
    acts.store.write(
        lambda s: erase_person(
            s,
            acts.keyring,
            acts.site_id,
            "writer0@example.org",
            with_text=False,
            now=acts.clock(),
        )
    )
    new = hold(WORDS)
    assert key(acts, left) == key(acts, new) == ""


def test_flood_that_is_gone_is_a_conflict(
    acts: Acts, hold: Hold, grace: ModeratorView, decide_all: Decide
) -> None:
    ids = [hold(WORDS) for _ in range(2)]
    seen = seen_now(acts, grace, ids[0])
    for each in ids:
        acts.move(each, Status.TRASHED)
    with pytest.raises(StaleComment):
        decide_all(ids[0], seen)
    with pytest.raises(StaleComment):
        decide_all(hold(OTHER), seen)


@pytest.mark.parametrize(
    "text", ["", "held", "held.1", "published.1.1", "held.x.1", "held.1.1.1", "x.1.1"]
)
def test_what_is_no_flood_seen_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        SeenFlood.from_text(text)


def _work(acts: Acts, batch: str) -> int:
    """Go on with a bulk decision to its end; how many steps that took."""
    number = acts.store.read(
        lambda s: s.scalars(select(Bulk.id).where(Bulk.batch == batch)).one()
    )
    steps = 0
    while acts.owed(Kind.BULK):
        _step(acts, acts.lease(Kind.BULK, number))
        steps += 1
    return steps


def _step(acts: Acts, lease: Lease) -> None:
    acts.store.write(lambda s: go_on(s, lease, now=acts.clock()))


def test_large_flood_is_one_card_that_opens_page_by_page(
    acts: Acts, hold: Hold, grace: ModeratorView
) -> None:
    ids = [hold(WORDS) for _ in range(PAGE_SIZE + 3)]
    page = acts.store.read(lambda s: queue_page(s, acts.keyring, grace))
    assert [card.alike for card in page.cards] == [len(ids)]
    found = acts.store.read(lambda s: alike_page(s, acts.keyring, grace, ids[5]))
    shown = [card.public_id for card in found.cards]
    while found.next is not None:
        found = _alike_after(acts, grace, ids[5], found.next)
        shown += [card.public_id for card in found.cards]
    assert shown == ids


def _alike_after(
    acts: Acts, who: ModeratorView, public_id: str, after: int
) -> AlikePage:
    return acts.store.read(
        lambda s: alike_page(s, acts.keyring, who, public_id, after=after)
    )


def test_decision_on_very_many_goes_on_as_a_job_and_comes_back(
    acts: Acts, hold: Hold, grace: ModeratorView, decide_all: Decide
) -> None:
    ids = [hold(WORDS) for _ in range(2 * STEP + 3)]
    outcome = decide_all(ids[0], seen_now(acts, grace, ids[0]))
    assert (len(outcome.decided), outcome.to_come) == (STEP, STEP + 3)
    acts.clock.advance(minutes=1)
    assert _work(acts, outcome.batch) == 2
    assert {acts.comment(each).status for each in ids} == {"spam"}
    bulk = acts.store.read(lambda s: s.scalars(select(Bulk)).one())
    assert bulk.finished_at is not None
    assert (bulk.done, bulk.flood_key) == (len(ids), "")
    assert floods(acts) == counted(acts)
    times = acts.store.read(
        lambda s: set(
            s.scalars(select(Move.created_at).where(Move.batch == outcome.batch))
        )
    )
    # By that the filter knows the labels of one bulk decision.
    assert len(times) == 1

    undone = acts.store.write(lambda s: undo(s, grace, outcome.batch, now=acts.clock()))
    assert undone.to_come == STEP + 3
    _work(acts, undone.batch)
    assert {acts.comment(each).status for each in ids} == {"held"}
    assert floods(acts) == counted(acts)


def test_whoever_may_not_decide_any_more_has_not_decided_on_the_rest(
    acts: Acts, hold: Hold, grace: ModeratorView, decide_all: Decide
) -> None:
    ids = [hold(WORDS) for _ in range(STEP + 2)]
    outcome = decide_all(ids[0], seen_now(acts, grace, ids[0]))
    acts.store.write(
        lambda s: set_role(s, grace.id, acts.site_id, Role.VIEWER, now=acts.clock())
    )
    assert _work(acts, outcome.batch) == 1
    assert [acts.comment(each).status for each in ids].count("held") == 2


def test_what_is_given_up_leaves_the_rest_as_it_is(
    acts: Acts, hold: Hold, grace: ModeratorView, decide_all: Decide
) -> None:
    ids = [hold(WORDS) for _ in range(STEP + 2)]
    decide_all(ids[0], seen_now(acts, grace, ids[0]))
    bulk = acts.store.read(lambda s: s.scalars(select(Bulk)).one())
    lease = acts.lease(Kind.BULK, bulk.id)
    acts.store.write(lambda s: give_up_bulk(s, lease, now=acts.clock()))
    assert acts.owed(Kind.BULK) == 0
    assert [acts.comment(each).status for each in ids].count("held") == 2
    assert acts.store.read(lambda s: s.get_one(Bulk, bulk.id)).finished_at is not None


def test_undo_stops_what_a_worker_has_still_to_do(
    acts: Acts, hold: Hold, grace: ModeratorView, decide_all: Decide
) -> None:
    ids = [hold(WORDS) for _ in range(STEP + 2)]
    outcome = decide_all(ids[0], seen_now(acts, grace, ids[0]))
    bulk = acts.store.read(lambda s: s.scalars(select(Bulk)).one())
    acts.store.write(lambda s: undo(s, grace, outcome.batch, now=acts.clock()))
    lease = acts.lease(Kind.BULK, bulk.id)
    acts.store.write(lambda s: go_on(s, lease, now=acts.clock()))
    assert acts.owed(Kind.BULK) == 0
    assert {acts.comment(each).status for each in ids} == {"held"}
