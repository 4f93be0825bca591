"""`foyer run`: web and worker in one go, for the form that needs no other server."""

import errno
import fcntl
import os
import socket
import time
from typing import NoReturn

import click

from service import logs
from service.caretaker import become_caretaker
from service.cli.demo import DemoPlace, make_demo
from service.cli.doors import make_data_folder, prepare
from service.cli.processes import WEB, WORKER
from service.settings import Settings, inherited, load

PORT_SECONDS = 2.0
"""How long a port may still be in use: what ran before needs a moment to be gone."""
_POLL_SECONDS = 0.05


def _lock(settings: Settings) -> int:
    """The data folder's lock, which the kernel lets go when this process ends."""
    handle = os.open(settings.data / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise click.ClickException(
            f"Foyer runs already on the data in {settings.data}. Stop that one, or "
            "choose another folder by FOYER_DATA."
        ) from None
    return handle


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


def _addresses(settings: Settings, place: DemoPlace | None) -> list[tuple[str, str]]:
    url = settings.public_url
    lines = [("Moderators' queue", f"{url}/queue")]
    if place is not None:
        lines.insert(0, ("Demo blog page", f"{url}/demo/"))
        if place.link_token:
            link = f"{url}/login/link/{place.link_token}"
            lines.append(("Sign in once by", link))
    return lines


def _message(lines: list[tuple[str, str]]) -> str:
    told = "".join(f"  {name + ':':20}{address}\n" for name, address in lines)
    return f"\nFoyer is running. Ctrl-C stops it.\n\n{told}\n"


@click.command
@click.option("--demo", is_flag=True, help="Add a demo site and a moderator.")
def run(demo: bool) -> None:
    """Run web and worker together, and start again whichever ends.

    Makes all that is missing first: data folder, keys, tables.
    """
    settings = load()
    logs.set_up(settings.log_level)
    make_data_folder(settings)
    lock = _lock(settings)
    _try_port(settings)
    doors = prepare(settings)
    place = make_demo(doors) if demo else None
    doors.store.close()
    become_caretaker(
        {"web": WEB, "worker": WORKER},
        inherited(settings.environment()),
        level=settings.log_level,
        place=(settings.host, settings.port),
        message=_message(_addresses(settings, place)),
        keep=[lock],
    )
