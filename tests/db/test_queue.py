import pytest
from sqlalchemy import select, update

from service.db.models import Comment, Contact, FindingRow, Revision, VerdictRow
from service.db.store import Store
from service.domain.errors import Unknown
from service.domain.findings import Finding, Thresholds
from service.domain.status import Status
from service.operations.cards import Card, excerpt
from service.operations.moderators import ModeratorView, Role
from service.operations.queue import (
    PAGE_SIZE,
    QueuePage,
    Tab,
    counted,
    one_card,
    queue_page,
)
from service.privacy.keyring import Keyring, generate
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds


def _seed(store: Store, keyring: Keyring, clock: FrozenClock) -> ModeratorView:
    """Grace moderates ``one``, looks at ``two``, and knows nothing of ``three``."""

    def act(seeds: Seeds) -> ModeratorView:
        one, two, three = (seeds.site(key) for key in ("one", "two", "three"))
        for number in range(3):
            for site in (one, two, three):
                text = f"Comment {number} on {site.key}"
                seeds.comment(site, text, email=f"ada{number}@example.org")
        seeds.comment(one, "Buy now", status=Status.SPAM)
        seeds.comment(one, "Wait for it", status=Status.PENDING)
        return seeds.moderator(
            "grace@example.com", a=(one.id, Role.MODERATOR), b=(two.id, Role.VIEWER)
        )

    return store.write(lambda s: act(Seeds(session=s, keyring=keyring, now=clock.now)))


def _page(
    store: Store,
    keyring: Keyring,
    who: ModeratorView,
    *,
    tab: Tab = Tab.HELD,
    site_key: str = "",
    after: int | None = None,
) -> QueuePage:
    return store.read(
        lambda s: queue_page(s, keyring, who, tab=tab, site_key=site_key, after=after)
    )


