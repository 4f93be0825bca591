"""Comments made ready for the page: templates only lay them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from service.domain.status import Actor, Status, may_move
from service.operations.cards import Card, FindingView, MoveView
from service.operations.queue import DECISIONS
from service.operations.tallies import Record
from service.web.html import SafeHtml
from service.web.moderation.unlinked import shown_address, unlinked
from service.web.moderation.words import (
    BUTTONS,
    actor_words,
    demand_words,
    logged_words,
    outcome_words,
    record_words,
    span_words,
    strength_words,
)

Records = Mapping[tuple[int, str], Sequence[Record]]


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
    would_be: str
    """The status that it would have with what is only logged, or ``the same``; empty if
    everything acts."""
    moves: list[ShownMove]
    buttons: list[Button]
    right_label: str
    """Of the button by which the checks' verdict is found right; empty without one."""


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
    if finding.at_least and not finding.share:
        return finding.at_least
    return f"{finding.share:+.1f}".replace("-", "\N{MINUS SIGN}")


def _strength(finding: FindingView) -> str:
    if finding.mode == "log":
        return f"only logged, {logged_words(finding.share, finding.at_least)}"
    parts = (strength_words(finding.share), demand_words(finding.at_least))
    return ", ".join(filter(None, parts)) or "neither for nor against spam"


def _shown_finding(finding: FindingView, found: Sequence[Record]) -> ShownFinding:
    side = "demand" if finding.at_least else _side(finding.share)
    record = next((each for each in found if each.mode == finding.mode), None)
    return ShownFinding(
        check=finding.check,
        reason=finding.reason,
        weight=_weight(finding),
        side="logged" if finding.mode == "log" else side,
        strength=_strength(finding),
        record="" if record is None else record_words(record),
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
        if new in DECISIONS and may_move(Actor.MODERATOR, Status(card.status), new)
    ]


def _html(card: Card) -> SafeHtml | None:
    if card.html is None:
        return None
    if card.status == Status.PUBLISHED:
        return SafeHtml(card.html)
    return unlinked(card.html)


def _right_label(card: Card) -> str:
    if not card.is_audit or not card.may_decide:
        return ""
    return "Right, it is spam" if card.status == Status.SPAM else "Right, it is good"


def shown_card(card: Card, now: datetime, records: Records) -> ShownCard:
    """The comment made ready for the page.

    :param records: of checks, by site and name.
    """
    return ShownCard(
        card=card,
        html=_html(card),
        website=shown_address(card.website),
        sent=shown_time(card.created_at, now),
        score_percent=None if card.score is None else round(card.score * 100),
        held_percent=round(card.held_from * 100),
        spam_percent=round(card.spam_from * 100),
        findings=[
            _shown_finding(f, records.get((card.site_id, f.check), ()))
            for f in card.findings
        ],
        would_be=outcome_words(card.would_be, card.verdict),
        moves=[shown_move(m, now) for m in card.moves],
        buttons=_buttons(card),
        right_label=_right_label(card),
    )
