"""A site that asks Akismet: what is asked, and what becomes of the comment."""

from datetime import timedelta

import pytest

from service.domain.outside import GIVEN_UP, PAUSE
from service.domain.status import Status
from service.jobs import Kind
from service.operations.claim import OUTSIDE_LEASE, claim_outside, mend_clock
from service.operations.day_tallies import day_counts
from service.operations.erasing import erase_comments
from service.operations.own_comment import edit
from tests.outside import Said, scored, true_for
from tests.worker.laboratory import AGENT, CLIENT_IP, EMAIL, NAME
from tests.worker.outside.conftest import CUSTOM, Asking
from worker.outside.errands import run_errands
from worker.pipeline import drain

SILENCES = {
    "garbage": (Said(body=b"maybe"), "answered something that is no verdict"),
    "empty": (Said(), "answered something that is no verdict"),
    "500": (Said(body=b"false", status=500), "answered with an error"),
    "redirect": (
        Said(status=302, headers={"Location": "http://127.0.0.1:9/"}),
        "answered with a redirect, which is not followed",
    ),
    "huge": (Said(body=b"false" + b" " * 70_000), "answered more than it may"),
    "slow": (Said(body=b"false", pause=3.5), "did not answer in time"),
    "dripping": (Said(body=b"false" * 9, drip=0.1), "did not answer in time"),
    "another key": (Said(body=b"invalid"), "does not take the key that is set here"),
}


def _edit(asking: Asking, number: int, text: str) -> None:
    lab = asking.laboratory
    comment = lab.comment(number)
    lab.store.write(
        lambda s: edit(s, lab.site, s.merge(comment), text, now=lab.clock())
    )


def test_good_comment_is_asked_about_once_and_published(asking: Asking) -> None:
    asking.turn_on()
    number = asking.laboratory.submit()
    drain(asking.doors)
    assert asking.laboratory.status(number) is Status.PENDING, "not held, not published"
    asking.check()
    assert asking.laboratory.status(number) is Status.PUBLISHED
    assert asking.laboratory.moves(number) == [("published", "checks")]
    assert asking.reasons(number)["akismet"] == "Akismet calls it good."
    assert asking.service.calls() == ["comment-check"]
    assert asking.laboratory.jobs() == []


def test_what_is_asked_is_what_was_submitted_without_the_address(
    asking: Asking,
) -> None:
    asking.turn_on()
    number = asking.laboratory.submit("Wörter & <b>\N{SNOWMAN}</b>", page="/a/?x=1")
    asking.check()
    (asked,) = asking.service.asked
    form = asked.form
    assert asked.path == "/1.1/comment-check"
    assert asked.headers["user-agent"].startswith("Foyer/")
    assert form == {
        "api_key": "a1b2c3d4e5f6",
        "blog": "https://blog.example/",
        "user_ip": CLIENT_IP,
        "user_agent": AGENT,
        "permalink": "https://blog.example/a/?x=1",
        "comment_type": "comment",
        "comment_author": NAME,
        "comment_content": asking.laboratory.comment(number).text,
        "comment_date_gmt": "2026-03-01T12:00:00Z",
        "blog_charset": "UTF-8",
    }
    assert EMAIL.encode() not in asked.body


def test_address_is_sent_where_the_owner_says_so(asking: Asking) -> None:
    asking.turn_on(akismet_address=True)
    asking.laboratory.submit()
    asking.check()
    assert asking.service.asked[0].form["comment_author_email"] == EMAIL


def test_what_akismet_calls_spam_is_held_for_a_person(asking: Asking) -> None:
    asking.turn_on()
    number = asking.laboratory.submit("A casino like no other.")
    asking.check()
    assert asking.laboratory.status(number) is Status.HELD
    assert asking.reasons(number)["akismet"] == "Akismet calls it spam."
    assert asking.later(days=1) == 0, "nothing is owed"
    assert asking.laboratory.moves(number) == [("held", "checks")]


def test_nobody_is_asked_by_default(asking: Asking) -> None:
    number = asking.laboratory.submit()
    asking.check()
    assert asking.laboratory.status(number) is Status.PUBLISHED
    assert asking.service.asked == []


