"""Measure how long a reader waits: from 202 to seen among a page's published comments.

Usage: ``python -m benchmarks.latency [COMMENTS]``, in the project's folder. It starts
the embedded form on a folder of its own and sends one comment after the other, each to
an idle service.
"""

import http.client
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from tests.running import running

COMMENTS = 60
WARM_UP = 5
"""Sent first and not counted."""
EVERY_SECONDS = 0.2
LOOK_SECONDS = 0.005
"""How often the thread is asked for, and so how exact the figures are."""
GIVE_UP_SECONDS = 10.0
BAR_MILLISECONDS = 300.0
"""The median must be under it."""
_PATH = "/api/v1/sites/demo"


def _words(dice: random.Random) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return " ".join("".join(dice.choices(letters, k=6)) for _ in range(12))


def _submit(connection: http.client.HTTPConnection, page: str, text: str) -> str:
    """The public id of the comment, once it is acknowledged."""
    fields = {"page": page, "comment": text, "name": "Ana", "email": "ana@example.org"}
    headers = {"Content-Type": "application/json"}
    connection.request("POST", f"{_PATH}/comments", json.dumps(fields), headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == http.HTTPStatus.ACCEPTED, (answer.status, body)
    return str(json.loads(body)["id"])


def _is_published(connection: http.client.HTTPConnection, page: str, id_: str) -> bool:
    connection.request("GET", f"{_PATH}/thread?{urlencode({'page': page})}")
    return any(
        comment["id"] == id_
        for comment in json.loads(connection.getresponse().read())["comments"]
    )


def _seconds(connection: http.client.HTTPConnection, page: str, text: str) -> float:
    id_ = _submit(connection, page, text)
    began = time.perf_counter()
    while not _is_published(connection, page, id_):
        if time.perf_counter() - began > GIVE_UP_SECONDS:
            raise TimeoutError(f"{id_} was not published")
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - began


def measure(folder: Path, comments: int) -> list[float]:
    """Milliseconds from acknowledged to published, for each comment."""
    dice = random.Random(1)  # noqa: S311  # the same words each time
    found = []
    with running(folder) as foyer:
        connection = http.client.HTTPConnection("127.0.0.1", foyer.port, timeout=10)
        for number in range(WARM_UP + comments):
            next_at = time.perf_counter() + EVERY_SECONDS
            page = f"/latency/{number // 10}"
            found.append(_seconds(connection, page, _words(dice)) * 1000)
            time.sleep(max(0.0, next_at - time.perf_counter()))
        connection.close()
    return found[WARM_UP:]


def main() -> int:
    """Print the figures; the exit status is 1 if the median is not under the bar."""
    comments = int(sys.argv[1]) if len(sys.argv) > 1 else COMMENTS
    with tempfile.TemporaryDirectory(prefix="foyer-latency-") as folder:
        found = sorted(measure(Path(folder), comments))
    median = statistics.median(found)
    print(
        f"{comments} comments, from 202 to published: median {median:.0f} ms, "
        f"p90 {found[int(0.9 * len(found))]:.0f} ms, max {found[-1]:.0f} ms"
    )
    return int(median >= BAR_MILLISECONDS)


if __name__ == "__main__":
    sys.exit(main())
