"""What a service is told of people's decisions: where it was wrong, no more."""

from datetime import timedelta

from service.domain.outside import GIVEN_UP
from service.domain.status import Actor, Status
from service.operations.confirm import confirm
from service.operations.erasing import erase_comments
from service.operations.mend import mend
from service.operations.move import move
from service.operations.retention import retain
from service.operations.undo import undo
from tests.outside import Said, true_for
from tests.worker.laboratory import CLIENT_IP
from tests.worker.outside.conftest import Asking


def _told(asking: Asking) -> list[str]:
    return [call for call in asking.service.calls() if call.startswith("submit")]


def _checked(asking: Asking, text: str) -> int:
    asking.turn_on()
    number = asking.laboratory.submit(text)
    asking.check()
    return number


def test_missed_spam_is_reported_a_minute_later_with_the_same_facts(
    asking: Asking,
) -> None:
    number = _checked(asking, "A jar keeps it fresh.")
    asking.decide(asking.moderator(), number, Status.SPAM)
    asking.later(seconds=59)
    assert _told(asking) == []
    asking.later(seconds=1)
    assert asking.service.calls() == ["comment-check", "submit-spam"]
    question, report = asking.service.asked
    assert report.form == question.form
    assert report.form["user_ip"] == CLIENT_IP
    assert asking.laboratory.jobs() == []


def test_good_comment_called_spam_is_reported_as_good(asking: Asking) -> None:
    number = _checked(asking, "The casino in Monte Carlo was built in 1863.")
    asking.decide(asking.moderator(), number, Status.PUBLISHED)
    asking.later(minutes=1)
    assert _told(asking) == ["submit-ham"]


def test_audit_that_finds_the_checks_right_and_akismet_wrong_is_told(
    asking: Asking,
) -> None:
    asking.turn_on(mode="log")
    asking.laboratory.set_policy(audit_share=1.0)
    number = asking.laboratory.submit("The casino in Monte Carlo was built in 1863.")
    asking.check()
    lab, who = asking.laboratory, asking.moderator()
    comment = lab.comment(number)
    assert comment.audit
    lab.store.write(
        lambda s: confirm(
            *(s, who, comment.public_id), seen_version=comment.version, now=lab.clock()
        )
    )
    asking.later(minutes=1)
    assert _told(asking) == ["submit-ham"]


def test_service_that_was_right_is_told_nothing(asking: Asking) -> None:
    number = _checked(asking, "casino")
    asking.decide(asking.moderator(), number, Status.SPAM)
    asking.later(minutes=1)
    assert _told(asking) == []


def test_checks_alone_report_nothing(asking: Asking) -> None:
    asking.laboratory.set_policy(held_from=0.01)
    _checked(asking, "A jar keeps it fresh.")
    asking.later(days=1)
    assert _told(asking) == []


def test_writer_who_takes_a_comment_back_reports_nothing(asking: Asking) -> None:
    number = _checked(asking, "A jar keeps it fresh.")
    lab = asking.laboratory
    comment = lab.comment(number)
    lab.store.write(
        lambda s: move(
            s, s.merge(comment), Status.TRASHED, actor=Actor.WRITER, now=lab.clock()
        )
    )
    asking.later(minutes=1)
    assert _told(asking) == []


def test_trash_says_neither(asking: Asking) -> None:
    number = _checked(asking, "A jar keeps it fresh.")
    asking.decide(asking.moderator(), number, Status.TRASHED)
    asking.later(minutes=1)
    assert _told(asking) == []


def test_quick_undo_tells_nothing(asking: Asking) -> None:
    number = _checked(asking, "A jar keeps it fresh.")
    who = asking.moderator()
    batch = asking.decide(who, number, Status.SPAM)
    lab = asking.laboratory
    lab.store.write(lambda s: undo(s, who, batch, now=lab.clock()))
    asking.later(minutes=2)
    assert _told(asking) == []


