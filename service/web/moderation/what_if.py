"""What a site's thresholds would have done, in words and as a plot."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.budget import MAX_HAM_SCORES
from service.domain.what_if import (
    BUDGETS,
    FEW,
    BudgetLine,
    Decisions,
    budget_line,
)
from service.operations.sites import SiteView
from service.web.formats import number, percent
from service.web.language import gettext, ngettext
from service.web.moderation.insight_plots import Plot, turned
from service.web.plots.curves import Mark, what_if


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The part of the page about the budget."""

    plot: Plot
    rests_on: str
    """How many decisions it rests on, in a sentence."""
    are_few: bool
    now: list[str]
    """What the present budget leads to, in sentences."""
    tried: list[str]
    """The same of the budget that is tried; empty without one."""
    tried_one_in: int | None
    one_in: int
    """The present budget: of so many good comments one may be called spam."""


def one_in(budget: float) -> int:
    """A budget as people say it: of so many good comments, one."""
    return round(1 / budget)


def what_if_of(
    site: SiteView,
    decisions: Decisions,
    ham_scores: tuple[float, ...],
    tried_one_in: int | None,
) -> WhatIf:
    """What the thresholds of a site and those of a budget that is tried would do.

    :param ham_scores: log-odds of the good comments that the line is drawn from.
    :param tried_one_in: the budget to try, as one in so many.
    """

    def line_of(budget: float) -> BudgetLine:
        return budget_line(decisions, site.policy, budget, ham_scores)

    now = line_of(site.policy.budget)
    tried = None if tried_one_in is None else line_of(1 / tried_one_in)
    shares = {site.policy.budget, *BUDGETS}
    if tried_one_in is not None:
        shares.add(1 / tried_one_in)
    # By whole numbers, or 1 in 100 would come twice.
    lines = {one_in(share): line_of(share) for share in sorted(shares)}
    return WhatIf(
        plot=_plot(decisions, now, tried, lines),
        rests_on=_rests_on(decisions),
        are_few=decisions.are_few,
        now=_sentences(decisions, now),
        tried=[] if tried is None else _sentences(decisions, tried),
        tried_one_in=tried_one_in,
        one_in=one_in(site.policy.budget),
    )


def _rests_on(decisions: Decisions) -> str:
    told = {
        "num": number(decisions.count),
        "good": number(len(decisions.good)),
        "spam": number(len(decisions.spam)),
    }
    said = ngettext(
        "It rests on %(num)s decision of people that the filter has learned from: "
        "%(good)s good, %(spam)s spam.",
        "It rests on the last %(num)s decisions of people that the filter has learned "
        "from: %(good)s good, %(spam)s spam.",
        decisions.count,
        **told,
    )
    if not decisions.are_few:
        return said
    few = gettext(
        "That is too few to say anything: there must be %(few)s of each at least.",
        few=number(FEW),
    )
    return f"{said} {few}"


def _sentences(decisions: Decisions, line: BudgetLine) -> list[str]:
    told = []
    if line.thresholds.by_budget:
        told.append(
            gettext(
                "Spam begins at a score of %(spam)s, and comments are held from "
                "%(held)s on.",
                spam=percent(line.thresholds.spam_from),
                held=percent(line.thresholds.held_from),
            )
        )
    else:
        told.append(_unkept(line))
    if decisions.are_few:
        return told
    out = line.outcome
    good = ngettext(
        "Of %(all)s good comment, %(spam)s would have been called spam and %(held)s "
        "held.",
        "Of %(all)s good comments, %(spam)s would have been called spam and %(held)s "
        "held.",
        len(decisions.good),
        all=number(len(decisions.good)),
        spam=number(out.good_spam),
        held=number(out.good_held),
    )
    spam = ngettext(
        "Of %(all)s spam comment, %(spam)s would have been called spam, %(held)s "
        "held, and %(passed)s published.",
        "Of %(all)s spam comments, %(spam)s would have been called spam, %(held)s "
        "held, and %(passed)s published.",
        len(decisions.spam),
        all=number(len(decisions.spam)),
        spam=number(out.spam_spam),
        held=number(out.spam_held),
        passed=number(out.spam_published),
    )
    return [*told, good, spam]


def _unkept(line: BudgetLine) -> str:
    if not line.is_kept_ever:
        return gettext(
            "The line is drawn from the last %(most)s good comments, which cannot keep "
            "so small a budget: the learned model calls nothing spam by itself.",
            most=number(MAX_HAM_SCORES),
        )
    return ngettext(
        "%(num)s more good comment must come before this budget can be kept; until "
        "then the learned model calls nothing spam by itself.",
        "%(num)s more good comments must come before this budget can be kept; until "
        "then the learned model calls nothing spam by itself.",
        line.missing,
        num=number(line.missing),
    )


def _plot(
    decisions: Decisions,
    now: BudgetLine,
    tried: BudgetLine | None,
    lines: Mapping[int, BudgetLine],
) -> Plot:
    drawing = None
    if not decisions.are_few:
        marks = [
            Mark(now.thresholds.held_from, gettext("held from here"), "held"),
            Mark(now.thresholds.spam_from, gettext("spam from here"), "now"),
        ]
        if tried is not None:
            words = gettext("spam by the budget you try")
            marks.append(Mark(tried.thresholds.spam_from, words, "tried"))
        drawing = turned(what_if(decisions, marks, percent))
    return Plot(
        key="what-if",
        title=gettext("What other budgets would have done"),
        summary=gettext(
            "At each score, which part of the good comments a line there would stop, "
            "and which part of the spam it would let pass."
        ),
        drawing=drawing,
        legend=[
            ("what-if-good", gettext("Good comments that would be stopped")),
            ("what-if-spam", gettext("Spam that would pass")),
        ],
        head=[
            gettext("Budget"),
            gettext("Spam from"),
            gettext("Good called spam"),
            gettext("Good held"),
            gettext("Spam caught"),
            gettext("Spam published"),
        ],
        rows=[]
        if decisions.are_few
        else [_row(share, line) for share, line in lines.items()],
    )


def _row(share: int, line: BudgetLine) -> list[str]:
    out = line.outcome
    return [
        gettext("1 in %(number)s", number=number(share)),
        percent(line.thresholds.spam_from)
        if line.thresholds.by_budget
        else gettext("not yet"),
        number(out.good_spam),
        number(out.good_held),
        number(out.spam_spam),
        number(out.spam_published),
    ]
