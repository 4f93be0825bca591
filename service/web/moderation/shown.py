"""Comments made ready for the page: templates only lay them out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from flask import url_for
from markupsafe import Markup, escape

from service.domain.status import Actor, Status, may_move
from service.operations.cards import Card, FindingView, MoveView
from service.operations.queue import DECISIONS
from service.operations.tallies import Record
from service.text.marking import marked
from service.web import formats
from service.web.html import SafeHtml
from service.web.language import gettext
from service.web.moderation.card_addresses import CardAddresses, card_addresses
from service.web.moderation.evidence import Evidence, evidence_of
from service.web.moderation.unlinked import shown_address, unlinked
from service.web.moderation.words import (
    BUTTONS,
    HEADINGS,
    LEARNED_FROM,
    actor_words,
    ago_words,
    demand_words,
    logged_words,
    outcome_words,
    percent_words,
    record_words,
    span_words,
    state_words,
    strength_words,
)

Records = Mapping[tuple[int, str], Sequence[Record]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTime:
    """A moment for ``<time>``."""

    iso: str
    plain: str
    """In full, with its zone."""
    ago: str
    """Such as ``3 hours``."""
    past: str
    """Such as ``3 hours ago``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFinding:
    """A finding with its weight in words."""

    check: str
    reason: str
    weight: str
    """Signed, one decimal; or the verdict that a neutral finding demands."""
    side: str
    """``for``, ``against``, ``neutral``, ``demand`` or ``logged``."""
    strength: str
    record: str
    """How often the check spoke, and was right; empty where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMove:
    """A line of the log."""

    old: str
    new: str
    who: str
    reason: str
    at: ShownTime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEdit:
    """A moderator's edit."""

    who: str
    at: ShownTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One decision that is open."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    """A comment as the queue shows it."""

    card: Card
    html: SafeHtml
    """What the checks speak of is marked in it."""
    is_source: bool
    """True where only the source can be shown."""
    evidence: Evidence
    where: CardAddresses
    website: Markup
    sent: ShownTime
    edits: list[ShownEdit]
    score_percent: int | None
    held_percent: int
    spam_percent: int
    score: str
    """The score in words, as are those from which a comment is held or spam."""
    held_from: str
    spam_from: str
    answered_status: str
    """State of the comment that it answers; empty if that is published."""
    answered_url: str
    """Page of the comment that it answers; empty without one."""
    learned_from: str
    """What happened to another comment that changed the score; empty for nothing."""
    learned_url: str
    """Page of that comment, or the queue's."""
    was: str
    """The score before that, in words."""
    findings: list[ShownFinding]
    would_be: str
    """What would have become of it with what is only logged, in a sentence; empty if
    everything acts."""
    moves: list[ShownMove]
    """Newest first; empty where the log is not shown."""
    buttons: list[Button]
    right_label: str
    """Of the button by which the checks' verdict is found right; empty without one."""
    may_edit: bool
    may_answer: bool

    @property
    def heading(self) -> str:
        """Above the page of this comment alone."""
        return gettext(HEADINGS[Status(self.card.status)])


def shown_time(moment: datetime, now: datetime) -> ShownTime:
    """The moment in the forms a page needs."""
    return ShownTime(
        iso=moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        plain=formats.moment(moment),
        ago=span_words(now - moment),
        past=ago_words(now - moment),
    )


def _side(log_odds: float) -> str:
    if not log_odds:
        return "neutral"
    return "for" if log_odds > 0 else "against"


def _weight(finding: FindingView) -> str:
    if finding.at_least and not finding.share:
        return state_words(finding.at_least)
    return formats.signed(finding.share)


def _strength(mode: str, share: float, at_least: str | None) -> str:
    if mode == "log":
        return gettext("only logged, %(done)s", done=logged_words(share, at_least))
    parts = (strength_words(share), demand_words(at_least))
    return ", ".join(filter(None, parts)) or gettext("neither for nor against spam")


def _shown_finding(finding: FindingView, page: "_Page", site_id: int) -> ShownFinding:
    side = "demand" if finding.at_least else _side(finding.share)
    found = page.records.get((site_id, finding.check), ())
    record = next((each for each in found if each.mode == finding.mode), None)
    return ShownFinding(
        check=finding.check,
        reason=finding.reason,
        weight=_weight(finding),
        side="logged" if finding.mode == "log" else side,
        strength=page.strength(finding.mode, finding.share, finding.at_least),
        record="" if record is None else page.record_words(record),
    )


