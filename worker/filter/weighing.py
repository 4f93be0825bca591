"""How much each check counts on one site."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final, Self

from service.domain.findings import LOG_ODDS_LIMIT, PRIOR_LOG_ODDS, heard
from worker.filter.model import sigmoid

MAX_CHECKS: Final = 30
"""Checks that have a multiplier of their own; there are fewer."""

RATE: Final = 0.02
PULL: Final = 0.002
"""Share of the way back to 1 that a multiplier goes with each decision: it takes
dozens of decisions that agree to hold one away from 1."""

LEAST, MOST = 0.0, 2.0
"""A check never counts the other way round, and never more than twice."""


@dataclass(slots=True)
class Weighing:
    """A site's multipliers, one by check; 1 for a check that has none."""

    multipliers: dict[str, float] = field(default_factory=dict)
    bias: float = 0.0
    """Added to the prior that every site starts with."""

    def log_odds(self, findings: Mapping[str, float]) -> float:
        """What all findings say together, as `findings.weigh` adds them up.

        :param findings: log-odds by check.
        """
        return PRIOR_LOG_ODDS + self.bias + sum(self.shares(findings).values())

    def shares(self, findings: Mapping[str, float]) -> dict[str, float]:
        """What each finding adds to the log-odds, by check."""
        return {
            check: self.multipliers.get(check, 1.0) * said
            for check, said in heard(findings).items()
        }

    def learn(
        self, findings: Mapping[str, float], is_spam: bool, weight: float = 1.0
    ) -> None:
        """Move the multipliers a little towards what was decided, and back to 1.

        :param findings: log-odds by check, as they were before the decision.
        :param weight: how much the decision counts, 0.0-1.0.
        """
        error = weight * (sigmoid(self.log_odds(findings)) - (1.0 if is_spam else 0.0))
        for check in self.multipliers:
            self.multipliers[check] += PULL * weight * (1.0 - self.multipliers[check])
        for check, said in heard(findings).items():
            if check in self.multipliers or len(self.multipliers) < MAX_CHECKS:
                old = self.multipliers.get(check, 1.0)
                moved = old - RATE * error * said
                self.multipliers[check] = max(LEAST, min(MOST, moved))
        moved = self.bias * (1 - PULL * weight) - RATE * error
        self.bias = max(-LOG_ODDS_LIMIT, min(LOG_ODDS_LIMIT, moved))

    def to_json(self) -> dict[str, Any]:
        """The weighing as JSON values; `from_json` reads it."""
        return {"multipliers": dict(self.multipliers), "bias": self.bias}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """The weighing that `to_json` wrote.

        :raises ValueError: if it is no weighing, or a number in it is not finite.
        """
        try:
            multipliers = {str(k): float(v) for k, v in said["multipliers"].items()}
            bias = float(said["bias"])
        except (AttributeError, KeyError, TypeError) as err:
            raise ValueError("This is no weighing of checks.") from err
        if not all(map(isfinite, (bias, *multipliers.values()))):
            raise ValueError("A multiplier is not a finite number.")
        return cls(multipliers, bias)
