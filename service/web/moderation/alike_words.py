"""What alike comments share, and what can be done with all of them, in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.domain.status import Status
from service.operations.cards import Card
from service.web.language import gettext, mark, ngettext
from service.web.moderation.notices import isolated

_WHY = {
    "text": mark("All have the same text."),
    "near": mark("All have nearly the same text."),
    "address": mark("All came from the same address within a day."),
    "network": mark("All came from the same network within a day."),
}


def why_words(card: Card) -> str:
    """Why the comments of a flood are alike; empty for a comment that is alone."""
    if card.group is None:
        return ""
    if card.group.kind == "host":
        return gettext("All link to %(host)s.", host=isolated(card.group.host))
    return gettext(_WHY.get(card.group.kind, _WHY["text"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button that decides on all of them."""

    value: str
    label: str


def _publish(count: int) -> str:
    return ngettext("Publish %(num)s", "Publish all %(num)s", count)


def _spam(count: int) -> str:
    return ngettext("%(num)s is spam", "All %(num)s are spam", count)


def _trash(count: int) -> str:
    return ngettext("Trash %(num)s", "Trash all %(num)s", count)


def _hold(count: int) -> str:
    return ngettext("Put %(num)s back to held", "Put all %(num)s back to held", count)


_LABELS: dict[Status, Callable[[int], str]] = {
    Status.SPAM: _spam,
    Status.PUBLISHED: _publish,
    Status.TRASHED: _trash,
    Status.HELD: _hold,
}


def choices_of(count: int, decisions: Sequence[Status]) -> list[Choice]:
    """The buttons for so many comments, in the order in which they are mostly used."""
    return [
        Choice(value=new.value, label=label(count))
        for new, label in _LABELS.items()
        if new in decisions
    ]
