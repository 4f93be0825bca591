"""The shared base, built from labelled comments: the same bytes from the same files.

Files are balanced, so that a blog with fifteen thousand comments weighs little more
than one with a hundred, and within each file spam and good comments weigh alike.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.text.reading import read
from worker.filter.features import features, values
from worker.filter.hashing import Ids
from worker.filter.model import Base, places

BITS: Final = 17
"""A base has 2**17 weights of eight bits: 128 KiB."""

STRENGTH: Final = 30.0
"""How far weights may grow (C of a regularised logistic regression)."""

SEED: Final = 20_26


class BuildError(ValueError):
    """A base cannot be built from these files; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled comment as the model sees it."""

    ids: Ids
    is_spam: bool
    file: int
    """Number of the file it comes from."""


def samples_of(paths: Sequence[Path]) -> Iterator[Sample]:
    """The labelled comments of CSV files with columns ``text`` and ``label``.

    ``author`` and ``url`` are used where they exist. Labels are 1 for spam and 0 for
    good comments; rows with another label are left out.

    :raises BuildError: if a file has no such columns or is not UTF-8.
    """
    csv.field_size_limit(2**20)
    for number, path in enumerate(paths):
        try:
            with path.open(newline="", encoding="utf-8-sig") as lines:
                yield from _samples(csv.DictReader(lines), path, number)
        except (UnicodeDecodeError, csv.Error) as err:
            raise BuildError(f"{path.name} is not a CSV file in UTF-8.") from err


def _samples(rows: "csv.DictReader[str]", path: Path, number: int) -> Iterator[Sample]:
    if not {"text", "label"} <= set(rows.fieldnames or ()):
        raise BuildError(f"{path.name} has no columns text and label.")
    seen: set[tuple[bytes, bool]] = set()
    for row in rows:
        if row["label"] not in ("0", "1") or row["text"] is None:
            continue
        reading = read(
            name=row.get("author") or "", website=row.get("url") or "", text=row["text"]
        )
        ids = features(reading)
        # What was sent a hundred times is no more typical than what was sent once.
        key = (sha256(ids.tobytes()).digest(), row["label"] == "1")
        if key not in seen:
            seen.add(key)
            yield Sample(ids, row["label"] == "1", number)


def build(samples: Iterable[Sample], name: str = "") -> Base:
    """The base learned from the samples.

    :param name: which base it is; by default the start of a checksum of its weights.
    :raises BuildError: if scikit-learn is missing, or there are too few comments.
    """
    known = list(samples)
    if {sample.is_spam for sample in known} != {True, False}:
        raise BuildError("A base needs comments of both labels, 1 and 0.")
    weights, bias = _fitted(known)
    step = np.float32(np.abs(weights).max() / 127 or 1.0)
    rounded = np.rint(weights / step).astype("i1")
    step = np.float32(round(float(step), 6))
    sealed = sha256(rounded.tobytes()).hexdigest()[:12]
    return Base(rounded.astype(np.float32) * step, round(bias, 3), name or sealed)


def _fitted(known: Sequence[Sample]) -> tuple[NDArray[np.float64], float]:
    linear_model, sparse = _learner()
    labels = np.array([sample.is_spam for sample in known], np.int8)
    starts = np.cumsum([0, *(len(sample.ids) for sample in known)])
    matrix = sparse.csr_matrix(
        (
            np.concatenate([values(sample.ids) for sample in known]).astype(float),
            np.concatenate([places(sample.ids, BITS) for sample in known]),
            starts,
        ),
        shape=(len(known), 1 << BITS),
    )
    matrix.sum_duplicates()
    learner = linear_model.LogisticRegression(
        C=STRENGTH, solver="liblinear", random_state=SEED, tol=1e-5, max_iter=1000
    )
    learner.fit(matrix, labels, sample_weight=_weights(known))
    return learner.coef_[0], float(learner.intercept_[0])


def _weights(known: Sequence[Sample]) -> NDArray[np.float64]:
    """How much each sample counts, 1.0 on average and alike for both labels.

    Within a label, files count by the root of how many comments they have.
    """
    counts: dict[tuple[int, bool], int] = {}
    for sample in known:
        key = (sample.file, sample.is_spam)
        counts[key] = counts.get(key, 0) + 1
    weights = np.array([1 / sqrt(counts[s.file, s.is_spam]) for s in known])
    for is_spam in (True, False):
        chosen = np.array([sample.is_spam is is_spam for sample in known])
        weights[chosen] *= len(known) / 2 / weights[chosen].sum()
    return weights


def _learner() -> tuple[Any, Any]:
    try:
        from scipy import sparse  # noqa: PLC0415  # only needed here
        from sklearn import linear_model  # noqa: PLC0415
    except ImportError as err:
        msg = (
            "Building a base needs scikit-learn. Install it with: "
            'pip install "foyer[base]"'
        )
        raise BuildError(msg) from err
    return linear_model, sparse
