"""What a list of WordPress's REST API is asked for: the query, read strictly."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from flask import request

from service.domain.status import Status
from service.operations.api_tokens import Bearer
from service.operations.site_comments import MOST, Asked
from service.operations.sites import SiteView
from service.text.border import clean_line, has_lone_surrogate
from service.web.compat.wordpress.door import refused, sees_all
from service.web.compat.wordpress.fields import whole_number
from service.web.compat.wordpress.refusals import bad_parameter

T = TypeVar("T")

MAX_PER_PAGE = 100
MAX_NUMBERS = 100
CONTEXTS = ("view", "embed", "edit")
_ORDERS = ("date", "date_gmt", "id", "include", "post", "parent", "type")
_STATES = {
    "approve": (Status.PUBLISHED,),
    "approved": (Status.PUBLISHED,),
    "1": (Status.PUBLISHED,),
    "hold": (Status.HELD, Status.PENDING),
    "0": (Status.HELD, Status.PENDING),
    "spam": (Status.SPAM,),
    "trash": (Status.TRASHED,),
    "all": (Status.PUBLISHED, Status.HELD, Status.PENDING),
    "any": tuple(Status),
}
_RESERVED = ("author", "author_exclude", "author_email")


def context(bearer: Bearer | None, site: SiteView) -> str:
    """How much of a comment is asked for.

    :raises RestRefusal: if it is more than the caller may see.
    """
    asked = _choice("context", CONTEXTS)
    if asked == "edit" and not sees_all(bearer, site):
        why = "Only moderators of the site may read comments to edit them."
        raise refused(bearer, "rest_forbidden_context", why)
    return asked


def asked_list(bearer: Bearer | None, site: SiteView) -> tuple[Asked, int, int]:
    """Which comments are asked for, the number of the page, and how many are on one.

    :raises RestRefusal: naming what cannot be read, or is not for this caller.
    """
    is_known = sees_all(bearer, site)
    _check_reserved(bearer)
    statuses = _statuses(bearer, is_known=is_known)
    page = _number("page", 1, 1, MOST)
    per_page = _number("per_page", 10, 1, MAX_PER_PAGE)
    offset = _number("offset", 0, 0, MOST) or (page - 1) * per_page
    if offset + per_page > MOST:
        raise bad_parameter("page", f"Lists end after {MOST:,} comments; use 'before'.")
    order = _choice("order", ("desc", "asc"))
    posts, parents, ids = _numbers("post"), _numbers("parent"), _numbers("include")
    by = _choice("orderby", ("date_gmt", *_ORDERS))
    if by in {"post", "parent"} and not (posts or parents or ids):
        raise bad_parameter("orderby", f"Name a post, too, to order by {by}.")
    asked = Asked(
        statuses=statuses,
        posts=posts,
        parents=parents,
        not_parents=_numbers("parent_exclude"),
        ids=ids,
        not_ids=_numbers("exclude"),
        after=_moment("after"),
        before=_moment("before"),
        words=_words(),
        # Comments are numbered as they come, so their dates have the same order.
        by=by if by in {"post", "parent", "include"} else "id",
        newest_first=order == "desc",
        offset=offset,
        limit=per_page,
    )
    return asked, page, per_page


def _check_reserved(bearer: Bearer | None) -> None:
    given = [name for name in _RESERVED if _given(name)]
    if given:
        # Not even for moderators: an e-mail address must not stand in an address.
        why = "Comments are not listed by their writers here; the queue page does that."
        raise refused(bearer, "rest_forbidden_param", f"{given[0]}: {why}")


def _statuses(bearer: Bearer | None, *, is_known: bool) -> Sequence[Status]:
    status = _choice("status", tuple(_STATES))
    kind = _choice("type", ("comment", "all"))
    if not is_known and (_STATES[status] != _STATES["approve"] or kind != "comment"):
        name = "type" if kind != "comment" else "status"
        why = f"{name}: Only moderators of the site may ask for that."
        raise refused(bearer, "rest_forbidden_param", why)
    return _STATES[status]


def _given(name: str) -> list[str]:
    """The values of a parameter, written once, several times, or with commas."""
    texts = [*request.args.getlist(name), *request.args.getlist(f"{name}[]")]
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def _choice(name: str, allowed: Sequence[str]) -> str:
    text = request.args.get(name) or allowed[0]
    if text not in allowed:
        raise bad_parameter(name, f"Choose one of {', '.join(dict.fromkeys(allowed))}.")
    return text


def _number(name: str, default: int, lowest: int, highest: int) -> int:
    text = request.args.get(name)
    number = whole_number(text) if text else default
    if number is None or not lowest <= number <= highest:
        why = f"Give a whole number from {lowest} to {highest:,}."
        raise bad_parameter(name, why)
    return number


def _numbers(name: str) -> list[int]:
    return _each(name, whole_number, f"Give whole numbers, at most {MAX_NUMBERS}.")


def _each(name: str, read: Callable[[str], T | None], why: str) -> list[T]:
    texts = _given(name)
    found = [value for text in texts if (value := read(text)) is not None]
    if len(found) < len(texts) or len(found) > MAX_NUMBERS:
        raise bad_parameter(name, why)
    return list(dict.fromkeys(found))


def _moment(name: str) -> datetime | None:
    text = request.args.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        # WordPress's own have no zone; the site's is UTC here.
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad_parameter(name, "Give a time as in 2026-01-31T12:00:00.") from None


def _words() -> str:
    text = request.args.get("search", "")
    if has_lone_surrogate(text):
        raise bad_parameter("search", "It must be UTF-8, percent-encoded.")
    return clean_line(text)
