"""Other programs ask the filter and teach it, in the manner of Akismet's API."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Thread
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from service.db.models import (
    Comment,
    CommentBand,
    CommentHost,
    Contact,
    DayTally,
    Flood,
    Job,
    Label,
    Move,
    OutsideQuestion,
)
from service.db.models import Thread as ThreadRow
from service.domain.policy import SitePolicy
from service.operations.api_tokens import (
    REQUESTS,
    Scope,
    make_token,
    revoke_token,
)
from service.operations.claim import MAX_ATTEMPTS
from service.operations.lists import add_entry
from service.operations.moderators import ModeratorView, Role, set_role
from service.operations.sites import SiteView, add_site, set_policy
from service.web.app import create_app
from service.web.compat.akismet import calls, waiting
from service.web.compat.akismet.calls import THANKS
from service.web.compat.akismet.waiting import MOST_WAITING
from service.web.context import Context
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds
from tests.web.compat.asking import ASKED, BLOG, Program, WorkingBell
from tests.worker.laboratory import broken
from worker.checks.registry import NamedCheck
from worker.pipeline import Doors
from worker.resolver import DomainResolver

SPAM = {
    "comment_author": "Cheap Casino Online",
    "comment_author_url": "http://casino-bonus.example/win",
    "comment_content": "Best casino bonus!!! http://casino-bonus.example/win "
    "http://pills.example/buy http://loans.example/now http://win.example/x",
}
OWN = (Comment, CommentBand, CommentHost, Contact, DayTally, Flood, Move, ThreadRow)

Person = Callable[[str, Role], ModeratorView]


@pytest.fixture
def site(context: Context) -> SiteView:
    policy = SitePolicy(origins=(BLOG,))
    return context.store.write(
        lambda s: add_site(s, "blog", name="", policy=policy, now=context.clock())
    )


@pytest.fixture
def person(context: Context, site: SiteView) -> Person:
    def act(name: str, role: Role) -> ModeratorView:
        return context.store.write(
            lambda s: Seeds(
                session=s, keyring=context.keyring, now=context.clock()
            ).moderator(f"{name}@example.org", blog=(site.id, role))
        )

    return act


def token(context: Context, who: ModeratorView, scope: Scope = Scope.DECIDE) -> str:
    return context.store.write(
        lambda s: make_token(s, who.id, name="wp", scope=scope, now=context.clock())
    )


@pytest.fixture
def owner(person: Person) -> ModeratorView:
    return person("ada", Role.OWNER)


@pytest.fixture
def program(context: Context, owner: ModeratorView) -> Iterator[Program]:
    doors = Doors(
        store=context.store,
        keyring=context.keyring,
        resolver=DomainResolver(0),
        clock=context.clock,
    )
    bell = WorkingBell(doors=doors)
    app = create_app(replace(context, bell=bell))
    with app.test_client() as client:
        yield Program(
            client=client,
            store=context.store,
            bell=bell,
            key=token(context, owner),
        )


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "WAIT_SECONDS", 0.1)


def help_of(answer: TestResponse) -> str:
    return answer.headers["X-akismet-debug-help"]


def test_key_holds_for_a_blog_of_its_owner(program: Program) -> None:
    answer = program.call("verify-key", api_key="", key=program.key)
    assert (answer.status_code, answer.text) == (200, "valid")
    assert answer.mimetype == "text/plain"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("fields", "mend"),
    [
        ({"api_key": "foyer_no"}, "no such API token"),
        ({"api_key": ""}, "no such API token"),
        ({"blog": "https://other.example/"}, "Add it to the origins"),
        ({"blog": "blog.example"}, "full address"),
        ({"blog": ""}, "full address"),
    ],
)
@pytest.mark.parametrize("call", ["verify-key", "comment-check", "submit-spam"])
def test_invalid_names_the_mend(
    program: Program, call: str, fields: dict[str, str], mend: str
) -> None:
    answer = program.call(call, **fields)
    assert (answer.status_code, answer.text) == (200, "invalid")
    assert mend in help_of(answer)
    assert program.questions() == []


def test_blog_of_two_sites_is_none(
    program: Program, context: Context, owner: ModeratorView, site: SiteView
) -> None:
    assert site.key == "blog"

    def act(session: Session) -> None:
        policy, now = SitePolicy(origins=(BLOG,)), context.clock()
        made = add_site(session, "copy", name="", policy=policy, now=now)
        set_role(session, owner.id, made.id, Role.OWNER, now=now)

    context.store.write(act)
    assert "blog, copy" in help_of(program.check())


def test_revoked_token_is_invalid_at_once(
    program: Program, context: Context, owner: ModeratorView
) -> None:
    context.store.write(lambda s: revoke_token(s, owner.id, 1, now=context.clock()))
    assert program.check().text == "invalid"


def test_good_comment_is_false(program: Program) -> None:
    answer = program.check()
    assert answer.text == "false"
    (asked,) = program.questions()
    assert answer.headers["X-akismet-guid"] == asked.public_id
    assert "X-akismet-recheck-after" not in answer.headers
    assert "X-akismet-pro-tip" not in answer.headers
    assert asked.state == "published"


def test_spam_is_true_and_what_is_certain_may_be_discarded(
    program: Program, context: Context, site: SiteView
) -> None:
    context.store.write(
        lambda s: add_entry(
            s,
            context.keyring,
            site.id,
            "spam",
            "host",
            "casino-bonus.example",
            now=context.clock(),
        )
    )
    answer = program.check(**SPAM)
    assert answer.text == "true"
    assert answer.headers["X-akismet-pro-tip"] == "discard"
    assert program.questions()[0].state == "spam"


def test_doubtful_comment_is_true_but_not_to_be_discarded(
    program: Program, context: Context, site: SiteView
) -> None:
    context.store.write(
        lambda s: add_entry(
            s,
            context.keyring,
            site.id,
            "hold",
            "text",
            "sourdough",
            now=context.clock(),
        )
    )
    answer = program.check()
    assert answer.text == "true"
    assert "X-akismet-pro-tip" not in answer.headers
    assert program.questions()[0].state == "held"


def test_who_waits_on_the_site_itself_is_no_spam_elsewhere(
    program: Program, context: Context, site: SiteView
) -> None:
    context.store.write(
        lambda s: set_policy(
            s,
            site.id,
            replace(site.policy, mode="all"),
            changed_by="operator",
            now=context.clock(),
        )
    )
    assert program.check().text == "false"


def test_question_changes_nothing_of_the_site(program: Program) -> None:
    before = program.rows(*OWN)
    for _ in range(3):
        program.check(**SPAM, recheck_reason="edit")
    assert len(program.questions()) == 3
    assert program.rows(*OWN) == before == []
    # Nor do questions count against each other, as a flood of comments would.
    scores = {asked.score for asked in program.questions()}
    assert len(scores) == 1


def test_same_question_gets_the_same_answer_for_a_while(
    program: Program, clock: FrozenClock
) -> None:
    first = program.check().headers["X-akismet-guid"]
    assert program.check().headers["X-akismet-guid"] == first
    assert program.check(recheck_reason="edit").headers["X-akismet-guid"] != first
    clock.advance(minutes=11)
    assert program.check().headers["X-akismet-guid"] != first


@pytest.mark.usefixtures("impatient")
def test_late_answer_is_provisional_and_comes_later(program: Program) -> None:
    program.bell.sleeps = True
    answer = program.check()
    assert answer.text == "false"
    assert int(answer.headers["X-akismet-recheck-after"]) > 0
    assert "hold" in help_of(answer)
    program.bell.sleeps = False
    again = program.check(recheck_reason="recheck_queue")
    assert again.headers["X-akismet-guid"] == answer.headers["X-akismet-guid"]
    assert "X-akismet-recheck-after" not in again.headers
    assert len(program.questions()) == 1


@pytest.mark.usefixtures("impatient")
def test_comment_whose_checks_failed_is_held_and_may_be_asked_about_again(
    program: Program, clock: FrozenClock
) -> None:
    working = program.bell.doors
    program.bell.doors = replace(working, checks=(NamedCheck("broken", broken),))
    for _ in range(MAX_ATTEMPTS - 1):
        assert program.check().text == "false"
        clock.advance(minutes=1)
    answer = program.check()
    assert answer.text == "true"
    assert int(answer.headers["X-akismet-recheck-after"]) > 0
    assert [asked.state for asked in program.questions()] == ["failed"]
    assert "X-akismet-pro-tip" not in answer.headers
    assert "did not finish" in help_of(answer)
    program.bell.doors = working
    again = program.check()
    assert again.text == "false"
    assert "X-akismet-recheck-after" not in again.headers


def test_question_that_is_gone_is_answered_as_held(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "wait_for_answer", lambda _: None)
    answer = program.check()
    assert answer.text == "true"
    assert "X-akismet-pro-tip" not in answer.headers
    assert int(answer.headers["X-akismet-recheck-after"]) > 0


def test_call_waits_for_an_answer_that_comes_in_time(program: Program) -> None:
    program.bell.sleeps = True

    def work_soon() -> None:
        time.sleep(0.3)
        program.bell.sleeps = False
        program.bell.ring()

    worker = Thread(target=work_soon)
    worker.start()
    answer = program.check()
    worker.join()
    assert "X-akismet-recheck-after" not in answer.headers


def test_too_many_that_wait_are_answered_at_once(program: Program) -> None:
    program.bell.sleeps = True
    for _ in range(MOST_WAITING):
        assert waiting._places.acquire(blocking=False)
    try:
        began_at = time.monotonic()
        answer = program.check()
        assert time.monotonic() - began_at < waiting.WAIT_SECONDS / 2
    finally:
        for _ in range(MOST_WAITING):
            waiting._places.release()
    assert answer.headers["X-akismet-recheck-after"]


def test_administrator_is_never_spam_and_leaves_no_trace(program: Program) -> None:
    answer = program.check(**SPAM, user_role="administrator")
    assert answer.text == "false"
    assert answer.headers["X-akismet-guid"]
    assert program.questions() == []


def test_writer_made_for_tests_is_always_spam(program: Program) -> None:
    assert program.check(comment_author="akismet-guaranteed-spam").text == "true"
    assert program.questions() == []


def test_filled_honeypot_is_suspicious(program: Program) -> None:
    named = {"honeypot_field_name": "hp"}
    assert program.check(**named).text == "false"
    assert program.check(**named, hp="on", recheck_reason="x").text == "true"


@pytest.mark.parametrize("ip", ["", "nowhere"])
def test_missing_network_is_named_and_is_no_wrong_key(
    program: Program, ip: str
) -> None:
    answer = program.check(user_ip=ip)
    assert answer.text == "Missing required field: user_ip."
    assert "user_ip" in help_of(answer)


def test_other_charsets_are_read(program: Program) -> None:
    given = {"api_key": program.key, **ASKED, "blog_charset": "windows-1252"}
    given["comment_content"] = "Ein schönes Brötchen"
    program.client.post(
        "/1.1/comment-check",
        base_url="http://localhost:8000",
        data=urlencode(given, encoding="cp1252"),
        content_type="application/x-www-form-urlencoded",
    )
    assert program.questions()[0].text == "Ein schönes Brötchen"


def test_unknown_charset_and_kind_are_refused(program: Program) -> None:
    answer = program.check(blog_charset="rot13")
    assert answer.status_code == 400
    assert "blog_charset" in help_of(answer)
    answer = program.client.post(
        "/1.1/comment-check", base_url="http://localhost:8000", json={}
    )
    assert answer.status_code == 415
    assert answer.mimetype == "text/plain"


def test_what_is_too_long_is_cut_and_not_refused(program: Program) -> None:
    long = {"comment_content": "word " * 5_000, "comment_author": "n" * 200}
    assert program.check(**long).text in {"true", "false"}
    (asked,) = program.questions()
    assert (len(asked.text), len(asked.name)) == (10_000, 80)


def test_many_odd_fields_are_taken_and_ignored(program: Program) -> None:
    odd = {f"HTTP_X_{number}": "x" for number in range(200)}
    assert program.check(**odd, comment_content="a\0b").text == "false"


def test_what_is_private_is_sealed(program: Program) -> None:
    program.check()
    stored = repr(program.rows(OutsideQuestion))
    assert "Jane Q. Doe" in stored
    for secret in ("jane.doe", "203.0.113.9", "Amiga"):
        assert secret not in stored


def test_limit_of_the_token_holds(program: Program) -> None:
    answers = [
        program.check(user_role="administrator") for _ in range(REQUESTS.times + 1)
    ]
    assert [a.status_code for a in answers[-2:]] == [200, 429]
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_report_is_a_label_on_what_was_asked(program: Program) -> None:
    guid = program.check().headers["X-akismet-guid"]
    program.bell.sleeps = True
    answer = program.call("submit-spam", user_ip="192.0.2.1")
    assert (answer.status_code, answer.text) == (200, THANKS)
    assert [q.public_id for q in program.questions()] == [guid]
    assert _labels(program) == [(True, "external")]


def test_report_by_its_id_may_say_something_else(program: Program) -> None:
    guid = program.check().headers["X-akismet-guid"]
    program.call("submit-spam", guid=guid, comment_content="As it was edited.")
    assert len(program.questions()) == 1


def test_report_of_what_nobody_asked_is_learned_as_told(program: Program) -> None:
    program.bell.sleeps = True
    assert program.call("submit-ham").text == THANKS
    (told,) = program.questions()
    assert (told.state, told.text) == ("told", ASKED["comment_content"])
    assert program.check().headers["X-akismet-guid"] != told.public_id


def test_the_last_report_says_and_repeats_say_nothing(program: Program) -> None:
    program.bell.sleeps = True
    for call in ("submit-spam", "submit-spam", "submit-ham", "submit-ham"):
        assert program.call(call).text == THANKS
    assert [is_spam for is_spam, _ in _labels(program)] == [True, False]


def test_report_changes_nothing_of_the_site(program: Program) -> None:
    program.check()
    program.call("submit-spam")
    assert program.rows(*OWN) == []
    assert [
        kind for kind in _jobs(program) if kind not in {"models", "retention"}
    ] == []


def test_report_made_for_a_test_leaves_no_trace(program: Program) -> None:
    assert program.call("submit-spam", is_test="1").text == THANKS
    assert program.questions() == []


@pytest.mark.parametrize(
    ("role", "scope"), [(Role.OWNER, Scope.READ), (Role.VIEWER, Scope.DECIDE)]
)
def test_who_may_not_decide_may_ask_but_not_teach(
    program: Program, context: Context, person: Person, role: Role, scope: Scope
) -> None:
    program.key = token(context, person("vi", role), scope)
    assert program.check().text == "false"
    answer = program.call("submit-spam")
    assert answer.status_code == 403
    assert answer.text != THANKS
    assert _labels(program) == []


def _labels(program: Program) -> list[tuple[bool | None, str]]:
    return program.store.read(
        lambda s: [(row.is_spam, row.source) for row in s.query(Label).order_by("id")]
    )


def _jobs(program: Program) -> list[str]:
    return program.store.read(lambda s: [job.kind for job in s.query(Job)])


def test_no_call_reads_a_cookie_or_sets_one(
    program: Program, client: FlaskClient
) -> None:
    assert "Set-Cookie" not in program.check().headers
    answer = client.post("/1.1/comment-check", base_url="http://localhost:8000")
    assert answer.status_code == 415
