"""A base made of some comments for a protocol, much as the shipped one is made."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from worker.filter.building import BITS
from worker.filter.evaluation.sites import unlimited_log_odds
from worker.filter.evaluation.streams import Prepared
from worker.filter.features import values
from worker.filter.hashing import Ids
from worker.filter.model import Base, places
from worker.filter.regression import fit

PENALTY = 0.003
"""Chosen by five-fold cross-validation within the training parts of three files
(0.0003 to 0.3 tried), not by what the protocols score."""
MOST_OF_A_KIND = 3_000
"""Comments of one site and label that are learned, evenly spread over its time."""


def trained(sites: Sequence[Sequence[Prepared]], base: Base | None = None) -> Base:
    """A base learned from the comments of some sites at once.

    Spam and ham count alike, and sites by the root of their size. What came many times
    in the same words counts once.

    :param base: learned on top of, where there is one.
    :raises ValueError: unless there are comments of both kinds.
    """
    chosen = [(number, one) for number, site in enumerate(sites) for one in _some(site)]
    every = [one for _, one in chosen]
    bits = BITS if base is None else base.bits
    folded = [_folded(one.ids, bits) for one in every]
    fitted = fit(
        [row for row, _ in folded],
        [one.is_spam for one in every],
        values=[value for _, value in folded],
        counts=_counts([(number, one.is_spam) for number, one in chosen]),
        offsets=(
            None if base is None else [unlimited_log_odds(base, o.ids) for o in every]
        ),
        penalty=PENALTY,
    )
    weights = np.zeros(1 << bits, np.float32)
    weights[fitted.ids] = fitted.weights
    if base is None:
        return Base(weights, fitted.bias, "trained")
    return Base(weights + base.weights, fitted.bias + base.bias, base.name)


def _some(site: Sequence[Prepared]) -> list[Prepared]:
    """The comments to learn from, in their order."""
    distinct = {(one.ids.tobytes(), one.is_spam): at for at, one in enumerate(site)}
    kept = list[int]()
    for kind in (True, False):
        places_ = sorted(at for (_, is_spam), at in distinct.items() if is_spam is kind)
        number = min(len(places_), MOST_OF_A_KIND)
        spread = np.linspace(0, len(places_) - 1, number).astype(int) if number else ()
        kept += [places_[at] for at in spread]
    return [site[at] for at in sorted(kept)]


def _folded(ids: Ids, bits: int) -> tuple[Ids, NDArray[np.float32]]:
    """The places of ids in a base, and their values; ids that share one are added."""
    rows, where = np.unique(places(ids, bits), return_inverse=True)
    sums = np.bincount(where, weights=values(ids), minlength=rows.size)
    return rows.astype(np.uint32), sums.astype(np.float32)


def _counts(kinds: Sequence[tuple[int, bool]]) -> list[float]:
    """How much each comment counts: 1 on average, and by kind alike in sum.

    :param kinds: number of the site and label of each.
    """
    sizes = Counter(kinds)
    raw = np.array([sizes[kind] ** -0.5 for kind in kinds])
    is_spam = np.array([label for _, label in kinds], np.bool_)
    for which in (is_spam, ~is_spam):
        if which.any():
            raw[which] *= len(kinds) / 2 / raw[which].sum()
    return [float(one) for one in raw]
