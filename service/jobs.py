"""Names of queued work, and the doorbell that tells workers there is some.

The job row is the truth and a message only a nudge: it may get lost, come twice or come
late. So ringing never fails and never waits: a background thread sends one message for
however many rings came in meanwhile, and after a failure leaves the broker alone for a
few seconds. Messages carry no arguments, so nothing about a person can be in them.
"""

import logging
import time
from enum import StrEnum
from threading import Event, Thread
from typing import Any, Protocol

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

from service.settings import Settings

log = logging.getLogger(__name__)

DRAIN_TASK = "foyer.drain"
"""Name of the one Celery task: do what is due."""
QUEUE = "foyer"
"""Name of the queue it travels in."""

BREAK_SECONDS = 5.0
"""How long the doorbell leaves a broker alone after a failure."""
CONNECT_SECONDS = 1
"""How long a broker may take to accept a connection."""
ANSWER_SECONDS = 2
"""How long it may take to answer; then the connection counts as lost."""
_PAUSE_SECONDS = 0.1
# At most 10 messages a second, however many submissions come in.


TRANSPORT_ALIASES["folder"] = "service.folder_transport:Transport"


class Kind(StrEnum):
    """Kinds of jobs."""

    CHECK = "check"
    """Check a comment; the subject is its row number."""
    CHECK_REVISION = "check-revision"
    """Check a writer's edit; the subject is the revision's row number."""
    QUESTION = "question"
    """Check what another program asks about; the subject is the row number of
    `OutsideQuestion`."""
    BULK = "bulk"
    """Go on with a decision on very many; the subject is the row number of `Bulk`."""
    RETENTION = "retention"
    """Drop what has been kept long enough."""
    TRAIN = "train"
    """Learn what was decided on a site; the subject is the site's row number."""
    RETRAIN = "retrain"
    """Build a site's model anew; the subject is the site's row number."""
    MODELS = "models"
    """See on which sites there is something to learn, or a model to build anew."""
    WORDS = "words"
    """Make the words by which comments are found; the subject is the row number below
    which they have none."""
    ASK = "ask"
    """Ask a service outside about a comment; the subject is the row number of
    `Inquiry`."""
    REPORT = "report"
    """Tell such a service that it was wrong; the subject is the same."""


class Bell(Protocol):
    """Anything that can be rung."""

    def ring(self) -> None:
        """Say that there is work; returns at once."""


def _broker(settings: Settings) -> tuple[str, dict[str, Any]]:
    url = settings.broker_url
    # By itself kombu goes on trying to connect for twice as long.
    quick = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
    if not url:
        return "folder://localhost", {
            "folder": str(settings.doorbell_folder.absolute()),
            "polling_interval": 0.1,
        }
    if url.startswith(("redis", "valkey")):
        url = url.replace("valkey", "redis", 1)
        return url, {
            # The lease decides who works, so an unacknowledged nudge is of no value.
            "visibility_timeout": 120,
            "unacked_restore_throttle": 1,
            "socket_timeout": ANSWER_SECONDS,
            "socket_connect_timeout": CONNECT_SECONDS,
            # A worker gives up a connection on which no answer came for 1 s more than
            # this, and looks as often.
            "health_check_interval": 4,
            **quick,
        }
    return url, {
        "confirm_publish": True,
        "connect_timeout": CONNECT_SECONDS,
        # Without them a publish waits for its confirmation for ever.
        "read_timeout": ANSWER_SECONDS,
        "write_timeout": ANSWER_SECONDS,
        **quick,
    }


def make_celery(settings: Settings) -> Celery:
    """A Celery application for these settings: no results, JSON only, one queue.

    The web uses it to ring; the worker adds its task.
    """
    url, options = _broker(settings)
    app = Celery("foyer", broker=url, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=CONNECT_SECONDS,
        # A worker's connection to RabbitMQ on which nothing came for twice as long is
        # given up; with the default of 120 it would be deaf for minutes.
        broker_heartbeat=5,
        broker_transport_options=options,
        enable_utc=True,
        task_default_queue=QUEUE,
        task_ignore_result=True,
        # One quick second try: with the defaults a refused broker costs 0.6 s and more.
        task_publish_retry_policy={
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0.2,
            "interval_max": 0.2,
        },
        task_serializer="json",
    )
    return app


def send(app: Celery) -> None:
    """Send one message that says there is work; after a minute it means nothing.

    Whatever the broker raises comes through.
    """
    app.send_task(DRAIN_TASK, queue=QUEUE, expires=60)


def waiting(app: Celery) -> int:
    """How many messages no worker has taken yet.

    Whatever the broker raises comes through.
    """
    with app.connection_for_write() as connection:
        declare: Any = connection.default_channel.queue_declare  # type: ignore[attr-defined]  # every transport's channel has it
        # As Celery declares it, or RabbitMQ refuses.
        return int(declare(QUEUE, durable=True, auto_delete=False).message_count)


class Doorbell:
    """Rings for the workers from a thread of its own.

    :param app: from `make_celery`.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._wanted = Event()
        self._closing = False
        self._thread = Thread(target=self._run, name="doorbell", daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Say that there is work; returns at once and never raises."""
        self._wanted.set()

    def close(self) -> None:
        """Stop the thread; rings not yet sent are dropped: a sweeper finds the jobs."""
        self._closing = True
        self._wanted.set()
        self._thread.join(timeout=2)

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            if self._closing:
                return
            self._wanted.clear()
            try:
                send(self._app)
            except Exception as err:  # noqa: BLE001  # every broker fails in its own way
                log.warning("broker cannot be reached: %s", type(err).__name__)
                time.sleep(BREAK_SECONDS)
            else:
                time.sleep(_PAUSE_SECONDS)
