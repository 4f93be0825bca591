"""Sites and their policies, kept in the process for a moment.

Every request to the public routes needs the site's policy, which hardly ever changes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from service.db.store import Store
from service.operations.sites import SiteView, changes, site_by_key

KEPT_SECONDS = 1.0
"""How old a policy may be: what another process changed is seen within this time."""
MOST_SITES = 1000


@dataclass(frozen=True, slots=True)
class _Kept:
    site: SiteView
    read_at: float
    changes: int


class KeptSites:
    """Gives sites by key, from the store or as they were read a moment ago.

    A change made by this process is seen at once. Keys of no site are not kept.

    :param seconds: how long a site is kept; 0 asks the store every time.
    :param clock: seconds that only go up.
    """

    def __init__(
        self,
        seconds: float = KEPT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        # Read and written whole, which the interpreter does without a lock.
        self._kept: dict[str, _Kept] = {}

    def get(self, store: Store, key: str) -> SiteView:
        """The site with this key.

        :raises Unknown: if there is none.
        :raises Unavailable: if the database must be asked and cannot be reached.
        """
        now, change = self._clock(), changes()
        kept = self._kept.get(key)
        if kept and kept.changes == change and now < kept.read_at + self._seconds:
            return kept.site
        site = store.read(partial(site_by_key, key=key))
        if self._seconds:
            self._keep(_Kept(site, now, change))
        return site

    def _keep(self, kept: _Kept) -> None:
        if len(self._kept) >= MOST_SITES:
            self._kept = {}
        self._kept[kept.site.key] = kept
