"""The one task: a name, and one call. Without arguments it can hold no secrets."""

from service.jobs import DRAIN_TASK
from worker.app import app, work_and_ring


@app.task(name=DRAIN_TASK)
def drain_jobs() -> int:
    """Do what is due, and say that this worker lives.

    :returns: how many jobs were done.
    """
    return work_and_ring()
