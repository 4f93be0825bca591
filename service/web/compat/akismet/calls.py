"""The calls of Akismet's API, by which other programs ask this filter and teach it.

Whoever has a moderator's API token may ask with it as the key. The wire format is
Akismet's: urlencoded forms, one word in plain text, and the rest in headers.
"""

from dataclasses import dataclass

from flask import Blueprint, Response

from service.db.store import Session
from service.domain.errors import Forbidden, FoyerError, InvalidInput
from service.operations.api_tokens import Bearer, bearer_of, use_token
from service.operations.inbound.asking import OutsideAnswer, ask, asked_site
from service.operations.inbound.teaching import teach_outside
from service.operations.sites import SiteView
from service.privacy.tokens import public_id
from service.web.compat.akismet.fields import (
    Given,
    facts_of,
    is_yes,
    missing,
    read_given,
)
from service.web.compat.akismet.waiting import wait_for_answer
from service.web.context import here, read, write
from service.web.errors import headers_of, status_of

THANKS = "Thanks for making the web a better place."
"""What clients compare literally to know that a report was taken."""
RECHECK_SECONDS = 60
"""After so long a question that has no answer may be asked again."""
_ALWAYS_SPAM = {"akismet-guaranteed-spam", "viagra-test-123"}
_ALWAYS_SPAM_ADDRESS = "akismet-guaranteed-spam@example.com"
# By these writers clients see whether they understand the answer.

bp = Blueprint("akismet", __name__, url_prefix="/1.1")


class _Invalid(Exception):
    """The key or the blog does not hold; the message says how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Caller:
    bearer: Bearer
    site: SiteView


def _said(word: str, status: int = 200, **headers: str) -> Response:
    answer = Response(word, status, mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-store"
    for name, text in headers.items():
        answer.headers[f"X-akismet-{name.replace('_', '-')}"] = text
    return answer


@bp.errorhandler(FoyerError)
def _on_error(err: FoyerError) -> Response:
    status, title = status_of(err)
    answer = _said(title, status, error=title, debug_help=str(err))
    answer.headers.update(headers_of(err))
    return answer


@bp.errorhandler(_Invalid)
def _on_invalid(err: _Invalid) -> Response:
    return _said("invalid", debug_help=str(err))


def _caller(given: Given) -> _Caller:
    """Who calls, and about which site.

    :raises _Invalid: if the key does not hold, or no site is meant.
    """
    key = (given.get("api_key") or given.get("key") or "").strip()
    context = here()

    def act(session: Session) -> _Caller:
        bearer = bearer_of(session, key, now=context.clock())
        if bearer is None:
            raise _Invalid("There is no such API token, or it is over.")
        return _Caller(
            bearer=bearer,
            site=asked_site(session, bearer.moderator, given.get("blog", "").strip()),
        )

    try:
        return read(act)
    except InvalidInput as err:
        raise _Invalid(" ".join(err.errors["blog"])) from None


def _count(caller: _Caller) -> None:
    """Count a call that needs nothing else of the store against the token's rate."""
    now = here().clock()
    write(lambda s: use_token(s, caller.bearer, now=now))


@bp.post("/verify-key")
def verify_key() -> Response:
    """Whether the key holds for the blog."""
    caller = _caller(read_given())
    _count(caller)
    return _said("valid")


@bp.post("/comment-check")
def comment_check() -> Response:
    """What the checks say of a comment of the calling program."""
    given = read_given()
    caller = _caller(given)
    facts = facts_of(given)
    lacking = missing(given, "user_ip") or ("" if facts.client_ip else "user_ip")
    if lacking:
        _count(caller)
        return _lacking(lacking)
    if given.get("user_role", "").strip().lower() == "administrator":
        _count(caller)
        return _said("false", guid=public_id())
    if _is_made_for_tests(given):
        _count(caller)
        return _said("true", guid=public_id())
    context, now = here(), here().clock()

    def act(session: Session) -> str:
        use_token(session, caller.bearer, now=now)
        return ask(
            session,
            context.keyring,
            caller.site,
            facts,
            moderator_id=caller.bearer.moderator.id,
            now=now,
            afresh=bool(given.get("recheck_reason", "").strip()),
        )

    guid = write(act)
    context.bell.ring()
    return _answer(guid, wait_for_answer(guid))


def _answer(guid: str, answer: OutsideAnswer | None) -> Response:
    """The answer in Akismet's words.

    What a person has to look at is ``true`` as well: of two words that is the one by
    which programs put a comment where somebody looks, and do not publish it. That is
    also what becomes of a comment whose checks failed. Only what this site would call
    spam by itself may be thrown away unseen.
    """
    state = "failed" if answer is None else answer.state
    if state == "published":
        return _said("false", guid=guid)
    if state == "spam":
        return _said("true", guid=guid, pro_tip="discard")
    if state == "held":
        return _said("true", guid=guid)
    if state == "waiting":
        word = "false"
        told = "The checks are not done yet: hold the comment and ask again."
    else:
        word = "true"
        told = "The checks did not finish: let somebody look, or ask again."
    return _said(word, guid=guid, recheck_after=str(RECHECK_SECONDS), debug_help=told)


def _lacking(name: str) -> Response:
    return _said(
        f"Missing required field: {name}.",
        error="missing-field",
        debug_help=f"Send {name}; for user_ip that is an IPv4 or IPv6 address.",
    )


def _is_made_for_tests(given: Given) -> bool:
    address = given.get("comment_author_email", "").strip().lower()
    name = given.get("comment_author", "").strip().lower()
    return name in _ALWAYS_SPAM or address == _ALWAYS_SPAM_ADDRESS


def _taught(*, is_spam: bool) -> Response:
    given = read_given()
    caller = _caller(given)
    context, now, facts = here(), here().clock(), facts_of(given)
    moderator = caller.bearer.moderator
    if not caller.bearer.may_decide:
        raise Forbidden("This token is good for reading only.")
    if not moderator.may_decide(caller.site.id):
        raise Forbidden("You may look at the comments of this site, but not decide.")
    lacking = "" if facts.text else "comment_content"

    def act(session: Session) -> bool:
        use_token(session, caller.bearer, now=now)
        # What is sent as a test is to leave no trace.
        if lacking or is_yes(given, "is_test") or _is_made_for_tests(given):
            return False
        return teach_outside(
            session,
            context.keyring,
            caller.site,
            facts,
            is_spam=is_spam,
            moderator_id=moderator.id,
            now=now,
            guid=given.get("guid", "").strip(),
        )

    if write(act):
        context.bell.ring()
    return _lacking(lacking) if lacking else _said(THANKS)


@bp.post("/submit-spam")
def submit_spam() -> Response:
    """Take in that a comment is spam, whatever was answered."""
    return _taught(is_spam=True)


@bp.post("/submit-ham")
def submit_ham() -> Response:
    """Take in that a comment is none."""
    return _taught(is_spam=False)
