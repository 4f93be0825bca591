"""The web process: opens what the views need and serves until it is told to stop."""

import argparse
import gc
import logging
import os
import resource
import sys
from collections.abc import Callable

from service import logs
from service.db.store import Store, make_engine
from service.domain.errors import FoyerError
from service.jobs import Doorbell, make_celery
from service.operations.keys import ensure_canary
from service.operations.published import PublishedThreads
from service.operations.threads import thread_versions
from service.privacy.keyring import Keyring, KeysError
from service.settings import Settings, SettingsError, load
from service.supervisor import REFUSED, fork
from service.web.app import create_app
from service.web.context import Context, utc_now
from service.web.front.app import Front
from service.web.front.board import Board
from service.web.front.server import CONNECTIONS, Server, free_place
from service.web.front.subject import Marks
from service.web.keeper import become_keeper, one_of_many
from service.web.public.submissions import is_submission

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


def make_front(context: Context, board: Board | None = None) -> Front:
    """The front before the application on these doors.

    :param board: shared by the processes on one port.
    """

    def versions(threads: list[int]) -> dict[int, Marks]:
        found = context.store.read(lambda s: thread_versions(s, threads))
        return {thread: Marks(*marks) for thread, marks in found.items()}

    return Front(create_app(context), versions, is_short=is_submission, board=board)


def serve(settings: Settings, place: tuple[str, int], board: Board) -> None:
    """Serve until SIGTERM or SIGINT.

    :param place: where, from `free_place`.
    :param board: shared by the processes on this port.
    :raises KeysError: as `open_context`.
    :raises Unavailable: as `open_context`.
    """
    context = open_context(settings)
    server = Server(make_front(context, board), place)
    log.info("listening on %s port %d", settings.host, settings.port)
    is_finished = server.run(with_signals=True)
    context.store.close()
    log.info("stopped")
    if not is_finished:
        # A thread still runs, and what it uses must not be taken apart under it.
        logging.shutdown()
        os._exit(0)


def serve_by(settings: Settings, processes: int) -> int:
    """The exit status, after these processes have served until somebody asked to stop.

    They are forked from this one, which has loaded all they need, so that each takes
    little more memory than what it does by itself. This one becomes their keeper.

    :raises OSError: if the port cannot be had.
    """
    place, board = free_place(settings.host, settings.port), Board()

    def one() -> int:
        return _told(lambda: serve(settings, place, board))

    if processes > 1:
        # What the collector looks at is written to, and then shared no longer.
        gc.collect()
        gc.freeze()
        numbers = {f"web {n}": fork(one) for n in range(1, processes + 1)}
        become_keeper(numbers, place, board.file, settings.log_level)
    return one()


def _told(serve: Callable[[], object]) -> int:
    """The exit status; what is wrong is said in one line."""
    try:
        serve()
    except (KeysError, FoyerError) as err:
        return _refused(str(err))
    return 0


def main() -> int:
    """The exit status of the web process; what is wrong is said in one line."""
    parser = argparse.ArgumentParser(prog="python -m service.web.server")
    parser.add_argument("--beside", type=one_of_many, help=argparse.SUPPRESS)
    beside = parser.parse_args().beside
    try:
        settings = load()
        logs.set_up(settings.log_level)
        _allow_connections()
        if beside is not None:
            place, file = beside
            return _told(lambda: serve(settings, place, Board(file)))
        return serve_by(settings, settings.web_processes)
    except SettingsError as err:
        return _refused(str(err))
    except OSError as err:
        return _refused(f"cannot listen on FOYER_HOST and PORT: {err.strerror}")


def _refused(why: str) -> int:
    sys.stderr.write(f"foyer web: {why}\n")
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
