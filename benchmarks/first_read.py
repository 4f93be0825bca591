"""The first read after a publication, when what was made of the thread is stale."""

import http.client
import json
import random
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.load import Read, Submit
from benchmarks.programs import Target

TIMES = 25
"""With those before, the thread then has 100 comments."""
GIVE_UP_SECONDS = 20.0
_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRead:
    """Medians in milliseconds, of one client alone."""

    read: float
    """How long the read took that was the first to show the comment."""
    slowest: float
    seen: float
    """From the comment's acknowledgement to the end of that read."""
    good: int
    """Comments that were shown."""
    errors: int
    """Comments that were never shown."""


def _words(dice: random.Random) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return " ".join("".join(dice.choices(letters, k=6)) for _ in range(12))


def _send(connection: http.client.HTTPConnection, what: Submit, mark: str) -> str:
    """The id in the answer, if there is one.

    :raises RuntimeError: if the comment was not taken.
    """
    words = _words(random.Random(mark))  # noqa: S311  # no secret
    body = what.body
    for name, value in (
        ("name", f"Reader {mark}"),
        ("mail", f"{mark}@example.com"),
        ("text", f"{mark} {words}"),
    ):
        body = body.replace(f"{{{name}}}", value)
    address = ".".join(str(random.randint(1, 254)) for _ in range(4))  # noqa: S311
    headers = {"Content-Type": "application/json", "X-Forwarded-For": address}
    connection.request("POST", what.path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != what.status or what.holds.encode() not in text:
        raise RuntimeError(f"{answer.status} {text[:300]!r}")
    return str(json.loads(text).get("id", ""))


def _read(connection: http.client.HTTPConnection, what: Read) -> tuple[float, bytes]:
    began = time.perf_counter()
    connection.request(what.method, what.path, headers=dict(what.headers))
    text = connection.getresponse().read()
    return time.perf_counter() - began, text


def _until_seen(
    connection: http.client.HTTPConnection, what: Read, mark: str
) -> tuple[float, float] | None:
    """Seconds of the read that showed the mark, and of all up to it."""
    began = time.perf_counter()
    while time.perf_counter() - began < GIVE_UP_SECONDS:
        seconds, text = _read(connection, what)
        if mark.encode() in text:
            return seconds, time.perf_counter() - began
        time.sleep(_LOOK_SECONDS)
    return None


def first_reads(target: Target, ids: Path | None = None) -> FirstRead:
    """Publish `TIMES` comments on one page, and read it after each.

    :param ids: file that gets the ids of what was taken.
    :raises RuntimeError: if a comment is refused, or none is ever shown.
    """
    parts = urlsplit(target.base_url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    run = f"{random.getrandbits(32):08x}"
    taken, found = [], []
    for number in range(TIMES):
        # Whatever is kept of the thread, is kept now.
        _read(connection, target.first)
        mark = f"first{run}n{number}"
        taken.append(_send(connection, target.publish, mark))
        found.append(_until_seen(connection, target.first, mark))
    connection.close()
    if ids is not None:
        ids.write_text("\n".join(taken), encoding="ascii")
    seen = [each for each in found if each is not None]
    if not seen:
        raise RuntimeError("No comment was ever shown.")
    return FirstRead(
        read=1000 * statistics.median(read for read, _ in seen),
        slowest=1000 * max(read for read, _ in seen),
        seen=1000 * statistics.median(all_ for _, all_ in seen),
        good=len(seen),
        errors=TIMES - len(seen),
    )
