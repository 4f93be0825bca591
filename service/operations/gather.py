"""Fetch what the site's past says about comments: the `Evidence` for the checks.

Comments that are checked together are asked about together, and count for each other as
if they had been checked one after another.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from service.operations.matching import matcher_for
from service.operations.page_past import first_published, pages_of
from service.operations.past import Asked, Past, Settled
from service.operations.questions import (
    BY_ADDRESS,
    BY_BAND,
    BY_HOST,
    BY_NETWORK,
    DECIDED,
    FEW,
    NEAR,
    PROVEN,
    SAME_WORDS,
)
from service.operations.sites import SiteView
from service.privacy.keyring import Keyring

__all__ = ["DECIDED", "Asked", "Past", "Settled", "gather"]


def gather(
    session: Session, keyring: Keyring, site: SiteView, asked: Sequence[Asked]
) -> Past:
    """What is stored of the past of some comments of one site, in a few statements."""
    if not asked:
        raise ValueError("There is no comment to ask about.")
    proven = [a.email_index for a in asked if a.comment.arrival.get("proven")]
    bands = (band for a in asked for band in a.reading.bands)
    by_band = {
        band: [row.id for row in rows]
        for band, rows in BY_BAND.ask(session, bands, site_id=site.id).items()
    }
    numbers = {number for numbers in by_band.values() for number in numbers}
    return Past(
        site=site,
        keyring=keyring,
        matcher=matcher_for(session, site.id, site.list_version),
        by_address=BY_ADDRESS.ask(
            session, (a.email_index for a in asked), site_id=site.id
        ),
        by_network=BY_NETWORK.ask(
            session, (a.network_index for a in asked), site_id=site.id
        ),
        by_host=BY_HOST.ask(
            session, (host for a in asked for host in a.hosts), site_id=site.id
        ),
        same=SAME_WORDS.ask(
            session,
            (a.reading.normal_hash for a in asked),
            site_id=site.id,
        ),
        by_band=by_band,
        near=_near(session, numbers),
        proven=_proven(session, site.id, proven),
        pages=pages_of(session, (a.comment.thread_id for a in asked)),
        first_published=first_published(session, site.id),
    )


def _near(session: Session, numbers: Iterable[int]) -> dict[int, Any]:
    """The columns by which near-duplicates are told apart, by row number."""
    wanted, found = sorted(numbers), dict[int, Any]()
    for start in range(0, len(wanted), FEW):
        given = {"marks": wanted[start : start + FEW]}
        found |= {
            row.id: row for row in session.connection().execute(NEAR, given).all()
        }
    return found


def _proven(
    session: Session, site_id: int, marks: Iterable[bytes | None]
) -> dict[bytes, int]:
    """Published comments by address, for those who have proven that it is theirs."""
    wanted = sorted({mark for mark in marks if mark is not None})
    if not wanted:
        return {}
    rows = session.connection().execute(PROVEN, {"site_id": site_id, "marks": wanted})
    return {row.mark: row.number for row in rows}
