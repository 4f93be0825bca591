"""A moderator edits a comment: at once, safely, and with a name on it."""

import pytest
from sqlalchemy import select

from service.db.models import AuditEntry, Comment, CommentHost, Job, Revision
from service.domain.errors import Conflict, Forbidden, StaleComment, Unknown
from service.domain.status import Status
from service.operations.cards import Card
from service.operations.mend import mend
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.own_comment import edit, own_comment
from service.operations.person_export import export_person
from service.operations.queue import one_card
from tests.db.acts import SAID, Acts, make_site
from tests.queue_seeds import Seeds

P, PUB, H, S, T = Status
BETTER = "Rye wants *more* patience. <script>alert(1)</script> https://rye.example/"


@pytest.fixture
def grace(acts: Acts) -> ModeratorView:
    return acts.store.write(
        lambda s: Seeds(session=s, keyring=acts.keyring, now=acts.clock()).moderator(
            "grace@example.com", a=(acts.site_id, Role.MODERATOR)
        )
    )


def change(
    acts: Acts, who: ModeratorView, public_id: str, text: str = BETTER, seen: int = 0
) -> Comment:
    seen = seen or acts.comment(public_id).version
    return acts.store.write(
        lambda s: mend(
            s, who, public_id, text=text, seen_version=seen, now=acts.clock()
        )
    )


def card(acts: Acts, who: ModeratorView, public_id: str) -> Card:
    return acts.store.read(lambda s: one_card(s, acts.keyring, who, public_id))


@pytest.mark.parametrize("status", [PUB, H, S, T], ids=str)
def test_edit_holds_at_once_and_only_readers_of_published_ones_are_told(
    acts: Acts, grace: ModeratorView, status: Status
) -> None:
    public_id = acts.say(status=H if status is T else status)
    if status is T:
        acts.move(public_id, T)
    before, version = acts.comment(public_id), acts.thread().version
    acts.clock.advance(minutes=1)
    change(acts, grace, public_id)
    after = acts.comment(public_id)
    assert (after.text, after.status) == (BETTER, before.status)
    assert (after.version, after.edited_at) == (before.version + 1, acts.clock())
    assert "<em>more</em>" in (after.html or "")
    assert "<script" not in (after.html or "")
    assert after.normal_hash != before.normal_hash
    hosts = acts.store.read(lambda s: list(s.scalars(select(CommentHost.host))))
    assert hosts == ["rye.example"]
    assert acts.thread().version - version == (status is PUB)


def test_pending_comment_is_checked_as_it_reads_now(
    acts: Acts, grace: ModeratorView
) -> None:
    public_id = acts.say(status=P)
    change(acts, grace, public_id)
    after = acts.comment(public_id)
    assert (after.status, after.text, after.html) == (P, BETTER, None)
    assert acts.count(Job) == 1


def test_edit_is_logged_with_its_moderator_and_without_the_text(
    acts: Acts, grace: ModeratorView
) -> None:
    public_id = acts.say(status=H)
    acts.clock.advance(minutes=1)
    change(acts, grace, public_id)
    (entry,) = acts.store.read(
        lambda s: list(
            s.scalars(select(AuditEntry).where(AuditEntry.action == "comment-edited"))
        )
    )
    assert entry.moderator_id == grace.id
    assert entry.site_id == acts.site_id
    assert entry.detail == {"comment": public_id, "edit": 1}
    (made,) = card(acts, grace, public_id).edits
    assert (made.who, made.at) == ("Grace", acts.clock())


def test_second_click_changes_nothing_more(acts: Acts, grace: ModeratorView) -> None:
    public_id = acts.say(status=H)
    seen = acts.comment(public_id).version
    for _ in range(2):
        change(acts, grace, public_id, seen=seen)
    assert acts.comment(public_id).version == seen + 1
    assert acts.count(Revision) == 1


def test_edit_of_what_was_changed_meanwhile_is_refused(
    acts: Acts, grace: ModeratorView
) -> None:
    public_id = acts.say(status=H)
    seen = acts.comment(public_id).version
    acts.move(public_id, PUB)
    with pytest.raises(StaleComment):
        change(acts, grace, public_id, seen=seen)
    assert acts.comment(public_id).text == SAID.text
    assert acts.count(Revision) == 0


def test_waiting_edit_of_the_writer_is_refused(
    acts: Acts, grace: ModeratorView
) -> None:
    public_id = acts.say()
    acts.store.write(
        lambda s: edit(
            s,
            acts.site,
            own_comment(s, acts.site_id, public_id),
            "Theirs.",
            now=acts.clock(),
        )
    )
    change(acts, grace, public_id)
    found = acts.store.read(
        lambda s: list(s.scalars(select(Revision).order_by(Revision.number)))
    )
    assert [(row.number, row.state, row.moderator_id) for row in found] == [
        (1, "refused", None),
        (2, "taken", grace.id),
    ]
    told = acts.store.read(
        lambda s: export_person(s, acts.keyring, acts.site_id, SAID.email)
    )
    edits = told["comments"][0]["edits"]
    assert [row["by"] for row in edits] == ["writer", "moderator"]
    assert "Grace" not in repr(told)


def test_only_moderators_of_the_site_may_edit(acts: Acts, grace: ModeratorView) -> None:
    public_id = acts.say(status=H)

    def let(role: Role | None) -> None:
        acts.store.write(
            lambda s: set_role(s, grace.id, acts.site_id, role, now=acts.clock())
        )

    let(Role.VIEWER)
    with pytest.raises(Forbidden):
        change(acts, grace, public_id)
    let(None)
    with pytest.raises(Unknown):
        change(acts, grace, public_id)
    make_site(acts.store, "other", acts.site.policy, acts.clock())
    assert acts.comment(public_id).text == SAID.text


def test_what_is_left_of_an_erased_person_is_not_edited(
    acts: Acts, grace: ModeratorView
) -> None:
    public_id = acts.say(status=H)

    def erase(row: Comment) -> None:
        row.erased_at = acts.clock()

    number = acts.comment(public_id).id
    acts.store.write(lambda s: erase(s.get_one(Comment, number)))
    with pytest.raises(Conflict):
        change(acts, grace, public_id)
