"""What watches over agreement finds disagreement."""

import pytest

from tests.journey.agreement import Decision, Look, disagreements, seconds_to_agree

PUBLISHED = Decision(begun=0.0, answered=0.1, shown=True)
TRASHED = Decision(begun=5.0, answered=5.1, shown=False)


def _look(begun: float, shown: bool, what: str = "thread") -> Look:
    return Look(what, begun, begun + 0.01, shown)


NEW = [_look(0.5, True), _look(0.5, True, "counts")]


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ([_look(0.2, False), *NEW], ""),
        ([_look(0.2, False), *NEW, _look(0.2, False, "counts")], ""),
        # Begun before the newer answer had come: it may have been slower.
        ([*NEW, _look(0.505, False)], ""),
        ([*NEW, _look(0.52, False)], "old after new"),
        ([*NEW, _look(0.52, False, "counts")], "old after new"),
        ([_look(1.05, False)], ""),
        ([_look(1.2, False)], "still old after 1.10 s"),
        # While the next decision is made, both are right.
        ([*NEW, _look(4.995, False)], ""),
        ([*NEW, _look(5.2, True), _look(5.3, False), _look(5.4, True)], "old after"),
        ([*NEW, _look(6.2, True)], "still old after 1.10 s"),
    ],
)
def test_disagreement_is_found(looks: list[Look], said: str) -> None:
    found = disagreements([PUBLISHED, TRASHED], looks)
    assert len(found) == bool(said)
    assert said in "".join(found)


def test_time_to_agree_counts_from_the_answer() -> None:
    looks = [_look(0.05, True), *NEW]
    assert seconds_to_agree([PUBLISHED], looks) == pytest.approx([0.0, 0.41])
