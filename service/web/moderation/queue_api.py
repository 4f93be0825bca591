"""``/api/v1/queue…``: for programs, what the queue and the log are for moderators."""

import re
from collections.abc import Mapping

from flask import Blueprint, Response, request

from service.domain.errors import ForbiddenMove, InvalidInput, StaleComment
from service.domain.ids import is_public_id
from service.domain.status import Status
from service.operations.decide import decide
from service.operations.decide_listed import MOST, Seen, decide_listed
from service.operations.log import PAGE_SIZE, log_page
from service.operations.queue import DECISIONS, MAX_ROW_ID, Tab, one_card
from service.operations.queue_listing import MAX_LIMIT, counts
from service.operations.queue_listing import listing as listed
from service.web.context import here, read, write
from service.web.errors import problem_body
from service.web.moderation.api_door import (
    bearer,
    json_body,
    put_door,
    require_decide,
)
from service.web.moderation.api_json import (
    card_json,
    entry_json,
    json_answer,
    outcome_json,
    time_text,
)
from service.web.moderation.log_view import asked_log, place_text

bp = Blueprint("queue_api", __name__, url_prefix="/api/v1/queue")
put_door(bp)

DEFAULT_LIMIT = 25
MAX_VERSION = 2**31 - 1

_ID = "string(length=22):public_id"
"""Of its one length, so that no other route's name is taken for one."""
_NUMBER = re.compile(r"[0-9]{1,16}")
_DECIDED = tuple(status.value for status in DECISIONS)


def _tab() -> Tab:
    try:
        return Tab(request.args.get("status", Tab.HELD.value))
    except ValueError:
        known = ", ".join(tab.value for tab in Tab)
        raise InvalidInput({"status": [f"Choose one of {known}."]}) from None


def _number(name: str, default: int | None, lowest: int, highest: int) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return default
    if not _NUMBER.fullmatch(text) or not lowest <= int(text) <= highest:
        raise InvalidInput(
            {name: [f"Give a whole number from {lowest} to {highest:,}."]}
        )
    return int(text)


@bp.get("")
def listing() -> Response:
    """Comments of a tab, with their findings and moves."""
    tab, site = _tab(), request.args.get("site", "")
    after = _number("after", None, 0, MAX_ROW_ID)
    limit = _number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT) or DEFAULT_LIMIT
    keyring, moderator = here().keyring, bearer().moderator
    found = read(
        lambda s: listed(
            s, keyring, moderator, tab=tab, site_key=site, after=after, limit=limit
        )
    )
    return json_answer(
        {
            "comments": [card_json(card) for card in found.cards],
            "next": None if found.next is None else str(found.next),
        }
    )


@bp.get("/counts")
def how_many() -> Response:
    """How many comments each tab has, counted to 1,000."""
    moderator, site = bearer().moderator, request.args.get("site", "")
    found = read(lambda s: counts(s, moderator, site_key=site))
    body = {tab.value: count for tab, count in found.tabs.items()}
    return json_answer({"counts": body, "pending": found.pending})


@bp.get("/log")
def log() -> Response:
    """The log, under the filters of its page."""
    view, moderator = asked_log(), bearer().moderator
    size = _number("limit", PAGE_SIZE, 1, MAX_LIMIT) or PAGE_SIZE
    page = read(
        lambda s: log_page(s, moderator, view.query(), after=view.after, size=size)
    )
    return json_answer(
        {
            "entries": [entry_json(entry) for entry in page.entries],
            "next": None if page.next is None else place_text(page.next),
            "looked_back_to": time_text(page.looked_back_to),
        }
    )


@bp.get(f"/<{_ID}>")
def one(public_id: str) -> Response:
    """One comment in any state, with its findings and moves."""
    keyring, moderator = here().keyring, bearer().moderator
    return json_answer(
        card_json(read(lambda s: one_card(s, keyring, moderator, public_id)))
    )


@bp.post(f"/<{_ID}>/decision")
def decide_one(public_id: str) -> Response:
    """Decide on a comment as it was seen; a stale one is answered as it is now."""
    require_decide()
    given = json_body()
    problems = _unknown(given, {"decision", "version"})
    decision, version = given.get("decision"), given.get("version")
    if decision not in _DECIDED:
        problems["decision"] = [f"Give one of {', '.join(_DECIDED)}."]
    if not _is_version(version):
        problems["version"] = ["Give the comment's version as you saw it."]
    if problems:
        raise InvalidInput(problems)
    keyring, moderator, now = here().keyring, bearer().moderator, here().clock()
    wanted, seen = Status(str(decision)), int(str(version))
    try:
        write(
            lambda s: decide(
                s, moderator, public_id, seen_version=seen, decision=wanted, now=now
            )
        )
    except (StaleComment, ForbiddenMove) as err:
        card = read(lambda s: one_card(s, keyring, moderator, public_id))
        body = problem_body(409, "It does not fit the present state", str(err))
        answer = json_answer({**body, "comment": card_json(card)}, 409)
        answer.mimetype = "application/problem+json"
        return answer
    # The decision is a label, and what alike comments score shall change at once.
    here().bell.ring()
    return json_answer(
        card_json(read(lambda s: one_card(s, keyring, moderator, public_id)))
    )


@bp.post("/decisions")
def decide_many() -> Response:
    """The same decision on up to 100 comments, each as it was seen."""
    require_decide()
    given = json_body()
    problems = _unknown(given, {"decision", "comments"})
    decision, comments = given.get("decision"), given.get("comments")
    if decision not in _DECIDED:
        problems["decision"] = [f"Give one of {', '.join(_DECIDED)}."]
    seen = [_seen(each) for each in comments] if isinstance(comments, list) else []
    known = [each for each in seen if each is not None]
    if len(known) != len(seen) or not 1 <= len(seen) <= MOST:
        problems["comments"] = [
            f"Give a list of 1 to {MOST}, each with its id and the version you saw."
        ]
    elif len({each.public_id for each in known}) != len(known):
        problems["comments"] = ["Name each comment once."]
    if problems:
        raise InvalidInput(problems)
    moderator, now, wanted = bearer().moderator, here().clock(), Status(str(decision))
    outcome = write(
        lambda s: decide_listed(s, moderator, known, decision=wanted, now=now)
    )
    if outcome.decided:
        here().bell.ring()
    return json_answer(outcome_json(outcome))


def _unknown(given: Mapping[str, object], known: set[str]) -> dict[str, list[str]]:
    if not given.keys() - known:
        return {}
    wanted = " and ".join(sorted(known))
    return {"body": [f"Some fields are not known here; {wanted} are."]}


def _is_version(value: object) -> bool:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return is_number and 1 <= int(str(value)) <= MAX_VERSION


def _seen(value: object) -> Seen | None:
    """A comment of the list as it was seen; None for anything else."""
    if not isinstance(value, dict) or set(value) != {"id", "version"}:
        return None
    public_id, version = value["id"], value["version"]
    if not isinstance(public_id, str) or not is_public_id(public_id):
        return None
    return Seen(public_id=public_id, version=version) if _is_version(version) else None
