"""A base made of some comments for a protocol, as the shipped one is made."""

from collections.abc import Sequence

import numpy as np

from worker.filter.evaluation.sites import unlimited_log_odds
from worker.filter.evaluation.streams import Prepared
from worker.filter.features import values
from worker.filter.model import Base, places
from worker.filter.regression import fit

BITS = 17
PENALTY = 0.003
MOST_SPAM_TO_HAM = 5.0
"""Spam counts at most so many times as much as ham, however much of it there is."""


def trained(sites: Sequence[Sequence[Prepared]], base: Base | None = None) -> Base:
    """A base learned from all comments of some sites at once.

    :param base: learned on top of, where there is one.
    :raises ValueError: unless there are comments of both kinds.
    """
    every = [one for site in sites for one in site]
    counts = [count for site in sites for count in _counts(site)]
    offsets = None if base is None else [unlimited_log_odds(base, o.ids) for o in every]
    folded = [_folded(one.ids) for one in every]
    fitted = fit(
        [row for row, _ in folded],
        [one.is_spam for one in every],
        values=[value for _, value in folded],
        counts=counts,
        offsets=offsets,
        penalty=PENALTY,
    )
    weights = np.zeros(1 << BITS, np.float32)
    weights[fitted.ids] = fitted.weights
    bias = fitted.bias
    if base is not None:
        weights, bias = weights + base.weights, bias + base.bias
    return Base(weights, bias, "trained")


def _folded(ids):
    at = places(ids, BITS)
    rows, where = np.unique(at, return_inverse=True)
    return rows.astype(np.uint32), np.bincount(where, values(ids)).astype(np.float32)


def _counts(site: Sequence[Prepared]) -> list[float]:
    spam = sum(one.is_spam for one in site)
    ham = len(site) - spam
    share = min(1.0, MOST_SPAM_TO_HAM * max(1, ham) / max(1, spam))
    return [share if one.is_spam else 1.0 for one in site]
