"""`foyer worker-health`: tells a container's health check whether its worker works."""

import socket
from datetime import datetime

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.cli.doctor import WORKER_SILENT
from service.cli.doors import utc_now
from service.db.models import Heartbeat
from service.db.store import Store, make_engine
from service.settings import load

_HOST_CHARS = 60
# As much of the host's name as `worker.app.worker_name` takes.


def _last_seen(session: Session) -> datetime | None:
    host = f"{socket.gethostname()[:_HOST_CHARS]}:"
    return session.execute(
        select(func.max(Heartbeat.seen_at)).where(
            Heartbeat.worker.startswith(host, autoescape=True)
        )
    ).scalar_one()


@click.command("worker-health")
def worker_health() -> int:
    """Exit with 0 if a worker on this host did its tasks in the last minute."""
    store = Store(make_engine(load().database))
    try:
        seen_at = store.read(_last_seen)
    finally:
        store.close()
    if seen_at is None or utc_now() - seen_at > WORKER_SILENT:
        click.echo("No worker on this host gave a sign of life in the last minute.")
        return 1
    click.echo("A worker on this host is at work.")
    return 0
