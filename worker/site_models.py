"""The models of sites, as one process keeps them: read anew when a version acts."""

import logging
from collections import OrderedDict

from sqlalchemy.orm import Session

from service.operations.model_versions import (
    StoredModel,
    active_version,
    stored_model,
)
from worker.filter.learned import LearnedModel
from worker.filter.model import Base
from worker.filter.storage import shipped_base, site_model_from
from worker.filter.weighing import Weighing

log = logging.getLogger(__name__)

KEPT_SITES = 16
"""Models that a process keeps, those asked for last; each takes a megabyte."""


def opened(stored: StoredModel, base: Base) -> LearnedModel:
    """The model as it was stored.

    :raises ValueError: if it is torn, not finite, or made by another version of the
        filter.
    """
    return LearnedModel(
        base=base,
        site=site_model_from(stored.blob),
        weighing=Weighing.from_json(stored.weighing),
        ham_scores=tuple(map(float, stored.ham_scores)),
        version=stored.version,
    )


class SiteModels:
    """Models by site; costs one look at one row while nothing changes."""

    def __init__(self, base: Base | None = None) -> None:
        self._base = base
        self._kept: OrderedDict[int, tuple[int, LearnedModel]] = OrderedDict()

    @property
    def base(self) -> Base:
        """The shared base; the one that ships with the product by default."""
        if self._base is None:
            self._base = shipped_base()
        return self._base

    def of(self, session: Session, site_id: int) -> LearnedModel:
        """The model that acts on the site now.

        One that cannot be read is left out, and said in the log: the base speaks alone
        until the site's model is built anew.
        """
        version = active_version(session, site_id)
        kept = self._kept.get(site_id)
        if kept is None or kept[0] != version:
            kept = version, self._loaded(session, site_id, version)
            self._kept[site_id] = kept
        self._kept.move_to_end(site_id)
        while len(self._kept) > KEPT_SITES:
            self._kept.popitem(last=False)
        return kept[1]

    def _loaded(self, session: Session, site_id: int, version: int) -> LearnedModel:
        stored = stored_model(session, site_id, version) if version else None
        if stored is None:
            return LearnedModel(base=self.base)
        try:
            return opened(stored, self.base)
        except ValueError as err:
            log.error(  # noqa: TRY400  # the class tells all
                "version %d of the model of site %d cannot be used: %s",
                *(version, site_id, type(err).__name__),
            )
            return LearnedModel(base=self.base)
