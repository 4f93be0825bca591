"""`foyer run`: web and worker in one go, for the form that needs no other server."""

import errno
import fcntl
import http.client
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import NoReturn

import click

from service import logs
from service.cli.demo import DemoPlace, make_demo
from service.cli.doors import make_data_folder, prepare
from service.cli.processes import WEB, WORKER
from service.settings import Settings, inherited, load
from service.supervisor import supervise

PORT_SECONDS = 2.0
"""How long a port may still be in use: what ran before needs a moment to be gone."""
_POLL_SECONDS = 0.05


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the data folder's lock, which the kernel lets go when this process ends."""
    handle = os.open(settings.data / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise click.ClickException(
            f"Foyer runs already on the data in {settings.data}. Stop that one, or "
            "choose another folder by FOYER_DATA."
        ) from None
    else:
        yield
    finally:
        os.close(handle)


def _refuse_port(settings: Settings, err: OSError) -> NoReturn:
    if err.errno == errno.EADDRINUSE:
        raise click.ClickException(
            f"Port {settings.port} is in use by another program. Choose a free one by "
            f"PORT, such as PORT={settings.port + 1}."
        ) from err
    raise click.ClickException(
        f"Cannot listen on {settings.host} port {settings.port} ({err.strerror}). "
        "Correct FOYER_HOST or PORT."
    ) from err


def _try_port(settings: Settings) -> None:
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        try:
            # As the web will do it: with SO_REUSEADDR, set by this function.
            socket.create_server((settings.host, settings.port)).close()
        except OSError as err:
            if err.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                _refuse_port(settings, err)
            time.sleep(_POLL_SECONDS)
        else:
            return


def _answers(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  # not bound here
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _addresses(settings: Settings, place: DemoPlace | None) -> list[tuple[str, str]]:
    url = settings.public_url
    lines = [("Moderators' queue", f"{url}/queue")]
    if place is not None:
        lines.insert(0, ("Demo blog page", f"{url}/demo/"))
        if place.link_token:
            link = f"{url}/login/link/{place.link_token}"
            lines.append(("Sign in once by", link))
    return lines


def _announce(settings: Settings, lines: list[tuple[str, str]]) -> None:
    while not _answers(settings):
        time.sleep(_POLL_SECONDS)
    # In one piece, so that no line of the log comes in between.
    told = "".join(f"  {name + ':':20}{address}\n" for name, address in lines)
    click.echo(f"\nFoyer is running. Ctrl-C stops it.\n\n{told}")


@click.command
@click.option("--demo", is_flag=True, help="Add a demo site and a moderator.")
def run(demo: bool) -> int:
    """Run web and worker together, and start again whichever ends.

    Makes all that is missing first: data folder, keys, tables.
    """
    settings = load()
    logs.set_up(settings.log_level)
    make_data_folder(settings)
    with _alone(settings):
        _try_port(settings)
        doors = prepare(settings)
        place = make_demo(doors) if demo else None
        doors.store.close()
        lines = _addresses(settings, place)
        Thread(target=_announce, args=(settings, lines), daemon=True).start()
        env = inherited(settings.environment())
        return supervise({"web": WEB, "worker": WORKER}, env)