def test_nobody_is_asked_about_what_is_spam_anyway(asking: Asking) -> None:
    asking.turn_on()
    asking.laboratory.set_policy(held_from=0.0, spam_from=0.05)
    number = asking.laboratory.submit()
    asking.check()
    assert asking.laboratory.status(number) is Status.SPAM
    assert asking.service.asked == []


@pytest.mark.parametrize(("said", "words"), SILENCES.values(), ids=SILENCES)
def test_comment_is_held_while_no_answer_comes_and_moves_on_by_itself(
    asking: Asking, said: Said, words: str
) -> None:
    asking.turn_on()
    asking.service.answer = said
    number = asking.laboratory.submit()
    asking.check()
    assert asking.laboratory.status(number) is Status.HELD
    assert asking.reasons(number)["checks"] == (
        f"Akismet {words}; it is asked again after 20 minutes, unless a person "
        "decides first."
    )
    assert asking.later(minutes=19) == 0
    asking.service.answer = true_for("casino")
    asking.later(minutes=1)
    assert asking.laboratory.status(number) is Status.PUBLISHED
    assert asking.laboratory.moves(number) == [
        ("held", "checks"),
        ("published", "checks"),
    ]
    assert "checks" not in asking.reasons(number)
    assert asking.laboratory.verdicts(number) == ["published"]
    assert asking.laboratory.jobs() == []


def test_service_that_is_down_is_told_so(asking: Asking) -> None:
    asking.turn_on()
    asking.laboratory.set_policy(akismet_url="http://127.0.0.1:9")
    number = asking.laboratory.submit()
    asking.check()
    assert asking.laboratory.status(number) is Status.HELD
    assert asking.reasons(number)["checks"].startswith("Akismet could not be reached;")


def test_what_turns_out_to_be_spam_is_moved_there(asking: Asking) -> None:
    asking.turn_on()
    asking.laboratory.set_policy(held_from=0.3, spam_from=0.6)
    asking.service.answer = Said(status=503)
    number = asking.laboratory.submit("casino")
    asking.check()
    assert asking.laboratory.status(number) is Status.HELD
    asking.service.answer = true_for("casino")
    asking.later(minutes=20)
    assert asking.laboratory.moves(number) == [("held", "checks"), ("spam", "checks")]


def test_answer_that_leaves_it_held_is_shown_and_is_the_last(asking: Asking) -> None:
    asking.turn_on()
    asking.service.answer = Said(status=503)
    number = asking.laboratory.submit("casino")
    asking.check()
    asking.service.answer = true_for("casino")
    asking.later(minutes=20)
    assert asking.laboratory.moves(number) == [("held", "checks")]
    assert asking.reasons(number)["akismet"] == "Akismet calls it spam."
    assert asking.inquiry(number).settled


def test_moderator_who_decides_first_wins(asking: Asking) -> None:
    asking.turn_on()
    asking.service.answer = Said(status=503)
    number = asking.laboratory.submit("casino")
    asking.check()
    who = asking.moderator()
    asking.decide(who, number, Status.PUBLISHED)
    asking.service.answer = true_for("casino")
    asking.later(minutes=20)
    assert asking.laboratory.status(number) is Status.PUBLISHED
    assert [to for to, _ in asking.laboratory.moves(number)] == ["held", "published"]


def test_what_a_moderator_holds_stays_held(asking: Asking) -> None:
    asking.turn_on()
    asking.service.answer = Said(status=503)
    number = asking.laboratory.submit()
    asking.check()
    who = asking.moderator()
    asking.decide(who, number, Status.PUBLISHED)
    asking.decide(who, number, Status.HELD)
    asking.service.answer = true_for()
    asking.later(minutes=20)
    assert asking.laboratory.status(number) is Status.HELD


def test_after_fifteen_days_it_is_asked_no_more(asking: Asking) -> None:
    asking.turn_on()
    asking.service.answer = Said(status=503)
    number = asking.laboratory.submit()
    asking.check()
    asking.laboratory.clock.advance(GIVEN_UP - PAUSE)
    asking.check()
    assert asking.laboratory.status(number) is Status.HELD
    assert asking.reasons(number)["checks"] == (
        "Akismet answered with an error, and is asked no more; a person must look."
    )
    assert asking.laboratory.jobs() == []
    asking.service.answer = true_for()
    assert asking.later(days=1) == 0


