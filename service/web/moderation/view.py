"""Which part of the queue is looked at: all of it stands in the address.

This is the one place that knows how. The same text, read as strictly, comes back from
forms, and is what a saved view is stored as.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any, Protocol, Self
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from service.domain.check_names import REASON_NAMES
from service.domain.errors import InvalidInput, Unknown
from service.domain.submission import MAX_PAGE_CHARS
from service.operations.address_search import indexes_in
from service.operations.queue import MAX_ROW_ID, Tab
from service.operations.wanted import Wanted
from service.privacy.keyring import Keyring
from service.text.search_words import search_terms
from service.web.language import gettext
from service.web.moderation.typed_addresses import holds_address

MAX_WORDS_CHARS = 200
MAX_QUERY_CHARS = 4000
"""Of a view as text."""
_MAX_SITE_CHARS = 64
_MAX_PERCENT = 100

_NUMBER = re.compile(r"[0-9]{1,16}")
_PERCENT = re.compile(r"[0-9]{1,3}")
_SPAN = re.compile(r"([1-9][0-9]{0,3})([hd])")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,3500}")
_UNITS = {"h": "hours", "d": "days"}


def span_of(text: str) -> timedelta:
    """The span that ``12h`` or ``3d`` names.

    :raises ValueError: if it is neither.
    """
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError("This is no span of time.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page of a tab, for one site or all, and what is wanted of it.

    The names of the fields are those in the address, but for the tab.
    """

    tab: Tab = Tab.HELD
    site: str = ""
    """Key of the site; empty for all."""
    page: str = ""
    """Key of the thread; empty for all."""
    reason: str = ""
    """Name of a check that said something; empty for any."""
    score_from: int | None = None
    """Percent."""
    score_to: int | None = None
    older: str = ""
    """How long ago comments came in at least, such as ``3d`` or ``12h``."""
    newer: str = ""
    q: str = ""
    """Words that are looked for; never an e-mail address."""
    writer: str = ""
    """Stands for an address that is looked for; see `address_search`."""
    after: int | None = None
    """Where the page begins; None for the first."""
    before: int | None = None
    """Where the page ends; None for one that `after` names."""

    def given(self) -> dict[str, str | int]:
        """What an address must name for this view, by name, in one order."""
        found: dict[str, str | int] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if value != each.default:
                found["status" if each.name == "tab" else each.name] = value
        return found

    @property
    def query(self) -> str:
        """The view as text, as it stands in an address; empty for the first one."""
        return urlencode(self.given())

    def url(self, *, done: str | None = None, right: str | None = None) -> str:
        """The address of the view.

        :param done: batch of a decision just made, to be confirmed there.
        :param right: public id of one whose verdict was just found right.
        """
        given: Any = self.given()
        url: str = url_for("queue.show", **given, done=done, right=right)
        return url

    @property
    def start(self) -> Self:
        """The first page of the same."""
        return replace(self, after=None, before=None)

    def of_tab(self, tab: Tab) -> Self:
        """The same of another tab."""
        return replace(self.start, tab=tab)

    def of_site(self, key: str) -> Self:
        """The same of one site, or of all."""
        return replace(self.start, site=key)

    def of_search(self, *, words: str = "", writer: str = "") -> Self:
        """The same of comments with these words, or of one address."""
        return replace(self.start, q=words, writer=writer)

    def without(self, *names: str) -> Self:
        """The same without these filters, by the names of their fields."""
        defaults = {each.name: each.default for each in fields(self)}
        return replace(self.start, **{name: defaults[name] for name in names})  # type: ignore[arg-type]  # each is its field's own

    def page_after(self, place: int) -> Self:
        """The page behind a place."""
        return replace(self, after=place, before=None)

    def page_before(self, place: int) -> Self:
        """The page before a place."""
        return replace(self, after=None, before=place)

    def wanted(self, keyring: Keyring, moderator_id: int) -> Wanted:
        """What is asked of the store.

        :raises InvalidInput: naming ``writer``, if what stands for an address cannot
            be opened for this moderator.
        """
        return Wanted(
            page=self.page,
            reason=self.reason,
            score_from=self.score_from,
            score_to=self.score_to,
            older=span_of(self.older) if self.older else None,
            newer=span_of(self.newer) if self.newer else None,
            terms=tuple(search_terms(self.q)),
            writer=(
                indexes_in(keyring, moderator_id, self.writer) if self.writer else None
            ),
        )


_NAMES = frozenset(
    "status" if each.name == "tab" else each.name for each in fields(View)
)


def _wrong(name: str, message: str) -> InvalidInput:
    return InvalidInput({name: [message]})


def _once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is given for each name that is known; the others are somebody else's."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise _wrong(name, gettext("“%(name)s” is given twice.", name=name))
        if name in _NAMES:
            found[name] = value.strip()
    return {name: value for name, value in found.items() if value}