def test_late_undo_tells_the_opposite(asking: Asking) -> None:
    number = _checked(asking, "A jar keeps it fresh.")
    who = asking.moderator()
    batch = asking.decide(who, number, Status.SPAM)
    asking.later(minutes=1)
    lab = asking.laboratory
    lab.store.write(lambda s: undo(s, who, batch, now=lab.clock()))
    asking.later(minutes=1)
    assert _told(asking) == ["submit-spam", "submit-ham"]
    assert asking.inquiry(number).reported == "good"


def test_undo_to_held_takes_the_report_back(asking: Asking) -> None:
    number = _checked(asking, "The casino in Monte Carlo was built in 1863.")
    who = asking.moderator()
    batch = asking.decide(who, number, Status.PUBLISHED)
    asking.later(minutes=1)
    lab = asking.laboratory
    lab.store.write(lambda s: undo(s, who, batch, now=lab.clock()))
    asking.later(minutes=1)
    assert lab.status(number) is Status.HELD
    assert _told(asking) == ["submit-ham", "submit-spam"]


def test_report_waits_until_the_service_is_there_again(asking: Asking) -> None:
    number = _checked(asking, "A jar keeps it fresh.")
    asking.decide(asking.moderator(), number, Status.SPAM)
    asking.service.answer = Said(status=503)
    asking.later(minutes=1)
    assert asking.inquiry(number).reported == ""
    asking.service.answer = true_for()
    asking.later(minutes=20)
    assert _told(asking) == ["submit-spam", "submit-spam"]
    assert asking.inquiry(number).reported == "spam"


def test_nothing_is_told_after_fifteen_days(asking: Asking) -> None:
    number = _checked(asking, "A jar keeps it fresh.")
    asking.laboratory.clock.advance(GIVEN_UP)
    asking.decide(asking.moderator(), number, Status.SPAM)
    asking.later(minutes=1)
    assert _told(asking) == []


def test_report_that_fails_for_fifteen_days_ends(asking: Asking) -> None:
    number = _checked(asking, "A jar keeps it fresh.")
    asking.decide(asking.moderator(), number, Status.SPAM)
    asking.service.answer = Said(status=503)
    asking.later(days=15)
    assert asking.laboratory.jobs() == []


def test_text_of_a_moderator_is_not_reported_as_the_writers(asking: Asking) -> None:
    number = _checked(asking, "casino casino")
    lab, who = asking.laboratory, asking.moderator()
    comment = lab.comment(number)
    lab.store.write(
        lambda s: mend(
            *(s, who, comment.public_id),
            text="without it",
            seen_version=comment.version,
            now=lab.clock(),
        )
    )
    asking.decide(who, number, Status.PUBLISHED)
    asking.later(minutes=1)
    assert _told(asking) == []


def test_nothing_is_told_of_an_erased_person(asking: Asking) -> None:
    number = _checked(asking, "A jar keeps it fresh.")
    lab = asking.laboratory
    asking.decide(asking.moderator(), number, Status.SPAM)
    lab.store.write(
        lambda s: erase_comments(s, [number], with_text=False, now=lab.clock())
    )
    asking.later(minutes=1)
    assert _told(asking) == []
    assert lab.jobs() == []


def test_nothing_is_told_once_the_check_is_off(asking: Asking) -> None:
    number = _checked(asking, "A jar keeps it fresh.")
    asking.decide(asking.moderator(), number, Status.SPAM)
    asking.laboratory.set_policy(checks={})
    asking.later(minutes=1)
    assert _told(asking) == []


def test_questions_are_forgotten_when_nobody_can_be_told_any_more(
    asking: Asking,
) -> None:
    number = _checked(asking, "A jar keeps it fresh.")
    lab = asking.laboratory
    lab.clock.advance(GIVEN_UP)
    lab.store.write(lambda s: retain(s, lab.clock()))
    assert asking.inquiry(number).state == "answered"
    lab.clock.advance(timedelta(hours=1))
    lab.store.write(lambda s: retain(s, lab.clock()))
    assert (
        lab.store.read(
            lambda s: (
                s.connection()
                .exec_driver_sql("SELECT count(*) FROM inquiry")
                .scalar_one()
            )
        )
        == 0
    )
