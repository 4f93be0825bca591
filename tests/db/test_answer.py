"""A moderator answers: published at once, in the log, and once."""

import pytest
from sqlalchemy import select

from service.db.models import Comment, Contact, Job, Label
from service.domain.errors import Conflict, Forbidden, StaleComment
from service.domain.status import Status
from service.jobs import Kind
from service.operations.answer import Answer, answer
from service.operations.cards import Card
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.queue import one_card
from service.operations.undo import undo
from tests.db.acts import Acts
from tests.queue_seeds import Seeds

P, PUB, H, S, T = Status
THANKS = "Thank *you*. <img src=x onerror=alert(1)>"


@pytest.fixture
def grace(acts: Acts) -> ModeratorView:
    return acts.store.write(
        lambda s: Seeds(session=s, keyring=acts.keyring, now=acts.clock()).moderator(
            "grace@example.com", a=(acts.site_id, Role.MODERATOR)
        )
    )


def reply(
    acts: Acts, who: ModeratorView, public_id: str, text: str = THANKS, seen: int = 0
) -> Answer:
    seen = seen or acts.comment(public_id).version
    return acts.store.write(
        lambda s: answer(
            s,
            acts.keyring,
            who,
            public_id,
            text=text,
            seen_version=seen,
            now=acts.clock(),
        )
    )


def test_answer_is_published_in_the_name_of_the_moderator(
    acts: Acts, grace: ModeratorView
) -> None:
    public_id = acts.say()
    version, contacts = acts.thread().version, acts.count(Contact)
    made = reply(acts, grace, public_id)
    assert made.published is None
    stored, answered = acts.comment(made.public_id), acts.comment(public_id)
    assert (stored.status, stored.name, stored.by_moderator) == (PUB, "Grace", True)
    assert (stored.parent_id, stored.root_id) == (answered.id, answered.id)
    assert (stored.depth, stored.thread_id) == (1, answered.thread_id)
    assert stored.published_at == acts.clock()
    assert "<em>you</em>" in (stored.html or "")
    assert "<img" not in (stored.html or "")
    assert acts.moves(made.public_id) == [("moderator", "held", "published")]
    assert acts.thread().version == version + 1
    assert acts.thread().published_count == 2
    # Nothing private comes with it, nothing is owed, and the filter learns nothing.
    assert acts.count(Contact) == contacts
    assert acts.owed(Kind.CHECK) == 0
    assert acts.count(Label) == 0
    seen = one(acts, grace, made.public_id)
    assert seen.by_moderator
    assert seen.moves[0].who == "Grace"


def one(acts: Acts, who: ModeratorView, public_id: str) -> Card:
    return acts.store.read(lambda s: one_card(s, acts.keyring, who, public_id))


def test_answer_publishes_what_waits(acts: Acts, grace: ModeratorView) -> None:
    public_id = acts.say(status=H)
    made = reply(acts, grace, public_id)
    assert made.published is not None
    assert (made.published.old, made.published.new) == (H, PUB)
    assert acts.comment(public_id).status == PUB
    assert acts.moves(public_id)[-1] == ("moderator", "held", "published")
    said = acts.store.read(lambda s: list(s.scalars(select(Label.comment_id))))
    assert said == [acts.comment(public_id).id]


def test_answer_and_what_it_publishes_are_taken_back_as_one(
    acts: Acts, grace: ModeratorView
) -> None:
    public_id = acts.say(status=H)
    made = reply(acts, grace, public_id)
    assert made.published is not None
    batch = made.published.batch
    done = acts.store.write(lambda s: undo(s, grace, batch, now=acts.clock()))
    assert {each.public_id for each in done.decided} == {public_id, made.public_id}
    assert acts.comment(public_id).status == acts.comment(made.public_id).status == H


def test_second_click_answers_once(acts: Acts, grace: ModeratorView) -> None:
    public_id = acts.say(status=H)
    seen = acts.comment(public_id).version
    first, second = (reply(acts, grace, public_id, seen=seen) for _ in range(2))
    assert first.public_id == second.public_id
    assert acts.count(Comment) == 2
    assert acts.thread().published_count == 2


def test_answer_that_was_taken_away_comes_back_when_it_is_given_again(
    acts: Acts, grace: ModeratorView
) -> None:
    public_id = acts.say()
    first = reply(acts, grace, public_id)
    acts.move(first.public_id, T)
    assert reply(acts, grace, public_id) == first
    assert acts.comment(first.public_id).status == PUB


@pytest.mark.parametrize("status", [P, S, T], ids=str)
def test_what_neither_stands_nor_waits_is_not_answered(
    acts: Acts, grace: ModeratorView, status: Status
) -> None:
    public_id = acts.say(status=H if status is T else status)
    if status is T:
        acts.move(public_id, T)
    jobs = acts.count(Job)
    with pytest.raises(Conflict):
        reply(acts, grace, public_id)
    assert (acts.count(Comment), acts.count(Job)) == (1, jobs)


def test_stale_answer_neither_publishes_nor_stays(
    acts: Acts, grace: ModeratorView
) -> None:
    public_id = acts.say(status=H)
    seen = acts.comment(public_id).version
    acts.move(public_id, PUB)
    acts.move(public_id, H)
    with pytest.raises(StaleComment):
        reply(acts, grace, public_id, seen=seen)
    assert acts.count(Comment) == 1
    assert acts.comment(public_id).status == H


def test_viewer_may_not_answer(acts: Acts, grace: ModeratorView) -> None:
    public_id = acts.say()
    acts.store.write(
        lambda s: set_role(s, grace.id, acts.site_id, Role.VIEWER, now=acts.clock())
    )
    with pytest.raises(Forbidden):
        reply(acts, grace, public_id)
    assert acts.count(Comment) == 1


def test_answers_nest_no_deeper_than_the_site_lets_them(
    acts: Acts, grace: ModeratorView
) -> None:
    acts.set_policy(max_depth=1)
    first = acts.say()
    second = reply(acts, grace, first, "One.").public_id
    third = reply(acts, grace, second, "Two.").public_id
    assert acts.comment(third).depth == 1
    assert acts.comment(third).parent_id == acts.comment(first).id
    assert acts.comment(third).root_id == acts.comment(first).id
