from collections.abc import Callable
from itertools import product

import pytest
from sqlalchemy import select

from service.db.models import Comment, Move, Thread
from service.db.store import Store
from service.domain.errors import Forbidden, ForbiddenMove, StaleComment, Unknown
from service.domain.status import MODERATOR_MOVES, Status
from service.operations import rendering
from service.operations.access import disable_moderator
from service.operations.decide import Decided, decide
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.rendering import html_of
from service.operations.sites import SiteView
from service.privacy.keyring import Keyring
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds

TEXT = "First *words* of a comment that goes on for a good while, longer than shown."

Decide = Callable[..., Decided]


@pytest.fixture
def site(store: Store, keyring: Keyring, clock: FrozenClock) -> SiteView:
    return store.write(
        lambda s: Seeds(session=s, keyring=keyring, now=clock.now).site("demo")
    )


@pytest.fixture
def grace(
    store: Store, keyring: Keyring, clock: FrozenClock, site: SiteView
) -> ModeratorView:
    return store.write(
        lambda s: Seeds(session=s, keyring=keyring, now=clock.now).moderator(
            "grace@example.com", at=(site.id, Role.MODERATOR)
        )
    )


@pytest.fixture
def ada(
    store: Store, keyring: Keyring, clock: FrozenClock, site: SiteView
) -> ModeratorView:
    return store.write(
        lambda s: Seeds(session=s, keyring=keyring, now=clock.now).moderator(
            "ada@example.com", at=(site.id, Role.OWNER)
        )
    )


@pytest.fixture
def held(store: Store, keyring: Keyring, clock: FrozenClock, site: SiteView) -> Comment:
    return store.write(
        lambda s: Seeds(session=s, keyring=keyring, now=clock.now).comment(site, TEXT)
    )


@pytest.fixture
def decided(store: Store, clock: FrozenClock) -> Decide:
    def act(who: ModeratorView, comment: Comment, seen: int, to: Status) -> Decided:
        return store.write(
            lambda s: decide(
                s,
                who,
                comment.public_id,
                seen_version=seen,
                decision=to,
                now=clock.now,
            )
        )

    return act


def _stored(store: Store, comment: Comment) -> Comment:
    return store.read(lambda s: s.get_one(Comment, comment.id))


def test_decision_moves_the_comment_and_is_logged_with_the_moderator(
    store: Store, grace: ModeratorView, held: Comment, decided: Decide
) -> None:
    done = decided(grace, held, held.version, Status.PUBLISHED)
    assert (done.old, done.new) == (Status.HELD, Status.PUBLISHED)
    assert (
        done.first_words == "First *words* of a comment that goes on for a good while,…"
    )
    assert done.may_undo
    stored = _stored(store, held)
    assert (stored.status, stored.version) == ("published", done.version)
    last = store.read(lambda s: s.scalars(select(Move).order_by(Move.id)).all()[-1])
    assert (last.actor, last.moderator_id) == ("moderator", grace.id)
    thread = store.read(lambda s: s.scalars(select(Thread)).one())
    assert thread.published_count == 1


def test_undo_is_the_reverse_decision(
    store: Store, grace: ModeratorView, held: Comment, decided: Decide
) -> None:
    done = decided(grace, held, held.version, Status.SPAM)
    undone = decided(grace, held, done.version, done.old)
    assert undone.new is Status.HELD
    assert _stored(store, held).status == "held"


def test_second_moderator_gets_a_conflict(
    store: Store,
    grace: ModeratorView,
    ada: ModeratorView,
    held: Comment,
    decided: Decide,
) -> None:
    decided(grace, held, held.version, Status.SPAM)
    for decision in (Status.PUBLISHED, Status.SPAM):
        with pytest.raises(StaleComment):
            decided(ada, held, held.version, decision)
    assert _stored(store, held).status == "spam"


def test_double_click_is_a_success_that_changes_nothing(
    store: Store, grace: ModeratorView, held: Comment, decided: Decide
) -> None:
    first = decided(grace, held, held.version, Status.TRASHED)
    assert decided(grace, held, held.version, Status.TRASHED) == first
    with pytest.raises(StaleComment):
        decided(grace, held, held.version, Status.PUBLISHED)
    assert len(store.read(lambda s: s.scalars(select(Move)).all())) == 2


