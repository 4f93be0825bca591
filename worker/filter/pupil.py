"""A model that is being taught: a working copy that nobody asks yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.domain.findings import (
    LOG_ODDS_LIMIT,
    MODEL,
    PRIOR_LOG_ODDS,
)
from service.text.reading import read
from worker.filter.features import features
from worker.filter.guard import learning_weight
from worker.filter.hashing import Ids
from worker.filter.learned import LearnedModel
from worker.filter.model import Base, SiteModel
from worker.filter.storage import site_model_from, to_bytes
from worker.filter.weighing import Weighing

QUIET_WEIGHT = 0.5
"""How much a published comment counts that nobody has objected to."""


def ids_of_text(*, name: str, website: str, text: str) -> Ids:
    """What the model looks at in a comment."""
    return features(read(name=name, website=website, text=text))


@dataclass(slots=True)
class Pupil:
    """A site's model and weights while they learn.

    The text is taught by what the base says of it, and not by the other checks: it
    must know spam again by its words where next time no host gives it away. How far
    that then counts beside the others, `Weighing` learns.
    """

    base: Base
    site: SiteModel = field(default_factory=SiteModel.empty)
    weighing: Weighing = field(default_factory=Weighing)
    spam: int = 0
    """Decisions for spam that were learned."""
    good: int = 0
    """Decisions against it."""

    @classmethod
    def after(cls, learned: LearnedModel, figures: Mapping[str, int]) -> "Pupil":
        """A pupil that knows what this model knows; the model stays as it is."""
        site = SiteModel.empty()
        if learned.site is not None:
            # Through bytes: what is stored is what learning goes on from, to the bit.
            site = site_model_from(to_bytes(learned.site))
        return cls(
            base=learned.base,
            site=site,
            weighing=Weighing.from_json(learned.weighing.to_json()),
            spam=int(figures.get("spam", 0)),
            good=int(figures.get("good", 0)),
        )

    def shares(
        self, ids: Ids, findings: Iterable[tuple[str, float]]
    ) -> dict[str, float]:
        """Log-odds by check, with what the model says now in place of what it said."""
        site = max(-LOG_ODDS_LIMIT, min(LOG_ODDS_LIMIT, self.site.log_odds(ids)))
        return dict(findings) | {MODEL: self.base.log_odds(ids) + site}

    def log_odds(self, shares: Mapping[str, float]) -> float:
        """Of spam, from everything known; the same sum as in `findings.weigh`."""
        return self.weighing.log_odds(shares)

    def learn(
        self,
        ids: Ids,
        findings: Iterable[tuple[str, float]],
        *,
        is_spam: bool,
        weight: float,
    ) -> None:
        """Take one step towards a decision."""
        if weight <= 0:
            return
        self.weighing.learn(self.shares(ids, findings), is_spam, weight)
        self._step(ids, is_spam=is_spam, weight=weight)
        self.spam += is_spam
        self.good += not is_spam

    def keep_good(self, ids: Ids, weight: float) -> None:
        """Take a small step towards a published comment staying what it is.

        Whoever only ever marks spam would teach the filter that everything is. One that
        now looks like spam is left alone: perhaps nobody has seen it yet.

        :param weight: how much the decision counts that made it necessary, 0.0-1.0.
        """
        said = self.log_odds(self.shares(ids, ()))
        doubt = learning_weight(is_spam=False, log_odds=said)
        if doubt > 0:
            self._step(ids, is_spam=False, weight=QUIET_WEIGHT * weight * doubt)

    def _step(self, ids: Ids, *, is_spam: bool, weight: float) -> None:
        offset = PRIOR_LOG_ODDS + self.base.log_odds(ids)
        self.site.learn(ids, is_spam, weight, offset)
