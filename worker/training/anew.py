"""Build a site's model anew from the labels that stand, and see if it is better."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isnan, nan

import numpy as np
from sqlalchemy.orm import Session

from service.db.store import Store
from service.operations.claim import Lease, finish
from service.operations.lately import Lately, published_lately
from service.operations.lessons import Lesson
from service.operations.model_versions import (
    MadeBy,
    ModelState,
    model_state,
    switch,
)
from worker.filter.evaluation.metrics import roc_auc
from worker.filter.model import Base
from worker.filter.pupil import Pupil, ids_of_text
from worker.training.desk import Quiet, made_of, standing, teach

RETRAINED_MOST = 4_000
"""The last labels that a retraining in a worker learns from, some 8 s of work."""
REBUILT_MOST = 100_000
"""The same for a rebuild by command, which nothing waits for."""
COMPARED = 300
"""The last decisions on which a new model must not be worse."""
WORSE_BY = 0.01
"""By how much it may be worse all the same: one point (SPAM.md 4.3)."""
SPAM_PER_GOOD = 5
"""Spam counts no more than so many times what is good does (SPAM.md 4.4)."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well scores, each taken before it was learned, tell spam from good."""

    auc: float
    """Probability that spam scores above a good comment; NaN without both."""
    blocked: float
    """Share of good comments that scored as spam, 0.0-1.0; NaN without any."""

    def is_worse_than(self, other: "Figures") -> bool:
        """True if it is worse by more than `WORSE_BY`, as far as both can tell."""
        return (
            self.auc < other.auc - WORSE_BY or self.blocked > other.blocked + WORSE_BY
        )  # comparisons with NaN are false


def figures_of(
    scores: Sequence[float], is_spam: Sequence[bool], spam_from: float
) -> Figures:
    """Figures of scores on comments of which it was decided what they are.

    :param spam_from: the score from which they are called spam.
    """
    said, spam = np.asarray(scores, np.float64), np.asarray(is_spam, np.bool_)
    good = said[~spam]
    return Figures(
        auc=roc_auc(said, spam) if len(said) else nan,
        blocked=float((good >= spam_from).mean()) if len(good) else nan,
    )


@dataclass(slots=True)
class Built:
    """A model that was built anew, and what it said before each label."""

    state: ModelState
    pupil: Pupil
    lately: Lately
    said: list[tuple[Lesson, float]] = field(default_factory=list)
    """The last labels, and the log-odds before each was learned."""

    def figures(self, spam_from: float) -> tuple[Figures, Figures]:
        """How well it does, and how well those did that acted."""
        known = [(n, score) for n, score in self.said if n.log_odds is not None]
        is_spam = [bool(lesson.is_spam) for lesson, _ in known]
        acted = [lesson.log_odds or 0.0 for lesson, _ in known]
        return (
            figures_of([score for _, score in known], is_spam, spam_from),
            figures_of(acted, is_spam, spam_from),
        )


def build(store: Store, site_id: int, base: Base, most: int) -> Built:
    """Learn all labels that stand, in their order, and no others; stores nothing.

    :param most: how many of the last labels at most.
    """
    state, lately = store.read(
        lambda s: (model_state(s, site_id), published_lately(s, site_id))
    )
    after = state.number_back(most)
    built = Built(state, Pupil(base), lately)
    quiet = Quiet(store, sorted(lately.unlabelled))
    # Counted first, since a flood of spam must not drown what is good.
    spam, good = 0, 0
    for lessons in standing(store, site_id, after):
        spam += sum(bool(each.is_spam) for each in lessons)
        good += sum(not each.is_spam for each in lessons)
    enough = max(good + len(lately.unlabelled), 1) * SPAM_PER_GOOD
    share = min(1.0, enough / max(spam, 1))
    for lessons in standing(store, site_id, after):
        for lesson in lessons:
            _teach(built, quiet, lesson, share if lesson.is_spam else 1.0)
    return built


def _teach(built: Built, quiet: Quiet, lesson: Lesson, share: float) -> None:
    weight = share * (lesson.weight or 0.0)
    ids = ids_of_text(name=lesson.name, website=lesson.website, text=lesson.text)
    pupil = built.pupil
    built.said.append((lesson, pupil.log_odds(pupil.shares(ids, lesson.findings))))
    del built.said[:-COMPARED]
    teach(pupil, quiet, lesson, ids, lesson.number or 0, weight)


def store_built(
    store: Store,
    built: Built,
    made_by: MadeBy,
    *,
    now: datetime,
    spam_from: float = 0.0,
    lease: Lease | None = None,
) -> int | None:
    """Have a model act that was built anew, if it is no worse than what acted.

    :param made_by: ``rebuild`` acts in any case.
    :param spam_from: log-odds from which comments are called spam.
    :param lease: a job that is struck off in the same transaction.
    :returns: the version that acts now; None if it was worse, and the old one stays.
    :raises LeaseLost: if the lease is no longer the caller's; then nothing is written.
    :raises StaleModel: if the site was trained meanwhile; the same.
    """
    new, old = built.figures(spam_from)
    last_number = built.state.next_number - 1
    accepted = made_by == "rebuild" or not new.is_worse_than(old)
    made = made_of(
        built.pupil,
        parent=None,
        made_by=made_by,
        last_number=last_number,
        lately=built.lately,
        more={"auc": _shown(new.auc), "blocked": _shown(new.blocked)},
    )

    def act(session: Session) -> int:
        if lease is not None:
            finish(session, lease)
        return switch(
            session,
            built.state,
            made if accepted else None,
            next_number=built.state.next_number,
            now=now,
            retrained=True,
        )

    version = store.write(act)
    return version if accepted else None


def _shown(figure: float) -> float | None:
    return None if isnan(figure) else round(figure, 4)
