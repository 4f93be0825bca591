"""What is due outside: questions and reports, some at the same time.

Each is done by itself and ends stored, put off or struck off. A service that gave no
answer several times in a row is left alone for a minute, so that comments are held at
once and threads are not all taken up by waiting.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from service.db.store import Store
from service.domain.errors import Unavailable
from service.domain.outside import AKISMET, PAUSE, OutsideAnswer
from service.jobs import Kind
from service.operations.claim import (
    MAX_ATTEMPTS,
    Lease,
    LeaseLost,
    claim_outside,
    finish,
)
from service.operations.outside.answers import (
    drop_inquiry,
    store_answer,
    store_silence,
)
from service.operations.outside.facts import Errand, errand_of
from service.operations.outside.reports import (
    is_to_be_told,
    put_off_report,
    store_report,
)
from service.privacy.keyring import Keyring
from worker.outside import akismet, custom
from worker.outside.client import NoAnswer, OutsideClient

log = logging.getLogger(__name__)

AT_ONCE = 16
"""So many services are waited for at the same time."""
SILENT_AFTER = 3
"""After so many tries in a row without an answer a service is left alone."""
LEFT_ALONE_SECONDS = 60.0

_OF_THE_SERVICE = frozenset({"time-out", "unreachable", "tls", "status"})
# Troubles that the next comment would meet, too.


@dataclass(slots=True)
class Patience:
    """Which services have been silent lately, by site and check."""

    clock: Callable[[], float] = time.monotonic
    _silences: dict[tuple[str, str], int] = field(default_factory=dict)
    _left: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def why_left_alone(self, which: tuple[str, str]) -> str:
        """What was wrong with a service that is not to be asked now; else empty."""
        with self._lock:
            until, trouble = self._left.get(which, (float("-inf"), ""))
            return trouble if self.clock() < until else ""

    def answered(self, which: tuple[str, str]) -> None:
        """A service has answered."""
        with self._lock:
            self._silences.pop(which, None)
            self._left.pop(which, None)

    def silent(self, which: tuple[str, str], trouble: str) -> None:
        """A service has not answered, for this reason."""
        with self._lock:
            count = self._silences.get(which, 0) + 1
            self._silences[which] = count
            if count >= SILENT_AFTER:
                self._left[which] = (self.clock() + LEFT_ALONE_SECONDS, trouble)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What is needed to ask services outside."""

    store: Store
    keyring: Keyring
    clock: Callable[[], datetime]
    client: OutsideClient = field(default_factory=OutsideClient)
    patience: Patience = field(default_factory=Patience)


def run_errands(outside: Outside) -> int:
    """Do what is due outside until nothing is left.

    :returns: how many questions and reports were done.
    """
    done = 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="outside") as threads:
        while leases := _claimed(outside):
            list(threads.map(lambda lease: _do(outside, lease), leases))
            done += len(leases)
    return done


def _claimed(outside: Outside) -> list[Lease]:
    try:
        return outside.store.write(lambda s: claim_outside(s, outside.clock(), AT_ONCE))
    except Unavailable:
        return []  # said in the log by the store; a sweeper rings again


def _do(outside: Outside, lease: Lease) -> None:
    try:
        if lease.attempts > MAX_ATTEMPTS:
            _put_off(outside, lease, NoAnswer("broken"))
        else:
            _WORK[lease.kind](outside, lease)
    except LeaseLost:
        log.warning("job %d was taken over by another worker", lease.job_id)
    except Exception as err:  # noqa: BLE001  # one may fail in any way, the others not
        log.warning("job %d failed: %s", lease.job_id, type(err).__name__)
        _try_to_put_off(outside, lease)


def _try_to_put_off(outside: Outside, lease: Lease) -> None:
    try:
        _put_off(outside, lease, NoAnswer("broken"))
    except Exception as err:  # noqa: BLE001  # nor may putting off fail
        # The lease runs out by itself, and the job is found then.
        log.warning("job %d stays leased: %s", lease.job_id, type(err).__name__)


def _put_off(outside: Outside, lease: Lease, why: NoAnswer) -> None:
    pause = PAUSE
    if why.pause_seconds is not None:
        pause = timedelta(seconds=why.pause_seconds)

    def act(session: Session) -> None:
        now = outside.clock()
        if lease.kind == Kind.ASK:
            store_silence(session, lease, why.trouble, now, pause)
        else:
            put_off_report(session, lease, now)

    outside.store.write(act)


def _ask(outside: Outside, lease: Lease) -> None:
    errand = _errand(outside, lease)
    is_wanted = errand is not None and _is_wanted(errand) and errand.is_waited_for
    if errand is None or not is_wanted or not errand.is_current:
        # The checks know what to do without it, or ask about what it says now.
        outside.store.write(lambda s: drop_inquiry(s, lease, outside.clock()))
        return
    try:
        answer = _patiently(outside, errand, lambda: _answer_to(outside, errand))
    except NoAnswer as why:
        log.info("inquiry %d has no answer: %s", errand.inquiry, why.trouble)
        _put_off(outside, lease, why)
        return
    outside.store.write(
        lambda s: store_answer(s, lease, errand.digest, answer, outside.clock())
    )


def _errand(outside: Outside, lease: Lease) -> Errand | None:
    return outside.store.read(lambda s: errand_of(s, outside.keyring, lease.subject))


def _is_wanted(errand: Errand) -> bool:
    return errand.policy.check_mode(errand.check) != "off" and not errand.is_gone


def _answer_to(outside: Outside, errand: Errand) -> OutsideAnswer:
    if errand.check == AKISMET:
        return akismet.ask(outside.client, errand)
    return custom.ask(outside.client, errand, outside.clock())


def _patiently(
    outside: Outside, errand: Errand, call: Callable[[], OutsideAnswer]
) -> OutsideAnswer:
    which = (errand.facts.site, errand.check)
    if trouble := outside.patience.why_left_alone(which):
        raise NoAnswer(trouble)
    try:
        answer = call()
    except NoAnswer as why:
        if why.trouble in _OF_THE_SERVICE:
            outside.patience.silent(which, why.trouble)
        raise
    outside.patience.answered(which)
    return answer


def _report(outside: Outside, lease: Lease) -> None:
    errand = _errand(outside, lease)
    is_wanted = outside.store.read(lambda s: is_to_be_told(s, lease.subject))
    may_be_told = errand is not None and _is_wanted(errand) and errand.is_current
    if errand is None or not is_wanted or not may_be_told:
        outside.store.write(lambda s: finish(s, lease))
        return
    try:
        akismet.report(outside.client, errand)
    except NoAnswer as why:
        log.info("inquiry %d was not reported: %s", errand.inquiry, why.trouble)
        _put_off(outside, lease, why)
        return
    told = errand.wanted
    outside.store.write(lambda s: store_report(s, lease, told, outside.clock()))


_WORK: dict[str, Callable[[Outside, Lease], None]] = {
    Kind.ASK: _ask,
    Kind.REPORT: _report,
}
