"""Questions from outside: not kept long, and the rights of whom they are about."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service.db.models import Erasure, Label, OutsideQuestion
from service.domain.errors import InvalidInput
from service.operations.inbound.asking import (
    OutsideFacts,
    answer_of,
    ask,
    asked_before,
    asked_site,
)
from service.operations.inbound.keeping import OUTSIDE_KEPT
from service.operations.inbound.teaching import teach_outside
from service.operations.person import erase_person, export_person, reapply_erasures
from service.operations.retention import retain
from service.privacy.keyring import Keyring, generate
from tests.db.acts import Acts
from tests.db.owners import Owners

FACTS = OutsideFacts(
    name="Jane Q. Doe",
    email="Jane.Doe@mail.example",
    website="https://janedoe.example/about",
    text="My garden grows.",
    client_ip="198.51.100.77",
    agent="Netscape/4.08 (Amiga)",
)
SECRETS = ("jane", "doe", "garden", "198.51", "amiga")


@pytest.fixture
def asking(acts: Acts, owners: Owners) -> "Asking":
    return Asking(acts, owners.ada.id)


class Asking:
    """A program of the owner's that asks and teaches."""

    def __init__(self, acts: Acts, moderator_id: int) -> None:
        self.acts, self.moderator_id = acts, moderator_id

    def ask(self, keyring: Keyring | None = None, **change: str) -> str:
        return self.acts.store.write(
            lambda s: ask(
                s,
                keyring or self.acts.keyring,
                self.acts.site,
                replace(FACTS, **change),  # type: ignore[arg-type]  # all are texts
                moderator_id=self.moderator_id,
                now=self.acts.clock(),
            )
        )

    def teach(self, *, is_spam: bool = True, **more: Any) -> bool:
        return self.acts.store.write(
            lambda s: teach_outside(
                s,
                self.acts.keyring,
                self.acts.site,
                FACTS,
                is_spam=is_spam,
                moderator_id=self.moderator_id,
                now=self.acts.clock(),
                **more,
            )
        )

    def rows(self) -> list[OutsideQuestion]:
        return self.acts.store.read(
            lambda s: list(s.scalars(select(OutsideQuestion).order_by("id")))
        )

    def retain(self) -> None:
        while self.acts.store.write(lambda s: retain(s, self.acts.clock())):
            pass

    def erase(self) -> int:
        return self.acts.store.write(
            lambda s: erase_person(
                s,
                self.acts.keyring,
                self.acts.site_id,
                FACTS.email,
                with_text=False,
                now=self.acts.clock(),
            )
        )

    def export(self) -> list[dict[str, Any]]:
        found = self.acts.store.read(
            lambda s: export_person(
                s, self.acts.keyring, self.acts.site_id, FACTS.email
            )
        )
        asked: list[dict[str, Any]] = found["asked_from_outside"]
        return asked

    def words(self) -> str:
        """Everything that the table holds, in one text."""
        return self.acts.store.read(
            lambda s: repr(
                s.connection()
                .execute(select(OutsideQuestion.__table__))
                .mappings()
                .all()
            ).lower()
        )


def test_question_is_dropped_after_fifteen_days(asking: Asking) -> None:
    asking.ask()
    asking.acts.clock.advance(OUTSIDE_KEPT - timedelta(seconds=1))
    asking.retain()
    assert len(asking.rows()) == 1
    asking.acts.clock.advance(seconds=1)
    asking.retain()
    assert asking.rows() == []


def test_of_what_was_taught_only_the_label_stays(asking: Asking) -> None:
    guid = asking.ask()
    asking.teach()
    asking.acts.clock.advance(OUTSIDE_KEPT)
    asking.retain()
    (row,) = asking.rows()
    assert (row.public_id, row.emptied_at) == (guid, asking.acts.clock())
    for secret in SECRETS:
        assert secret not in asking.words()
    assert (row.email_index, row.fingerprint, row.ip_sealed) == (None, None, None)
    # What is emptied is not found by its id, and is not emptied again.
    asking.teach(guid=guid, is_spam=True)
    assert len(asking.rows()) == 2
    asking.acts.clock.advance(seconds=1)
    asking.retain()
    assert asking.rows()[0].emptied_at == row.emptied_at


def test_origin_goes_as_soon_as_the_site_says(asking: Asking) -> None:
    asking.acts.set_policy(origin_days=3)
    asking.ask()
    asking.acts.clock.advance(days=2, hours=23)
    asking.retain()
    assert asking.rows()[0].ip_sealed is not None
    asking.acts.clock.advance(hours=1)
    asking.retain()
    (row,) = asking.rows()
    assert (row.ip_sealed, row.agent_sealed) == (None, None)
    assert row.email_sealed is not None


