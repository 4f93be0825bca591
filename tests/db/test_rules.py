"""Rules on trial, writers, and what moderators put on lists by a comment."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db.models import AuditEntry, Contact, ListEntry
from service.db.store import Store
from service.domain.errors import Conflict, Forbidden, InvalidInput, Unknown
from service.domain.findings import Finding
from service.domain.policy import SitePolicy
from service.domain.status import Status
from service.operations.listing import Wanted, list_by_comment, unlist
from service.operations.lists import add_entry
from service.operations.moderators import (
    ModeratorView,
    Role,
    moderator_by_id,
    set_role,
)
from service.operations.person import erase_person
from service.operations.rule_trial import Trial, try_rule
from service.operations.rules import one_rule, rules_page, set_mode
from service.operations.sites import add_site
from service.operations.writer import PAGE_SIZE, WriterView, reveal_address, writer_of
from service.privacy.keyring import Keyring
from tests.db.acts import Acts
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds

EMAIL = "jane@mail.example"
IP = "203.0.113.77"

Wish = Callable[..., int]


@pytest.fixture
def acts(store: Store, keyring: Keyring, clock: FrozenClock) -> Acts:
    site = store.write(
        lambda s: add_site(s, "blog", name="Blog", policy=SitePolicy(), now=clock())
    )
    return Acts(store=store, keyring=keyring, clock=clock, site_id=site.id)


@pytest.fixture
def grace(acts: Acts) -> ModeratorView:
    return acts.store.write(
        lambda s: Seeds(session=s, keyring=acts.keyring, now=acts.clock()).moderator(
            "grace@example.com", a=(acts.site_id, Role.MODERATOR)
        )
    )


@pytest.fixture
def wish(acts: Acts, grace: ModeratorView) -> Wish:
    def act(public_id: str, what: str, name: str = "spam", **more: str) -> int:
        wanted = Wanted(what=what, list_name=name, **more)
        return acts.store.write(
            lambda s: list_by_comment(
                s, acts.keyring, grace, public_id, wanted, now=acts.clock()
            )
        )

    return act


def become(acts: Acts, who: ModeratorView, role: Role | None) -> None:
    acts.store.write(
        lambda s: set_role(s, who.id, acts.site_id, role, now=acts.clock())
    )


def trial(acts: Acts, rule_id: int) -> Trial:
    found = acts.store.read(lambda s: try_rule(s, rule_id, acts.clock()))
    assert found is not None
    return found


def logged(acts: Acts) -> list[tuple[str, int | None]]:
    return acts.store.read(
        lambda s: [
            (row.action, row.moderator_id)
            for row in s.scalars(select(AuditEntry).order_by(AuditEntry.id))
            if row.action not in {"moderator-added", "role-set"}
        ]
    )


def writer(acts: Acts, who: ModeratorView, public_id: str) -> WriterView:
    return acts.store.read(lambda s: writer_of(s, acts.keyring, who, public_id))


@pytest.mark.parametrize(
    ("what", "text", "caught"),
    [
        ("host", "shop.example", {"host", "under"}),
        ("text", "rye bread", {"words"}),
        ("address", "", {"own", "address"}),
        ("network", "", {"own", "network"}),
    ],
)
def test_trial_tells_what_a_rule_would_have_caught(
    acts: Acts, wish: Wish, what: str, text: str, caught: set[str]
) -> None:
    ids = {
        "old": acts.say("Rye bread once https://shop.example", email=EMAIL, ip=IP),
    }
    acts.clock.advance(days=31)
    ids |= {
        "own": acts.say("This one", Status.HELD, email=EMAIL, ip=IP),
        "host": acts.say("See https://shop.example/a", ip="198.51.100.1"),
        "under": acts.say("https://www.eu.shop.example", ip="198.51.100.2"),
        "other": acts.say("https://notshop.example", ip="198.51.100.3"),
        "words": acts.say("I like Rye  bread!", ip="198.51.100.4"),
        "address": acts.say("Me again", Status.SPAM, email=EMAIL, ip="198.51.100.5"),
        "network": acts.say("Neighbour", email="n@example.org", ip=IP),
    }
    rule = wish(ids["own"], what, text=text, mode="log")
    found = trial(acts, rule)
    assert found.is_all
    assert found.looked_at == len(ids) - 1
    states = [acts.comment(ids[each]).status for each in caught]
    assert {s.value: n for s, n in found.counts.items() if n} == {
        state: states.count(state) for state in set(states)
    }
    good = {each for each in caught if acts.comment(ids[each]).status == "published"}
    assert {hit.public_id for hit in found.good} == {ids[each] for each in good}


def test_rule_is_logged_with_each_change_and_counts_for_the_next_comment(
    acts: Acts, grace: ModeratorView, wish: Wish
) -> None:
    rule = wish(acts.say("One", Status.HELD), "host", text="Shop.example", mode="log")
    assert wish(acts.say("Two"), "host", text="shop.example", mode="log") == rule
    before = acts.site.list_version

    def change(mode: str) -> None:
        acts.store.write(lambda s: set_mode(s, grace, rule, mode, now=acts.clock()))

    change("on")
    change("on")
    assert acts.site.list_version == before + 1
    view = acts.store.read(lambda s: one_rule(s, grace, rule))
    assert (view.mode, view.field, view.shown) == ("on", "host", "Shop.example")
    change("log")
    acts.store.write(lambda s: unlist(s, grace, rule, now=acts.clock()))
    acts.store.write(lambda s: unlist(s, grace, rule, now=acts.clock()))
    assert logged(acts) == [
        (action, grace.id)
        for action in ("list-added", "rule-acts", "rule-stopped", "list-removed")
    ]


def test_viewers_and_strangers_change_nothing(
    acts: Acts, grace: ModeratorView, wish: Wish
) -> None:
    comment = acts.say("One", Status.HELD, email=EMAIL)
    rule = wish(comment, "text", text="rye")
    for role, refused in ((Role.VIEWER, Forbidden), (None, Unknown)):
        become(acts, grace, role)
        for act in (
            lambda s: set_mode(s, grace, rule, "log", now=acts.clock()),
            lambda s: unlist(s, grace, rule, now=acts.clock()),
            lambda s: reveal_address(s, acts.keyring, grace, comment, now=acts.clock()),
        ):
            with pytest.raises(refused):
                acts.store.write(act)
        with pytest.raises(refused):
            wish(comment, "address")
        seen = acts.store.read(
            lambda s: rules_page(s, moderator_by_id(s, grace.id)).rules
        )
        assert seen == []
    assert [action for action, _ in logged(acts)] == ["list-added"]


def test_rules_come_page_by_page(acts: Acts, grace: ModeratorView) -> None:
    acts.store.write(
        lambda s: [
            add_entry(
                s, acts.keyring, acts.site_id, "hold", "text", f"w{n}", acts.clock()
            )
            for n in range(53)
        ]
    )
    first = acts.store.read(lambda s: rules_page(s, grace))
    rest = acts.store.read(lambda s: rules_page(s, grace, after=first.next))
    shown = [rule.shown for rule in (*first.rules, *rest.rules)]
    assert shown == [f"w{n}" for n in reversed(range(53))]
    assert rest.next is None


def test_what_cannot_be_listed_is_refused(acts: Acts, wish: Wish) -> None:
    comment = acts.say("One", Status.HELD, email="")
    for what, text in (("host", "no host"), ("text", " "), ("text", EMAIL)):
        with pytest.raises(InvalidInput):
            wish(comment, what, text=text)
    with pytest.raises(Conflict):
        wish(comment, "address")
    with pytest.raises(Conflict):
        wish(comment, "network", "trust")


def test_entries_hold_no_address_and_no_network_that_can_be_read(
    acts: Acts, wish: Wish
) -> None:
    comment = acts.say("One", Status.HELD, email=EMAIL, ip=IP)
    for what, name in (("address", "spam"), ("address", "trust"), ("network", "hold")):
        wish(comment, what, name)
    rows = acts.store.read(
        lambda s: [f"{row.pattern} {row.shown}" for row in s.scalars(select(ListEntry))]
    )
    said = acts.store.read(
        lambda s: str([r.detail for r in s.scalars(select(AuditEntry))])
    )
    for text in (*rows, said):
        assert "jane" not in text
        assert "203.0" not in text


def test_writer_is_known_by_address_and_by_network(
    acts: Acts, grace: ModeratorView, wish: Wish
) -> None:
    own = acts.say("This one", Status.HELD, email=EMAIL, ip=IP, name="Jane")
    acts.say("Before", Status.SPAM, email=EMAIL, ip="198.51.100.5")
    acts.say("Neighbour", email="n@example.org", ip=IP)
    acts.say("Nobody", email="o@example.org", ip="198.51.100.6")
    found = writer(acts, grace, own)
    assert (found.name, found.address) == ("Jane", "j…@mail.example")
    assert found.by_address is not None
    assert found.by_network is not None
    assert found.by_address.counts == {Status.HELD: 1, Status.SPAM: 1}
    assert found.by_network.counts == {Status.HELD: 1, Status.PUBLISHED: 1}
    assert [each.excerpt for each in found.by_network.comments] == [
        "Neighbour",
        "This one",
    ]
    assert EMAIL not in repr(found)
    wish(own, "network", "hold")
    wish(own, "address", "trust")
    standing = [(s.field, s.list_name) for s in writer(acts, grace, own).standing]
    assert standing == [("origin", "hold"), ("address", "trust")]


def test_writers_comments_come_page_by_page(acts: Acts, grace: ModeratorView) -> None:
    ids = [
        acts.say(f"Number {n}", email=EMAIL, page=f"/{n}") for n in range(PAGE_SIZE + 2)
    ]
    first = writer(acts, grace, ids[0]).by_address
    assert first is not None
    rest = acts.store.read(
        lambda s: (
            writer_of(
                s, acts.keyring, grace, ids[0], address_after=first.next
            ).by_address
        )
    )
    assert rest is not None
    shown = [each.public_id for each in (*first.comments, *rest.comments)]
    assert shown == ids[::-1]
    assert rest.next is None


def test_revealing_is_logged_and_of_an_erased_writer_nothing_is_left(
    acts: Acts, grace: ModeratorView
) -> None:
    own = acts.say("This one", Status.HELD, email=EMAIL, ip=IP)

    def reveal() -> str:
        return acts.store.write(
            lambda s: reveal_address(s, acts.keyring, grace, own, now=acts.clock())
        )

    assert reveal() == EMAIL
    (entry,) = acts.store.read(
        lambda s: s.scalars(
            select(AuditEntry).where(AuditEntry.action == "address-revealed")
        ).all()
    )
    assert (entry.moderator_id, entry.detail) == (grace.id, {"comment": own})
    acts.store.write(
        lambda s: erase_person(
            s, acts.keyring, acts.site_id, EMAIL, with_text=False, now=acts.clock()
        )
    )
    with pytest.raises(Conflict):
        reveal()
    found = writer(acts, grace, own)
    assert (found.address, found.by_address, found.by_network) == ("", None, None)


def test_writer_is_known_by_index_when_the_address_is_gone(
    acts: Acts, grace: ModeratorView
) -> None:
    own = acts.say("This one", Status.HELD, email=EMAIL)
    number = acts.comment(own).id

    def drop(contact: Contact) -> None:
        contact.email_sealed = contact.ip_sealed = None

    acts.store.write(lambda s: drop(s.get_one(Contact, number)))
    acts.clock.advance(seconds=timedelta(days=40).total_seconds())
    found = writer(acts, grace, own)
    assert found.address == ""
    assert found.by_address is not None
    assert len(found.by_address.comments) == 1


def test_entry_counts_in_how_many_comments_it_was_found(
    acts: Acts, grace: ModeratorView, wish: Wish
) -> None:
    rule = wish(acts.say("One", Status.HELD), "text", text="rye", mode="log")
    hit = {"list": "spam", "field": "text", "entry": "rye", "id": rule}
    found = Finding(
        check="rules", log_odds=4.0, reason="It.", detail={"hits": [hit]}, mode="log"
    )
    for text in ("Rye one", "Rye two"):
        acts.judge(acts.submit(text).comment_id, Status.PUBLISHED, [found])
    view = acts.store.read(lambda s: one_rule(s, grace, rule))
    assert (view.fired, view.fired_at) == (2, acts.clock())
