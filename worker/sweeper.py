"""The sweeper: in every worker's main process, it rings for jobs that are due.

Messages get lost: a killed worker takes its own along, a broker forgets, a folder is
emptied. The sweeper looks at the job table instead, and rings as long as something is
due; now and then it rings without need, so that the heartbeat proves tasks still run.
While the broker cannot be reached, or takes messages that never arrive, it does what is
due by itself.
"""

import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Thread

from celery import Celery
from sqlalchemy.orm import Session
from typing_extensions import override

from service.db.store import Store
from service.domain.errors import Unavailable
from service.jobs import BREAK_SECONDS, Kind, send, waiting
from service.operations.claim import anything_due, mend_clock
from service.operations.owe import owe
from worker.heartbeat import BEAT_SECONDS, seen_at

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
MOST_WAITING = 4
"""No ring while so many messages wait already (measured: RELIABILITY.md 0.11)."""
UNTAKEN_SECONDS = 6.0
"""Messages that wait longer than this may never come; a task ends sooner."""
DEAF_SECONDS = 10.0
"""Pause between two tries to hear messages again."""
WEDGED = timedelta(seconds=120)
"""A worker whose tasks give no sign of life for so long restarts, if there is work, and
so does one that hears nothing for so long while messages wait."""


def ring_if_due(store: Store, app: Celery) -> None:
    """Ring once if something is due now; a sweeper does it later where this fails."""
    now = datetime.now(UTC)
    try:
        if store.read(lambda s: anything_due(s, now)):
            send(app)
    except Exception as err:  # noqa: BLE001  # any broker may fail in its own way
        log.warning("the next task was not rung for: %s", type(err).__name__)


class Sweeper(Thread):
    """Rings for due jobs until the process ends.

    :param worker: name under which this worker's heart beats.
    :param work: does what is due right here; used while the broker is of no use.
    :param listen: has the worker listen to the broker on a new connection.
    """

    def __init__(
        self,
        store: Store,
        app: Celery,
        worker: str,
        work: Callable[[], object],
        listen: Callable[[], object],
    ) -> None:
        super().__init__(name="sweeper", daemon=True)
        self._store = store
        self._app = app
        self._worker = worker
        self._work = work
        self._listen = listen
        self._started_at = datetime.now(UTC)
        self._rung_at = self._tended_at = -BEAT_SECONDS
        self._failed_at = float("-inf")
        """When the broker refused something, by the monotonic clock, as the others."""
        self._heard_at = self._taken_at = self._listened_at = time.monotonic()

    def hear(self) -> None:
        """A message has come to this worker; may be called from any thread."""
        self._heard_at = time.monotonic()

    @override
    def run(self) -> None:
        """Sweep every second."""
        while True:
            try:
                self.sweep()
            except Unavailable:
                pass  # said in the log by the store
            except Exception as err:  # noqa: BLE001  # it must go on, whatever happens
                log.warning("sweeping failed: %s", type(err).__name__)
            time.sleep(SWEEP_SECONDS)

    def sweep(self) -> None:
        """Look once, and ring if something is due or the heart should beat."""
        now = datetime.now(UTC)
        # Also while something is due all the time, which hides what is late or lost.
        if time.monotonic() - self._tended_at >= BEAT_SECONDS:
            self._store.write(lambda s: self._tend(s, now))
            self._tended_at = time.monotonic()
        due = self._store.read(lambda s: anything_due(s, now))
        if due:
            self._restart_if_wedged(now)
        beat_wanted = time.monotonic() - self._rung_at >= BEAT_SECONDS
        is_unsure = self._failed_at > self._taken_at
        if due or beat_wanted or is_unsure:
            self._ring_or_work()

    def _ring_or_work(self) -> None:
        # A silent broker is slow to fail, so it is left alone for a while each time.
        is_left_alone = time.monotonic() < self._failed_at + BREAK_SECONDS
        if is_left_alone or not self._has_rung():
            self._work()

    def _has_rung(self) -> bool:
        """True if the broker takes messages, and they come to a worker."""
        rung_before = self._rung_at
        try:
            count = waiting(self._app)
            if count < MOST_WAITING:
                send(self._app)
                self._rung_at = time.monotonic()
        except Exception as err:  # noqa: BLE001  # any broker may fail in its own way
            log.warning("the doorbell is silent: %s", type(err).__name__)
            self._failed_at = time.monotonic()
            return False
        return self._are_taken(count, rung_before)

    def _are_taken(self, count: int, rung_before: float) -> bool:
        # Celery waits up to half a minute between its tries to reach a broker, and may
        # be deaf on its connection; comments shall not wait for that.
        now, since = time.monotonic(), max(self._taken_at, self._failed_at)
        was_emptied = count == 0 and rung_before > self._failed_at
        if was_emptied or self._heard_at > since:
            self._taken_at = now
            return True
        if now - since >= WEDGED.seconds:
            self._restart()
        is_late = now - since >= UNTAKEN_SECONDS
        if is_late and now - self._listened_at >= DEAF_SECONDS:
            log.warning("messages wait and none comes: listening anew")
            self._listened_at = now
            self._listen()
        return self._taken_at > self._failed_at and not is_late

    def _tend(self, session: Session, now: datetime) -> None:
        mend_clock(session, now)
        owe(session, Kind.RETENTION, 0, now=now, dedupe_key="retention")
        owe(session, Kind.MODELS, 0, now=now, dedupe_key="models")

    def _restart_if_wedged(self, now: datetime) -> None:
        seen = self._store.read(lambda s: seen_at(s, self._worker)) or self._started_at
        if now - max(seen, self._started_at) >= WEDGED:
            self._restart()

    def _restart(self) -> None:
        log.error("no task ran for %d s while jobs are due: restarting", WEDGED.seconds)
        with suppress(ProcessLookupError):
            os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)
        os._exit(1)