def test_decision_on_a_text_edited_meanwhile_is_stale(
    store: Store, grace: ModeratorView, held: Comment, decided: Decide
) -> None:
    def edit(comment: Comment) -> None:
        comment.text, comment.version = "Another text", comment.version + 1

    store.write(lambda s: edit(s.get_one(Comment, held.id)))
    with pytest.raises(StaleComment):
        decided(grace, held, held.version, Status.HELD)
    with pytest.raises(StaleComment):
        decided(grace, held, held.version, Status.PUBLISHED)


def test_published_comment_gets_the_html_that_its_checks_did_not_make(
    store: Store,
    keyring: Keyring,
    clock: FrozenClock,
    site: SiteView,
    grace: ModeratorView,
    decided: Decide,
) -> None:
    comment = store.write(
        lambda s: Seeds(session=s, keyring=keyring, now=clock.now).comment(
            site, "Some *words*", rendered=False
        )
    )
    decided(grace, comment, comment.version, Status.PUBLISHED)
    stored = _stored(store, comment)
    assert stored.html == "<p>Some <em>words</em></p>\n"
    assert stored.render_version is not None


def test_text_that_cannot_be_rendered_is_shown_as_plain_paragraphs() -> None:
    html = html_of("Half a <b>: \ud800", 1)
    assert html == "<p>Half a &lt;b&gt;: \ufffd</p>\n"


def test_nothing_in_a_text_stops_a_decision(
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
    grace: ModeratorView,
    held: Comment,
    decided: Decide,
) -> None:
    def failing(text: str) -> str:
        raise RecursionError(text)

    store.write(lambda s: setattr(s.get_one(Comment, held.id), "html", None))
    monkeypatch.setattr(rendering, "render", failing)
    decided(grace, held, held.version, Status.PUBLISHED)
    stored = _stored(store, held)
    assert (stored.status, stored.html) == ("published", f"<p>{TEXT}</p>\n")


@pytest.mark.parametrize("role", [Role.VIEWER, None], ids=str)
def test_whoever_may_not_decide_changes_nothing(
    store: Store,
    clock: FrozenClock,
    grace: ModeratorView,
    held: Comment,
    decided: Decide,
    role: Role | None,
) -> None:
    # The view of the moderator is older than the change of role.
    store.write(lambda s: set_role(s, grace.id, held.site_id, role, now=clock.now))
    with pytest.raises(Forbidden if role else Unknown):
        decided(grace, held, held.version, Status.PUBLISHED)
    assert _stored(store, held).status == "held"


def test_disabled_moderator_decides_nothing(
    store: Store,
    clock: FrozenClock,
    grace: ModeratorView,
    held: Comment,
    decided: Decide,
) -> None:
    store.write(lambda s: disable_moderator(s, grace.id, now=clock.now))
    with pytest.raises(Forbidden):
        decided(grace, held, held.version, Status.PUBLISHED)


def test_unknown_comment_is_unknown(
    store: Store, clock: FrozenClock, grace: ModeratorView
) -> None:
    with pytest.raises(Unknown):
        store.write(
            lambda s: decide(
                s,
                grace,
                "nowhere",
                seen_version=1,
                decision=Status.SPAM,
                now=clock.now,
            )
        )


@pytest.mark.parametrize(("old", "new"), list(product(Status, Status)), ids=str)
def test_moderators_can_make_exactly_the_moves_of_the_table(
    sqlite_store: Store, keyring: Keyring, clock: FrozenClock, old: Status, new: Status
) -> None:
    def seed(seeds: Seeds) -> tuple[Comment, ModeratorView]:
        site = seeds.site("demo")
        grace = seeds.moderator("grace@example.com", at=(site.id, Role.OWNER))
        return seeds.comment(site, TEXT, status=old), grace

    comment, grace = sqlite_store.write(
        lambda s: seed(Seeds(session=s, keyring=keyring, now=clock.now))
    )

    def attempt() -> Decided:
        return sqlite_store.write(
            lambda s: decide(
                s,
                grace,
                comment.public_id,
                seen_version=comment.version,
                decision=new,
                now=clock.now,
            )
        )

    if new in MODERATOR_MOVES[old]:
        assert attempt().new is new
    else:
        with pytest.raises(ForbiddenMove):
            attempt()