def _place(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "")
    if text and (not _NUMBER.fullmatch(text) or int(text) > MAX_ROW_ID):
        raise Unknown(gettext("There is no such page of the queue."))
    return int(text) if text else None


def _percent(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "")
    if text and (not _PERCENT.fullmatch(text) or int(text) > _MAX_PERCENT):
        raise _wrong(name, gettext("A score is a whole number from 0 to 100."))
    return int(text) if text else None


def _span(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    if text and not _SPAN.fullmatch(text):
        raise _wrong(name, gettext("Give an age in hours or days, such as 12h or 3d."))
    return text


def _bounded(given: Mapping[str, str], name: str, most: int) -> str:
    text = given.get(name, "")
    if len(text) > most or "\x00" in text:
        raise _wrong(name, gettext("This is too long, or no text."))
    return text


def _reason(given: Mapping[str, str]) -> str:
    name = given.get("reason", "")
    if name and name not in REASON_NAMES:
        raise _wrong("reason", gettext("There is no such check."))
    return name


def checked_words(text: str) -> str:
    """The words that somebody looks for, if they can be; empty if there are none.

    :raises InvalidInput: naming ``q``, if there is no word in them, too many
        characters, or an e-mail address, which must not stand in an address.
    """
    text = " ".join(text.split())
    if len(text) > MAX_WORDS_CHARS:
        message = gettext("Use at most %(num)s characters.", num=MAX_WORDS_CHARS)
        raise _wrong("q", message)
    if holds_address(text):
        raise _wrong(
            "q",
            gettext(
                "Look for an e-mail address by itself, in the search box, so that it "
                "stays out of this page\u2019s address."
            ),
        )
    if text and not search_terms(text):
        raise _wrong("q", gettext("Look for at least one letter or digit."))
    return text


def _writer(given: Mapping[str, str]) -> str:
    token = given.get("writer", "")
    if token and not _TOKEN.fullmatch(token):
        raise _wrong("writer", gettext("This search cannot be read."))
    return token


def _check_order(view: View) -> None:
    low, high = view.score_from, view.score_to
    if low is not None and high is not None and low > high:
        message = gettext("The lowest score is higher than the highest.")
        raise _wrong("score_from", message)
    if view.after is not None and view.before is not None:
        raise Unknown(gettext("There is no such page of the queue."))
    if view.older and view.newer and span_of(view.older) > span_of(view.newer):
        raise _wrong("older", gettext("No comment is that old and that new."))


def read_view(pairs: Iterable[tuple[str, str]]) -> View:
    """The view that names and values in an address stand for; others are left alone.

    :raises Unknown: if it names no tab, or no page of it.
    :raises InvalidInput: naming what else is wrong.
    """
    given = _once(pairs)
    try:
        tab = Tab(given.get("status", Tab.HELD.value))
    except ValueError:
        raise Unknown(gettext("There is no such tab.")) from None
    view = View(
        tab=tab,
        site=_bounded(given, "site", _MAX_SITE_CHARS),
        page=_bounded(given, "page", MAX_PAGE_CHARS),
        reason=_reason(given),
        score_from=_percent(given, "score_from"),
        score_to=_percent(given, "score_to"),
        older=_span(given, "older"),
        newer=_span(given, "newer"),
        q=checked_words(given.get("q", "")),
        writer=_writer(given),
        after=_place(given, "after"),
        before=_place(given, "before"),
    )
    _check_order(view)
    return view


def view_of_query(query: str) -> View:
    """The view that a text such as `View.query` stands for.

    :raises Unknown: as `read_view`.
    :raises InvalidInput: as `read_view`, or naming ``view``, if it cannot be read.
    """
    wrong = _wrong("view", gettext("This view cannot be read."))
    if len(query) > MAX_QUERY_CHARS:
        raise wrong
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise wrong from None
    return read_view(pairs)


def asked_view() -> View:
    """The view that the request's address names.

    :raises Unknown: as `read_view`.
    :raises InvalidInput: as `read_view`.
    """
    return read_view(request.args.items(multi=True))


def asks_for_nothing() -> bool:
    """True if the request's address names a part of the view without a value.

    Browsers send all fields of a form, also the empty ones.
    """
    args: MultiDict[str, str] = request.args
    return any(
        name in _NAMES and not value.strip() for name, value in args.items(multi=True)
    )


class _SentFromView(Protocol):
    """A form with the field of `_view_fields.html`."""

    view: Any


def view_of(form: _SentFromView) -> View | None:
    """The view that a form was sent from; None for the page of one comment.

    :raises Unknown: as `read_view`.
    :raises InvalidInput: as `view_of_query`.
    """
    sent: str | None = form.view.data
    return None if sent is None else view_of_query(sent)
