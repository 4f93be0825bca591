"""Which part of the log is looked at: all of it stands in the address."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

from flask import request, url_for

from service.domain.errors import InvalidInput
from service.domain.ids import is_public_id
from service.domain.status import Actor, Status
from service.operations.log import LogQuery, Place
from service.operations.queue import MAX_ROW_ID
from service.web.language import mark

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"([0-9]{1,17})-([01])-([0-9]{1,16})")
_MODERATOR = re.compile(r"[1-9][0-9]{0,8}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAX_MICROSECONDS = 253_402_300_799_000_000
"""Of the year 9999."""
_MAX_SITE_CHARS = 64

WHO = {
    "": mark("Anyone"),
    "people": mark("Anyone but the checks"),
    Actor.CHECKS.value: mark("The checks"),
    Actor.WRITER.value: mark("The writer"),
    Actor.OPERATOR.value: mark("The operator"),
}
"""Whose entries can be asked for, besides those of each moderator."""
KINDS = {
    "": mark("Everything"),
    "moves": mark("Moves of comments"),
    "acts": mark("What people did besides"),
}


def place_text(place: Place) -> str:
    """A place in the log as it stands in an address."""
    microseconds = (place.at - _EPOCH) // timedelta(microseconds=1)
    return f"{microseconds}-{place.rank}-{place.id}"


def _place(text: str) -> Place:
    match = _PLACE.fullmatch(text)
    if match is None or int(match[1]) > _MAX_MICROSECONDS or int(match[3]) > MAX_ROW_ID:
        raise InvalidInput({"after": [mark("There is no such page of the log.")]})
    at = _EPOCH + timedelta(microseconds=int(match[1]))
    return Place(at, int(match[2]), int(match[3]))


def _day(field: str, text: str) -> date | None:
    if not text:
        return None
    wrong = InvalidInput({field: [mark("Give a day such as 2026-05-04.")]})
    if not _DAY.fullmatch(text):
        raise wrong
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong from None


def _one_of(field: str, text: str, known: set[str]) -> str:
    if text not in known:
        raise InvalidInput({field: [mark("Choose one of those that are offered.")]})
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """A page of the log under some filters."""

    site: str = ""
    who: str = ""
    old: str = ""
    new: str = ""
    since: date | None = None
    until: date | None = None
    """The last day that is wanted."""
    comment: str = ""
    kind: str = ""
    after: Place | None = None

    def query(self) -> LogQuery:
        """What the operation is asked."""
        return LogQuery(
            site=self.site,
            who=self.who,
            old=self.old,
            new=self.new,
            since=_midnight(self.since),
            until=_midnight(self.until, later=True),
            comment=self.comment,
            kind=self.kind,
        )

    def parameters(self) -> dict[str, Any]:
        """The view as the parameters of an address; None for those left out."""
        given = {
            "site": self.site,
            "who": self.who,
            "from": self.old,
            "to": self.new,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "comment": self.comment,
            "kind": self.kind,
            "after": place_text(self.after) if self.after else "",
        }
        return {name: text or None for name, text in given.items()}

    def url(self, endpoint: str = "log.show") -> str:
        """The address of the view."""
        url: str = url_for(endpoint, **self.parameters())
        return url

    def page(self, after: Place | None) -> Self:
        """Another page under the same filters."""
        return replace(self, after=after)

    @property
    def is_filtered(self) -> bool:
        """True unless it is all of the log."""
        return replace(self, after=None) != LogView()


def _midnight(day: date | None, *, later: bool = False) -> datetime | None:
    if day is None:
        return None
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if not later:
        return start
    # No day comes after the last one that there is.
    return start + timedelta(days=1) if day < date.max else None


def asked_log() -> LogView:
    """The view that the request's address names.

    :raises InvalidInput: naming the parameter that is wrong, and the mend.
    """
    args = request.args
    states = {"", *(status.value for status in Status)}
    who, comment = args.get("who", ""), args.get("comment", "").strip()
    if not _MODERATOR.fullmatch(who):
        who = _one_of("who", who, set(WHO))
    if comment and not is_public_id(comment):
        raise InvalidInput({"comment": [mark("This is no id of a comment.")]})
    after = args.get("after", "")
    return LogView(
        site=args.get("site", "")[:_MAX_SITE_CHARS],
        who=who,
        old=_one_of("from", args.get("from", ""), states),
        new=_one_of("to", args.get("to", ""), states),
        since=_day("since", args.get("since", "")),
        until=_day("until", args.get("until", "")),
        comment=comment,
        kind=_one_of("kind", args.get("kind", ""), set(KINDS)),
        after=_place(after) if after else None,
    )
