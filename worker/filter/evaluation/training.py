"""A base made of some comments for a protocol, by what makes the shipped one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.domain.errors import MalformedInput
from worker.filter.building import BuildError, Sample, build
from worker.filter.evaluation.sites import unlimited_log_odds
from worker.filter.evaluation.streams import Prepared
from worker.filter.features import values
from worker.filter.hashing import Ids
from worker.filter.model import Base, places
from worker.filter.regression import fit

PENALTY = 0.003
"""Of what is learned on top of a base, all at once. Chosen by five-fold
cross-validation within the training parts of three files (0.0003 to 0.3 tried)."""


def trained(
    sites: Sequence[Sequence[Prepared]],
    base: Base | None = None,
    ham: Sequence[Sequence[Prepared]] = (),
) -> Base:
    """A base learned from the comments of some sites.

    :param base: learned on top of, where there is one.
    :param ham: comments from elsewhere, of which only good ones are learned; as for
        the shipped base, and so for one from nothing alone.
    :raises MalformedInput: unless there are comments of both labels.
    """
    every = [one for site in sites for one in site]
    if len({one.is_spam for one in every}) != len((True, False)):
        raise MalformedInput("What teaches must have comments of both labels.")
    if base is not None:
        return _on_top(every, base)
    try:
        return build(_samples(sites), _samples(ham), name="trained")
    except BuildError as err:
        raise MalformedInput(str(err)) from err


def _samples(sites: Sequence[Sequence[Prepared]]) -> list[list[Sample]]:
    return [[Sample(one.ids, one.is_spam) for one in site] for site in sites]


def _on_top(every: Sequence[Prepared], base: Base) -> Base:
    folded = [_folded(one.ids, base.bits) for one in every]
    fitted = fit(
        [row for row, _ in folded],
        [one.is_spam for one in every],
        values=[value for _, value in folded],
        offsets=[unlimited_log_odds(base, one.ids) for one in every],
        penalty=PENALTY,
    )
    weights = base.weights.copy()
    weights[fitted.ids] += fitted.weights.astype(np.float32)
    return Base(weights, fitted.bias + base.bias, base.name)


def _folded(ids: Ids, bits: int) -> tuple[Ids, NDArray[np.float32]]:
    """The places of ids in a base, and their values; ids that share one are added."""
    rows, where = np.unique(places(ids, bits), return_inverse=True)
    sums = np.bincount(where, weights=values(ids), minlength=rows.size)
    return rows.astype(np.uint32), sums.astype(np.float32)
