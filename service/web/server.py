"""The web process: opens what the views need and serves until it is told to stop."""

import logging
import resource
import signal
import sys
import time
from types import FrameType
from typing import Any

from waitress import create_server  # type: ignore[import-untyped]  # has no types
from waitress.wasyncore import close_all, dispatcher  # type: ignore[import-untyped]

from service import logs
from service.db.store import Store, make_engine
from service.domain.errors import FoyerError
from service.jobs import Doorbell, make_celery
from service.operations.keys import ensure_canary
from service.operations.published import PublishedThreads
from service.privacy.keyring import Keyring, KeysError
from service.settings import Settings, SettingsError, load
from service.web.app import create_app
from service.web.channel import Channel
from service.web.context import Context, utc_now

log = logging.getLogger(__name__)

THREADS = 8
CONNECTIONS = 2000
"""With waitress's own 100, 200 slow clients shut everybody out (measured)."""
IDLE_SECONDS = 20
"""A connection on which nothing happens for this long is closed."""
BODY_BYTES = 320 * 1024
"""The largest body that is read at all; each route sets a lower limit of its own."""
HEADER_BYTES = 64 * 1024
STOP_SECONDS = 10.0
"""How long running requests may take to finish when the process is told to stop."""


def open_context(settings: Settings) -> Context:
    """The doors of a web process.

    :raises KeysError: if the keys file is missing, unsafe or not the one that this
        database was sealed with.
    :raises Unavailable: if the database cannot be reached.
    """
    keyring = Keyring.load(settings.keys_path)
    store = Store(make_engine(settings.database))
    store.write(lambda s: ensure_canary(s, keyring, utc_now()))
    return Context(
        settings=settings,
        store=store,
        keyring=keyring,
        bell=Doorbell(make_celery(settings)),
        published=PublishedThreads(),
    )


def _allow_connections() -> None:
    # Each connection takes a file descriptor, and 1024 is a common soft limit.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        top = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (top, hard))


class Server:
    """Waitress, stopping in good order.

    :param app: the WSGI application.
    :raises OSError: if the port cannot be had.
    """

    def __init__(self, app: Any, host: str, port: int) -> None:
        self._connections: dict[int, Any] = {}
        self._server = create_server(
            app,
            map=self._connections,
            host=host,
            port=port,
            threads=THREADS,
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=5,
            max_request_body_size=BODY_BYTES,
            max_request_header_size=HEADER_BYTES,
            # Bodies hold addresses, so they must stay in memory.
            inbuf_overflow=2 * BODY_BYTES,
            # And so does the form that is shown again.
            outbuf_overflow=16 * 2**20,
            ident="",
            # The application judges these headers by FOYER_TRUSTED_PROXIES.
            clear_untrusted_proxy_headers=False,
            asyncore_use_poll=True,
        )
        self._server.channel_class = Channel
        self._stopping = False

    def stop(self) -> None:
        """Have `run` return; may be called from anywhere, signal handlers included."""
        if not self._stopping:
            self._stopping = True
            self._server.pull_trigger()

    def run(self) -> None:
        """Serve until `stop`, then finish the requests that run, up to 10 s."""
        while not self._stopping:
            self._turn(1.0)
        # Closes the listening socket only: the trigger still wakes this loop.
        dispatcher.close(self._server)
        deadline = time.monotonic() + STOP_SECONDS
        while self._close_idle() and time.monotonic() < deadline:
            self._turn(0.1)
        self._server.task_dispatcher.shutdown(timeout=0.5)
        close_all(self._connections)

    def _turn(self, seconds: float) -> None:
        self._server.asyncore.loop(
            timeout=seconds, use_poll=True, map=self._connections, count=1
        )

    def _close_idle(self) -> bool:
        """True if a connection is still in use; the others are told to close."""
        channels = list(self._server.active_channels.values())
        for channel in channels:
            channel.will_close = channel.will_close or not channel.is_busy
        return bool(channels)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    :raises KeysError: as `open_context`.
    :raises Unavailable: as `open_context`.
    :raises OSError: if the port cannot be had.
    """
    _allow_connections()
    context = open_context(settings)
    server = Server(create_app(context), settings.host, settings.port)

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        server.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    log.info("listening on %s port %d", settings.host, settings.port)
    server.run()
    context.store.close()
    log.info("stopped")


def main() -> int:
    """The exit status of the web process; what is wrong is said in one line."""
    try:
        settings = load()
        logs.set_up(settings.log_level)
        serve(settings)
    except (SettingsError, KeysError, FoyerError) as err:
        return _refused(str(err))
    except OSError as err:
        return _refused(f"cannot listen on FOYER_HOST and PORT: {err.strerror}")
    return 0


def _refused(why: str) -> int:
    sys.stderr.write(f"foyer web: {why}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
