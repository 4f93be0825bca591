"""What stays of `foyer run` once all is prepared: it keeps web and worker running.

Preparing loads the database layer and the keys; a process that did so keeps 60 MB for
nothing. So `foyer run` ends by becoming this program, under the same process number and
with the lock on the data folder, and this program loads nothing but Python's own.
"""

import json
import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from threading import Thread
from typing import Any, NoReturn

from service import logs
from service.settings import inherited
from service.supervisor import command, supervise

_POLL_SECONDS = 0.05
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # not bound here
_FINE = (b"HTTP/1.0 200", b"HTTP/1.1 200")


def become_caretaker(
    commands: Mapping[str, list[str]],
    env: Mapping[str, str],
    *,
    level: str,
    place: tuple[str, int],
    message: str,
    keep: Sequence[int],
) -> NoReturn:
    """Become the caretaker of these commands.

    :param commands: what to run, by name; each an absolute path and its arguments.
    :param env: the environment of all of them.
    :param level: which lines of its log are written.
    :param place: address and port at which the web will answer.
    :param message: printed when it does. It may hold a secret, which everybody could
        read among a command's arguments, so it travels in a pipe.
    :param keep: open files to hold on to.
    """
    order = {
        "commands": dict(commands),
        "level": level,
        "place": place,
        "message": message,
    }
    read, write = os.pipe()
    # Far less than a pipe holds, so nobody need read meanwhile.
    os.write(write, json.dumps(order).encode())
    os.close(write)
    for number in (read, *keep):
        os.set_inheritable(number, True)
    command = [sys.executable, "-m", "service.caretaker", str(read)]
    sys.stdout.flush()
    os.execve(command[0], command, env)  # noqa: S606  # no shell is wanted


def _answers(place: tuple[str, int]) -> bool:
    host, port = place
    try:
        with socket.create_connection((_ANYWHERE.get(host, host), port), 2) as sock:
            sock.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            with sock.makefile("rb") as answer:
                return answer.readline().startswith(_FINE)
    except OSError:
        return False


def _announce(place: tuple[str, int], message: str) -> None:
    while not _answers(place):
        time.sleep(_POLL_SECONDS)
    # In one piece, so that no line of the log comes in between.
    sys.stdout.write(message)
    sys.stdout.flush()


def _order(number: int) -> dict[str, Any]:
    with open(number, "rb") as file:
        order: dict[str, Any] = json.load(file)
    return order


def main() -> int:
    """The exit status, after the commands ran until somebody asked to stop."""
    order = _order(int(sys.argv[1]))
    logs.set_up(order["level"])
    host, port = order["place"]
    told = ((host, port), order["message"])
    Thread(target=_announce, args=told, daemon=True).start()
    env = inherited({})
    commands = order["commands"].items()
    return supervise({name: command(given, env) for name, given in commands})


if __name__ == "__main__":
    sys.exit(main())