def test_what_cannot_be_asked_any_more_is_given_up_at_once(asking: Asking) -> None:
    asking.turn_on()
    number = asking.laboratory.submit(ip="")
    asking.check()
    assert asking.laboratory.status(number) is Status.HELD
    assert "IP address is no longer kept" in asking.reasons(number)["checks"]
    assert asking.service.asked == []
    assert asking.laboratory.jobs() == []


def test_without_a_key_nothing_is_published(asking: Asking) -> None:
    asking.laboratory.set_policy(checks={"akismet": "on"})
    number = asking.laboratory.submit()
    asking.check()
    assert asking.laboratory.status(number) is Status.HELD
    assert "key or secret is not set" in asking.reasons(number)["checks"]


def test_check_that_only_logs_holds_nothing(asking: Asking) -> None:
    asking.turn_on(mode="log")
    spam = asking.laboratory.submit("casino")
    asking.check()
    assert asking.laboratory.status(spam) is Status.PUBLISHED
    assert asking.reasons(spam)["akismet"] == "Akismet calls it spam."
    asking.service.answer = Said(status=503)
    silent = asking.laboratory.submit("another one")
    asking.check()
    assert asking.laboratory.status(silent) is Status.PUBLISHED


def test_turning_it_off_lets_what_waits_go_on(asking: Asking) -> None:
    asking.turn_on()
    asking.service.answer = Said(status=503)
    number = asking.laboratory.submit()
    asking.check()
    asking.laboratory.set_policy(checks={})
    asking.later(minutes=20)
    assert asking.laboratory.status(number) is Status.PUBLISHED
    assert asking.service.calls() == ["comment-check"]


def test_service_may_ask_to_be_asked_again(asking: Asking) -> None:
    asking.turn_on()
    later = {"X-akismet-recheck-after": "120"}
    asking.service.answer = Said(body=b"false", headers=later)
    number = asking.laboratory.submit()
    asking.check()
    assert asking.laboratory.status(number) is Status.HELD
    asking.service.answer = true_for()
    assert asking.later(seconds=119) == 0
    asking.later(seconds=1)
    assert asking.laboratory.status(number) is Status.PUBLISHED


def test_text_that_was_edited_meanwhile_is_asked_about_anew(asking: Asking) -> None:
    asking.turn_on()
    number = asking.laboratory.submit("harmless")
    drain(asking.doors)
    lab = asking.laboratory
    _edit(asking, number, "casino")
    asking.check()
    assert lab.status(number) is Status.HELD
    assert [each.form["comment_content"] for each in asking.service.asked] == ["casino"]


def test_edit_of_what_is_published_is_asked_about_first(asking: Asking) -> None:
    asking.turn_on()
    lab = asking.laboratory
    numbers = {text: lab.submit(text) for text in ("first one", "second one")}
    asking.check()
    for text, number in numbers.items():
        more = "casino" if text == "first one" else "mended"
        _edit(asking, number, f"{text} {more}")
    asking.check()
    assert lab.comment(numbers["first one"]).text == "first one"
    assert lab.comment(numbers["second one"]).text == "second one mended"
    assert len(asking.service.asked) == 4
    assert lab.jobs() == []


def test_nobody_is_asked_about_an_edit_that_was_replaced(asking: Asking) -> None:
    asking.turn_on()
    lab = asking.laboratory
    number = lab.submit("first one")
    asking.check()
    _edit(asking, number, "second one")
    drain(asking.doors)
    _edit(asking, number, "third one")
    asking.service.asked.clear()
    asking.check()
    assert lab.comment(number).text == "third one"
    asked = [each.form["comment_content"] for each in asking.service.asked]
    assert asked == ["third one"]
    assert lab.jobs() == []


def test_edit_is_refused_while_the_service_is_silent(asking: Asking) -> None:
    asking.turn_on()
    lab = asking.laboratory
    number = lab.submit("first one")
    asking.check()
    asking.service.answer = Said(status=503)
    _edit(asking, number, "another")
    asking.check()
    assert lab.comment(number).text == "first one"
    asking.later(minutes=20)
    assert len(asking.service.asked) == 2, "nobody waits for the answer any more"
    assert lab.jobs() == []


