"""Submissions whose verdicts are known beforehand, and what became of each."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from service.domain.status import Status

SPAM_WORD = "zubalorin"
HOLD_WORD = "quenthifar"
"""Words that no letters of `_word` spell, for the two lists."""

PAGES = tuple(f"/kills/{number}" for number in range(5))
_WORDS = 14
_WEIGHTS = {Status.PUBLISHED: 6, Status.SPAM: 2, Status.HELD: 2}
_LISTED: dict[Status, tuple[str, ...]] = {
    Status.PUBLISHED: (),
    Status.SPAM: (SPAM_WORD, f"{HOLD_WORD} {SPAM_WORD}"),
    Status.HELD: (HOLD_WORD,),
}
_IMPATIENT = 0.1
"""Share of writers who go away when the first attempt fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A submission that is to be sent, and what must become of it."""

    key: str
    """Its ``Idempotency-Key``."""
    page: str
    text: str
    expected: Status
    is_patient: bool
    """True if it is sent again until somebody acknowledges it."""


def _word(dice: random.Random) -> str:
    pairs = (dice.choice("bdgklmnprst") + dice.choice("aeiou") for _ in range(3))
    return "".join(pairs)


def planned(seed: int) -> Iterator[Planned]:
    """Submissions without end, all different, the same ones for the same seed."""
    dice = random.Random(seed)  # noqa: S311  # to be repeated, not to be secret
    statuses, weights = list(_WEIGHTS), list(_WEIGHTS.values())
    while True:
        (expected,) = dice.choices(statuses, weights)
        words = [_word(dice) for _ in range(_WORDS)]
        if listed := _LISTED[expected]:
            words.insert(dice.randrange(_WORDS), dice.choice(listed))
        yield Planned(
            key=str(UUID(int=dice.getrandbits(128))),
            page=dice.choice(PAGES),
            text=" ".join(words),
            expected=expected,
            is_patient=dice.random() >= _IMPATIENT,
        )


@dataclass(slots=True)
class Ledger:
    """What was sent, and what the clients were told; many threads may write it."""

    sent: list[Planned] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Public id of the comment by key of the submission."""
    failures: int = 0
    """Attempts that nobody answered, or that were asked to come again."""
    contradictions: list[str] = field(default_factory=list)
    """What no client may be told."""
    _guard: Lock = field(default_factory=Lock)

    def begin(self, each: Planned) -> None:
        """A client takes up this submission."""
        with self._guard:
            self.sent.append(each)

    def acknowledge(self, each: Planned, comment_id: str) -> None:
        """A client was told that this submission is stored, under this public id."""
        with self._guard:
            first = self.acknowledged.setdefault(each.key, comment_id)
            if first != comment_id:
                self.contradictions.append(f"{each.key} is {first} and {comment_id}")

    def fail(self) -> None:
        """An attempt led to nothing."""
        with self._guard:
            self.failures += 1

    def contradict(self, what: str) -> None:
        """A client was told what it must not be told."""
        with self._guard:
            self.contradictions.append(what)
