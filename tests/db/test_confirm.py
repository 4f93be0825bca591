"""Audits: what the checks settle alone is asked about, and found right or not."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from service.db.models import Comment, Label
from service.domain.errors import Forbidden, StaleComment
from service.domain.findings import Finding
from service.domain.status import Status
from service.operations.confirm import Confirmed, confirm, just_confirmed
from service.operations.erasing import erase_comments
from service.operations.judge import judge_all
from service.operations.moderators import ModeratorView, Role
from tests.db.acts import Acts
from tests.db.test_judge import checked, taken
from tests.queue_seeds import Seeds

P, PUB, H, S, T = Status

FOUND = Finding(check="links", log_odds=1.5, reason="Two links.")


def moderator(acts: Acts, role: Role = Role.MODERATOR) -> ModeratorView:
    return acts.store.write(
        lambda s: Seeds(session=s, keyring=acts.keyring, now=acts.clock()).moderator(
            f"{role}@example.com", a=(acts.site_id, role)
        )
    )


def drawn(acts: Acts, status: Status) -> Comment:
    """A comment that the checks have settled, and that was drawn for an audit."""
    seen, lease = taken(acts)
    one = replace(checked(seen, lease, status, FOUND), is_drawn=True)
    acts.store.write(lambda s: judge_all(s, [one], now=acts.clock()))
    return acts.comment(seen.public_id)


def labels(acts: Acts) -> list[tuple[bool | None, str]]:
    return acts.store.read(
        lambda s: [
            (row.is_spam, row.source)
            for row in s.scalars(select(Label).order_by(Label.id))
        ]
    )


def say_right(acts: Acts, who: ModeratorView, comment: Comment) -> Confirmed:
    return acts.store.write(
        lambda s: confirm(
            s,
            who,
            comment.public_id,
            seen_version=comment.version,
            now=acts.clock(),
        )
    )


@pytest.mark.parametrize(
    ("status", "is_asked"), [(PUB, True), (S, True), (H, False)], ids=str
)
def test_only_what_the_checks_settle_is_asked_about(
    acts: Acts, status: Status, is_asked: bool
) -> None:
    assert drawn(acts, status).audit is is_asked


def test_what_was_not_drawn_is_not_asked_about(acts: Acts) -> None:
    assert not acts.comment(acts.say(status=PUB)).audit


def test_decision_made_meanwhile_needs_no_audit(acts: Acts) -> None:
    seen, lease = taken(acts)
    acts.move(seen.public_id, S)
    now = acts.comment(seen.public_id)
    one = replace(checked(now, lease, PUB, FOUND), is_drawn=True)
    acts.store.write(lambda s: judge_all(s, [one], now=acts.clock()))
    assert not acts.comment(seen.public_id).audit


@pytest.mark.parametrize(("status", "is_spam"), [(PUB, False), (S, True)], ids=str)
def test_right_leaves_the_comment_and_labels_it(
    acts: Acts, status: Status, is_spam: bool
) -> None:
    comment, who = drawn(acts, status), moderator(acts)
    confirmed = say_right(acts, who, comment)
    assert confirmed.status is status
    after = acts.comment(comment.public_id)
    assert (after.status, after.version, after.audit) == (
        status,
        comment.version,
        False,
    )
    assert labels(acts) == [(is_spam, "audit")]
    say_right(acts, who, comment)
    assert labels(acts) == [(is_spam, "audit")], "twice changes nothing"
    told = acts.store.read(lambda s: just_confirmed(s, who, comment.public_id))
    assert told == confirmed


def test_deciding_otherwise_ends_the_audit(acts: Acts) -> None:
    comment = drawn(acts, PUB)
    acts.move(comment.public_id, S)
    assert not acts.comment(comment.public_id).audit
    assert labels(acts) == [(True, "move")]
    with pytest.raises(StaleComment):
        say_right(acts, moderator(acts), comment)


def test_viewer_may_not_say_so(acts: Acts) -> None:
    comment = drawn(acts, PUB)
    with pytest.raises(Forbidden):
        say_right(acts, moderator(acts, Role.VIEWER), comment)
    assert acts.comment(comment.public_id).audit


def test_open_audit_was_not_just_confirmed(acts: Acts) -> None:
    comment, who = drawn(acts, PUB), moderator(acts)
    assert acts.store.read(lambda s: just_confirmed(s, who, comment.public_id)) is None
    assert acts.store.read(lambda s: just_confirmed(s, who, "nothing")) is None


@pytest.mark.parametrize("with_text", [True, False])
def test_nobody_is_asked_about_an_erased_persons_comment(
    acts: Acts, with_text: bool
) -> None:
    comment = drawn(acts, PUB)
    acts.store.write(
        lambda s: erase_comments(s, [comment.id], with_text=with_text, now=acts.clock())
    )
    assert not acts.comment(comment.public_id).audit
