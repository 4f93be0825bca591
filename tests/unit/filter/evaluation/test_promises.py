"""Thresholds drawn from the past alone."""

from worker.filter.evaluation.promises import LEAST_SPAM, kept
from worker.filter.evaluation.streams import Scores


def stream(*scored: tuple[float, bool]) -> Scores:
    return Scores([score for score, _ in scored], [spam for _, spam in scored])


def test_nothing_is_called_spam_before_there_are_enough_good_comments() -> None:
    held = kept(stream(*[(0.0, False)] * 99, (9.0, True), (9.0, False)), 0.01)
    assert (held.ham_after, held.ham_blocked, held.spam, held.spam_caught) == (
        *(0, 0),
        *(1, 0),
    )


def test_line_is_the_highest_of_a_hundred_good_comments() -> None:
    ham = [(number / 20, False) for number in range(100)]
    later = [(6.0, True), (4.0, True), (7.0, False), (6.5, True)]
    held = kept(stream(*ham, *later), 0.01)
    assert (held.ham_after, held.ham_blocked) == (1, 1)
    # The good comment at 7 has moved the line above the last spam.
    assert (held.spam, held.spam_caught) == (3, 1)


def test_doubtful_comments_are_not_called_spam_however_low_the_line() -> None:
    ham = [(-9.0, False)] * 100
    doubtful = LEAST_SPAM - 0.1
    held = kept(stream(*ham, (doubtful, True), (doubtful, False)), 0.01)
    assert (held.ham_blocked, held.spam_caught) == (0, 0)
