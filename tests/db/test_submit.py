"""A submission becomes a pending comment, a sealed contact and an owed check, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import select

from service.db.models import Comment, Contact, Idempotency, Job, Thread
from service.domain.errors import (
    DuplicateComment,
    FoyerError,
    InvalidInput,
    KeyReused,
    ThreadClosed,
)
from service.domain.status import Status
from service.domain.submission import Receipt
from service.jobs import Kind
from service.operations.own_comment import take_back
from service.operations.submit import REPEAT_WINDOW
from service.operations.threads import open_thread
from service.privacy.address import parse_address
from service.privacy.blind_index import address_index, network_index
from service.privacy.keyring import Keyring
from service.privacy.sealing import unseal
from service.privacy.tokens import edit_token
from tests.db.acts import SAID, Acts, make_site

AT_ONCE = 6


def nothing_was_stored(acts: Acts) -> bool:
    kinds = (Comment, Contact, Job, Idempotency, Thread)
    return all(acts.count(kind) == 0 for kind in kinds)


def test_comment_is_stored_pending_with_what_was_said(acts: Acts) -> None:
    receipt = acts.submit(
        "Said.", website="https://ana.example", title="A jar", notify=True
    )
    comment = acts.comment(receipt.comment_id)
    assert comment.status == Status.PENDING
    assert (comment.text, comment.name) == ("Said.", "Ana")
    assert (comment.website, comment.title) == ("https://ana.example", "A jar")
    assert comment.notify
    assert comment.html is None
    assert comment.created_at == receipt.submitted_at == acts.clock()
    assert (comment.parent_id, comment.root_id, comment.depth) == (None, None, 0)
    assert receipt.proven
    assert not receipt.replayed


def test_address_and_origin_are_sealed_to_their_row(acts: Acts) -> None:
    receipt = acts.submit(email="Ana.Lima@example.org", ip="192.0.2.9")
    contact = acts.contact(receipt.comment_id)
    site, row = acts.site_id, receipt.comment_id
    assert contact.email_sealed is not None
    assert contact.ip_sealed is not None
    assert contact.agent_sealed is not None

    def opened(sealed: bytes, what: str) -> str:
        return unseal(acts.keyring, sealed, f"{what}|{site}|{row}")

    assert opened(contact.email_sealed, "email") == "Ana.Lima@example.org"
    assert opened(contact.ip_sealed, "ip") == "192.0.2.9"
    assert opened(contact.agent_sealed, "agent") == "Tester"
    canonical = parse_address("ana.lima@example.org").canonical
    assert contact.email_index == address_index(acts.keyring, site, canonical)
    assert contact.network_index == network_index(acts.keyring, site, "192.0.2.9")
    assert contact.origin_until is not None
    assert (contact.origin_until - acts.clock()).days == 30


def test_comment_without_an_address_has_none_sealed(acts: Acts) -> None:
    contact = acts.contact(acts.submit(email="").comment_id)
    assert (contact.email_sealed, contact.email_index) == (None, None)
    assert contact.ip_sealed is not None


def test_one_check_is_owed_at_once(acts: Acts) -> None:
    number = acts.comment(acts.submit().comment_id).id
    job = acts.store.read(lambda s: s.execute(select(Job)).scalar_one())
    assert (job.kind, job.subject) == (Kind.CHECK.value, number)
    assert job.due_at == acts.clock()


def test_same_key_gets_the_same_answer_for_as_long_as_it_is_kept(acts: Acts) -> None:
    first = acts.submit(key="k1")
    acts.clock.advance(hours=3)
    again = acts.submit(key="k1")
    assert again == replace(first, replayed=True)
    assert again.proven
    assert acts.count(Comment) == 1
    assert acts.count(Job) == 1


def test_same_key_with_other_content_is_refused(acts: Acts) -> None:
    acts.submit(key="k1")
    with pytest.raises(KeyReused):
        acts.submit("Something else.", key="k1")
    assert acts.count(Comment) == 1


def test_key_belongs_to_its_site(acts: Acts) -> None:
    acts.submit(key="k1")
    other = make_site(acts.store, "other", acts.site.policy, acts.clock())
    there = replace_site(acts, other.id)
    assert not there.submit("Something else.", key="k1").replayed


def replace_site(acts: Acts, site_id: int) -> Acts:
    return Acts(
        store=acts.store, keyring=acts.keyring, clock=acts.clock, site_id=site_id
    )


def test_double_click_gets_the_first_answer_but_proves_nothing(acts: Acts) -> None:
    first = acts.submit()
    acts.clock.advance(REPEAT_WINDOW)
    again = acts.submit()
    assert again == replace(first, replayed=True, proven=False)
    assert acts.count(Comment) == 1
    assert acts.count(Job) == 1


def test_same_words_later_are_a_duplicate(acts: Acts) -> None:
    acts.submit()
    acts.clock.advance(REPEAT_WINDOW, seconds=1)
    with pytest.raises(DuplicateComment):
        acts.submit()


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Rye wants patience!"},
        {"page": "/b"},
        {"name": "Anna"},
        {"email": "anna@example.org"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_differs_is_no_repeat(acts: Acts, change: dict[str, str]) -> None:
    acts.submit()
    assert not acts.submit(**change).replayed


def test_repeat_is_known_after_a_newer_key_was_added(acts: Acts) -> None:
    acts.submit()
    old = acts.keyring._keys
    acts.keyring = Keyring({**old, 2: b"\x02" * 32})
    assert acts.submit().replayed


def test_address_in_other_letters_is_the_same_writer(acts: Acts) -> None:
    acts.submit(email="ana@example.org")
    assert acts.submit(email="Ana@Example.ORG").replayed


def test_what_was_taken_back_may_be_said_again(acts: Acts) -> None:
    first = acts.submit()

    acts.store.write(
        lambda s: take_back(
            s,
            acts.site,
            s.execute(select(Comment)).scalar_one(),
            now=acts.clock(),
        )
    )
    again = acts.submit()
    assert again.comment_id != first.comment_id


def test_closed_thread_takes_nothing_and_stores_nothing(acts: Acts) -> None:
    acts.store.write(
        lambda s: open_thread(s, acts.site, SAID.page, is_open=False, now=acts.clock())
    )
    with pytest.raises(ThreadClosed):
        acts.submit(key="k1")
    assert acts.count(Comment) == acts.count(Contact) == acts.count(Job) == 0
    assert acts.count(Idempotency) == 0


def test_repeat_is_answered_though_the_thread_has_closed_since(acts: Acts) -> None:
    first = acts.submit()
    acts.store.write(
        lambda s: open_thread(s, acts.site, SAID.page, is_open=False, now=acts.clock())
    )
    assert acts.submit().comment_id == first.comment_id


@pytest.mark.parametrize(
    "status", [s for s in Status if s is not Status.PUBLISHED], ids=str
)
def test_only_a_published_comment_can_be_answered(acts: Acts, status: Status) -> None:
    first = Status.HELD if status is Status.TRASHED else status
    parent = acts.say("First.", first)
    if status is Status.TRASHED:
        acts.move(parent, status)
    with pytest.raises(InvalidInput) as caught:
        acts.submit("Answer.", parent=parent)
    assert set(caught.value.errors) == {"parent"}


def test_comment_of_another_thread_cannot_be_answered_here(acts: Acts) -> None:
    parent = acts.say("First.", page="/b")
    with pytest.raises(InvalidInput) as caught:
        acts.submit("Answer.", parent=parent)
    assert set(caught.value.errors) == {"parent"}


def test_unknown_parent_leaves_nothing_behind(acts: Acts) -> None:
    with pytest.raises(InvalidInput):
        acts.submit(parent="A" * 22, key="k1")
    assert nothing_was_stored(acts)


def test_answers_nest_and_deeper_ones_hang_on_the_last_level(acts: Acts) -> None:
    acts.set_policy(max_depth=2)
    chain = [acts.say("0")]
    for level in range(1, 5):
        chain.append(acts.say(str(level), parent=chain[-1]))
    rows = [acts.comment(public_id) for public_id in chain]
    assert [row.depth for row in rows] == [0, 1, 2, 2, 2]
    root, first = rows[0], rows[1]
    assert [row.parent_id for row in rows[2:]] == [first.id] * 3
    assert {row.root_id for row in rows[1:]} == {root.id}


def test_depth_of_none_puts_all_answers_on_the_page(acts: Acts) -> None:
    acts.set_policy(max_depth=0)
    answer = acts.comment(acts.say("Answer.", parent=acts.say("First.")))
    assert (answer.parent_id, answer.root_id, answer.depth) == (None, None, 0)


def test_writer_is_proven_by_a_token_of_an_earlier_comment(acts: Acts) -> None:
    first = acts.say("First.")
    token = f"{first}.{edit_token(acts.keyring, first)}"
    second = acts.submit("Second.", writer_token=token).comment_id
    assert acts.comment(second).arrival["proven"] is True
    assert acts.comment(first).arrival["proven"] is False


def _all_at_once(send: Callable[[int], Receipt]) -> list[Receipt | FoyerError]:
    barrier = Barrier(AT_ONCE)

    def one(number: int) -> Receipt | FoyerError:
        barrier.wait()
        try:
            return send(number)
        except FoyerError as err:
            return err

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def test_same_submission_many_times_at_once_is_stored_once(acts: Acts) -> None:
    results = _all_at_once(lambda _: acts.submit())
    receipts = [r for r in results if isinstance(r, Receipt)]
    assert len(receipts) == AT_ONCE, results
    assert len({r.comment_id for r in receipts}) == 1
    assert sum(not r.replayed for r in receipts) == 1
    assert sum(r.proven for r in receipts) == 1
    assert acts.count(Comment) == acts.count(Contact) == acts.count(Job) == 1


def test_same_key_many_times_at_once_gets_the_very_same_answer(acts: Acts) -> None:
    results = _all_at_once(lambda _: acts.submit(key="k1"))
    receipts = [r for r in results if isinstance(r, Receipt)]
    assert len(receipts) == AT_ONCE, results
    assert {(r.comment_id, r.proven) for r in receipts} == {
        (receipts[0].comment_id, True)
    }
    assert acts.count(Comment) == 1


def test_one_key_for_different_comments_at_once_stores_one(acts: Acts) -> None:
    results = _all_at_once(lambda n: acts.submit(f"Number {n}.", key="k1"))
    assert sum(isinstance(r, Receipt) for r in results) == 1, results
    assert sum(isinstance(r, KeyReused) for r in results) == AT_ONCE - 1
    assert acts.count(Comment) == acts.count(Contact) == acts.count(Job) == 1


def test_first_comments_of_a_page_at_once_share_one_thread(acts: Acts) -> None:
    results = _all_at_once(lambda n: acts.submit(f"Number {n}."))
    assert all(isinstance(r, Receipt) for r in results), results
    assert acts.count(Thread) == 1
    assert acts.count(Comment) == AT_ONCE
