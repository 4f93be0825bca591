"""The log page, and its export as CSV."""

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, render_template

from service.operations.log import LogEntry, Place, log_page
from service.operations.log_people import people_of
from service.web.context import here, read
from service.web.language import gettext
from service.web.moderation.log_csv import csv_of
from service.web.moderation.log_view import KINDS, WHO, LogView, asked_log
from service.web.moderation.log_words import (
    STATES,
    action_words,
    detail_words,
    state_words,
    who_words,
)
from service.web.moderation.shown import ShownTime, shown_time
from service.web.moderation.signed_in import current, guard

bp = Blueprint("log", __name__)
guard(bp)

CSV_ENTRIES = 10_000
"""Most entries of one export: what a process can hold and a reader wait for."""
_READ_AT_ONCE = 1_000
_MOST_PAGES = 20
"""Pages that one export reads; of sparse ones each looks through much of the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """A line of the log in words."""

    entry: LogEntry
    at: ShownTime
    who: str
    old: str
    new: str
    action: str
    detail: str
    score_percent: int | None


def _shown(entry: LogEntry) -> ShownEntry:
    move = entry.move
    score = None if move is None else move.score
    return ShownEntry(
        entry=entry,
        at=shown_time(entry.at, here().clock()),
        who=who_words(entry),
        old=state_words(move.old) if move else "",
        new=state_words(move.new) if move else "",
        action=action_words(entry.action) if entry.action else "",
        detail=detail_words(entry.detail),
        score_percent=None if score is None else round(score * 100),
    )


def _choices(view: LogView, people: dict[int, str]) -> dict[str, object]:
    named = {str(number): name for number, name in people.items()}
    if view.who.isdecimal() and view.who not in named:
        named[view.who] = gettext("A former moderator")
    states = [("", gettext("Any")), *((s.value, state_words(s)) for s in STATES)]
    return {
        "who": [*((value, gettext(word)) for value, word in WHO.items())],
        "people": [*named.items()],
        "states": states,
        "kinds": [(value, gettext(word)) for value, word in KINDS.items()],
    }


@bp.get("/log")
def show() -> str:
    """A page of the log under the filters of the address."""
    view, moderator = asked_log(), current().moderator
    page, people = read(
        lambda s: (
            log_page(s, moderator, view.query(), after=view.after),
            people_of(s, moderator),
        )
    )
    return render_template(
        "log.html",
        view=view,
        choices=_choices(view, people),
        sites=page.sites,
        lines=[_shown(entry) for entry in page.entries],
        next_url=view.page(page.next).url() if page.next else None,
        first_url=view.page(None).url() if view.after else None,
        csv_url=view.page(None).url("log.export"),
        csv_entries=f"{CSV_ENTRIES:,}",
        looked_back_to=page.looked_back_to
        and shown_time(page.looked_back_to, here().clock()),
    )


def _read_on(view: LogView) -> tuple[list[LogEntry], Place | None]:
    """Entries, and where the log goes on if one export does not hold them all."""
    moderator = current().moderator
    found: list[LogEntry] = []
    after = view.after
    for _ in range(_MOST_PAGES):
        size = min(_READ_AT_ONCE, CSV_ENTRIES - len(found))
        act = partial(log_page, moderator=moderator, query=view.query(), size=size)
        page = read(partial(act, after=after))
        found += page.entries
        after = page.next
        if after is None or len(found) >= CSV_ENTRIES:
            break
    return found, after


@bp.get("/log.csv")
def export() -> Response:
    """The log under the filters of the address, newest first, as one bounded file."""
    view = asked_log()
    found, on = _read_on(view)
    cut, headers = "", {}
    if on is not None:
        rest = f"{here().settings.public_url}{view.page(on).url('log.export')}"
        cut = f"The log goes on: {rest}"
        headers["Link"] = f'<{rest}>; rel="next"'
    answer = Response(csv_of(found, cut), content_type="text/csv; charset=utf-8")
    answer.headers.update(headers)
    answer.headers["Content-Disposition"] = 'attachment; filename="foyer-log.csv"'
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
