"""Sites in memory: the text model alone, or all checks that need no database."""

import numpy as np

from service.domain.checking import CheckInput
from service.domain.findings import MODEL
from service.domain.policy import SitePolicy
from worker.checks.registry import CHECKS
from worker.filter.evaluation.memory import Memory
from worker.filter.evaluation.streams import Prepared
from worker.filter.features import values
from worker.filter.hashing import Ids
from worker.filter.model import Base, SiteModel, places
from worker.filter.pupil import Pupil

NO_BASE = Base(np.zeros(1, np.float32), 0.0, "none")
"""Says nothing of any comment."""


def unlimited_log_odds(base: Base, ids: Ids) -> float:
    """What a base says before it is held within +-4.

    Limited scores tie, and of ties none counts as caught, so rankings need this one.
    """
    return base.bias + float(base.weights[places(ids, base.bits)] @ values(ids))


class FrozenModel:
    """The text model alone, which learns nothing more."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def score(self, one: Prepared) -> float:
        """The log-odds of the text, name and website."""
        return unlimited_log_odds(self._base, one.ids)

    def learn(self, one: Prepared, is_spam: bool, weight: float = 1.0) -> None:
        """Nothing."""


class TextSite:
    """The text model of one site, on a base or on nothing, which learns."""

    def __init__(self, base: Base | None) -> None:
        self._base = base
        self._model = SiteModel.empty()

    def score(self, one: Prepared) -> float:
        """The log-odds of base and site together."""
        return self._offset(one) + self._model.log_odds(one.ids)

    def learn(self, one: Prepared, is_spam: bool, weight: float = 1.0) -> None:
        """Take one step."""
        self._model.learn(one.ids, is_spam, weight, self._offset(one))

    def _offset(self, one: Prepared) -> float:
        return self._base.log_odds(one.ids) if self._base is not None else 0.0


class WholeSite:
    """All checks that need no database, taught and added up as on a running site.

    What an export does not hold says nothing: the form's token and origin are taken for
    good ones, and addresses, networks and lists for unknown.

    :param policy: of the site, for its origins: links to its own pages say nothing.
    :param learns_text: whether decisions change the text model and the checks' weights;
        else only hosts, repeats and copied words are remembered.
    """

    def __init__(
        self, base: Base | None, policy: SitePolicy, *, learns_text: bool
    ) -> None:
        self._pupil = Pupil(NO_BASE if base is None else base)
        self._learns_text = learns_text
        self._memory = Memory(policy)
        self._last: tuple[Prepared | None, dict[str, float]] = (None, {})

    def score(self, one: Prepared) -> float:
        """The log-odds of all findings together, from what came before."""
        found = self._findings(one)
        self._last = (one, found)
        return self._pupil.log_odds(self._pupil.shares(one.ids, found.items()))

    def learn(self, one: Prepared, is_spam: bool, weight: float = 1.0) -> None:
        """Remember the comment, and take one step where that is wanted."""
        if self._learns_text and weight > 0:
            last, found = self._last
            if last is not one:
                found = self._findings(one)
            self._pupil.learn(one.ids, found.items(), is_spam=is_spam, weight=weight)
        self._memory.learn(one.comment, one.reading, is_spam)

    def _findings(self, one: Prepared) -> dict[str, float]:
        given = CheckInput(
            reading=one.reading,
            evidence=self._memory.evidence(one.comment, one.reading),
            origin="own",
            token="good",  # noqa: S106  # no secret
            received_at=one.comment.at,
        )
        said = (check.run(given) for check in CHECKS if check.name != MODEL)
        return {one.check: one.log_odds for one in said if one is not None}
