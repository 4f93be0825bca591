"""What each site keeps no longer than it wants to."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db.models import AuditEntry, Contact, Move
from service.domain.errors import InvalidInput
from service.domain.policy import MAX_ORIGIN_DAYS
from service.domain.status import Actor, Status
from service.operations.person import export_person
from service.operations.retention import BATCH, retain
from service.operations.site_retention import empty_discarded, forget_origins
from service.operations.submit import ORIGIN_KEPT
from tests.db.acts import SAID, Acts, make_site

DAY = timedelta(days=1)


def kept_origin(acts: Acts, public_id: str) -> bool:
    return acts.contact(public_id).ip_sealed is not None


def retain_all(acts: Acts) -> None:
    while acts.store.write(lambda s: retain(s, acts.clock())):
        pass


def test_no_site_keeps_origins_longer_than_is_promised(acts: Acts) -> None:
    assert timedelta(days=MAX_ORIGIN_DAYS) == ORIGIN_KEPT
    for days in (0, MAX_ORIGIN_DAYS + 1):
        with pytest.raises(InvalidInput) as caught:
            acts.set_policy(origin_days=days)
        assert list(caught.value.errors) == ["origin_days"]


def test_shorter_period_holds_for_what_is_there_already(acts: Acts) -> None:
    old = acts.say("The first loaf.")
    acts.clock.advance(3 * DAY)
    new = acts.say("The second loaf.")
    acts.clock.advance(4 * DAY)
    retain_all(acts)
    assert kept_origin(acts, old)
    acts.set_policy(origin_days=7)
    retain_all(acts)
    assert (kept_origin(acts, old), kept_origin(acts, new)) == (False, True)
    acts.clock.advance(3 * DAY)
    retain_all(acts)
    assert not kept_origin(acts, new)


def test_period_of_one_site_is_not_that_of_another(acts: Acts) -> None:
    other = make_site(acts.store, "other", acts.site.policy, acts.clock())
    mine = acts.say()
    theirs = Acts(
        store=acts.store, keyring=acts.keyring, clock=acts.clock, site_id=other.id
    ).say()
    acts.set_policy(origin_days=1)
    acts.clock.advance(2 * DAY)
    retain_all(acts)
    assert (kept_origin(acts, mine), kept_origin(acts, theirs)) == (False, True)


def test_limit_holds_for_all_sites_together(acts: Acts) -> None:
    make_site(acts.store, "a-site-before", acts.site.policy, acts.clock())
    for number in range(3):
        acts.say(f"Loaf {number}.")
    acts.clock.advance(31 * DAY)
    dropped = [
        acts.store.write(lambda s: forget_origins(s, acts.clock(), 2)) for _ in range(3)
    ]
    assert dropped == [2, 1, 0]


def test_person_is_told_when_the_origin_goes(acts: Acts) -> None:
    acts.set_policy(origin_days=10)
    acts.say()
    [said] = acts.store.read(
        lambda s: export_person(s, acts.keyring, acts.site_id, SAID.email)
    )["comments"]
    assert said["ip_and_user_agent_until"] == (acts.clock() + 10 * DAY).isoformat()


@pytest.mark.parametrize(
    ("status", "field"), [(Status.SPAM, "spam_days"), (Status.TRASHED, "trash_days")]
)
def test_discarded_comments_are_emptied_by_the_time_of_their_move(
    acts: Acts, status: Status, field: str
) -> None:
    # Two of the same age, one of which was discarded later.
    first, later, good = (
        acts.say(f"Loaf {n}.", Status.HELD, ip=f"192.0.2.{n}") for n in range(3)
    )
    acts.move(first, status)
    acts.clock.advance(20 * DAY)
    acts.move(later, status)
    acts.clock.advance(10 * DAY)
    retain_all(acts)
    assert acts.comment(first).text, "nothing is emptied unless the site says so"
    acts.set_policy(**{field: 30})
    retain_all(acts)
    gone = acts.comment(first)
    assert (gone.text, gone.name, gone.html) == ("", "", "")
    assert gone.status == status
    assert acts.contact(first).email_sealed is None
    assert acts.comment(later).text
    assert acts.comment(good).text
    assert acts.moves(first)[-1] == ("moderator", "held", status.value)
    acts.clock.advance(20 * DAY)
    retain_all(acts)
    assert not acts.comment(later).text
    assert acts.comment(good).text


def test_comment_that_was_taken_back_stays(acts: Acts) -> None:
    acts.set_policy(spam_days=1)
    back, again = (
        acts.say(f"Loaf {n}.", Status.SPAM, ip=f"192.0.2.{n}") for n in range(2)
    )
    acts.move(back, Status.PUBLISHED)
    acts.move(again, Status.HELD)
    acts.clock.advance(DAY)
    acts.move(again, Status.SPAM)
    acts.clock.advance(DAY / 2)
    retain_all(acts)
    assert acts.comment(back).text
    assert acts.comment(again).text, "it has been spam for half a day"
    acts.clock.advance(DAY / 2)
    retain_all(acts)
    assert acts.comment(back).text
    assert not acts.comment(again).text


def test_emptying_is_logged_and_goes_on_where_it_stopped(acts: Acts) -> None:
    acts.set_policy(spam_days=1)
    for number in range(5):
        acts.say(f"Loaf {number}.", Status.SPAM, ip=f"192.0.2.{number}")
    acts.clock.advance(DAY)
    looked = [
        acts.store.write(lambda s: empty_discarded(s, acts.clock(), 2))
        for _ in range(4)
    ]
    assert looked == [2, 2, 1, 0]
    rows = acts.store.read(
        lambda s: [
            (row.actor, row.site_id, row.detail)
            for row in s.scalars(select(AuditEntry).order_by(AuditEntry.id))
            if row.action == "emptied"
        ]
    )
    assert [detail["comments"] for _, _, detail in rows] == [2, 2, 1]
    assert rows[0] == (
        "operator",
        acts.site_id,
        {"state": "spam", "comments": 2},
    )


def test_full_batch_asks_for_another(acts: Acts) -> None:
    acts.set_policy(trash_days=1)
    spent = acts.say(status=Status.HELD)
    acts.move(spent, Status.TRASHED, Actor.OPERATOR)
    number = acts.comment(spent).id

    def repeat(session: object) -> None:
        session.add_all(  # type: ignore[attr-defined]  # it is a session
            Move(
                comment_id=number, site_id=acts.site_id, old="held", new="trashed",
                actor="operator", reason="", created_at=acts.clock(),
            )
            for _ in range(BATCH)
        )  # fmt: skip

    acts.store.write(repeat)
    acts.clock.advance(DAY)
    assert acts.store.write(lambda s: retain(s, acts.clock())) is True
    assert acts.store.write(lambda s: retain(s, acts.clock())) is False
    assert not acts.comment(spent).text
    assert acts.count(Contact) == 1
