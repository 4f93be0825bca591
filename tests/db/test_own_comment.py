"""A writer sees, edits and takes back an own comment, and learns nothing by it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db.models import Comment, Job, Revision
from service.domain.errors import Conflict, EditWindowClosed, Unknown
from service.domain.findings import Verdict
from service.domain.status import Status
from service.jobs import Kind
from service.operations.claim import LeaseLost
from service.operations.judge import judge_revision
from service.operations.own_comment import (
    edit,
    editable_until,
    last_edit,
    own_comment,
    take_back,
    told,
)
from tests.db.acts import Acts, make_site, reading_of, rendered

P, PUB, H, S, T = Status
BETTER = "Rye wants *more* patience."


def change(acts: Acts, public_id: str, text: str = BETTER) -> None:
    acts.edit(public_id, text)


def remove(acts: Acts, public_id: str) -> None:
    acts.store.write(
        lambda s: take_back(
            s, acts.site, own_comment(s, acts.site_id, public_id), now=acts.clock()
        )
    )


def revisions(acts: Acts) -> list[Revision]:
    return acts.store.read(
        lambda s: list(s.scalars(select(Revision).order_by(Revision.number)))
    )


def edit_state(acts: Acts, public_id: str) -> str | None:
    comment = acts.comment(public_id)
    return acts.store.read(lambda s: last_edit(s, comment))


def judge_edit(acts: Acts, status: Status) -> bool:
    newest = revisions(acts)[-1]
    lease = acts.lease(Kind.CHECK_REVISION, newest.id)
    comment = acts.store.read(lambda s: s.get_one(Comment, newest.comment_id))
    comment.text = newest.text
    verdict = Verdict(status=status, score=0.5, findings=())
    return acts.store.write(
        lambda s: judge_revision(
            s,
            lease,
            verdict,
            reading_of(comment),
            rendered(newest.text),
            now=acts.clock(),
        )
    )


def test_unknown_comment_and_one_of_another_site_are_alike_unknown(acts: Acts) -> None:
    public_id = acts.say()
    other = make_site(acts.store, "other", acts.site.policy, acts.clock()).id
    with pytest.raises(Unknown):
        acts.store.read(lambda s: own_comment(s, acts.site_id, "A" * 22))
    with pytest.raises(Unknown):
        acts.store.read(lambda s: own_comment(s, other, public_id))


def test_pending_comment_takes_the_new_text_at_once(acts: Acts) -> None:
    public_id = acts.say(status=P)
    before = acts.comment(public_id)
    change(acts, public_id)
    after = acts.comment(public_id)
    assert (after.text, after.version) == (BETTER, before.version + 1)
    assert after.status == P
    assert acts.count(Revision) == 0
    assert acts.count(Job) == 1


def test_published_comment_keeps_its_text_until_the_new_one_has_passed(
    acts: Acts,
) -> None:
    public_id = acts.say()
    version = acts.thread().version
    acts.clock.advance(minutes=1)
    edited_at = acts.clock()
    change(acts, public_id)
    assert acts.comment(public_id).text == "Rye wants patience."
    assert acts.thread().version == version
    assert edit_state(acts, public_id) == "waiting"
    acts.clock.advance(minutes=1)
    assert judge_edit(acts, PUB)
    after = acts.comment(public_id)
    assert (after.text, after.edited_at, after.status) == (BETTER, edited_at, PUB)
    assert "<em>more</em>" in (after.html or "")
    assert acts.thread().version == version + 1
    assert edit_state(acts, public_id) == "taken"


@pytest.mark.parametrize("verdict", [H, S], ids=str)
def test_doubtful_edit_of_a_published_comment_is_refused(
    acts: Acts, verdict: Status
) -> None:
    public_id = acts.say()
    before, version = acts.comment(public_id), acts.thread().version
    change(acts, public_id)
    assert not judge_edit(acts, verdict)
    after = acts.comment(public_id)
    assert (after.text, after.html) == (before.text, before.html)
    assert (after.status, after.edited_at) == (PUB, None)
    assert acts.thread().version == version
    assert edit_state(acts, public_id) == "refused"


@pytest.mark.parametrize("verdict", [PUB, H, S], ids=str)
@pytest.mark.parametrize("status", [H, S], ids=str)
def test_edit_of_a_held_comment_and_of_spam_look_alike_to_the_writer(
    acts: Acts, status: Status, verdict: Status
) -> None:
    public_id = acts.say(status=status)
    change(acts, public_id)
    assert edit_state(acts, public_id) == "waiting"
    assert judge_edit(acts, verdict)
    after = acts.comment(public_id)
    assert (after.text, after.status) == (BETTER, status)
    assert (told(after), edit_state(acts, public_id)) == ("held", "taken")


def test_newer_edit_takes_the_place_of_one_that_waits(acts: Acts) -> None:
    public_id = acts.say()
    change(acts, public_id, "First try.")
    change(acts, public_id, "Second try.")
    assert [(r.number, r.state) for r in revisions(acts)] == [(2, "waiting")]
    assert acts.owed(Kind.CHECK_REVISION) == 1
    assert judge_edit(acts, PUB)
    assert acts.comment(public_id).text == "Second try."
    change(acts, public_id, "Third try.")
    assert [(r.number, r.state) for r in revisions(acts)] == [
        (2, "taken"),
        (3, "waiting"),
    ]


def test_verdict_on_an_older_edit_is_never_that_of_the_newer(acts: Acts) -> None:
    public_id = acts.say()
    change(acts, public_id, "First try.")
    (older,) = revisions(acts)
    lease = acts.lease(Kind.CHECK_REVISION, older.id)
    change(acts, public_id, "Second try.")
    comment = acts.comment(public_id)
    verdict = Verdict(status=PUB, score=0.1, findings=())
    with pytest.raises(LeaseLost):
        acts.store.write(
            lambda s: judge_revision(
                s,
                lease,
                verdict,
                reading_of(comment),
                rendered(older.text),
                now=acts.clock(),
            )
        )
    assert acts.comment(public_id).text == "Rye wants patience."
    (newer,) = revisions(acts)
    assert (newer.state, newer.text) == ("waiting", "Second try.")
    assert newer.id != older.id
    assert newer.number != older.number


@pytest.mark.parametrize("status", [P, PUB, H, S], ids=str)
def test_same_text_again_is_no_edit(acts: Acts, status: Status) -> None:
    public_id = acts.say(status=status)
    before = acts.comment(public_id).version
    change(acts, public_id, "Rye wants patience.")
    assert acts.comment(public_id).version == before
    assert acts.count(Revision) == 0


def test_going_back_to_the_old_text_ends_an_edit_that_waits(acts: Acts) -> None:
    public_id = acts.say()
    change(acts, public_id)
    change(acts, public_id, "Rye wants patience.")
    assert edit_state(acts, public_id) == "refused"
    assert not judge_edit(acts, PUB)
    assert acts.comment(public_id).text == "Rye wants patience."


def test_taken_away_comment_cannot_be_edited(acts: Acts) -> None:
    public_id = acts.say()
    acts.move(public_id, T)
    with pytest.raises(Conflict):
        change(acts, public_id)
    assert acts.count(Revision) == 0


def test_edit_knows_what_the_checks_did_since_the_comment_was_read(acts: Acts) -> None:
    public_id = acts.submit().comment_id
    seen = acts.comment(public_id)
    acts.judge(public_id, PUB)
    acts.store.write(
        lambda s: edit(
            s, acts.site, s.merge(seen, load=False), BETTER, now=acts.clock()
        )
    )
    assert acts.comment(public_id).text == "Rye wants patience."
    assert edit_state(acts, public_id) == "waiting"


@pytest.mark.parametrize("status", [P, PUB, H, S], ids=str)
def test_window_closes_for_edits_and_for_taking_back(
    acts: Acts, status: Status
) -> None:
    public_id = acts.say(status=status)
    until = editable_until(acts.site, acts.comment(public_id))
    assert until == acts.clock() + timedelta(seconds=900)
    acts.clock.now = until
    for act in (change, remove):
        with pytest.raises(EditWindowClosed):
            act(acts, public_id)
    assert acts.comment(public_id).status == status
    acts.clock.now = until - timedelta(seconds=1)
    remove(acts, public_id)
    assert told(acts.comment(public_id)) == "removed"


def test_site_can_allow_no_edits(acts: Acts) -> None:
    acts.set_policy(edit_seconds=0)
    public_id = acts.say()
    with pytest.raises(EditWindowClosed):
        change(acts, public_id)


@pytest.mark.parametrize("status", [P, PUB, H], ids=str)
def test_taking_back_moves_to_the_trash_and_is_logged(
    acts: Acts, status: Status
) -> None:
    public_id = acts.say(status=status)
    remove(acts, public_id)
    assert acts.comment(public_id).status == T
    assert acts.moves(public_id)[-1] == ("writer", status, T)
    assert acts.thread().published_count == 0
    remove(acts, public_id)
    assert acts.moves(public_id)[-1] == ("writer", status, T)


def test_spam_taken_back_stays_as_evidence_and_looks_removed(acts: Acts) -> None:
    public_id = acts.say(status=S)
    assert told(acts.comment(public_id)) == "held"
    remove(acts, public_id)
    comment = acts.comment(public_id)
    assert comment.status == S
    assert told(comment) == "removed"
    remove(acts, public_id)
    with pytest.raises(Conflict):
        change(acts, public_id)
