"""The operations that are measured, in the order in which they are."""

import http.client
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.first_read import first_reads
from benchmarks.foyer import SITE, Foyer, thread_path
from benchmarks.judged import drain_rate, settle
from benchmarks.load import Read, Wrk
from benchmarks.programs import Processes, Target
from benchmarks.seeding import fill_large
from benchmarks.table import Figure, Table, first_read_figure, load_figure

POST = "POST of a comment"
THREAD = "GET of 100 comments"
COUNTS = "counts of 10 pages"
FIRST_READ = "first read after a publication"
MEMORY = "memory of all processes after load (PSS)"
DRAIN = "worker: checks of waiting comments"
_LARGE = "/large/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """Puts the figures of one program into the table."""

    table: Table
    program: str
    wrk: Wrk

    def tell(self, operation: str) -> None:
        """Say on standard error what is being measured."""
        print(f"  {self.program}: {operation}", file=sys.stderr)

    def add(self, operation: str, figure: Figure | str, base: str = "") -> None:
        """Fill a cell; see `Table.add`."""
        self.table.add(operation, self.program, figure, base)

    def read(
        self,
        operation: str,
        base_url: str,
        what: Read,
        base: str = "",
        status: int = http.client.OK,
    ) -> None:
        """Measure a request that only reads, if it is answered with this status.

        The generator itself counts answers from 400 as failures.
        """
        self.tell(operation)
        told, _, _ = answer(base_url, what)
        if told != status:
            self.add(operation, f"not measured: answers {told}")
            return
        self.add(operation, load_figure(self.wrk.reads(base_url, what)), base)


def answer(base_url: str, what: Read) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and body of one answer to this request."""
    parts = urlsplit(base_url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    try:
        body = what.body or None
        connection.request(what.method, what.path, body, dict(what.headers))
        told = connection.getresponse()
        return told.status, told.headers, told.read()
    finally:
        connection.close()


def measure_reads(to: Measuring, target: Target) -> None:
    """The thread of 100 comments in three ways, and the counts."""
    base_url, thread = target.base_url, target.thread
    to.read(THREAD, base_url, thread)
    zipped = replace(thread, headers={"Accept-Encoding": "gzip"})
    _, headers, body = answer(base_url, zipped)
    to.read("the same with `Accept-Encoding: gzip`", base_url, zipped)
    is_zipped = headers.get("Content-Encoding") == "gzip"
    size = f"{len(body):,} bytes{'' if is_zipped else ', not compressed'}"
    to.add("its size on the wire", size)
    _measure_unchanged(to, target)
    to.read(COUNTS, base_url, target.counts)


def _measure_unchanged(to: Measuring, target: Target) -> None:
    operation = "the same unchanged (304)"
    _, headers, _ = answer(target.base_url, target.thread)
    known = replace(
        target.thread, headers={"If-None-Match": headers.get("ETag") or '"none"'}
    )
    status, _, _ = answer(target.base_url, known)
    if status != http.client.NOT_MODIFIED:
        to.add(operation, "no 304: always sent whole")
        return
    to.read(operation, target.base_url, known, status=http.client.NOT_MODIFIED)


def measure_writes(to: Measuring, target: Target, settled: Callable[[], None]) -> None:
    """Comments that come in, for a program that publishes at once."""
    to.tell(POST)
    to.add(POST, load_figure(to.wrk.submits(target.base_url, target.submit)))
    settled()
    to.tell(FIRST_READ)
    to.add(FIRST_READ, first_read_figure(first_reads(target)))


def measure_memory(to: Measuring, processes: Processes, others: float = 0.0) -> None:
    """Memory of the program's processes, and of the servers it needs beside them.

    :param others: megabytes of the latter.
    """
    own = processes.pss_megabytes()
    said = f"of these {others:.0f} MB its servers" if others else ""
    to.add(MEMORY, Figure(value=own + others, unit="MB", said=said))


def measure_submissions(to: Measuring, program: Foyer, ids: Path, at: str) -> None:
    """Comments that come in and are checked, and what a reader sees then.

    :param ids: folder that gets the ids of all that were acknowledged.
    :param at: said of the store's size, when it is not the smallest.
    """
    target = program.target
    to.tell(POST + at)
    load = to.wrk.submits(target.base_url, target.submit, ids / "load")
    to.add(POST + at, load_figure(load), POST if at else "")
    to.tell("waiting until all is checked")
    settle(program.database)
    to.tell(FIRST_READ + at)
    first = first_read_figure(first_reads(target, ids / "first"))
    to.add(FIRST_READ + at, first, FIRST_READ if at else "")


def measure_large(to: Measuring, program: Foyer) -> None:
    """A thread of 10,000 comments: in the default window, and as large as can be."""
    total = fill_large(program.database, SITE, _LARGE)
    for name, more in (
        (f"thread of {total:,}, 100 roots", ""),
        (f"thread of {total:,}, all", "&limit=1000"),
    ):
        what = Read(path=thread_path(_LARGE, more))
        began = time.perf_counter()
        _, _, body = answer(program.target.base_url, what)
        spent = 1000 * (time.perf_counter() - began)
        said = f"{len(body) / 1e6:.2f} MB"
        to.add(f"{name}: first read", Figure(value=spent, unit="ms", said=said))
        to.read(f"{name}: again", program.target.base_url, what)


def measure_drain(to: Measuring, program: Foyer, ids: Path, at: str) -> None:
    """How fast a worker checks what has come in while there was none."""
    to.tell(DRAIN + at)
    program.processes.stop()
    program.start("web")
    target = program.target
    load = to.wrk.submits_once(target.base_url, target.submit, ids / "drain")
    program.start("worker")
    count, rate = drain_rate(program.database)
    figure = Figure(
        value=rate,
        unit="/s",
        said=f"{count:,} waited",
        good=load.good,
        errors=load.errors,
    )
    to.add(DRAIN + at, figure, DRAIN if at else "")
