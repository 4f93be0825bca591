"""How much of real comments, good and spam, the running product publishes.

Starts the product by its real command on an empty folder, sends comments of the
labelled blogs over HTTP in a mixed order, waits until all are checked, and prints both
rates::

    python -m benchmarks.rates ../shared/spam [--each 300] [--seed 1]

Nobody decides on anything meanwhile, so this is what a site sees on its first day; but
without the learned model, whose base has learned from these very blogs.
"""

import argparse
import csv
import hashlib
import http.client
import json
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from service.domain.submission import MAX_COMMENT_CHARS
from tests.running import Running

BLOGS = ("blog_dylan", "blog_tosbourn", "blog_bruntonspall", "blog_lithos")
SETTLE_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A labelled comment as its writer would have sent it."""

    is_spam: bool
    fields: dict[str, str]
    client: str
    """An address of the writer's own, as a proxy would report it."""


def _sample(blog: str, row: dict[str, str]) -> Sample:
    name = row["author"].strip()[:80] or "Reader"
    digest = hashlib.sha256(f"{blog} {name}".encode()).digest()
    return Sample(
        is_spam=row["label"] == "1",
        fields={
            "page": f"/{blog}/{hashlib.sha256(row['post'].encode()).hexdigest()[:12]}/",
            "comment": row["text"],
            "name": name,
            "email": f"writer-{digest[:8].hex()}@example.org",
            "website": unescape(row["url"]).strip()[:2048],
        },
        client=f"10.{digest[8]}.{digest[9]}.{digest[10]}",
    )


def samples(folder: Path, each: int, seed: int) -> list[Sample]:
    """``each`` good and ``each`` spam comments over all blogs, mixed by ``seed``."""
    csv.field_size_limit(10**7)
    rows: dict[bool, list[Sample]] = {True: [], False: []}
    for blog in BLOGS:
        with (folder / f"{blog}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if 0 < len(row["text"].strip()) <= MAX_COMMENT_CHARS:
                    sample = _sample(blog, row)
                    rows[sample.is_spam].append(sample)
    dice = random.Random(seed)  # noqa: S311  # repeatable, not secret
    chosen = [s for kind in rows.values() for s in dice.sample(kind, each)]
    dice.shuffle(chosen)
    return chosen


def _call(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: dict[str, str] | None = None,
    **headers: str,
) -> tuple[int, dict[str, object]]:
    data = json.dumps(body).encode() if body is not None else None
    if data is not None:
        headers["Content-Type"] = "application/json"
    connection.request(method, path, data, headers)
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else {}


def _send(
    connection: http.client.HTTPConnection, sample: Sample
) -> tuple[int, dict[str, object]]:
    path = "/api/v1/sites/demo/comments"
    forwarded = {"X-Forwarded-For": sample.client}
    status, answer = _call(connection, "POST", path, sample.fields, **forwarded)
    errors = answer.get("errors")
    if status == 422 and isinstance(errors, dict):  # noqa: PLR2004
        # A person would mend what the form complains of.
        mended = sample.fields | {"website": ""}
        if "name" in errors:
            mended["name"] = "Reader"
        status, answer = _call(connection, "POST", path, mended, **forwarded)
    return status, answer


def measure(product: Running, chosen: list[Sample]) -> dict[bool, Counter[str]]:
    """What became of the samples: counts of final states by whether they are spam.

    States are those a writer is told, where ``held`` covers spam as well; ``refused``
    counts what was not taken in at all, such as repeats.
    """
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=30)
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    waiting: list[tuple[Sample, str, str]] = []
    for sample in chosen:
        status, answer = _send(connection, sample)
        token = answer.get("edit_token")
        if status != 202 or token is None:  # noqa: PLR2004
            counts[sample.is_spam]["refused"] += 1
            continue
        waiting.append((sample, str(answer["id"]), str(token)))
    deadline = time.monotonic() + SETTLE_SECONDS
    while waiting and time.monotonic() < deadline:
        still = []
        for sample, comment_id, token in waiting:
            path = f"/api/v1/sites/demo/comments/{comment_id}/status"
            _, view = _call(connection, "GET", path, Authorization=f"Bearer {token}")
            if view.get("status") == "pending":
                still.append((sample, comment_id, token))
            else:
                counts[sample.is_spam][str(view.get("status"))] += 1
        waiting = still
        time.sleep(0.2)
    for sample, _, _ in waiting:
        counts[sample.is_spam]["pending"] += 1
    connection.close()
    return counts


def report(counts: dict[bool, Counter[str]]) -> str:
    """Both rates in a table."""
    lines = [f"{'':6} {'published':>10} {'held':>8} {'refused':>8} {'pending':>8}"]
    for is_spam, name in ((False, "good"), (True, "spam")):
        row = counts[is_spam]
        total = sum(row.values()) or 1
        cells = [
            f"{100 * row[state] / total:{width}.1f} %"
            for state, width in (
                ("published", 8),
                ("held", 6),
                ("refused", 6),
                ("pending", 6),
            )
        ]
        lines.append(f"{name:6} {' '.join(cells)}  of {total}")
    return "\n".join(lines)


def main() -> None:
    """Run the measurement and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="folder with the blog_*.csv files")
    parser.add_argument("--each", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chosen = samples(given.folder, given.each, given.seed)
    with tempfile.TemporaryDirectory() as folder:
        product = Running(Path(folder), {"FOYER_TRUSTED_PROXIES": "127.0.0.1"})
        product.start()
        try:
            off = product.command("site", "set", "demo", "--check", "model=off")
            if off.returncode:
                raise SystemExit(off.stderr)
            print(report(measure(product, chosen)))
        finally:
            product.stop()


if __name__ == "__main__":
    main()
