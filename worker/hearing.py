"""How a worker listens to its broker, whatever the broker does."""

import time
import warnings
from typing import Any

from celery.exceptions import CPendingDeprecationWarning
from celery.worker.consumer import Consumer
from celery.worker.state import maybe_shutdown
from typing_extensions import override

PAUSE_SECONDS = 2
"""Pause before a connection is made anew. A broker that is full accepts it and refuses
what comes next, and Celery would try five times a second."""


class PatientConsumer(Consumer):
    """Celery's consumer, which pauses after it has lost its connection."""

    @override
    def on_connection_error_after_connected(self, exc: Exception) -> None:
        with warnings.catch_warnings():
            # It says each time that tasks are not cancelled; ours need not be.
            warnings.simplefilter("ignore", CPendingDeprecationWarning)
            super().on_connection_error_after_connected(exc)
        for _ in range(PAUSE_SECONDS):
            maybe_shutdown()
            time.sleep(1)


def listen_anew(consumer: Any) -> None:
    """Have a consumer drop its connection and make a new one, in its own time.

    Celery gives up a connection only when using it fails. Two things escape that: a
    message that could not be acknowledged counts as being worked on for good, so that
    with one at a time no other is asked for; and a connection that died without a word
    may never be used again.

    May be called from any thread. Does nothing while there is no connection, since then
    the consumer is making one.

    :param consumer: Celery's, running its event loop.
    """
    connection = consumer.connection
    if connection is None:
        return

    def lose() -> None:
        # By now it may have made a new one by itself.
        if consumer.connection is connection:
            raise ConnectionResetError

    consumer.call_soon(lose)