def test_moderator_sees_held_comments_of_own_sites_oldest_first(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    grace = _seed(store, keyring, clock)
    page = _page(store, keyring, grace)
    assert [card.text for card in page.cards] == [
        f"Comment {number} on {key}" for number in range(3) for key in ("one", "two")
    ]
    assert [card.may_decide for card in page.cards] == [True, False] * 3
    assert [site.key for site in page.sites] == ["one", "two"]
    assert page.next is None


def test_counts_are_of_the_sites_that_are_shown(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    grace = _seed(store, keyring, clock)
    both, one = (_page(store, keyring, grace, site_key=key) for key in ("", "one"))
    assert (both.counts[Tab.HELD], one.counts[Tab.HELD]) == (6, 3)
    assert both.counts[Tab.SPAM] == 1
    assert both.pending == 1
    assert len(one.cards) == 3


def test_counting_stops_at_the_limit(
    sqlite_store: Store,
    keyring: Keyring,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grace = _seed(sqlite_store, keyring, clock)
    monkeypatch.setattr("service.operations.queue.COUNTED_TO", 4)
    counts = sqlite_store.read(lambda s: counted(s, grace.site_ids))
    assert counts[Tab.HELD.value] == 4


@pytest.mark.parametrize("key", ["three", "nowhere"])
def test_foreign_site_is_unknown(
    store: Store, keyring: Keyring, clock: FrozenClock, key: str
) -> None:
    grace = _seed(store, keyring, clock)
    with pytest.raises(Unknown):
        _page(store, keyring, grace, site_key=key)


def test_moderator_without_sites_sees_an_empty_queue(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    nobody = store.write(
        lambda s: Seeds(session=s, keyring=keyring, now=clock.now).moderator(
            "nobody@example.com"
        )
    )
    page = _page(store, keyring, nobody)
    assert (page.cards, page.next, sum(page.counts.values())) == ([], None, 0)


@pytest.mark.parametrize("status", [Status.HELD, Status.SPAM], ids=str)
def test_pages_hold_every_comment_once_in_order(
    store: Store, keyring: Keyring, clock: FrozenClock, status: Status
) -> None:
    def act(seeds: Seeds) -> ModeratorView:
        sites = [seeds.site("one"), seeds.site("two")]
        for number in range(2 * PAGE_SIZE + 1):
            seeds.comment(sites[number % 2], f"Comment {number}", status=status)
        return seeds.moderator(
            "grace@example.com",
            a=(sites[0].id, Role.MODERATOR),
            b=(sites[1].id, Role.MODERATOR),
        )

    grace = store.write(lambda s: act(Seeds(session=s, keyring=keyring, now=clock.now)))
    seen: list[str] = []
    sizes: list[int] = []
    after: int | None = None
    while not sizes or after is not None:
        page = _page(store, keyring, grace, tab=Tab(status), after=after)
        seen += [card.text for card in page.cards]
        sizes.append(len(page.cards))
        after = page.next
    expected = [f"Comment {number}" for number in range(2 * PAGE_SIZE + 1)]
    assert seen == (expected if status is Status.HELD else expected[::-1])
    assert sizes == [PAGE_SIZE, PAGE_SIZE, 1]


def _rich(store: Store, keyring: Keyring, clock: FrozenClock) -> tuple[Card, Comment]:
    def act(seeds: Seeds) -> tuple[ModeratorView, Comment]:
        site = seeds.site("one", "Field notes")
        first = seeds.comment(
            site, "The first one " * 30, status=Status.PUBLISHED, title="Larches"
        )
        answer = seeds.comment(
            site,
            "An *answer*",
            parent=first.public_id,
            email="Marek@example.net",
            website="https://marek.example.net/",
            findings=[
                Finding(check="a", log_odds=0.4, reason="Weak."),
                Finding(check="b", log_odds=-2.5, reason="Strong."),
                Finding(
                    check="c", log_odds=0.0, reason="Demands.", at_least=Status.HELD
                ),
            ],
        )
        return seeds.moderator("grace@example.com", a=(site.id, Role.OWNER)), answer

    grace, answer = store.write(
        lambda s: act(Seeds(session=s, keyring=keyring, now=clock.now))
    )
    card = store.read(lambda s: one_card(s, keyring, grace, answer.public_id))
    return card, answer


def test_card_says_everything_about_a_comment(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    card, _ = _rich(store, keyring, clock)
    assert card.html == "<p>An <em>answer</em></p>\n"
    assert card.address == "M…@example.net"
    assert (card.page, card.page_title) == ("/", "Larches")
    assert card.page_url == "https://one.example/"
    assert card.answers is not None
    assert card.answers.excerpt.startswith("The first one The")
    assert len(card.answers.excerpt) <= 141
    assert [finding.check for finding in card.findings] == ["c", "b", "a"]
    assert [(m.old, m.new, m.actor, m.who) for m in card.moves] == [
        ("pending", "held", "checks", "")
    ]
    assert (card.score, card.held_from, card.spam_from) == (0.6, 0.5, 0.95)


def test_card_holds_the_address_in_masked_form_only(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    card, _ = _rich(store, keyring, clock)
    assert "marek@" not in repr(card).lower()
    assert "example.net" not in repr(card).replace("https://marek.example.net/", "")


def test_address_that_was_dropped_or_cannot_be_opened_is_left_out(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    card, answer = _rich(store, keyring, clock)
    assert card.address
    grace = ModeratorView(
        id=1,
        name="Grace",
        has_password=False,
        disabled=False,
        feed_epoch=1,
        roles={answer.site_id: Role.VIEWER},
    )
    other = Keyring.from_text(generate())
    assert not store.read(lambda s: one_card(s, other, grace, card.public_id)).address
    store.write(lambda s: s.execute(update(Contact).values(email_sealed=None)))
    assert not store.read(lambda s: one_card(s, keyring, grace, card.public_id)).address


@pytest.mark.parametrize(
    ("state", "reasons"), [("taken", ["New."]), ("refused", ["Old."])], ids=str
)
def test_findings_are_those_of_the_text_that_is_shown(
    store: Store,
    keyring: Keyring,
    clock: FrozenClock,
    state: str,
    reasons: list[str],
) -> None:
    def act(seeds: Seeds) -> tuple[ModeratorView, str]:
        session, site = seeds.session, seeds.site("one")
        comment = seeds.comment(
            site, "Text", findings=[Finding(check="a", log_odds=1.0, reason="Old.")]
        )
        verdict = VerdictRow(
            comment_id=comment.id, revision=1, status="held", created_at=clock.now
        )
        edit = Revision(
            comment_id=comment.id,
            number=1,
            text="New text",
            state=state,
            created_at=clock.now,
        )
        session.add_all([verdict, edit])
        session.flush()
        finding = FindingRow(
            verdict_id=verdict.id,
            comment_id=comment.id,
            check="a",
            check_version=1,
            log_odds=1.0,
            reason="New.",
            detail={},
        )
        session.add(finding)
        grace = seeds.moderator("grace@example.com", a=(site.id, Role.VIEWER))
        return grace, comment.public_id

    grace, public_id = store.write(
        lambda s: act(Seeds(session=s, keyring=keyring, now=clock.now))
    )
    card = store.read(lambda s: one_card(s, keyring, grace, public_id))
    assert [finding.reason for finding in card.findings] == reasons


def test_comment_of_a_foreign_site_is_unknown(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    grace = _seed(store, keyring, clock)
    foreign = store.read(
        lambda s: s.scalars(
            select(Comment.public_id).where(Comment.text == "Comment 0 on three")
        ).one()
    )
    with pytest.raises(Unknown):
        store.read(lambda s: one_card(s, keyring, grace, foreign))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("two\n\nlines", "two lines"),
        ("one two three", "one two…"),
        ("unbrokenwordthatgoeson", "unbrokenwo…"),
    ],
    ids=["short", "lines", "words", "one word"],
)
def test_excerpt_is_cut_between_words(text: str, shown: str) -> None:
    assert excerpt(text, 10) == shown


def test_what_only_logs_comes_last_with_what_it_would_have_led_to(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    def act(seeds: Seeds) -> ModeratorView:
        site = seeds.site("one")
        findings = [
            Finding(check="links", log_odds=3.0, reason="Logged.", mode="log"),
            Finding(check="hosts", log_odds=0.5, reason="Acts."),
        ]
        seeds.comment(site, "Text", findings=findings, would_be=Status.SPAM)
        return seeds.moderator("grace@example.com", a=(site.id, Role.MODERATOR))

    grace = store.write(lambda s: act(Seeds(session=s, keyring=keyring, now=clock.now)))
    (card,) = _page(store, keyring, grace).cards
    assert [(f.check, f.mode) for f in card.findings] == [
        ("hosts", "on"),
        ("links", "log"),
    ]
    assert (card.verdict, card.would_be) == (Status.HELD, Status.SPAM)


def test_audits_are_listed_oldest_first_in_a_tab_of_their_own(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    def act(seeds: Seeds) -> ModeratorView:
        site, other = seeds.site("one"), seeds.site("two")
        for number, status in enumerate((Status.PUBLISHED, Status.SPAM)):
            seeds.comment(site, f"Asked {number}", status=status, audit=True)
        seeds.comment(site, "Not asked", status=Status.PUBLISHED)
        seeds.comment(other, "Elsewhere", status=Status.SPAM, audit=True)
        return seeds.moderator("grace@example.com", a=(site.id, Role.MODERATOR))

    grace = store.write(lambda s: act(Seeds(session=s, keyring=keyring, now=clock.now)))
    page = _page(store, keyring, grace, tab=Tab.AUDIT)
    assert [card.text for card in page.cards] == ["Asked 0", "Asked 1"]
    assert all(card.is_audit for card in page.cards)
    assert page.counts[Tab.AUDIT] == 2
    assert page.counts[Tab.PUBLISHED] == 2


def test_thresholds_are_those_that_were_in_force(
    store: Store, keyring: Keyring, clock: FrozenClock
) -> None:
    def act(seeds: Seeds) -> ModeratorView:
        site = seeds.site("one")
        found = [Finding(check="links", log_odds=1.0, reason="Two links.")]
        then = Thresholds(held_from=0.4, spam_from=0.83, by_budget=True)
        seeds.comment(site, "Then", findings=found, thresholds=then)
        seeds.comment(site, "Before they were kept", findings=found)
        return seeds.moderator("grace@example.com", a=(site.id, Role.MODERATOR))

    grace = store.write(lambda s: act(Seeds(session=s, keyring=keyring, now=clock.now)))
    cards = _page(store, keyring, grace).cards
    assert [(c.held_from, c.spam_from, c.by_budget) for c in cards] == [
        (0.4, 0.83, True),
        (0.5, 0.95, False),
    ]
