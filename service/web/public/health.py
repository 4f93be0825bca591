"""Whether the process is there, and whether it can do its work."""

import shutil
from datetime import timedelta

import orjson
from flask import Blueprint, Response

from service.domain.errors import Unavailable
from service.operations.readiness import Readiness, readiness
from service.web.context import here

bp = Blueprint("health", __name__)

WORKER_SILENT = timedelta(seconds=60)
LATE = timedelta(seconds=60)
MIN_FREE_SHARE = 0.05


@bp.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response(b'{"status":"ok"}', mimetype="application/json")


def _troubles(found: Readiness) -> list[str]:
    context = here()
    now = context.clock()
    said = []
    if found.worker_seen_at is None or now - found.worker_seen_at > WORKER_SILENT:
        said.append("no worker gave a sign of life in the last minute")
    if found.oldest_due_at is not None and now - found.oldest_due_at > LATE:
        said.append("checks are more than a minute late")
    return said


@bp.get("/readyz")
def readyz() -> Response:
    """The database is there and at the right version; says what else is wrong.

    503 when submissions cannot be taken in; 200 with ``degraded`` when they can, but
    wait longer than they should.
    """
    context = here()
    try:
        found = context.store.read(readiness)
        usage = shutil.disk_usage(
            context.settings.data if context.settings.embedded else "/"
        )
    except (Unavailable, OSError):
        return _say(503, "unavailable", ["the database cannot be read"])
    if not found.is_migrated:
        return _say(503, "unavailable", ["migrations are missing; run foyer migrate"])
    if usage.free / usage.total < MIN_FREE_SHARE:
        return _say(503, "unavailable", ["the disk is nearly full"])
    troubles = _troubles(found)
    return _say(200, "degraded" if troubles else "ready", troubles)


def _say(status: int, word: str, troubles: list[str]) -> Response:
    body = orjson.dumps({"status": word, "troubles": troubles})
    answer = Response(body, status, mimetype="application/json")
    if status != 200:  # noqa: PLR2004
        answer.headers["Retry-After"] = "5"
    return answer
