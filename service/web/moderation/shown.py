"""Comments made ready for the page: templates only lay them out."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from service.domain.status import Actor, Status, may_move
from service.operations.cards import Card, FindingView, MoveView
from service.operations.queue import TABS
from service.web.html import SafeHtml
from service.web.moderation.unlinked import shown_address, unlinked
from service.web.moderation.words import (
    BUTTONS,
    actor_words,
    demand_words,
    span_words,
    strength_words,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTime:
    """A moment for ``<time>``."""

    iso: str
    plain: str
    """Such as ``2026-05-04 13:07 UTC``."""
    ago: str
    """Such as ``3 hours``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFinding:
    """A finding with its weight in words."""

    check: str
    reason: str
    weight: str
    """Signed, one decimal; or the verdict that a neutral finding demands."""
    side: str
    """``for``, ``against``, ``neutral`` or ``demand``."""
    strength: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMove:
    """A line of the log."""

    old: str
    new: str
    who: str
    reason: str
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
    html: SafeHtml | None
    """None where only the source can be shown."""
    website: Markup
    sent: ShownTime
    score_percent: int | None
    held_percent: int
    spam_percent: int
    findings: list[ShownFinding]
    moves: list[ShownMove]
    buttons: list[Button]


def shown_time(moment: datetime, now: datetime) -> ShownTime:
    """The moment in the forms a page needs."""
    return ShownTime(
        iso=moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        plain=f"{moment:%Y-%m-%d %H:%M} UTC",
        ago=span_words(now - moment),
    )


def _side(log_odds: float) -> str:
    if not log_odds:
        return "neutral"
    return "for" if log_odds > 0 else "against"


def _weight(finding: FindingView) -> str:
    if finding.at_least and not finding.log_odds:
        return finding.at_least
    return f"{finding.log_odds:+.1f}".replace("-", "\N{MINUS SIGN}")


def _shown_finding(finding: FindingView) -> ShownFinding:
    parts = (strength_words(finding.log_odds), demand_words(finding.at_least))
    return ShownFinding(
        check=finding.check,
        reason=finding.reason,
        weight=_weight(finding),
        side="demand" if finding.at_least else _side(finding.log_odds),
        strength=", ".join(filter(None, parts)) or "neither for nor against spam",
    )


def shown_move(move: MoveView, now: datetime) -> ShownMove:
    """A line of the log in words."""
    return ShownMove(
        old=move.old,
        new=move.new,
        who=actor_words(move.actor, move.who),
        reason=move.reason,
        at=shown_time(move.at, now),
    )


def _buttons(card: Card) -> list[Button]:
    if not card.may_decide:
        return []
    order = (Status.PUBLISHED, Status.SPAM, Status.TRASHED, Status.HELD)
    return [
        Button(value=new.value, label=BUTTONS[new])
        for new in order
        if new in TABS and may_move(Actor.MODERATOR, Status(card.status), new)
    ]


def _html(card: Card) -> SafeHtml | None:
    if card.html is None:
        return None
    if card.status == Status.PUBLISHED:
        return SafeHtml(card.html)
    return unlinked(card.html)


def shown_card(card: Card, now: datetime) -> ShownCard:
    """The comment made ready for the page."""
    return ShownCard(
        card=card,
        html=_html(card),
        website=shown_address(card.website),
        sent=shown_time(card.created_at, now),
        score_percent=None if card.score is None else round(card.score * 100),
        held_percent=round(card.held_from * 100),
        spam_percent=round(card.spam_from * 100),
        findings=[_shown_finding(f) for f in card.findings],
        moves=[shown_move(m, now) for m in card.moves],
        buttons=_buttons(card),
    )
