"""The bar above the queue: search, filters, saved views; and the links below it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.domain.check_names import REASON_NAMES
from service.domain.errors import FoyerError
from service.operations.queue import QueuePage
from service.operations.saved_views import SavedQuery
from service.web.language import gettext, ngettext
from service.web.moderation.view import View, view_of_query

_CHOSEN = {"page", "reason", "score_from", "score_to", "older", "newer"}
"""What the form of the filters asks for."""

_SPANS = ("1h", "12h", "1d", "3d", "7d", "30d", "90d", "365d")
"""What there is to choose from; an address may name any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is on, and the address without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing to choose from."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedLink:
    """A saved view to go to."""

    id: int
    name: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterBar:
    """Everything that `_filters.html` shows."""

    chips: list[Chip]
    clear_url: str
    """The same without any of them."""
    reasons: list[Choice]
    older: list[Choice]
    newer: list[Choice]
    saved: list[SavedLink]
    kept: list[tuple[str, str | int]]
    """What the form of the filters leaves as it is, by name in an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Where to go from the end of a page; empty where there is nothing."""

    first_url: str
    previous_url: str
    next_url: str
    is_cut: bool
    """True if the next page goes on looking."""


def span_words(span: str) -> str:
    """A span such as ``3d`` in words."""
    count, unit = int(span[:-1]), span[-1]
    if unit == "h":
        return ngettext("1 hour", "%(num)s hours", count)
    return ngettext("1 day", "%(num)s days", count)


def _score_words(view: View) -> str:
    low = 0 if view.score_from is None else view.score_from
    high = 100 if view.score_to is None else view.score_to
    return gettext("%(low)s to %(high)s %%", low=low, high=high)


def _chips(view: View) -> list[Chip]:
    scored = view.score_from is not None or view.score_to is not None
    every = (
        (gettext("Words"), view.q, ("q",)),
        (
            gettext("Sent by"),
            gettext("one e-mail address") if view.writer else "",
            ("writer",),
        ),
        (gettext("Page"), view.page, ("page",)),
        (gettext("Reason"), view.reason, ("reason",)),
        (
            gettext("Score"),
            _score_words(view) if scored else "",
            ("score_from", "score_to"),
        ),
        (gettext("Older than"), view.older and span_words(view.older), ("older",)),
        (gettext("Newer than"), view.newer and span_words(view.newer), ("newer",)),
    )
    return [
        Chip(label=label, value=value, url=view.without(*names).url())
        for label, value, names in every
        if value
    ]


def _spans(chosen: str) -> list[Choice]:
    named = _SPANS if not chosen or chosen in _SPANS else (*_SPANS, chosen)
    return [
        Choice(value=span, label=span_words(span), chosen=span == chosen)
        for span in named
    ]


def _saved(view: View, saved: Sequence[SavedQuery]) -> Iterator[SavedLink]:
    for each in saved:
        try:
            there = view_of_query(each.query)
        except FoyerError:
            # Of a version that knew other filters: it can only be removed.
            there = View()
        yield SavedLink(
            id=each.id,
            name=each.name,
            url=there.url(),
            current=there == view.start,
        )


def filter_bar(view: View, saved: Sequence[SavedQuery]) -> FilterBar:
    """The bar above a view.

    :param saved: the moderator's saved views.
    """
    return FilterBar(
        chips=_chips(view),
        clear_url=View(tab=view.tab, site=view.site).url(),
        reasons=[
            Choice(value=name, label=name, chosen=name == view.reason)
            for name in sorted(REASON_NAMES)
        ],
        older=_spans(view.older),
        newer=_spans(view.newer),
        saved=list(_saved(view, saved)),
        kept=[
            (name, value)
            for name, value in view.start.given().items()
            if name not in _CHOSEN
        ],
    )


def paging(view: View, page: QueuePage) -> Paging:
    """The links below a page."""
    return Paging(
        first_url="" if view == view.start else view.start.url(),
        previous_url=(
            "" if page.previous is None else view.page_before(page.previous).url()
        ),
        next_url="" if page.next is None else view.page_after(page.next).url(),
        is_cut=page.is_cut,
    )
