"""The plots of the insights, each with its words and its numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from service.operations.day_tallies import WAITS
from service.operations.figures import AGES, LOOKED_AT, Figures, Series
from service.web.formats import (
    about,
    number,
    percent,
    short_day,
    span_of_days,
)
from service.web.language import direction, gettext, mark, ngettext
from service.web.moderation.check_words import looks_at
from service.web.plots.columns import stacked
from service.web.plots.rows import ranked
from service.web.plots.shapes import Drawing

_STATES: Final = {
    "published": mark("Published"),
    "held": mark("Held"),
    "spam": mark("Spam"),
    "trashed": mark("Trash"),
}
_SPAM: Final = {
    "caught": mark("Caught by the checks"),
    "held": mark("Held, and called spam by a person"),
    "missed": mark("Published, and called spam later"),
}
_MISTAKES: Final = {
    "good": mark("Good comments called spam"),
    "spam": mark("Spam that was published"),
}
_WAIT_PARTS: Final = (
    ("fast", mark("Up to an hour"), range(2)),
    ("day", mark("Up to a day"), range(2, 5)),
    ("week", mark("Up to a week"), range(5, 7)),
    ("slow", mark("Longer"), range(7, len(WAITS) + 1)),
)
_AGE_NAMES: Final = (
    mark("Sent today"),
    mark("1 or 2 days"),
    mark("3 to 6 days"),
    mark("1 to 3 weeks"),
    mark("4 weeks or more"),
)
assert len(_AGE_NAMES) == len(AGES) + 1  # noqa: S101  # two lists, one order


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A plot as the template shows it."""

    key: str
    """Its place in the page."""
    title: str
    summary: str
    """What it shows, in one sentence."""
    drawing: Drawing | None
    """None where there is nothing to draw."""
    legend: Sequence[tuple[str, str]] = ()
    """CSS class and meaning."""
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    """The numbers as a table; the first cell of a row is its heading."""
    note: str = ""


def turned(drawing: Drawing) -> Drawing:
    """The drawing for the direction in which the page is read."""
    return drawing.mirrored() if direction() == "rtl" else drawing


def plots_of(found: Figures, now: datetime) -> list[Plot]:
    """All plots of a site's figures."""
    return [
        _sent(found),
        _waits(found),
        _spam(found),
        _mistakes(found),
        _reasons(found),
        _hosts(found),
        _backlog(found, now),
    ]


def _columns(
    key: str,
    series: Series,
    names: Mapping[str, str],
    *,
    title: str,
    summary: str,
    note: str = "",
) -> Plot:
    """Stacked columns over time.

    :param names: meaning of each part, marked and not yet translated; the lowest first.
    """
    words = {part: gettext(name) for part, name in names.items()}
    drawing = None
    if series.total:
        by_class = {f"{key}-{part}": series.counts[part] for part in words}
        labels = [short_day(span.first) for span in series.spans]
        drawing = turned(stacked(by_class, labels, number))
    return Plot(
        key=key,
        title=title,
        summary=summary,
        drawing=drawing,
        legend=[(f"{key}-{part}", name) for part, name in words.items()],
        head=[gettext("Days"), *words.values()],
        rows=[
            [
                span_of_days(span),
                *(number(series.counts[part][place]) for part in words),
            ]
            for place, span in enumerate(series.spans)
        ],
        note=note,
    )


def _sent(found: Figures) -> Plot:
    is_by_day = found.sent.spans[0].days == 1
    total = found.sent.total
    return _columns(
        "sent",
        found.sent,
        _STATES,
        title=gettext("Comments per day")
        if is_by_day
        else gettext("Comments per week"),
        summary=ngettext(
            "%(num)s comment was sent and checked.",
            "%(num)s comments were sent and checked.",
            total,
            num=number(total),
        ),
        note=gettext(
            "By the day on which they were sent, and the state in which they are now."
        ),
    )


