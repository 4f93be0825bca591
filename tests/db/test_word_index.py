"""Comments are found by what they say now, and by nothing that was erased."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from service.db.models import Comment, Contact, Job, Revision
from service.db.store import Store
from service.db.word_table import MOST_COMPLETED, WordTable, empty_words, put_words
from service.domain.check_names import reasons_of
from service.domain.findings import Finding, Verdict
from service.domain.revisions import WAITING
from service.domain.status import Status
from service.jobs import Kind
from service.operations.claim import Lease, LeaseLost, claim
from service.operations.judge import give_up, judge_revision
from service.operations.owe import owe
from service.operations.person import erase_person
from service.operations.word_backfill import make_words, owe_words
from service.text.search_words import search_terms
from tests.db.acts import SAID, Acts, reading_of, rendered


def found(store: Store, query: str, site_ids: Sequence[int] = ()) -> list[int]:
    """Row numbers of the comments that hold all words, in order."""

    def act(session: Session) -> list[int]:
        words = WordTable(session.connection())
        held = words.holds(search_terms(query), site_ids)
        query_ = select(words.id).select_from(words.source).where(held)
        return sorted(session.scalars(query_))

    return store.read(act)


def test_comment_is_found_by_all_that_it_says_once_it_is_judged(acts: Acts) -> None:
    fields = {
        "name": "Zoë Grün",
        "website": "https://rye.example/bread",
        "page": "/2026/ovens/",
        "title": "On ovens",
    }
    made = acts.submit("Roggen will *Geduld*, 東京でも。", **fields)
    number = acts.comment(made.comment_id).id
    assert found(acts.store, "geduld") == []
    acts.judge(made.comment_id, Status.HELD)
    for query in (
        "geduld",
        "GEDU roggen",
        "zoe",
        "grun",
        "rye.example",
        "https://rye.example/bread",
        "/2026/ovens/",
        "on ovens",
        "京で",
    ):
        assert found(acts.store, query) == [number], query
    assert found(acts.store, "geduld weizen") == []


def put(store: Store, *texts: str) -> None:
    """Have comments 1, 2 and so on found by these words."""
    words = {n: text.split() for n, text in enumerate(texts, 1)}
    store.write(lambda s: put_words(s.connection(), words))


def test_beginnings_are_completed_to_all_words_that_begin_so(acts: Acts) -> None:
    texts = ("the rye", "the1 then", "there wheat", "ther\u00eb", "thee0", "thd thf")
    for text_ in texts:
        acts.say(f"About {text_}.")
    put(acts.store, *texts)
    assert found(acts.store, "the") == [1, 2, 3, 4, 5]
    assert found(acts.store, "ther") == [3, 4]
    assert found(acts.store, "the then") == [2]
    assert found(acts.store, "thee") == [5]
    assert found(acts.store, "thg") == []
    assert found(acts.store, "thf thd") == [6]


@pytest.mark.parametrize("count", [MOST_COMPLETED, MOST_COMPLETED + 1])
def test_beginnings_of_however_many_words_find_all(acts: Acts, count: int) -> None:
    acts.say("One.")
    acts.say("Two.")
    put(acts.store, " ".join(f"not{n}" for n in range(count)), f"not{count - 1} m")
    assert found(acts.store, "not") == [1, 2]
    assert found(acts.store, f"not{count - 1}") == [1, 2]
    assert found(acts.store, "not m") == [2]


def test_sites_can_be_told_apart(acts: Acts) -> None:
    acts.say("Rye")
    assert found(acts.store, "rye", [acts.site_id]) == [1]
    assert found(acts.store, "rye", [acts.site_id + 1, acts.site_id]) == [1]
    assert found(acts.store, "rye", [acts.site_id + 1]) == []


def test_comment_whose_checks_did_not_finish_is_found(acts: Acts) -> None:
    made = acts.submit("Slow rye")
    comment = acts.comment(made.comment_id)
    lease = acts.lease(Kind.CHECK, comment.id)
    acts.store.write(lambda s: give_up(s, lease, now=acts.clock()))
    assert found(acts.store, "slow") == [comment.id]
    assert acts.comment(made.comment_id).reasons == reasons_of(["checks"])


def test_edit_that_is_taken_is_found_in_the_place_of_the_old_text(acts: Acts) -> None:
    public_id = acts.say("Wheat", Status.HELD)
    comment = acts.comment(public_id)

    def edit(session: Session) -> int:
        row = Revision(
            comment_id=comment.id,
            number=1,
            text="Barley",
            state=WAITING,
            created_at=acts.clock(),
        )
        session.add(row)
        session.flush()
        owe(session, Kind.CHECK_REVISION, row.id, now=acts.clock())
        return row.id

    lease = acts.lease(Kind.CHECK_REVISION, acts.store.write(edit))
    findings = (Finding(check="links", log_odds=1.0, reason="A link."),)
    verdict = Verdict(status=Status.HELD, score=0.5, findings=findings)
    comment.text = "Barley"
    assert acts.store.write(
        lambda s: judge_revision(
            s,
            lease,
            verdict,
            reading_of(comment),
            rendered("Barley"),
            now=acts.clock(),
        )
    )
    assert found(acts.store, "barley") == [comment.id]
    assert found(acts.store, "wheat") == []
    assert acts.comment(public_id).reasons == reasons_of(["links"])


@pytest.mark.parametrize("with_text", [True, False], ids=["text", "person"])
def test_erased_person_is_not_found_any_more(acts: Acts, with_text: bool) -> None:
    acts.say("Rye stays", name="Marek Dvorak", website="https://marek.example/")
    acts.store.write(
        lambda s: erase_person(
            s,
            acts.keyring,
            acts.site_id,
            SAID.email,
            with_text=with_text,
            now=acts.clock(),
        )
    )
    assert found(acts.store, "marek") == found(acts.store, "dvorak") == []
    assert found(acts.store, "stays") == ([] if with_text else [1])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_of_an_erased_person_stays_in_the_file(acts: Acts) -> None:
    for number in range(40):
        acts.say(f"Rye {number}", name="Quetzalcoatlus", email=f"q{number}@example.org")
    path = Path(str(acts.store.engine.url.database))
    assert b"quetzalcoatlus" in _bytes(path)
    for number in range(40):
        email = f"q{number}@example.org"
        acts.store.write(
            lambda s, email=email: erase_person(  # type: ignore[misc]  # one act each
                s,
                acts.keyring,
                acts.site_id,
                email,
                with_text=False,
                now=acts.clock(),
            )
        )
    acts.store.forget_log()
    assert b"uetzalcoatlu" not in _bytes(path).lower()


def _bytes(path: Path) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(path.parent.glob(f"{path.name}*")))


def test_deleted_comment_takes_its_words_along(acts: Acts) -> None:
    acts.submit("Rye")
    acts.store.write(lambda s: put_words(s.connection(), {1: ["rye"]}))

    def forget(session: Session) -> None:
        for model in (Contact, Comment):
            session.execute(delete(model))

    acts.store.write(forget)
    assert found(acts.store, "rye") == []


def _make(acts: Acts, limit: int) -> Lease:
    def act(session: Session) -> Lease:
        (lease,) = claim(session, acts.clock())
        make_words(session, lease, acts.clock(), limit)
        return lease

    return acts.store.write(act)


def test_words_of_older_comments_are_made_newest_first_batch_by_batch(
    acts: Acts,
) -> None:
    for number in range(5):
        findings = [Finding(check="links", log_odds=1.0, reason="A link.")]
        public_id = acts.submit(f"Rye {number}").comment_id
        acts.judge(public_id, Status.HELD, findings)
    acts.say("Rye that is being checked", Status.PENDING)

    def forget(session: Session) -> None:
        session.execute(delete(Job))
        session.execute(text("UPDATE comment SET reasons = 0"))
        owe_words(session, acts.clock())

    acts.store.write(forget)
    assert found(acts.store, "rye") == []
    seen = []
    while acts.owed(Kind.WORDS):
        assert _make(acts, 2).kind == Kind.WORDS
        seen.append(found(acts.store, "rye"))
    assert seen == [[5], [3, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]
    reasons = acts.store.read(lambda s: s.scalars(select(Comment.reasons)).all())
    assert sorted(reasons) == [0] + [reasons_of(["links"])] * 5


def test_nothing_is_made_under_a_lost_lease(acts: Acts) -> None:
    acts.say("Rye")
    acts.store.write(lambda s: owe_words(s, acts.clock()))
    (lease,) = acts.store.write(lambda s: claim(s, acts.clock()))
    acts.store.write(lambda s: s.execute(delete(Job)))
    with pytest.raises(LeaseLost):
        acts.store.write(lambda s: make_words(s, lease, acts.clock()))
    assert found(acts.store, "rye") == []


def test_all_words_can_be_forgotten_and_made_again(acts: Acts) -> None:
    acts.say("Rye")
    acts.store.write(lambda s: empty_words(s.connection()))
    assert found(acts.store, "rye") == []
    acts.store.write(lambda s: put_words(s.connection(), {1: ["rye"]}))
    assert found(acts.store, "rye") == [1]


def test_an_empty_store_owes_no_words(acts: Acts) -> None:
    acts.store.write(lambda s: owe_words(s, acts.clock()))
    assert acts.owed(Kind.WORDS) == 0
