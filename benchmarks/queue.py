"""Measure the queue page: every filter, search, a deep page, four moderators at once.

Usage::

    python -m benchmarks.queue [--database sqlite|postgres|both] [--held 1000,100000]
        [--total 1000000] [--sqlite-total 200000] [--asked 30] [--peers FOLDER]
        [--json FILE]

in the project's folder. Foyer is started by its real commands: `foyer run` on SQLite,
`foyer web` and `foyer worker` on PostgreSQL and Redis, which are those of
TEST_DATABASE_URL and TEST_REDIS_URL, or from wheels. A moderator signs in by the form,
and reads pages over one connection, as a browser does. The exit status is 1 if a bar is
missed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from typing_extensions import override

from benchmarks.databases import fresh_database
from benchmarks.foyer import SITE, Foyer
from benchmarks.queue_peer import isso_medians
from benchmarks.queue_seeding import (
    COMMON,
    RARE,
    fill_queue,
    keep_held,
    name_writer,
    page,
    site_id_of,
)
from benchmarks.queue_weight import Weight, weigh
from benchmarks.servers import servers
from service.operations.known_address import indexes
from service.privacy.address import parse_address
from service.privacy.keyring import Keyring
from service.settings import load
from tests.journey.visitor import Visitor
from tests.needs import ROOT

EMAIL, PASSWORD = "grace@example.com", "seven quiet lanterns"
WRITER = "ada@example.org"
PAGE_MILLISECONDS, SEARCH_MILLISECONDS = 60.0, 150.0
"""The medians must be under these."""
TIMES_OF_FEW = 1.3
"""No more than so many times what it takes where few comments wait."""
CLIENTS = 4
_BY_TURNS = 3
"""Requests of a kind before the other store is asked."""
_LEAST_MILLISECONDS = 2.0
"""Differences smaller than this are noise, whatever their ratio."""

GROUPS = "what the page shows by default, groups and all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is asked for."""

    name: str
    path: str
    is_search: bool = False
    at_once: int = 1


@dataclass(slots=True, kw_only=True)
class Measured:
    """What one kind of database took for each row, in milliseconds."""

    database: str
    held: int
    total: int
    medians: dict[str, float] = field(default_factory=dict)
    p95s: dict[str, float] = field(default_factory=dict)
    cards: dict[str, int] = field(default_factory=dict)
    """How many comments each page shows."""


