"""What the log shows, to whom, and in which order."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from service.db.models import Comment, Move
from service.db.store import Store
from service.domain.errors import Unknown
from service.domain.status import Actor, Status
from service.operations import log_rows
from service.operations.audit import audit
from service.operations.decide import decide
from service.operations.log import LogPage, LogQuery, log_page
from service.operations.log_entries import LogEntry
from service.operations.moderators import ModeratorView, Role, moderator_by_id
from service.operations.sites import SiteView
from service.privacy.keyring import Keyring
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds

MINUTE = timedelta(minutes=1)


class Blog:
    """Two sites with a moderator each, and everything that happens on them."""

    def __init__(self, store: Store, keyring: Keyring, clock: FrozenClock) -> None:
        self.store, self.keyring, self.clock = store, keyring, clock
        self.site = self._site("blog")
        self.other = self._site("other")
        self.grace = self.moderator("grace@example.com", Role.MODERATOR)

    def _seeds(self, session: Session) -> Seeds:
        return Seeds(session=session, keyring=self.keyring, now=self.clock.now)

    def _site(self, key: str) -> SiteView:
        return self.store.write(lambda s: self._seeds(s).site(key))

    def moderator(self, email: str, role: Role) -> ModeratorView:
        return self.store.write(
            lambda s: self._seeds(s).moderator(email, a=(self.site.id, role))
        )

    def comment(self, text: str, status: Status = Status.HELD) -> Comment:
        self.clock.advance(MINUTE)
        return self.store.write(
            lambda s: self._seeds(s).comment(self.site, text, status=status)
        )

    def at_once(self, text: str) -> None:
        """A comment and an act of one moment: the clock stands still."""
        self.store.write(lambda s: self._seeds(s).comment(self.site, text))
        self.store.write(
            lambda s: audit(s, "list-added", now=self.clock.now, site_id=self.site.id)
        )

    def elsewhere(self, text: str) -> Comment:
        return self.store.write(lambda s: self._seeds(s).comment(self.other, text))

    def decide(
        self, comment: Comment, decision: Status, who: ModeratorView | None = None
    ) -> None:
        self.clock.advance(MINUTE)
        seen = self.store.read(lambda s: s.get_one(Comment, comment.id).version)
        self.store.write(
            lambda s: decide(
                s,
                who or self.grace,
                comment.public_id,
                seen_version=seen,
                decision=decision,
                now=self.clock.now,
            )
        )

    def act(self, action: str, moderator_id: int | None, site_id: int | None) -> None:
        self.clock.advance(MINUTE)
        self.store.write(
            lambda s: audit(
                s,
                action,
                now=self.clock.now,
                moderator_id=moderator_id,
                site_id=site_id,
            )
        )

    def page(
        self, reader: ModeratorView | None = None, size: int = 50, **query: object
    ) -> LogPage:
        asked = LogQuery(**query)  # type: ignore[arg-type]  # a test names them rightly
        return self.store.read(
            lambda s: log_page(s, self._now(s, reader), asked, size=size)
        )

    def _now(self, session: Session, reader: ModeratorView | None) -> ModeratorView:
        return moderator_by_id(session, (reader or self.grace).id)

    def all_pages(self, size: int, **query: object) -> list[LogEntry]:
        asked = LogQuery(**query)  # type: ignore[arg-type]  # a test names them rightly
        found, after = [], None
        while True:
            page = self.store.read(
                lambda s: log_page(s, self.grace, asked, after=after, size=size)  # noqa: B023  # run at once
            )
            found += page.entries
            after = page.next
            if after is None:
                return found


@pytest.fixture
def blog(store: Store, keyring: Keyring, clock: FrozenClock) -> Blog:
    return Blog(store, keyring, clock)


def _moves(page: LogPage) -> list[tuple[str, str]]:
    return [(e.move.old, e.move.new) for e in page.entries if e.move]


def test_moves_and_acts_stand_in_one_order_newest_first(blog: Blog) -> None:
    comment = blog.comment("A note on bread")
    blog.act("list-added", blog.grace.id, blog.site.id)
    blog.decide(comment, Status.PUBLISHED)
    newest, middle, oldest = blog.page(site="blog").entries[:3]
    assert newest.move is not None
    assert (newest.move.old, newest.move.new) == (Status.HELD, Status.PUBLISHED)
    assert (newest.actor, newest.who) == (Actor.MODERATOR, "Grace")
    assert newest.move.first_words == "A note on bread"
    assert (middle.move, middle.action) == (None, "list-added")
    assert oldest.move is not None
    assert (oldest.actor, oldest.move.reason) == (Actor.CHECKS, "What the checks said.")
    assert newest.at > middle.at > oldest.at


def test_nothing_of_other_sites_is_shown_or_can_be_asked_for(blog: Blog) -> None:
    hidden = blog.elsewhere("Not Grace's")
    blog.act("list-added", None, blog.other.id)
    assert {entry.site_key for entry in blog.page().entries} <= {"blog", ""}
    assert not _moves(blog.page())
    with pytest.raises(Unknown):
        blog.page(site="other")
    with pytest.raises(Unknown):
        blog.page(comment=hidden.public_id)


def test_sign_ins_are_shown_to_oneself_and_to_owners(blog: Blog) -> None:
    olga = blog.moderator("olga@example.com", Role.OWNER)
    blog.act("signed-in", blog.grace.id, None)
    blog.act("signed-in", olga.id, None)

    def seen(who: ModeratorView) -> list[str]:
        entries = blog.page(who).entries
        return [e.who for e in entries if e.action == "signed-in"]

    assert seen(blog.grace) == ["Grace"]
    assert seen(olga) == ["Olga", "Grace"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"who": "checks"}, [("pending", "spam"), ("pending", "held")]),
        ({"who": "people"}, [("spam", "trashed"), ("held", "published")]),
        ({"who": "operator"}, []),
        ({"old": "pending"}, [("pending", "spam"), ("pending", "held")]),
        ({"old": "held"}, [("held", "published")]),
        ({"new": "spam"}, [("pending", "spam")]),
        ({"new": "trashed"}, [("spam", "trashed")]),
        ({"old": "spam", "new": "published"}, []),
    ],
    ids=str,
)
def test_filters_by_who_and_state(
    blog: Blog, query: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    first = blog.comment("The first")
    second = blog.comment("The second", Status.SPAM)
    blog.decide(first, Status.PUBLISHED)
    blog.decide(second, Status.TRASHED)
    assert _moves(blog.page(None, 50, **query)) == expected


def test_filter_by_one_moderator_finds_moves_and_acts(blog: Blog) -> None:
    hans = blog.moderator("hans@example.com", Role.MODERATOR)
    first, second = blog.comment("The first"), blog.comment("The second")
    blog.decide(first, Status.PUBLISHED)
    blog.decide(second, Status.SPAM, hans)
    blog.act("list-added", hans.id, blog.site.id)
    page = blog.page(who=str(hans.id))
    assert [e.who for e in page.entries] == ["Hans", "Hans"]
    assert _moves(page) == [("held", "spam")]


def test_filter_by_time_and_by_comment(blog: Blog) -> None:
    first = blog.comment("The first")
    between = blog.clock.now + MINUTE / 2
    second = blog.comment("The second")
    blog.decide(first, Status.SPAM)
    assert len(_moves(blog.page(until=between))) == 1
    assert len(_moves(blog.page(since=between))) == 2
    page = blog.page(comment=first.public_id)
    assert _moves(page) == [("held", "spam"), ("pending", "held")]
    assert len(page.entries) == 2
    one = blog.page(comment=second.public_id, who=str(blog.grace.id))
    assert _moves(one) == []


def test_kind_leaves_out_the_others(blog: Blog) -> None:
    blog.comment("A note")
    blog.act("list-added", blog.grace.id, blog.site.id)
    assert all(e.move for e in blog.page(kind="moves").entries)
    acts = blog.page(kind="acts").entries
    assert "list-added" in {e.action for e in acts}
    assert not any(e.move for e in acts)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_show_each_entry_once_also_of_one_moment(blog: Blog, size: int) -> None:
    for number in range(6):
        blog.comment(f"Note {number}")
    for number in range(3):
        blog.at_once(f"At once {number}")
    whole = blog.page(size=100).entries
    assert len(whole) >= 12
    assert blog.all_pages(size) == whole


def test_page_that_looked_through_enough_says_so_and_goes_on(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    rare = blog.comment("Rare", Status.SPAM)
    for number in range(8):
        blog.comment(f"Note {number}")
    monkeypatch.setattr(log_rows, "LOOKED_THROUGH", 4)
    first = blog.page(new="spam")
    assert (first.entries, first.is_cut) == ([], True)
    assert first.looked_back_to is not None
    found = blog.all_pages(50, new="spam")
    assert [e.move and e.move.comment for e in found] == [rare.public_id]


def test_horizon_of_one_source_cuts_the_others(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many acts by others must not let a page skip the moves among them."""
    for number in range(4):
        comment = blog.comment(f"Note {number}")
        blog.decide(comment, Status.PUBLISHED)
        for _ in range(5):
            blog.act("list-added", None, blog.site.id)
    monkeypatch.setattr(log_rows, "LOOKED_THROUGH", 3)
    found = blog.all_pages(2, who=str(blog.grace.id))
    assert len([entry for entry in found if entry.move]) == 4
    assert [e.at for e in found] == sorted((e.at for e in found), reverse=True)


