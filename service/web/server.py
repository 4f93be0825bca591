"""The web process: opens what the views need and serves until it is told to stop."""

import logging
import os
import resource
import sys

from service import logs
from service.db.store import Store, make_engine
from service.domain.errors import FoyerError
from service.jobs import Doorbell, make_celery
from service.operations.keys import ensure_canary
from service.operations.published import PublishedThreads
from service.operations.threads import thread_versions
from service.privacy.keyring import Keyring, KeysError
from service.settings import Settings, SettingsError, load
from service.web.app import create_app
from service.web.context import Context, utc_now
from service.web.front.app import Front
from service.web.front.server import CONNECTIONS, Server
from service.web.front.subject import Marks

log = logging.getLogger(__name__)


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


def make_front(context: Context) -> Front:
    """The front before the application on these doors."""

    def versions(threads: list[int]) -> dict[int, Marks]:
        found = context.store.read(lambda s: thread_versions(s, threads))
        return {thread: Marks(*marks) for thread, marks in found.items()}

    return Front(create_app(context), versions)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    :raises KeysError: as `open_context`.
    :raises Unavailable: as `open_context`.
    :raises OSError: if the port cannot be had.
    """
    _allow_connections()
    context = open_context(settings)
    server = Server(make_front(context), settings.host, settings.port)
    log.info("listening on %s port %d", settings.host, settings.port)
    is_finished = server.run(with_signals=True)
    context.store.close()
    log.info("stopped")
    if not is_finished:
        # A thread still runs, and what it uses must not be taken apart under it.
        logging.shutdown()
        os._exit(0)


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
