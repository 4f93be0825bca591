"""Many comments decided at once, and any decision taken back."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select

from service.db.models import Bulk, Comment, Job, Label, Move
from service.db.store import Store
from service.domain.errors import Forbidden, InvalidInput, Unknown
from service.domain.status import Actor, Status
from service.jobs import Kind
from service.operations import bulk as bulk_module
from service.operations.batches import Outcome, batch_done, left_of
from service.operations.decide import decide
from service.operations.decide_many import MOST_AT_ONCE, Seen, decide_many
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.move import move
from service.operations.sites import SiteView
from service.operations.undo import undo
from service.privacy.keyring import Keyring
from service.privacy.tokens import public_id
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds

STEP = 8
"""So many at once where it is tried what a job goes on with."""

Many = Callable[..., Outcome]
Undo = Callable[..., Outcome]


@pytest.fixture
def seeds(store: Store, keyring: Keyring, clock: FrozenClock) -> Callable[..., object]:
    def act(what: Callable[[Seeds], object]) -> object:
        return store.write(
            lambda s: what(Seeds(session=s, keyring=keyring, now=clock.now))
        )

    return act


@pytest.fixture
def site(seeds: Callable[..., SiteView]) -> SiteView:
    return seeds(lambda s: s.site("demo"))


@pytest.fixture
def grace(seeds: Callable[..., ModeratorView], site: SiteView) -> ModeratorView:
    return seeds(lambda s: s.moderator("grace@example.com", a=(site.id, Role.OWNER)))


@pytest.fixture
def ada(seeds: Callable[..., ModeratorView], site: SiteView) -> ModeratorView:
    return seeds(lambda s: s.moderator("ada@example.com", a=(site.id, Role.MODERATOR)))


@pytest.fixture
def held(seeds: Callable[..., list[Comment]], site: SiteView) -> list[Comment]:
    return seeds(lambda s: [s.comment(site, f"Number {n} of some.") for n in range(4)])


@pytest.fixture
def many(store: Store, clock: FrozenClock) -> Many:
    def act(
        who: ModeratorView, comments: Sequence[Comment], decision: Status
    ) -> Outcome:
        seen = [Seen(each.public_id, each.version) for each in comments]
        return store.write(
            lambda s: decide_many(s, who, seen, decision=decision, now=clock.now)
        )

    return act


@pytest.fixture
def take_back(store: Store, clock: FrozenClock) -> Undo:
    def act(who: ModeratorView, batch: str) -> Outcome:
        return store.write(lambda s: undo(s, who, batch, now=clock.now))

    return act


def states(store: Store) -> list[str]:
    return store.read(
        lambda s: list(s.scalars(select(Comment.status).order_by(Comment.id)))
    )


def said(store: Store, comment: Comment) -> list[bool | None]:
    return store.read(
        lambda s: list(
            s.scalars(
                select(Label.is_spam)
                .where(Label.comment_id == comment.id)
                .order_by(Label.id)
            )
        )
    )


def test_all_are_moved_as_one_batch_whose_labels_know_its_size(
    store: Store, grace: ModeratorView, held: list[Comment], many: Many
) -> None:
    outcome = many(grace, held[:3], Status.SPAM)
    assert [each.public_id for each in outcome.decided] == [
        each.public_id for each in held[:3]
    ]
    assert (outcome.stale, outcome.to_come) == ((), 0)
    assert states(store) == ["spam", "spam", "spam", "held"]
    moves = store.read(
        lambda s: s.execute(
            select(Move.batch, Move.bulk_size, Move.moderator_id).where(
                Move.actor == Actor.MODERATOR.value
            )
        ).all()
    )
    assert moves == [(outcome.batch, 3, grace.id)] * 3
    sizes = store.read(lambda s: list(s.scalars(select(Label.bulk_size))))
    assert sizes == [3, 3, 3]


def test_what_another_moderator_has_moved_is_left_alone_and_told(
    store: Store,
    grace: ModeratorView,
    ada: ModeratorView,
    held: list[Comment],
    many: Many,
) -> None:
    many(ada, held[:1], Status.PUBLISHED)
    outcome = many(grace, held, Status.SPAM)
    assert states(store) == ["published", "spam", "spam", "spam"]
    (left,) = outcome.stale
    assert (left.public_id, left.status, left.who) == (
        held[0].public_id,
        Status.PUBLISHED,
        "Ada",
    )
    assert not left.is_edited
    told = store.read(lambda s: left_of(s, grace, [held[0].public_id, "nowhere"]))
    assert told == [left]


def test_the_same_again_is_a_success_that_changes_nothing(
    store: Store, grace: ModeratorView, held: list[Comment], many: Many
) -> None:
    first = many(grace, held, Status.TRASHED)
    assert many(grace, held, Status.TRASHED) == first
    moves = store.read(
        lambda s: s.scalars(select(Move).where(Move.batch == first.batch)).all()
    )
    assert len(moves) == len(held)


def test_what_cannot_be_published_yet_is_left_alone(
    store: Store,
    seeds: Callable[..., Comment],
    site: SiteView,
    grace: ModeratorView,
    held: list[Comment],
    many: Many,
) -> None:
    pending = seeds(lambda s: s.comment(site, "Unchecked.", status=Status.PENDING))
    outcome = many(grace, [*held, pending], Status.PUBLISHED)
    assert [left.public_id for left in outcome.stale] == [pending.public_id]
    assert states(store)[-1] == "pending"
    # Nothing of the refused decision is left on it.
    assert store.read(lambda s: s.get_one(Comment, pending.id).html) is None


@pytest.mark.parametrize("count", [0, MOST_AT_ONCE + 1])
def test_none_or_too_many_are_refused(
    store: Store, grace: ModeratorView, clock: FrozenClock, count: int
) -> None:
    seen = [Seen(public_id(), 1) for _ in range(count)]
    with pytest.raises(InvalidInput):
        store.write(
            lambda s: decide_many(s, grace, seen, decision=Status.SPAM, now=clock.now)
        )


def test_viewer_decides_on_nothing_and_foreign_comments_do_not_exist(
    store: Store,
    grace: ModeratorView,
    held: list[Comment],
    many: Many,
    take_back: Undo,
    clock: FrozenClock,
) -> None:
    batch = many(grace, held[:1], Status.SPAM).batch

    def become(role: Role | None) -> None:
        store.write(
            lambda s: set_role(s, grace.id, held[0].site_id, role, now=clock.now)
        )

    become(Role.VIEWER)
    with pytest.raises(Forbidden):
        many(grace, held[1:], Status.SPAM)
    with pytest.raises(Forbidden):
        take_back(grace, batch)
    become(None)
    assert many(grace, held[1:], Status.SPAM) == Outcome(batch="")
    with pytest.raises(Unknown):
        take_back(grace, batch)
    assert states(store) == ["spam", "held", "held", "held"]


def test_undo_puts_a_batch_back_and_unlearns_whoever_asks_and_however_late(  # noqa: PLR0917  # two people and the time
    store: Store,
    grace: ModeratorView,
    ada: ModeratorView,
    held: list[Comment],
    many: Many,
    take_back: Undo,
    clock: FrozenClock,
) -> None:
    batch = many(grace, held, Status.SPAM).batch
    clock.advance(days=3)
    undone = take_back(ada, batch)
    assert states(store) == ["held"] * 4
    assert len(undone.decided) == 4
    assert undone.batch not in {"", batch}
    assert said(store, held[0]) == [True, None]
    again = take_back(grace, undone.batch)
    assert states(store) == ["spam"] * 4
    assert said(store, held[0]) == [True, None, True]
    assert again.batch not in {batch, undone.batch}


def test_undo_restores_what_was_said_before_it(  # noqa: PLR0917  # two people and the time
    store: Store,
    grace: ModeratorView,
    ada: ModeratorView,
    held: list[Comment],
    many: Many,
    take_back: Undo,
    clock: FrozenClock,
) -> None:
    many(ada, held[:1], Status.PUBLISHED)
    clock.advance(days=1)
    seen = store.read(lambda s: s.get_one(Comment, held[0].id))
    batch = many(grace, [seen], Status.SPAM).batch
    clock.advance(days=1)
    take_back(grace, batch)
    assert states(store)[0] == "published"
    assert said(store, held[0]) == [False, True, False]


def test_undo_leaves_alone_what_was_decided_anew(
    store: Store,
    grace: ModeratorView,
    ada: ModeratorView,
    held: list[Comment],
    many: Many,
    take_back: Undo,
) -> None:
    batch = many(grace, held, Status.SPAM).batch
    seen = store.read(lambda s: s.get_one(Comment, held[1].id))
    many(ada, [seen], Status.PUBLISHED)
    undone = take_back(grace, batch)
    assert states(store) == ["held", "published", "held", "held"]
    assert [(left.public_id, left.who) for left in undone.stale] == [
        (held[1].public_id, "Ada")
    ]
    nothing = take_back(grace, batch)
    assert (nothing.batch, len(nothing.stale)) == ("", 4)


def test_single_decision_is_a_batch_of_one(
    store: Store,
    grace: ModeratorView,
    held: list[Comment],
    take_back: Undo,
    clock: FrozenClock,
) -> None:
    done = store.write(
        lambda s: decide(
            s,
            grace,
            held[0].public_id,
            seen_version=held[0].version,
            decision=Status.PUBLISHED,
            now=clock.now,
        )
    )
    told = store.read(lambda s: batch_done(s, grace, done.batch))
    assert told is not None
    assert (told.count, told.new, told.may_undo) == (1, Status.PUBLISHED, True)
    take_back(grace, done.batch)
    assert states(store)[0] == "held"
    after = store.read(lambda s: batch_done(s, grace, done.batch))
    assert after is not None
    assert not after.may_undo


def test_undo_of_what_was_decided_before_its_checks_leaves_it_to_a_person(
    store: Store,
    seeds: Callable[..., Comment],
    site: SiteView,
    grace: ModeratorView,
    many: Many,
    take_back: Undo,
) -> None:
    pending = seeds(lambda s: s.comment(site, "Unchecked.", status=Status.PENDING))
    batch = many(grace, [pending], Status.SPAM).batch
    take_back(grace, batch)
    assert states(store) == ["held"]


@pytest.mark.parametrize("batch", ["", "nowhere", "a" * 22, "\0" * 22])
def test_batch_that_is_none_is_unknown(
    store: Store, grace: ModeratorView, take_back: Undo, batch: str
) -> None:
    with pytest.raises(Unknown):
        take_back(grace, batch)
    assert store.read(lambda s: batch_done(s, grace, batch)) is None


def test_batch_is_told_to_whoever_made_it(
    store: Store,
    grace: ModeratorView,
    ada: ModeratorView,
    held: list[Comment],
    many: Many,
) -> None:
    batch = many(grace, held, Status.SPAM).batch
    told = store.read(lambda s: batch_done(s, grace, batch))
    assert told is not None
    assert (told.count, told.to_come, told.is_undo) == (4, 0, False)
    assert store.read(lambda s: batch_done(s, ada, batch)) is None


def test_undo_of_very_many_goes_on_as_a_job(
    store: Store,
    seeds: Callable[..., None],
    site: SiteView,
    grace: ModeratorView,
    take_back: Undo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk_module, "STEP", STEP)
    batch = public_id()

    def act(made: Seeds) -> None:
        for number in range(STEP + 5):
            comment = made.comment(site, f"Number {number}.")
            move(
                made.session,
                comment,
                Status.SPAM,
                actor=Actor.MODERATOR,
                moderator_id=grace.id,
                batch=batch,
                bulk_size=STEP + 5,
                now=made.now,
            )

    seeds(act)
    undone = take_back(grace, batch)
    assert (len(undone.decided), undone.to_come) == (STEP, 5)
    assert states(store).count("held") == STEP
    job = store.read(
        lambda s: s.scalars(select(Job).where(Job.kind == Kind.BULK.value)).one()
    )
    bulk = store.read(lambda s: s.get_one(Bulk, job.subject))
    assert (bulk.undoes, bulk.size, bulk.done) == (batch, STEP + 5, STEP)
    assert job.dedupe_key == f"bulk-{bulk.id}"
