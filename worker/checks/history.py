"""The writer's past: proof counts for them, a mere claim only against."""

from collections.abc import Iterator
from math import log, log2

from service.domain.checking import CheckInput, Tally
from service.domain.findings import Finding
from worker.checks.parts import Part, counted, finding

MOST_FOR = 3.0
MOST_AGAINST_ADDRESS = 2.5
MOST_AGAINST_NETWORK = 2.0
"""Less than for the address: one network may be a whole school."""

TRASHED_WEIGHT = 0.5
"""A trashed comment may have been rude or off the point, and no spam."""


def _for(published: int) -> Part:
    weight = min(MOST_FOR, log2(1 + published))
    known = counted(published, "published comment")
    return Part(-weight, f"{known} proven to be by the same writer")


def _against(tally: Tally, most: float, what: str) -> Part | None:
    """The odds of bad to good decisions, as far as they speak against.

    Published comments can outweigh the bad ones but never count for the writer,
    because whoever knows an address can claim it.
    """
    bad = tally.spam + TRASHED_WEIGHT * tally.trashed
    weight = min(most, 1.2 * log((bad + 1) / (tally.published + 1)))
    if weight <= 0:
        return None
    removed = counted(tally.spam + tally.trashed, "earlier comment")
    return Part(weight, f"moderators took away {removed} {what}")


def _parts(given: CheckInput) -> Iterator[Part]:
    evidence = given.evidence
    if evidence.proven_published > 0:
        yield _for(evidence.proven_published)
    for part in (
        _against(evidence.address_tally, MOST_AGAINST_ADDRESS, "with the same address"),
        _against(evidence.network_tally, MOST_AGAINST_NETWORK, "from the same network"),
    ):
        if part is not None:
            yield part


def _counts(tally: Tally) -> dict[str, int]:
    return {
        "published": tally.published,
        "spam": tally.spam,
        "trashed": tally.trashed,
    }


def history(given: CheckInput) -> Finding | None:
    """What earlier comments of the writer, the address and the network say."""
    evidence = given.evidence
    detail = {
        "proven_published": evidence.proven_published,
        "address": _counts(evidence.address_tally),
        "network": _counts(evidence.network_tally),
    }
    return finding("history", _parts(given), detail)
