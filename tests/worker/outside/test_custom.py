"""A site that asks a service of its own."""

import json
from typing import Any

import pytest

from service.domain.findings import LOG_ODDS_LIMIT
from service.domain.status import Status
from service.operations.erasing import erase_comments
from service.operations.outside.secrets import secret_bytes
from tests.outside import SECRET, Said, scored
from tests.worker.laboratory import CLIENT_IP, EMAIL, NAME
from tests.worker.outside.conftest import CUSTOM, Asking
from worker.outside.custom import signature

NONSENSE = {
    "no JSON": Said(body=b"<p>yes</p>"),
    "a list": Said(body=b"[1]"),
    "no reason": Said(body=b'{"log_odds": 1}'),
    "no log-odds": Said(body=b'{"reason": "It knows."}'),
    "more than asked": Said(body=b'{"log_odds":1,"reason":"It.","verdict":"publish"}'),
    "too much": scored(6.01),
    "too little": scored(-7),
    "not finite": Said(body=b'{"log_odds": 1e999, "reason": "It knows."}'),
    "a text": scored("3"),
    "a truth": scored(True),
    "nothing": scored(None),
    "empty reason": scored(1, ""),
    "blank reason": scored(1, " \n\t "),
    "long reason": scored(1, "a" * 201),
    "reason that is none": scored(1, ["a"]),
    "lone surrogate": Said(body=b'{"log_odds": 1, "reason": "\\ud800"}'),
    "deep": Said(body=b"[" * 60_000),
}


def test_question_is_signed_and_holds_no_address(asking: Asking) -> None:
    asking.service.answer = scored(-2.0, "Known to be good.")
    asking.turn_on(CUSTOM)
    number = asking.laboratory.submit("Hello there", page="/a/")
    asking.check()
    comment = asking.laboratory.comment(number)
    assert comment.status == Status.PUBLISHED
    (asked,) = asking.service.asked
    assert asked.path == "/check"
    assert asked.json == {
        "type": "comment.check",
        "comment": {
            "id": comment.public_id,
            "site": "blog",
            "page": "/a/",
            "permalink": "https://blog.example/a/",
            "name": NAME,
            "website": "",
            "text": "Hello there",
            "is_reply": False,
            "created_at": "2026-03-01T12:00:00Z",
        },
    }
    for private in (EMAIL, CLIENT_IP):
        assert private.encode() not in asked.body
    key = secret_bytes(SECRET)
    assert key is not None
    expected = signature(
        key,
        asked.headers["webhook-id"],
        int(asked.headers["webhook-timestamp"]),
        asked.body,
    )
    assert asked.headers["webhook-signature"] == expected["webhook-signature"]
    assert asking.reasons(number)[CUSTOM] == "The custom check says: Known to be good."


def test_signature_is_that_of_standard_webhooks() -> None:
    key = secret_bytes(SECRET)
    assert key is not None
    # The example that the libraries of Standard Webhooks are tested with.
    made = signature(
        key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_address_is_sent_where_the_owner_says_so(asking: Asking) -> None:
    asking.service.answer = scored(0)
    asking.turn_on(CUSTOM, custom_address=True)
    asking.laboratory.submit()
    asking.check()
    comment: Any = json.loads(asking.service.asked[0].body)["comment"]
    assert comment["email"] == EMAIL


def test_no_single_answer_weighs_more_than_any_check(asking: Asking) -> None:
    asking.service.answer = scored(6, "Surely spam.")
    asking.turn_on(CUSTOM)
    number = asking.laboratory.submit()
    asking.check()
    assert asking.laboratory.status(number) is Status.HELD
    score = asking.laboratory.comment(number).score
    assert score is not None
    assert score < 0.95, LOG_ODDS_LIMIT


@pytest.mark.parametrize("said", NONSENSE.values(), ids=NONSENSE)
def test_answer_that_is_none_holds_the_comment(asking: Asking, said: Said) -> None:
    asking.service.answer = said
    asking.turn_on(CUSTOM)
    number = asking.laboratory.submit()
    asking.check()
    assert asking.laboratory.status(number) is Status.HELD
    assert asking.reasons(number)["checks"].startswith(
        "The custom check answered something that is no verdict;"
    )
    asking.service.answer = scored(-1)
    asking.later(minutes=20)
    assert asking.laboratory.status(number) is Status.PUBLISHED


def test_the_same_question_has_the_same_id_each_time(asking: Asking) -> None:
    asking.service.answer = Said(status=500)
    asking.turn_on(CUSTOM)
    asking.laboratory.submit()
    asking.check()
    asking.later(minutes=20)
    first, second = asking.service.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


def test_without_an_address_of_the_service_it_is_held(asking: Asking) -> None:
    asking.turn_on(CUSTOM)
    asking.laboratory.set_policy(custom_url="")
    number = asking.laboratory.submit()
    asking.check()
    assert asking.laboratory.status(number) is Status.HELD
    assert "its address is not set" in asking.reasons(number)["checks"]


def test_reason_with_an_address_is_kept_without_it(asking: Asking) -> None:
    asking.service.answer = scored(1, f"{EMAIL} is\na known\u202e sender")
    asking.turn_on(CUSTOM)
    number = asking.laboratory.submit()
    asking.check()
    said = asking.reasons(number)[CUSTOM]
    assert EMAIL not in said
    assert said.startswith("The custom check says: (address) is")
    assert "\n" not in said
    assert EMAIL not in json.dumps(asking.inquiry(number, CUSTOM).answer)


def test_reason_goes_when_the_person_is_erased(asking: Asking) -> None:
    asking.service.answer = scored(1, "Ana Lopes is known.")
    asking.turn_on(CUSTOM)
    number = asking.laboratory.submit()
    asking.check()
    lab = asking.laboratory
    lab.store.write(
        lambda s: erase_comments(s, [number], with_text=False, now=lab.clock())
    )
    assert asking.reasons(number)[CUSTOM] == "(erased)"
    assert asking.inquiry(number, CUSTOM).answer == {}


def test_decisions_are_told_to_nobody(asking: Asking) -> None:
    asking.service.answer = scored(0)
    asking.turn_on(CUSTOM)
    number = asking.laboratory.submit()
    asking.check()
    asking.decide(asking.moderator(), number, Status.SPAM)
    asking.later(minutes=1)
    assert asking.service.calls() == ["check"]
