"""The page for moderators of a peer, Isso, on the same machine in the same run."""

import http.client
import statistics
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.peer import NotInstalled
from benchmarks.peer_isso import ADMIN_WORDS, WAITING, Isso
from tests.journey.wire import FORM, Answer, Wire

PAGE = "/admin/?mode=2"
"""What waits, newest first: a hundred comments, without reasons or filters."""


def isso_medians(programs: Path, stored: list[int], asked: int) -> dict[int, float]:
    """Milliseconds that Isso's page takes by how many comments wait.

    :param programs: where Isso is installed, or will be.
    :return: empty where it cannot be installed; that is said.
    """
    found: dict[int, float] = {}
    for number in stored:
        with tempfile.TemporaryDirectory(prefix="isso-queue-") as folder:
            isso = Isso(programs, Path(folder), WAITING)
            try:
                isso.install()
                isso.start(number)
                found[number] = _median(urlsplit(isso.target.base_url).port or 0, asked)
            except NotInstalled as err:
                print(f"Isso is not measured: {err}", file=sys.stderr)
                return {}
            finally:
                isso.processes.stop()
    return found


def _median(port: int, asked: int) -> float:
    body = urlencode({"password": ADMIN_WORDS}).encode()
    with Wire(port) as wire:
        signed_in = wire.send("POST", "/login/", body, FORM)
        cookie = signed_in.header("Set-Cookie").partition(";")[0]
        spent = [_ask(wire, cookie).seconds * 1000 for _ in range(asked + 1)]
    return statistics.median(spent[1:])


def _ask(wire: Wire, cookie: str) -> Answer:
    answer = wire.get(PAGE, {"Cookie": cookie})
    if answer.status != http.client.OK or "isso-comment" not in answer.text:
        raise RuntimeError(f"Isso's page for moderators: answered {answer.status}")
    return answer
