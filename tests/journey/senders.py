"""Clients that submit comments steadily, and again while nobody acknowledges them."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock

from tests.journey.ledger import Ledger, Planned

CLIENTS = 6
TIMEOUT_SECONDS = 5.0
_PAUSE_SECONDS = 0.1
_AGAIN = {503}


class Senders:
    """Sends from several threads what is planned, one after the other.

    :param per_second: how many are begun, all clients together.
    :param least: how many to send at least.
    """

    def __init__(
        self, port: int, ledger: Ledger, *, per_second: float, least: int
    ) -> None:
        self._port = port
        self._ledger = ledger
        self._interval = 1 / per_second
        self._least = least
        self._may_end = Event()
        self._enough = Event()
        self._turn = Lock()
        self._count_guard = Lock()
        self._next_at = time.monotonic()
        self._count = 0
        self._open = 0

    @property
    def has_sent_enough(self) -> bool:
        """True once as many as were asked for have been begun."""
        return self._enough.is_set()

    @property
    def is_waiting(self) -> bool:
        """True while a request was sent and its answer has not come."""
        return self._open > 0

    def run(self, plans: Iterator[Planned]) -> Callable[[], None]:
        """Begin; what is returned has them end, and returns when all have.

        Each first sees through the submission that it has begun.

        :raises Exception: what a client met and could not deal with, at the end.
        """
        pool = ThreadPoolExecutor(CLIENTS, "client")
        clients: list[Future[None]] = [
            pool.submit(self._client, plans) for _ in range(CLIENTS)
        ]

        def end() -> None:
            self._may_end.set()
            pool.shutdown()
            for client in clients:
                client.result()

        return end

    def _client(self, plans: Iterator[Planned]) -> None:
        while (each := self._next(plans)) is not None:
            self._ledger.begin(each)
            while not self._is_stored(each) and each.is_patient:
                self._pause(_PAUSE_SECONDS)

    def _next(self, plans: Iterator[Planned]) -> Planned | None:
        with self._turn:
            self._pause(self._next_at - time.monotonic())
            self._next_at = max(self._next_at, time.monotonic()) + self._interval
            if self._may_end.is_set():
                return None
            self._count += 1
            if self._count >= self._least:
                self._enough.set()
            return next(plans)

    def _pause(self, seconds: float) -> None:
        Event().wait(max(0.0, seconds))

    def _is_stored(self, each: Planned) -> bool:
        try:
            status, body = self._post(each)
        except (OSError, http.client.HTTPException):
            self._ledger.fail()
            return False
        if status == http.HTTPStatus.ACCEPTED:
            self._ledger.acknowledge(each, json.loads(body)["id"])
            return True
        self._ledger.fail()
        if status not in _AGAIN:
            self._ledger.contradict(f"{each.key} got {status}: {body[:200]!r}")
            return True
        return False

    def _post(self, each: Planned) -> tuple[int, bytes]:
        fields = {
            "page": each.page,
            "comment": each.text,
            "name": "Ana",
            "email": "ana@example.org",
        }
        headers = {"Content-Type": "application/json", "Idempotency-Key": each.key}
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=TIMEOUT_SECONDS
        )
        try:
            connection.request(
                "POST", "/api/v1/sites/demo/comments", json.dumps(fields), headers
            )
            self._wait_for_answer(1)
            try:
                answer = connection.getresponse()
                return answer.status, answer.read()
            finally:
                self._wait_for_answer(-1)
        finally:
            connection.close()

    def _wait_for_answer(self, change: int) -> None:
        with self._count_guard:
            self._open += change