def _spam(found: Figures) -> Plot:
    caught, total = sum(found.spam.counts["caught"]), found.spam.total
    share = caught / total if total else 0.0
    return _columns(
        "found",
        found.spam,
        _SPAM,
        title=gettext("Who found the spam"),
        summary=gettext(
            "Of all spam that was found, the checks caught %(share)s by themselves.",
            share=percent(share),
        )
        if total
        else gettext("No spam was found."),
    )


def _mistakes(found: Figures) -> Plot:
    total = found.mistakes.total
    return _columns(
        "wrong",
        found.mistakes,
        _MISTAKES,
        title=gettext("Verdicts that people reversed"),
        summary=ngettext(
            "%(num)s verdict of the checks was reversed.",
            "%(num)s verdicts of the checks were reversed.",
            total,
            num=number(total),
        ),
        note=gettext(
            "By the day of the verdict. Mistakes that nobody has found are not counted."
        ),
    )


def _waits(found: Figures) -> Plot:
    waits = found.waits
    counts = {
        part: [
            sum(column)
            for column in zip(
                *(waits.series.counts[str(place)] for place in places), strict=True
            )
        ]
        for part, _, places in _WAIT_PARTS
    }
    plot = _columns(
        "wait",
        Series(waits.series.spans, counts),
        {part: name for part, name, _ in _WAIT_PARTS},
        title=gettext("How long held comments waited"),
        summary=gettext("No person has decided on a held comment.")
        if waits.median is None
        else gettext(
            "Half of those that people decided on had waited %(time)s or less.",
            time=about(waits.median),
        ),
        note=gettext("From when they were sent until a person first decided."),
    )
    medians = [
        "\N{EN DASH}" if median is None else about(median) for median in waits.medians
    ]
    return replace(
        plot,
        head=[*plot.head, gettext("Half within")],
        rows=[[*row, median] for row, median in zip(plot.rows, medians, strict=True)],
    )


def _rows(
    key: str,
    named: Sequence[tuple[str, int]],
    head: str,
    *,
    title: str,
    summary: str,
    note: str = "",
) -> Plot:
    """Bars below each other, each with a name.

    :param head: what the names are names of.
    """
    has_any = any(total for _, total in named)
    return Plot(
        key=key,
        title=title,
        summary=summary,
        drawing=turned(ranked(named, key, number)) if has_any else None,
        head=[head, gettext("Comments")],
        rows=[[name, number(total)] for name, total in named],
        note=note,
    )


def _reasons(found: Figures) -> Plot:
    named = [(check, total) for check, total in found.reasons]
    if named:
        check, total = named[0]
        summary = ngettext(
            "The check %(check)s spoke most often, about %(num)s comment.",
            "The check %(check)s spoke most often, about %(num)s comments.",
            total,
            check=check,
            num=number(total),
        )
    else:
        summary = gettext("No check said anything.")
    return _rows(
        "reasons",
        [(f"{check}: {looks_at(check)}", total) for check, total in named],
        gettext("Check"),
        title=gettext("Checks that spoke most often"),
        summary=summary,
    )


def _hosts(found: Figures) -> Plot:
    return _rows(
        "hosts",
        found.hosts,
        gettext("Host"),
        title=gettext("Hosts that spam links to"),
        summary=gettext(
            "More spam links to %(host)s than to any other host.",
            host=found.hosts[0][0],
        )
        if found.hosts
        else gettext("No spam links to anything."),
        note=gettext(
            "Of the newest %(num)s spam comments at most, websites of writers among "
            "the links.",
            num=number(LOOKED_AT),
        ),
    )


def _backlog(found: Figures, now: datetime) -> Plot:
    total = sum(found.backlog)
    summary = gettext("Nothing waits.")
    if total and found.oldest is not None:
        summary = ngettext(
            "%(num)s comment waits. It was sent %(time)s ago.",
            "%(num)s comments wait. The oldest was sent %(time)s ago.",
            total,
            num=number(total),
            time=about(now - found.oldest),
        )
    return _rows(
        "backlog",
        [
            (gettext(name), count)
            for name, count in zip(_AGE_NAMES, found.backlog, strict=True)
        ],
        gettext("Age"),
        title=gettext("Age of what waits"),
        summary=summary,
        note=gettext("What is held now, whatever period is shown."),
    )
