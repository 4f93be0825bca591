"""What stays of a web process that has forked others: it keeps them running.

It loads nothing but Python's own, so that it takes 9 MB, a quarter of what a process
does that has loaded what the web needs. So one that has to be started again is not
forked, and shares no memory with the others; but that should be rare.
"""

import json
import os
import sys
from collections.abc import Mapping
from typing import NoReturn

from service import logs
from service.supervisor import command, supervise

_SERVER = [sys.executable, "-m", "service.web.server", "--beside"]


def become_keeper(
    numbers: Mapping[str, int], place: tuple[str, int], board: int, level: str
) -> NoReturn:
    """Become the keeper of these processes, under the present one's number.

    :param numbers: of the processes, by name, from `service.supervisor.fork`.
    :param place: where they serve.
    :param board: file of the board that they share.
    :param level: which lines of its log are written.
    """
    order = {"numbers": numbers, "beside": [place, board], "level": level}
    os.set_inheritable(board, True)
    program = [sys.executable, "-m", "service.web.keeper", json.dumps(order)]
    sys.stdout.flush()
    os.execv(program[0], program)  # noqa: S606  # no shell is wanted


def one_of_many(text: str) -> tuple[tuple[str, int], int]:
    """Place and board of the processes that one is started beside, from its command."""
    (host, port), board = json.loads(text)
    return (host, port), board


def main() -> int:
    """The exit status, after the processes ran until somebody asked to stop."""
    order = json.loads(sys.argv[1])
    logs.set_up(order["level"])
    _, board = order["beside"]
    start = command([*_SERVER, json.dumps(order["beside"])], keep=[board])
    numbers: dict[str, int] = order["numbers"]
    return supervise(dict.fromkeys(numbers, start), numbers, end_on_refusal=True)


if __name__ == "__main__":
    sys.exit(main())
