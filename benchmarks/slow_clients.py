"""Measure what others meet while 900 clients take their time.

Usage: ``python -m benchmarks.slow_clients [--slow 900] [--asked 200]``, in the
project's folder. It starts the embedded form on a folder of its own. Half of the slow
clients are stuck in the headers of a request, half in its body. Of the normal requests
a quarter are comments, a quarter are reads that nothing is kept for, and half are reads
of one thread.
"""

import argparse
import json
import random
import resource
import sys
import tempfile
from pathlib import Path

from benchmarks.foyer import SITE, Foyer, foyer, thread_path
from benchmarks.programs import HUNDRED
from tests.slow_clients import Met, Normal, ask, slow_clients

STORED = 1_000
BAR_MILLISECONDS = 1_000.0
"""The median beside slow clients must be under it."""
_PATH = f"/api/v1/sites/{SITE}/comments"


def _comment(mark: str) -> Normal:
    dice = random.Random(mark)  # noqa: S311  # no secret
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = " ".join("".join(dice.choices(letters, k=6)) for _ in range(20))
    fields = {
        "page": "/first/",
        "name": f"Reader {mark}",
        "email": f"{mark}@example.com",
        "comment": f"{mark} {words}",
    }
    return Normal(
        method="POST",
        path=_PATH,
        body=json.dumps(fields).encode(),
        headers={"Content-Type": "application/json"},
        status=202,
    )


def requests(count: int, run: str) -> list[Normal]:
    """So many normal requests, mixed.

    :param run: makes the comments other than those of another run, and the windows of
        a thread others than those that were read before.
    """
    quarter = count // 4
    first = 1 + int.from_bytes(run.encode()) % 4 * quarter
    made = [_comment(f"{run}n{number}") for number in range(quarter)]
    made += [
        Normal(path=thread_path(HUNDRED, f"&limit={first + number}"), status=200)
        for number in range(quarter)
    ]
    made += [
        Normal(path=thread_path(HUNDRED), status=200) for _ in range(count - len(made))
    ]
    random.Random(run).shuffle(made)  # noqa: S311  # no secret
    return made


def _told(name: str, met: Met) -> str:
    failed = f"; failed: {', '.join(sorted(set(met.failures)))}" if met.failures else ""
    return (
        f"{name:22} {met.answered:4} of {met.asked} answered, "
        f"p50 {met.percentile(50):7.1f} ms, p99 {met.percentile(99):8.1f} ms{failed}"
    )


def _allow_sockets(count: int) -> None:
    """Let this process, and those it starts, have so many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 512
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


def measure(program: Foyer, slow: int, asked: int) -> bool:
    """Print what was met; True if all was answered, and in time."""
    port = program.port
    alone = ask(port, requests(asked, "a"))
    print(_told("nobody else", alone))
    with slow_clients(
        port, _PATH, in_headers=slow // 2, in_bodies=slow - slow // 2
    ) as clients:
        beside = ask(port, requests(asked, "b"))
        print(_told(f"{slow} slow clients", beside))
        print(f"{clients.still_open} of the slow clients are still being waited for")
    good = alone.answered == alone.asked and beside.answered == beside.asked
    return good and beside.percentile(50) < BAR_MILLISECONDS


def main() -> int:
    """The exit status: 1 if a normal request was not answered, or too late."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--slow", type=int, default=900)
    parser.add_argument("--asked", type=int, default=200)
    given = parser.parse_args()
    _allow_sockets(given.slow)
    with (
        tempfile.TemporaryDirectory(prefix="foyer-slow-") as folder,
        foyer(Path(folder), STORED, None) as program,
    ):
        program.start()
        return int(not measure(program, given.slow, given.asked))


if __name__ == "__main__":
    sys.exit(main())