def test_only_the_last_move_can_be_taken_back_and_only_by_who_may(blog: Blog) -> None:
    comment = blog.comment("A note")
    blog.decide(comment, Status.SPAM)
    blog.decide(comment, Status.TRASHED)
    last, *before = [e.move for e in blog.page(kind="moves").entries if e.move]
    assert last.undo_version is not None
    assert [move.undo_version for move in before] == [None, None]
    blog.decide(comment, last.old)
    viewer = blog.moderator("vera@example.com", Role.VIEWER)
    seen = [e.move for e in blog.page(viewer, kind="moves").entries]
    assert len(seen) == 4
    assert all(move and move.undo_version is None for move in seen)


def test_move_without_a_way_back_has_no_undo(blog: Blog) -> None:
    # Nothing goes back to pending: what was checked stays checked.
    blog.comment("A note")
    [entry] = blog.page(kind="moves").entries
    assert entry.move is not None
    assert entry.move.undo_version is None


def test_act_names_the_person_it_was_about(blog: Blog) -> None:
    [entry] = [e for e in blog.page().entries if e.action == "role-set"]
    assert entry.detail == {"moderator": "Grace", "role": "moderator"}


def test_bulk_size_and_score_are_told(blog: Blog) -> None:
    comment = blog.comment("A note")
    blog.store.write(
        lambda s: s.add(
            Move(
                comment_id=comment.id,
                site_id=blog.site.id,
                old="held",
                new="spam",
                actor="moderator",
                moderator_id=blog.grace.id,
                reason="",
                score=0.25,
                bulk_size=12,
                created_at=blog.clock.now + MINUTE,
            )
        )
    )
    [newest, _] = blog.page(kind="moves").entries
    assert newest.move is not None
    assert (newest.move.bulk_size, newest.move.score) == (12, 0.25)
    # The comment stands elsewhere than this move says: there is nothing to take back.
    assert newest.move.undo_version is None
