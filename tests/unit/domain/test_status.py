"""Who may move a comment from which state to which, and what its writer is told."""

from itertools import product

import pytest

from service.domain.status import Actor, Status, may_move, told_to_writer

P, PUB, H, S, T = Status

_MODERATOR = {
    *product([P], [H, S, T]),
    *product([PUB], [H, S, T]),
    *product([H], [PUB, S, T]),
    *product([S], [PUB, H, T]),
    *product([T], [PUB, H, S]),
}
ALLOWED = {
    Actor.CHECKS: {*product([P], [PUB, H, S]), (H, PUB), (H, S)},
    Actor.MODERATOR: _MODERATOR,
    Actor.OPERATOR: _MODERATOR,
    Actor.WRITER: {(P, T), (PUB, T), (H, T)},
}


@pytest.mark.parametrize("actor", Actor)
@pytest.mark.parametrize(("old", "new"), list(product(Status, Status)))
def test_move_is_allowed_exactly_where_the_table_says_so(
    actor: Actor, old: Status, new: Status
) -> None:
    assert may_move(actor, old, new) is ((old, new) in ALLOWED[actor])


def test_nobody_publishes_what_was_never_checked_but_the_checks() -> None:
    assert {actor for actor in Actor if may_move(actor, P, PUB)} == {Actor.CHECKS}


@pytest.mark.parametrize(
    ("status", "word"),
    [(P, "pending"), (PUB, "published"), (H, "held"), (S, "held"), (T, "removed")],
    ids=list(Status),
)
def test_writer_is_told_one_of_four_words_and_never_spam(
    status: Status, word: str
) -> None:
    assert told_to_writer(status) == word