def rows(held_total: int, total: int, writer_path: str) -> list[Row]:
    """Everything that is asked of a store with so many comments."""

    def row(
        name: str, *, is_search: bool = False, at_once: int = 1, **view: object
    ) -> Row:
        query = urlencode(view)
        path = f"/queue?{query}" if query else "/queue"
        return Row(name=name, path=path, is_search=is_search, at_once=at_once)

    deep = total // 2 // 1000 * 1000
    few = 10 * max(1, total // held_total) + 1
    return [
        row(GROUPS),
        row("one site", site=SITE),
        row("deep page", after=deep),
        row("page before a deep page", before=deep),
        row("spam", status="spam"),
        row("published", status="published"),
        row("published, deep page", status="published", after=deep),
        row("reason of every second", reason=COMMON),
        row("reason of every 500th", reason=RARE),
        row("reason, deep page", reason=COMMON, after=deep),
        row("score from 40 to 60", score_from=40, score_to=60),
        row("score 99", score_from=99, score_to=99),
        row("older than 30 days", older="30d"),
        row("newer than 3 days", newer="3d"),
        row("newer than 3 days, published", newer="3d", status="published"),
        row("page", page=page(few % 2000)),
        row("page, published", page=page(2), status="published"),
        row("reason, score and age", reason=RARE, score_from=50, older="7d"),
        row("search: word of most", is_search=True, q="the"),
        row("search: word of some", is_search=True, q="tomatoes"),
        row("search: word of each 100th", is_search=True, q="h17"),
        row("search: word of one", is_search=True, q=f"n{few}"),
        row("search: word of none", is_search=True, q="zeppelin"),
        row("search: beginning of many", is_search=True, q="n12"),
        row("search: two words", is_search=True, q="tomatoes garden"),
        row("search: published", is_search=True, q="h17", status="published"),
        row("search: one in published", is_search=True, q="n4242", status="published"),
        row("search and reason", is_search=True, q="tomatoes", reason=RARE),
        row("search and page", is_search=True, q="garden", page=page(2)),
        Row(name="search: an address", path=writer_path, is_search=True),
        row(f"{CLIENTS} clients at once", at_once=CLIENTS),
    ]


def _ask(visitor: Visitor, path: str) -> float:
    began = time.perf_counter()
    answer = visitor.visit(path)
    spent = 1000 * (time.perf_counter() - began)
    if answer.status != 200:  # noqa: PLR2004  # HTTP
        raise RuntimeError(f"{path}: answered {answer.status}")
    return spent


def _asked(visitors: Sequence[Visitor], row: Row, asked: int) -> list[float]:
    mine = visitors[: row.at_once]
    if len(mine) > 1:
        # Which process each comes to is chance; so that it is another each time:
        for visitor in mine:
            visitor.close()
    with ThreadPoolExecutor(len(mine)) as pool:
        runs = pool.map(lambda v: [_ask(v, row.path) for _ in range(asked)], mine)
        return [spent for run in runs for spent in run]


class _Browser(Visitor):
    """A browser that takes packed answers, as all do."""

    @override
    def _headers(self) -> dict[str, str]:
        return {**super()._headers(), "Accept-Encoding": "gzip"}


class Desk:
    """An installation and the moderators who look at it."""

    def __init__(self, program: Foyer) -> None:
        self.program = program
        self.visitors: list[Visitor] = []

    def command(self, *arguments: str, given: str = "") -> None:
        """Run one of Foyer's commands."""
        subprocess.run(
            [sys.executable, "-m", "service.cli", *arguments],
            env=self.program.env,
            cwd=ROOT,
            check=True,
            input=given.encode(),
            stdout=subprocess.DEVNULL,
        )

    def prepare(self, total: int, held: int) -> None:
        """Make site, moderator and comments."""
        self.command("migrate")
        self.command("site", "add", SITE, "--origin", "https://blog.example")
        add = ("moderator", "add", EMAIL, "--password-stdin")
        self.command(*add, given=f"{PASSWORD}\n")
        fill_queue(self.program.database, SITE, total, held)
        self._name_writer(total)

    def _name_writer(self, total: int) -> None:
        keyring = Keyring.load(load(self.program.env).keys_path)
        site_id = site_id_of(self.program.database, SITE)
        found = indexes(keyring, site_id, parse_address(WRITER))
        name_writer(self.program.database, list(found.values()), total // 2)

    def start(self) -> float:
        """Start it anew; milliseconds that its first queue page takes."""
        self.program.processes.stop()
        self.program.start()
        self.visitors = [_Browser(self.program.port) for _ in range(CLIENTS)]
        first, *others = self.visitors
        first.sign_in(EMAIL, PASSWORD)
        for other in others:
            other.cookies = dict(first.cookies)
        return first.heard[-1].seconds * 1000

    def address_path(self) -> str:
        """Where the search for an address leads."""
        visitor = self.visitors[0]
        answer = visitor.press(visitor.visit("/queue"), "/queue/search", q=WRITER)
        if WRITER in answer.text or "one e-mail address" not in answer.text:
            raise RuntimeError("the address was not searched for as it should be")
        links = [
            a
            for a in answer.text.split('"')
            if a.startswith("/queue?") and "writer=" in a
        ]
        return links[0].replace("&amp;", "&").partition("&done")[0]


def measure(desks: Sequence[Desk], every: Sequence[Measured], asked: int) -> None:
    """Fill in what each row takes.

    The stores are asked by turns, a few requests at a time, so that what else the
    machine does, and how fast it is meanwhile, is the same for all.
    """
    for desk, found in zip(desks, every, strict=True):
        cold = desk.start()
        found.medians["first page after the start"] = cold
        found.p95s["first page after the start"] = cold
    asked_of = [
        rows(found.held, found.total, desk.address_path())
        for desk, found in zip(desks, every, strict=True)
    ]
    for row_of in zip(*asked_of, strict=True):
        spent: list[list[float]] = [[] for _ in desks]
        for desk, row in zip(desks, row_of, strict=True):
            _asked(desk.visitors, row, 1)
        for _ in range(0, asked, _BY_TURNS):
            for desk, row, so_far in zip(desks, row_of, spent, strict=True):
                so_far.extend(_asked(desk.visitors, row, _BY_TURNS))
        for desk, found, row, mine in zip(desks, every, row_of, spent, strict=True):
            found.medians[row.name] = statistics.median(mine)
            found.p95s[row.name] = sorted(mine)[int(0.95 * len(mine))]
            found.cards[row.name] = (
                desk.visitors[0].visit(row.path).text.count("<article")
            )
            print(
                f"  {found.database}, {found.held:,} held: {row.name}: "
                f"{found.medians[row.name]:.1f} ms",
                file=sys.stderr,
            )


def _bar(name: str) -> float:
    return SEARCH_MILLISECONDS if name.startswith("search") else PAGE_MILLISECONDS


def missed(few: Measured | None, many: Measured) -> list[str]:
    """The bars that are missed, in words."""
    found = []
    for name, median in many.medians.items():
        if name.startswith("first page"):
            continue
        if median >= _bar(name):
            found.append(f"{many.database}: {name}: {median:.0f} ms")
        before = few.medians.get(name) if few else None
        if few is None or before is None or name.startswith("search"):
            continue
        if few.cards[name] != many.cards[name]:
            # Most of the time goes into the cards, so that these are two things.
            continue
        if median > TIMES_OF_FEW * before + _LEAST_MILLISECONDS:
            found.append(f"{many.database}: {name}: {median / before:.2f} times")
    return found


def table(few: Measured | None, many: Measured) -> str:
    """One row for each thing asked, as Markdown."""
    least = few.held if few else 0
    lines = [
        f"{many.database}, {many.total:,} comments: median (95th percentile) in ms",
        "",
        f"| | {least:,} held | {many.held:,} held | ratio | bar | cards |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, median in many.medians.items():
        before = few.medians.get(name) if few else None
        same = few and few.cards.get(name) == many.cards.get(name)
        ratio = f"{median / before:.2f}" if before and same else ""
        cell = f"{before:.1f} ({few.p95s[name]:.0f})" if few and before else ""
        bar = "" if name.startswith("first page") else f"< {_bar(name):.0f}"
        now = f"{median:.1f} ({many.p95s[name]:.0f})"
        cards = many.cards.get(name, "")
        lines.append(f"| {name} | {cell} | {now} | {ratio} | {bar} | {cards} |")
    return "\n".join(lines)


def run(
    database: str, total: int, helds: Sequence[int], asked: int
) -> tuple[list[Measured], Weight]:
    """Measure one kind of database: a store for each number held, asked by turns."""
    with ExitStack() as stack:
        desks: list[Desk] = []
        for held in sorted(helds, reverse=True):
            folder = stack.enter_context(_folder())
            url = broker = ""
            if database == "postgres":
                given = stack.enter_context(servers())
                url = stack.enter_context(fresh_database(given.database_url))
                broker = given.broker_url
            program = Foyer(folder, url, broker)
            stack.callback(program.processes.stop)
            desk = Desk(program)
            print(f"storing {total:,} comments ({database}) …", file=sys.stderr)
            desk.prepare(total, max(helds))
            if held < max(helds):
                keep_held(program.database, held)
            desks.append(desk)
        every = [
            Measured(database=database, held=held, total=total)
            for held in sorted(helds, reverse=True)
        ]
        measure(desks, every, asked)
        return every, weigh(desks[0].visitors[0])


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="foyer-queue-") as folder:
        yield Path(folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queue")
    parser.add_argument(
        "--database", choices=["sqlite", "postgres", "both"], default="both"
    )
    parser.add_argument("--held", default="1000,100000")
    parser.add_argument("--total", type=int, default=1_000_000)
    parser.add_argument("--sqlite-total", type=int, default=200_000)
    parser.add_argument("--asked", type=int, default=30, help="requests of each kind")
    parser.add_argument(
        "--peers",
        type=Path,
        help="folder where Isso is installed, or will be: its page is measured, too",
    )
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def main() -> int:
    """Print the tables; the exit status is 1 if a bar is missed."""
    given = _arguments()
    helds = [int(part) for part in given.held.split(",")]
    kinds = ["sqlite", "postgres"] if given.database == "both" else [given.database]
    every, troubles = [], list[str]()
    for kind in kinds:
        total = given.sqlite_total if kind == "sqlite" else given.total
        found, weight = run(kind, total, helds, given.asked)
        many, few = found[0], found[-1] if len(found) > 1 else None
        print(table(few, many), end="\n\n")
        print(weight.told, end="\n\n")
        troubles += missed(few, many) + weight.troubles
        every += [asdict(each) for each in found]
    if given.peers:
        beside = isso_medians(given.peers, helds, given.asked)
        for held, median in sorted(beside.items()):
            print(f"Isso's /admin/ with {held:,} that wait: {median:.1f} ms")
    if given.json:
        given.json.write_text(json.dumps(every, indent=1), encoding="utf-8")
    print("\n".join(["Bars missed:", *troubles] if troubles else ["All bars are met."]))
    return int(bool(troubles))


if __name__ == "__main__":
    sys.exit(main())