def test_erased_person_is_not_told_to_anybody(asking: Asking) -> None:
    asking.turn_on()
    lab = asking.laboratory
    asking.service.answer = Said(status=503)
    held, pending = lab.submit("first one"), 0
    asking.check()
    pending = lab.submit("second one")
    drain(asking.doors)
    asking.service.asked.clear()
    lab.store.write(
        lambda s: erase_comments(s, [held, pending], with_text=True, now=lab.clock())
    )
    asking.later(minutes=20)
    assert asking.service.asked == []
    assert (lab.status(held), lab.status(pending)) == (Status.HELD, Status.HELD)
    assert lab.jobs() == []


def test_killed_while_asking_is_asked_again_after_the_lease(asking: Asking) -> None:
    asking.turn_on()
    lab = asking.laboratory
    number = lab.submit()
    drain(asking.doors)
    lab.store.write(lambda s: claim_outside(s, lab.clock(), 16))  # and it is gone
    assert run_errands(asking.outside) == 0
    lab.clock.advance(OUTSIDE_LEASE)
    asking.check()
    assert lab.status(number) is Status.PUBLISHED
    assert lab.moves(number) == [("published", "checks")]


def test_question_that_kills_every_worker_leaves_the_comment_held(
    asking: Asking,
) -> None:
    asking.turn_on()
    lab = asking.laboratory
    number = lab.submit()
    drain(asking.doors)
    for _ in range(5):
        lab.store.write(lambda s: claim_outside(s, lab.clock(), 16))
        lab.clock.advance(OUTSIDE_LEASE)
    asking.check()
    assert lab.status(number) is Status.HELD
    assert asking.service.asked == []


def test_questions_do_not_keep_checks_waiting(asking: Asking) -> None:
    asking.turn_on()
    asking.service.answer = Said(body=b"false", pause=0.3)
    lab = asking.laboratory
    asked = [lab.submit(f"jar number {n}") for n in range(12)]
    drain(asking.doors)
    assert {job.kind for job in lab.jobs()} == {Kind.ASK}
    lab.use_another_site()
    other = lab.submit("on a site that asks nobody")
    assert drain(asking.doors) == 1
    assert lab.status(other) is Status.PUBLISHED
    asking.check()
    assert {lab.status(n) for n in asked} == {Status.PUBLISHED}


def test_silent_service_is_left_alone_after_three_tries(asking: Asking) -> None:
    asking.turn_on()
    asking.service.answer = Said(status=503)
    lab = asking.laboratory
    for n in range(3):
        lab.submit(f"jar number {n}")
        asking.check()
    last = lab.submit("jar number last")
    asking.check()
    assert len(asking.service.asked) == 3
    assert lab.status(last) is Status.HELD
    assert asking.reasons(last)["checks"].startswith("Akismet answered with an error;")


def test_clock_is_not_mended_for_questions_that_wait(asking: Asking) -> None:
    asking.turn_on()
    asking.service.answer = Said(status=503)
    asking.laboratory.submit()
    asking.check()
    lab = asking.laboratory
    lab.store.write(lambda s: mend_clock(s, lab.clock()))
    assert lab.job().due_at == lab.clock() + PAUSE


def test_two_checks_are_both_asked_and_both_count(asking: Asking) -> None:
    akismet = true_for("casino")
    asking.service.answer = lambda asked: (
        scored(3.5, "It knows.") if asked.path == "/check" else akismet(asked)
    )
    asking.turn_on()
    asking.turn_on(CUSTOM)
    number = asking.laboratory.submit()
    asking.check()
    assert sorted(asking.service.calls()) == ["check", "comment-check"]
    assert {"akismet", "custom"} <= set(asking.reasons(number))
    assert asking.laboratory.verdicts(number) in (["held"], ["published"])


def test_counters_of_days_equal_the_moves(asking: Asking) -> None:
    asking.turn_on()
    asking.service.answer = Said(status=503)
    asking.laboratory.submit()
    asking.check()
    asking.service.answer = true_for()
    asking.later(minutes=20)
    lab = asking.laboratory
    day = lab.clock().date()
    counts = lab.store.read(
        lambda s: day_counts(s, lab.site.id, day - timedelta(days=1))
    )
    told = {what: sum(days.values()) for what, days in counts.items()}
    assert told == {"is:published": 1, "judged:held": 1, "judged:published": 1}
