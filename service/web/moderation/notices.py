"""What a decision led to, in words for the page and for its scripts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.domain.status import Status
from service.operations.batches import Done, Left, Outcome
from service.web.language import gettext, mark, ngettext

STATE_NAMES = {
    Status.PENDING: mark("being checked"),
    Status.HELD: mark("held"),
    Status.PUBLISHED: mark("published"),
    Status.SPAM: mark("spam"),
    Status.TRASHED: mark("trash"),
}
"""Where a comment is, within a sentence."""

_ONE = {
    Status.HELD: mark("Put back to held: “%(words)s”."),
    Status.SPAM: mark("Marked as spam: “%(words)s”."),
    Status.PUBLISHED: mark("Published “%(words)s”."),
    Status.TRASHED: mark("Moved to trash: “%(words)s”."),
}


def _held(count: int) -> str:
    return ngettext(
        "Put %(num)s comment back to held.",
        "Put %(num)s comments back to held.",
        count,
    )


def _spam(count: int) -> str:
    return ngettext(
        "Marked %(num)s comment as spam.", "Marked %(num)s comments as spam.", count
    )


def _published(count: int) -> str:
    return ngettext("Published %(num)s comment.", "Published %(num)s comments.", count)


def _trashed(count: int) -> str:
    return ngettext(
        "Moved %(num)s comment to trash.", "Moved %(num)s comments to trash.", count
    )


_MANY: dict[Status, Callable[[int], str]] = {
    Status.HELD: _held,
    Status.SPAM: _spam,
    Status.PUBLISHED: _published,
    Status.TRASHED: _trashed,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice above the page."""

    words: Sequence[str]
    """Whole sentences; what people have written stands isolated in them."""
    batch: str = ""
    """The decision that the undo button takes back; empty without one."""
    is_problem: bool = False
    """True if something was not done."""


def isolated(text: str) -> str:
    """Text from people within a sentence, whichever way it is written.

    The signs are those of Unicode (UAX 9, first strong isolate), which do in a page and
    in what a script shows alike.
    """
    return f"\u2068{text}\u2069"


def _done_words(new: Status, count: int, first_words: str, *, is_undo: bool) -> str:
    if count == 1:
        return gettext(_ONE[new], words=isolated(first_words))
    if is_undo:
        return ngettext(
            "Took back the decision on %(num)s comment.",
            "Took back the decision on %(num)s comments.",
            count,
        )
    return _MANY[new](count)


def _to_come_words(count: int) -> str:
    return ngettext(
        "%(num)s more is being moved now; load the page again to see how far it is.",
        "%(num)s more are being moved now; load the page again to see how far it is.",
        count,
    )


def left_words(left: Left) -> str:
    """Why a comment was left alone: who did what with it."""
    words, state = isolated(left.first_words), gettext(STATE_NAMES[left.status])
    if left.is_edited:
        return gettext(
            "“%(words)s” was left alone: its writer has edited it since you saw it.",
            words=words,
        )
    if left.who:
        return gettext(
            "“%(words)s” was left alone: %(who)s has moved it (now: %(state)s).",
            words=words,
            who=isolated(left.who),
            state=state,
        )
    if left.actor == "writer":
        return gettext(
            "“%(words)s” was left alone: its writer has taken it back.", words=words
        )
    return gettext(
        "“%(words)s” was left alone: it is %(state)s now.", words=words, state=state
    )


def notice_of(done: Done | None, left: Sequence[Left]) -> Notice | None:
    """The notice about a batch, and about what was left alone; None for neither."""
    words = []
    if done is not None:
        words.append(
            _done_words(
                done.new, done.count, done.first.first_words, is_undo=done.is_undo
            )
        )
        if done.to_come:
            words.append(_to_come_words(done.to_come))
    words += map(left_words, left)
    if not words:
        return None
    may_undo = done is not None and done.may_undo
    return Notice(
        words=words,
        batch=done.batch if done is not None and may_undo else "",
        is_problem=bool(left),
    )


def outcome_words(outcome: Outcome, *, is_undo: bool = False) -> str:
    """What a decision led to, for a script to show."""
    words = []
    if outcome.decided:
        first = outcome.decided[0]
        words.append(
            _done_words(
                first.new, len(outcome.decided), first.first_words, is_undo=is_undo
            )
        )
    if outcome.to_come:
        words.append(_to_come_words(outcome.to_come))
    words += map(left_words, outcome.stale)
    return " ".join(words) or gettext("Nothing was changed.")