def test_person_gets_what_was_asked_about_them(asking: Asking) -> None:
    guid = asking.ask()
    asking.ask(email="joan@mail.example")
    asking.teach()
    (told,) = asking.export()
    assert told["id"] == guid
    assert (told["name"], told["text"]) == (FACTS.name, FACTS.text)
    assert told["email"].lower() == FACTS.email.lower()
    assert (told["ip"], told["user_agent"]) == (FACTS.client_ip, FACTS.agent)
    assert [label["is_spam"] for label in told["labels"]] == [True]


def test_person_is_erased_from_what_was_asked(asking: Asking) -> None:
    asking.ask()
    asking.ask(text="Another garden.")
    asking.teach()
    other = asking.ask(email="joan@mail.example", name="Joan", text="Mine, too.")
    asking.erase()
    assert asking.export() == []
    assert [row.public_id for row in asking.rows() if not row.emptied_at] == [other]
    assert [row.text for row in asking.rows()] == ["", "Mine, too."]


def test_backup_does_not_bring_an_erased_person_back(asking: Asking) -> None:
    asking.ask()
    taken = asking.rows()[0]
    asking.acts.clock.advance(hours=1)
    asking.erase()
    columns = OutsideQuestion.__table__.columns.keys()

    def restore(session: Any) -> None:
        session.add(OutsideQuestion(**{c: getattr(taken, c) for c in columns}))
        session.flush()
        reapply_erasures(session, asking.acts.keyring, asking.acts.clock())

    asking.acts.store.write(restore)
    assert asking.rows() == []
    asking.acts.clock.advance(hours=1)
    asking.ask()
    asking.acts.store.write(
        lambda s: reapply_erasures(s, asking.acts.keyring, asking.acts.clock())
    )
    assert len(asking.rows()) == 1


def test_what_cannot_be_compared_with_an_erasure_goes_too(asking: Asking) -> None:
    asking.ask()
    asking.acts.clock.advance(hours=1)

    def act(session: Any) -> None:
        session.add(
            Erasure(
                site_id=asking.acts.site_id,
                email_index=b"another".ljust(16),
                index_key=99,
                with_text=False,
                created_at=asking.acts.clock(),
            )
        )
        session.flush()
        reapply_erasures(session, asking.acts.keyring, asking.acts.clock())

    asking.acts.store.write(act)
    assert asking.rows() == []


def test_erased_person_who_was_only_asked_about_is_remembered(asking: Asking) -> None:
    asking.ask()
    assert asking.erase() == 0
    stones = asking.acts.store.read(lambda s: s.scalars(select(Erasure)).all())
    assert len(stones) == 1


def test_question_is_found_again_under_an_older_key(asking: Asking) -> None:
    lines = asking.acts.keyring
    asking.ask(keyring=lines)
    found = asking.acts.store.read(
        lambda s: asked_before(s, lines, asking.acts.site_id, FACTS)
    )
    assert found is not None
    other = Keyring.from_text(generate())
    assert (
        asking.acts.store.read(
            lambda s: asked_before(s, other, asking.acts.site_id, FACTS)
        )
        is None
    )


def test_label_is_about_one_thing(asking: Asking) -> None:
    assert asking.teach()
    assert not asking.teach()
    assert asking.teach(is_spam=False)
    labels = asking.acts.store.read(lambda s: s.scalars(select(Label)).all())
    assert {(row.comment_id, row.source) for row in labels} == {(None, "external")}


def test_question_of_another_site_is_not_found_by_its_id(
    asking: Asking, owners: Owners
) -> None:
    guid = asking.ask()
    other = Asking(asking.acts, owners.zoe.id)
    asking.acts.store.write(
        lambda s: teach_outside(
            s,
            asking.acts.keyring,
            owners.other,
            replace(FACTS, text="Other words."),
            is_spam=True,
            moderator_id=other.moderator_id,
            now=asking.acts.clock(),
            guid=guid,
        )
    )
    assert [row.site_id for row in asking.rows()] == [
        asking.acts.site_id,
        owners.other.id,
    ]


def test_site_is_that_of_the_blog_among_ones_own(owners: Owners) -> None:
    acts = owners.acts
    found = acts.store.read(
        lambda s: asked_site(s, owners.ada, "HTTPS://Blog.Example:443/2024/?p=1")
    )
    assert found.key == "blog"
    with pytest.raises(InvalidInput):
        acts.store.read(lambda s: asked_site(s, owners.zoe, "https://blog.example/"))


def test_unknown_question_has_no_answer(acts: Acts) -> None:
    assert acts.store.read(lambda s: answer_of(s, "x" * 22)) is None