def shown_move(move: MoveView, now: datetime) -> ShownMove:
    """A line of the log in words."""
    return ShownMove(
        old=state_words(move.old),
        new=state_words(move.new),
        who=actor_words(move.actor, move.who),
        reason=move.reason,
        at=shown_time(move.at, now),
    )


def _buttons(status: str) -> list[Button]:
    order = (Status.PUBLISHED, Status.SPAM, Status.TRASHED, Status.HELD)
    return [
        Button(value=new.value, label=gettext(BUTTONS[new]))
        for new in order
        if new in DECISIONS and may_move(Actor.MODERATOR, Status(status), new)
    ]


def _html(card: Card, evidence: Evidence) -> SafeHtml:
    """The text as readers would see it, or its source where that was never made."""
    html: str = escape(card.text)
    if card.html is not None:
        is_published = card.status == Status.PUBLISHED
        html = card.html if is_published else unlinked(card.html)
    return SafeHtml(marked(html, evidence.words, evidence.hosts))


def _right_label(card: Card) -> str:
    if not card.is_audit or not card.may_decide:
        return ""
    if card.status == Status.SPAM:
        return gettext("Right, it is spam")
    return gettext("Right, it is good")


def _scores(card: Card, page: "_Page") -> dict[str, Any]:
    """The score and what it is held against, as numbers of the meter and in words."""
    return {
        "score_percent": None if card.score is None else round(card.score * 100),
        "held_percent": round(card.held_from * 100),
        "spam_percent": round(card.spam_from * 100),
        "score": "" if card.score is None else page.percent(card.score),
        "held_from": page.percent(card.held_from),
        "spam_from": page.percent(card.spam_from),
    }


def _answered_status(card: Card) -> str:
    if card.answers is None or card.answers.status == Status.PUBLISHED:
        return ""
    return state_words(card.answers.status)


def _has_past(card: Card) -> bool:
    """True if more became of it than the checks' verdict, which is told anyway."""
    return len(card.moves) > 1 or bool(card.edits)


def shown_cards(
    cards: Iterable[Card], now: datetime, records: Records, *, with_log: bool = False
) -> list[ShownCard]:
    """The comments made ready for the page.

    :param records: of checks, by site and name.
    :param with_log: whether a log is shown even if nothing but a verdict is in it.
    """
    page = _Page(
        now=now,
        records=records,
        with_log=with_log,
        where=card_addresses(),
        queue_url=url_for("queue.show"),
        buttons=cache(_buttons),
        percent=cache(percent_words),
        record_words=cache(record_words),
        strength=cache(_strength),
    )
    return [_shown_card(card, page) for card in cards]


class _Page(NamedTuple):
    """What all cards of a page have in common; words are made once for all of them."""

    now: datetime
    records: Records
    with_log: bool
    where: Callable[[str], CardAddresses]
    queue_url: str
    buttons: Callable[[str], list[Button]]
    percent: Callable[[float], str]
    record_words: Callable[[Record], str]
    strength: Callable[[str, float, str | None], str]


def _learned(card: Card, page: _Page) -> dict[str, Any]:
    learned = card.relearned
    if learned is None:
        return {"learned_from": "", "learned_url": "", "was": ""}
    url = page.where(learned.decision).home if learned.decision else page.queue_url
    return {
        "learned_from": gettext(LEARNED_FROM[learned.is_spam]),
        "learned_url": url,
        "was": page.percent(learned.was),
    }


def _shown_card(card: Card, page: _Page) -> ShownCard:
    evidence, now = evidence_of(card), page.now
    moves = card.moves if page.with_log or _has_past(card) else ()
    return ShownCard(
        card=card,
        html=_html(card, evidence),
        is_source=card.html is None,
        evidence=evidence,
        where=page.where(card.public_id),
        website=shown_address(card.website),
        sent=shown_time(card.created_at, now),
        edits=[ShownEdit(who=e.who, at=shown_time(e.at, now)) for e in card.edits],
        **_scores(card, page),
        answered_status=_answered_status(card),
        answered_url=page.where(card.answers.public_id).home if card.answers else "",
        **_learned(card, page),
        findings=[_shown_finding(f, page, card.site_id) for f in card.findings],
        would_be=outcome_words(card.would_be, card.verdict),
        moves=[shown_move(m, now) for m in moves],
        buttons=page.buttons(card.status) if card.may_decide else [],
        right_label=_right_label(card),
        may_edit=card.may_decide and not card.is_erased,
        may_answer=card.may_decide and card.status in {Status.HELD, Status.PUBLISHED},
    )
