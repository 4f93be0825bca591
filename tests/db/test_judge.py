"""A verdict is stored once, moves a pending comment, and gives way to people."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from service.db.models import (
    Comment,
    CommentBand,
    CommentHost,
    FindingRow,
    Job,
    Revision,
    VerdictRow,
)
from service.domain.findings import Finding, Verdict
from service.domain.status import Status
from service.jobs import Kind
from service.operations.claim import Lease
from service.operations.erasing import erase_comments
from service.operations.judge import (
    UNFINISHED,
    Checked,
    Outcome,
    give_up,
    judge_all,
    judge_revision,
    refuse_revision,
)
from service.operations.own_comment import edit
from tests.db.acts import Acts, reading_of, rendered

P, PUB, H, S, T = Status

LONG = (
    "Feed it at the same hour, keep it warm, and do not believe anybody who says it "
    "cannot be rye; see https://one.example/a and http://two.example for more."
)
FOUND = Finding(
    check="links",
    log_odds=1.5,
    reason="Two links.",
    version=3,
    detail={"hosts": ["one.example"]},
    at_least=H,
)


def checked(
    seen: Comment, lease: Lease, status: Status = PUB, *findings: Finding
) -> Checked:
    """What checks that read the comment as ``seen`` led to."""
    score = 0.75 if findings else 0.1
    return Checked(
        lease=lease,
        verdict=Verdict(status=status, score=score, findings=findings),
        reading=reading_of(seen),
        rendered=rendered(seen.text),
        seen_version=seen.version,
    )


def send(acts: Acts, *each: Checked) -> list[Outcome]:
    """Store what checks led to."""
    return acts.store.write(lambda s: judge_all(s, each, now=acts.clock()))


def taken(acts: Acts, **fields: str) -> tuple[Comment, Lease]:
    """A pending comment as its checks have read it, and their lease."""
    seen = acts.comment(acts.submit(**fields).comment_id)
    return seen, acts.lease(Kind.CHECK, seen.id)


def edit_pending(acts: Acts, seen: Comment) -> None:
    acts.store.write(
        lambda s: edit(
            s, acts.site, s.get_one(Comment, seen.id), "New text.", now=acts.clock()
        )
    )


@pytest.mark.parametrize("status", [PUB, H, S], ids=str)
def test_verdict_moves_a_pending_comment_and_finishes_its_job(
    acts: Acts, status: Status
) -> None:
    seen, lease = taken(acts)
    assert send(acts, checked(seen, lease, status, FOUND)) == [Outcome.MOVED]
    after = acts.comment(seen.public_id)
    assert (after.status, after.score) == (status, 0.75)
    assert after.html == "<p>Rye wants patience.</p>\n"
    assert acts.count(Job) == 0
    assert acts.moves(seen.public_id) == [("checks", P, status)]


def test_verdict_is_stored_with_its_findings(acts: Acts) -> None:
    seen, lease = taken(acts)
    send(acts, checked(seen, lease, H, FOUND))
    row = acts.store.read(lambda s: s.execute(select(VerdictRow)).scalar_one())
    assert (row.comment_id, row.revision) == (seen.id, 0)
    assert (row.status, row.score) == (H, 0.75)
    found = acts.store.read(lambda s: s.execute(select(FindingRow)).scalar_one())
    assert (found.check, found.check_version) == ("links", 3)
    assert (found.log_odds, found.reason) == (1.5, "Two links.")
    assert (found.detail, found.at_least) == ({"hosts": ["one.example"]}, H)


def test_verdict_tells_what_it_would_have_been_with_what_only_logs(acts: Acts) -> None:
    seen, lease = taken(acts)
    one = checked(seen, lease, PUB, replace(FOUND, mode="log", at_least=None))
    send(acts, replace(one, verdict=replace(one.verdict, would_be=H)))
    row = acts.store.read(lambda s: s.execute(select(VerdictRow)).scalar_one())
    assert (row.status, row.would_be) == (PUB, H)
    found = acts.store.read(lambda s: s.execute(select(FindingRow)).scalar_one())
    assert found.mode == "log"


def test_later_comments_can_be_compared_with_it(acts: Acts) -> None:
    seen, lease = taken(acts, text=LONG, website="https://ana.example/me")
    send(acts, checked(seen, lease))
    hosts = acts.store.read(lambda s: set(s.scalars(select(CommentHost.host))))
    assert hosts == {"one.example", "two.example", "ana.example"}
    reading = reading_of(seen)
    bands = acts.store.read(lambda s: set(s.scalars(select(CommentBand.band))))
    assert bands == set(reading.bands) != set()
    after = acts.comment(seen.public_id)
    assert after.normal_hash == reading.normal_hash
    assert after.group_key == reading.group_key


def test_second_verdict_under_one_lease_is_refused(acts: Acts) -> None:
    seen, lease = taken(acts)
    send(acts, checked(seen, lease))
    assert send(acts, checked(seen, lease, S)) == [Outcome.LOST]
    assert acts.comment(seen.public_id).status == PUB
    assert acts.count(VerdictRow) == 1


def test_lease_that_another_took_over_is_worth_nothing(acts: Acts) -> None:
    seen, lease = taken(acts)
    other = replace(lease, token="of another")
    assert send(acts, checked(seen, other)) == [Outcome.LOST]
    assert acts.comment(seen.public_id).status == P
    assert acts.count(Job) == 1


@pytest.mark.parametrize("decision", [H, S, T], ids=str)
def test_moderators_decision_wins_and_the_verdict_is_for_the_record(
    acts: Acts, decision: Status
) -> None:
    seen, lease = taken(acts)
    acts.move(seen.public_id, decision)
    assert send(acts, checked(seen, lease)) == [Outcome.KEPT]
    after = acts.comment(seen.public_id)
    assert after.status == decision
    assert after.html == "<p>Rye wants patience.</p>\n"
    assert acts.moves(seen.public_id) == [("moderator", P, decision)]
    assert (acts.count(VerdictRow), acts.count(Job)) == (1, 0)


def test_text_that_was_edited_meanwhile_is_not_published_unchecked(acts: Acts) -> None:
    seen, lease = taken(acts)
    edit_pending(acts, seen)
    assert send(acts, checked(seen, lease)) == [Outcome.CHANGED]
    assert acts.comment(seen.public_id).status == P
    assert (acts.count(VerdictRow), acts.count(Job)) == (0, 1)
    again = checked(acts.comment(seen.public_id), lease)
    assert send(acts, again) == [Outcome.MOVED]
    assert acts.comment(seen.public_id).html == "<p>New text.</p>\n"


def test_old_text_is_not_laid_out_when_it_was_edited_before_a_decision(
    acts: Acts,
) -> None:
    seen, lease = taken(acts)
    edit_pending(acts, seen)
    acts.move(seen.public_id, H)
    assert send(acts, checked(seen, lease)) == [Outcome.CHANGED]
    assert acts.comment(seen.public_id).html is None


def test_erased_text_does_not_come_back_with_a_verdict(acts: Acts) -> None:
    seen, lease = taken(acts, text=LONG, website="https://ana.example")
    acts.move(seen.public_id, H)
    acts.store.write(
        lambda s: erase_comments(s, [seen.id], with_text=True, now=acts.clock())
    )
    assert send(acts, checked(seen, lease)) == [Outcome.CHANGED]
    again = checked(acts.comment(seen.public_id), lease)
    assert send(acts, again) == [Outcome.KEPT]
    after = acts.comment(seen.public_id)
    assert (after.text, after.html, after.website) == ("", "", "")
    assert acts.count(CommentHost) == acts.count(CommentBand) == 0


def test_comment_erased_while_it_was_pending_is_held(acts: Acts) -> None:
    seen, lease = taken(acts)
    acts.store.write(
        lambda s: erase_comments(s, [seen.id], with_text=False, now=acts.clock())
    )
    again = checked(acts.comment(seen.public_id), lease)
    assert send(acts, again) == [Outcome.MOVED]
    assert acts.moves(seen.public_id) == [("checks", P, H)]


def test_unfinished_checks_hold_the_comment_and_say_so(acts: Acts) -> None:
    seen, lease = taken(acts)
    acts.store.write(lambda s: give_up(s, lease, now=acts.clock()))
    assert acts.moves(seen.public_id) == [("checks", P, H)]
    found = acts.store.read(lambda s: s.execute(select(FindingRow)).scalar_one())
    assert (found.check, found.reason) == ("checks", UNFINISHED.reason)
    verdict = acts.store.read(lambda s: s.execute(select(VerdictRow)).scalar_one())
    assert (verdict.status, verdict.score) == (H, None)
    assert acts.count(Job) == 0


def test_giving_up_leaves_a_decided_comment_as_it_is(acts: Acts) -> None:
    seen, lease = taken(acts)
    acts.move(seen.public_id, S)
    acts.store.write(lambda s: give_up(s, lease, now=acts.clock()))
    assert acts.comment(seen.public_id).status == S
    assert (acts.count(VerdictRow), acts.count(Job)) == (0, 0)


def _edited(acts: Acts) -> tuple[Comment, Lease]:
    comment = acts.comment(acts.say())
    edit_pending(acts, comment)
    number = acts.store.read(lambda s: s.execute(select(Revision.id)).scalar_one())
    return comment, acts.lease(Kind.CHECK_REVISION, number)


def test_edit_whose_checks_cannot_finish_is_refused(acts: Acts) -> None:
    comment, lease = _edited(acts)
    acts.store.write(lambda s: refuse_revision(s, lease))
    state = acts.store.read(lambda s: s.execute(select(Revision.state)).scalar_one())
    assert state == "refused"
    assert acts.comment(comment.public_id).text == "Rye wants patience."
    assert acts.count(Job) == 0


@pytest.mark.parametrize("away", [S, T], ids=str)
def test_edit_does_not_bring_back_what_was_taken_away(acts: Acts, away: Status) -> None:
    comment, lease = _edited(acts)
    acts.move(comment.public_id, away)
    version = acts.thread().version
    verdict = Verdict(status=PUB, score=0.1, findings=())
    acts.store.write(
        lambda s: judge_revision(
            s,
            lease,
            verdict,
            reading_of(comment),
            rendered("New text."),
            now=acts.clock(),
        )
    )
    assert acts.comment(comment.public_id).status == away
    assert acts.thread().version == version
