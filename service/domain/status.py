"""The states of a comment and the one table of allowed moves."""

from enum import StrEnum


class Status(StrEnum):
    """Where a comment stands."""

    PENDING = "pending"
    """Its checks are not finished; nobody but the checks sees it."""
    PUBLISHED = "published"
    """Readers see it."""
    HELD = "held"
    """A moderator must look."""
    SPAM = "spam"
    """The checks or a moderator call it spam."""
    TRASHED = "trashed"
    """A moderator, or its writer, took it away."""


_P, _PUB, _H, _S, _T = Status

CHECK_MOVES: dict[Status, frozenset[Status]] = {
    _P: frozenset({_PUB, _H, _S}),
    _H: frozenset({_PUB, _S}),
}
"""What the checks may do: settle a pending comment, and one that they hold only because
a service outside owes its answer. `service.operations.judge` alone tells those from all
others that are held."""

MODERATOR_MOVES: dict[Status, frozenset[Status]] = {
    _P: frozenset({_H, _S, _T}),
    _PUB: frozenset({_H, _S, _T}),
    _H: frozenset({_PUB, _S, _T}),
    _S: frozenset({_PUB, _H, _T}),
    _T: frozenset({_PUB, _H, _S}),
}
"""What a moderator may do: anything but publish what was never checked."""

WRITER_MOVES: dict[Status, frozenset[Status]] = {
    _P: frozenset({_T}),
    _PUB: frozenset({_T}),
    _H: frozenset({_T}),
}
"""What the writer of a comment may do within the edit window: take it back."""


class Actor(StrEnum):
    """Who moves a comment."""

    CHECKS = "checks"
    MODERATOR = "moderator"
    WRITER = "writer"
    OPERATOR = "operator"


_TABLES = {
    Actor.CHECKS: CHECK_MOVES,
    Actor.MODERATOR: MODERATOR_MOVES,
    Actor.WRITER: WRITER_MOVES,
    Actor.OPERATOR: MODERATOR_MOVES,
}


def may_move(actor: Actor, old: Status, new: Status) -> bool:
    """True if ``actor`` may move a comment from ``old`` to ``new``."""
    return new in _TABLES[actor].get(old, frozenset())


def told_to_writer(status: Status) -> str:
    """The word a writer is told: ``pending``, ``held``, ``published`` or ``removed``.

    Spam is told as ``held``, so that nobody can probe the checks.
    """
    if status is Status.SPAM:
        return "held"
    return "removed" if status is Status.TRASHED else status.value
