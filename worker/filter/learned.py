"""The model as checks ask it: the shared base, and what one site has learned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from service.domain.budget import threshold
from service.domain.checking import Opinion, Reading
from service.domain.findings import LOG_ODDS_LIMIT, PRIOR_LOG_ODDS, Learned
from service.text.reading import read_part
from worker.filter.features import Features, features_of
from worker.filter.model import Base, SiteModel, sigmoid
from worker.filter.reasons import reasons
from worker.filter.weighing import Weighing

LONG_TEXT_CHARS = 400
"""From here on parts of a text are looked at for themselves."""
AROUND_CHARS = 150
"""How much before and behind a link belongs to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedModel:
    """A base and a site's model on top of it; answers the same while it lives."""

    base: Base
    site: SiteModel | None = None
    """None where nothing was learned yet."""
    weighing: Weighing = field(default_factory=Weighing)
    ham_scores: Sequence[float] = ()
    """Log-odds of the site's last good comments, the oldest first."""
    version: int = 0

    def log_odds(self, reading: Reading) -> tuple[float, float]:
        """Evidence for spam by the base and by the site's model, each from -4 to 4."""
        return self._log_odds(features_of(reading))

    def _log_odds(self, seen: Features) -> tuple[float, float]:
        base = self.base.log_odds(seen.ids, seen.counts)
        if self.site is None:
            return base, 0.0
        site = self.site.log_odds(seen.ids, seen.counts)
        return base, max(-LOG_ODDS_LIMIT, min(LOG_ODDS_LIMIT, site))

    def opinion(self, reading: Reading) -> Opinion:
        """What it says of a comment, with reasons where it speaks for spam."""
        seen = features_of(reading)
        base, site = self._log_odds(seen)
        whole = base + site
        part, part_words = None, ""
        # What is held for the whole of it needs no look at its parts.
        if PRIOR_LOG_ODDS + whole < 0:
            for text in _parts(reading):
                found = sum(self.log_odds(read_part(text)))
                if part is None or found > part:
                    part, part_words = found, text
        return Opinion(
            base=base,
            site=site,
            reasons=self._reasons(reading, seen) if whole > 0 else (),
            part=part,
            part_words=" ".join(part_words.split()[:12]),
            version=self.version,
            decisions=0 if self.site is None else self.site.decisions,
        )

    def _reasons(self, reading: Reading, seen: Features) -> tuple[str, ...]:
        return reasons(reading, self.base, self.site, seen=seen)

    def learned(self, budget: float) -> Learned:
        """What a verdict is weighed with.

        :param budget: share of good comments that may be called spam.
        """
        line = threshold(self.ham_scores, budget)
        return Learned(
            weights=dict(self.weighing.multipliers),
            bias=self.weighing.bias,
            spam_above=None if line is None else sigmoid(line),
            model_version=self.version or None,
        )


def _parts(reading: Reading) -> Iterator[str]:
    """The text around its first and last link, and its last third, if it is long."""
    text = reading.text
    if len(text) < LONG_TEXT_CHARS:
        return
    links = [link for link in reading.links if link.url]
    for link in {id(each): each for each in (*links[:1], *links[-1:])}.values():
        at = text.find(link.url)
        if at >= 0:
            yield text[max(0, at - AROUND_CHARS) : at + len(link.url) + AROUND_CHARS]
    yield text[2 * len(text) // 3 :].partition(" ")[2]
