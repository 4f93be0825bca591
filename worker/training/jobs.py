"""What the jobs of the filter do; each may be done twice, or killed at any point."""

import logging
from collections.abc import Callable
from datetime import datetime
from math import log as natural_log

from service.db.store import Store
from service.domain.findings import thresholds_of
from service.operations.claim import Lease
from service.operations.label_subjects import is_outside
from service.operations.rescore import Rescored, held_lately, note_rescored
from service.operations.sites import site_by_id
from worker.filter.model import SiteModel, sigmoid
from worker.filter.pupil import Pupil, ids_of_text
from worker.site_models import SiteModels
from worker.training.anew import RETRAINED_MOST, build, store_built
from worker.training.steps import Taught, train

log = logging.getLogger(__name__)

_FELT = 0.005
"""A change of a score that would be seen."""

Clock = Callable[[], datetime]


def learn(store: Store, models: SiteModels, lease: Lease, clock: Clock) -> None:
    """Learn labels of a site that are due, then look again at what is held there.

    :raises LeaseLost: if the lease is no longer the caller's; then nothing is written.
    :raises StaleModel: if another process has trained the site meanwhile; the same.
    """
    taught = train(store, models.base, lease, clock)
    if taught is not None and taught.last is not None:
        rescore(store, models, lease.subject, taught, clock)


def retrain(store: Store, models: SiteModels, lease: Lease, clock: Clock) -> None:
    """Build a site's model anew, and have it act if it is no worse on the last labels.

    :raises LeaseLost: if the lease is no longer the caller's; then nothing is written.
    :raises StaleModel: if another process has trained the site meanwhile; the same.
    """
    site_id = lease.subject
    site, model = store.read(lambda s: (site_by_id(s, site_id), models.of(s, site_id)))
    thresholds = thresholds_of(site.policy, model.learned(site.policy.budget))
    spam_from = min(max(thresholds.spam_from, 1e-9), 1 - 1e-9)
    built = build(store, site_id, models.base, RETRAINED_MOST)
    version = store_built(
        store,
        built,
        "retrain",
        now=clock(),
        spam_from=natural_log(spam_from / (1 - spam_from)),
        lease=lease,
    )
    if version is None:
        log.info("the model of site %d stays: built anew it was worse", site_id)


def rescore(
    store: Store, models: SiteModels, site_id: int, taught: Taught, clock: Clock
) -> None:
    """Tell the queue what the newest held comments score after a decision."""
    model, waiting = store.read(
        lambda s: (models.of(s, site_id), held_lately(s, site_id))
    )
    last = taught.last
    if last is None or not waiting:
        return
    reader = Pupil(model.base, model.site or SiteModel.empty(), model.weighing)
    found = []
    for each in waiting:
        ids = ids_of_text(name=each.name, website=each.website, text=each.text)
        score = sigmoid(reader.log_odds(reader.shares(ids, each.findings)))
        if abs(score - each.score) >= _FELT:
            found.append(
                Rescored(
                    comment_id=each.comment_id,
                    seen_version=each.version,
                    score=score,
                    was=each.score,
                    model_version=model.version,
                    decision="" if is_outside(last.comment_id) else last.public_id,
                    is_spam=last.is_spam,
                )
            )
    if found:
        store.write(lambda s: note_rescored(s, found, clock()))
