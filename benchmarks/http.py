"""Foyer beside Isso and Waline, under the same load on this machine, in one table.

Usage, with ``wrk`` from Debian's packages::

    python benchmarks/http.py [--only foyer,isso,waline] [--seconds 6]
        [--connections 16] [--database sqlite|postgres|both]
        [--sizes 1000,100000,1000000] [--peers FOLDER] [--json FILE]

Foyer is started by its real commands, with limiter, duplicates and worker on: `foyer
run` on SQLite, and `foyer web` with `foyer worker` on PostgreSQL and Redis, which are
those of TEST_DATABASE_URL and TEST_REDIS_URL, or from wheels. Every comment it
acknowledges must have been judged exactly once at the end, or the exit status is 1.
Answers with another status than they should have are counted as failures, of whatever
program. Stores of 500,000 comments and more are measured on PostgreSQL alone.
"""

import sys

# This folder must not hide the standard library's `http` behind this file.
sys.path.pop(0)
sys.path.insert(0, __file__.rpartition("/benchmarks/")[0] or ".")

import argparse
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

from benchmarks.bars import add_bars, said_at
from benchmarks.foyer import foyer
from benchmarks.judged import Judgement, acknowledged, judgement, settle
from benchmarks.load import RUNS, Wrk, require_wrk
from benchmarks.operations import (
    COUNTS,
    THREAD,
    Measuring,
    measure_drain,
    measure_large,
    measure_memory,
    measure_reads,
    measure_submissions,
    measure_writes,
)
from benchmarks.peer import NotInstalled
from benchmarks.peers import PEERS, peer
from benchmarks.servers import Servers, servers
from benchmarks.table import Table

DATABASES = {
    "sqlite": ["sqlite"],
    "postgres": ["postgres"],
    "both": ["sqlite", "postgres"],
}
POSTGRES_ONLY_FROM = 500_000
"""Larger stores are measured on PostgreSQL alone."""


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _programs(text: str) -> list[str]:
    chosen = text.split(",")
    if unknown := set(chosen) - {"foyer", *PEERS}:
        raise argparse.ArgumentTypeError(f"no such program: {', '.join(unknown)}")
    return chosen


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python benchmarks/http.py",
        description="Foyer beside Isso and Waline, under the same load.",
    )
    parser.add_argument("--only", type=_programs, default="foyer,isso,waline")
    parser.add_argument("--seconds", type=int, default=6, help="of each run")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--database", choices=DATABASES, default="both")
    parser.add_argument(
        "--sizes",
        type=_numbers,
        default="1000,100000,1000000",
        help="comments stored before",
    )
    parser.add_argument(
        "--peers", type=Path, help="keep the installed peers in this folder"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    return parser.parse_args(given)


def machine() -> str:
    """What the figures were measured on, in one line."""
    version = platform.python_version()
    wrk = subprocess.run(
        [require_wrk(), "--version"], capture_output=True, text=True, check=False
    )
    name = (wrk.stdout or wrk.stderr).split(" Copyright")[0].strip()
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
        f"{version}, {name}; load average at the start {load:.1f}"
    )


class Run:
    """One run of the whole measurement.

    :param given: the arguments.
    :param folder: holds all that the programs write.
    """

    def __init__(self, given: argparse.Namespace, folder: Path) -> None:
        self._given = given
        self._folder = folder
        self._wrk = Wrk(connections=given.connections, seconds=given.seconds)
        self._peers: Path = (given.peers or folder / "peers").absolute()
        self.table = Table()
        self.judgements: dict[str, Judgement] = {}

    def _measuring(self, program: str) -> Measuring:
        return Measuring(table=self.table, program=program, wrk=self._wrk)

    def _made(self, *names: str) -> Path:
        made = self._folder.joinpath(*names)
        made.mkdir(parents=True)
        return made

    def measure_peer(self, name: str) -> None:
        """Fill the column of a peer, or say why it stays empty."""
        self.table.add_program(name)
        to, folder = self._measuring(name), self._made(name)
        try:
            with peer(name, self._peers, folder, self._given.sizes[0]) as running:
                measure_reads(to, running.target)
                measure_writes(to, running.target, lambda: None)
                measure_memory(to, running.processes)
        except NotInstalled as err:
            print(f"{name} is left out: {err}", file=sys.stderr)
            to.add(THREAD, f"not measured: {' '.join(str(err).split())[:120]}")

    def measure_foyer(self, database: str) -> None:
        """Fill the column of Foyer on this database, at all sizes."""
        name = f"foyer, {database}"
        self.table.add_program(name)
        with servers() if database == "postgres" else nullcontext() as found:
            for place, stored in enumerate(self._given.sizes):
                if database == "postgres" or stored < POSTGRES_ONLY_FROM:
                    self._at_size(name, stored, found, is_first=not place)

    def _at_size(
        self, name: str, stored: int, found: Servers | None, *, is_first: bool
    ) -> None:
        print(f"{name}: {stored:,} comments", file=sys.stderr)
        folder, to = self._made(name, str(stored)), self._measuring(name)
        ids = self._made(name, str(stored), "ids")
        at = "" if is_first else said_at(stored)
        with foyer(folder, stored, found) as program:
            program.start()
            if is_first:
                measure_reads(to, program.target)
            else:
                base_url, thread = program.target.base_url, program.target.thread
                to.read(THREAD + at, base_url, thread, THREAD)
                to.read(COUNTS + at, base_url, program.target.counts, COUNTS)
            measure_submissions(to, program, ids, at)
            if is_first:
                others = found.pss_megabytes() if found else 0.0
                measure_memory(to, program.processes, others)
                measure_large(to, program)
            measure_drain(to, program, ids, at)
            settle(program.database)
            self.judgements[f"{name}{at}"] = judgement(
                program.database, acknowledged(ids)
            )

    def failures(self) -> str:
        """How many answers of each program were refusals or errors, in a line each."""
        lines = []
        for program in self.table.programs:
            good, bad = self.table.answers(program)
            lines.append(f"{program}: {good + bad:,} answers, {bad:,} of them failed")
        return "\n".join(lines)

    def whole(self) -> bool:
        """True if every acknowledged comment was judged; says of each store so."""
        for name, each in self.judgements.items():
            print(
                f"{name}: {each.acknowledged:,} comments acknowledged, "
                f"{each.judged:,} judged once, {each.owed} checks left"
                f"{'' if each.is_whole else '  <-- FAILED'}"
            )
        return all(each.is_whole for each in self.judgements.values())

    def values(self) -> dict[str, object]:
        """Everything measured, as JSON values."""
        return {
            "connections": self._given.connections,
            "seconds": self._given.seconds,
            "sizes": self._given.sizes,
            "figures": self.table.values(),
            "judgements": {k: asdict(v) for k, v in self.judgements.items()},
        }


def main() -> int:
    """The exit status, after the table is printed: 1 if a comment was not judged."""
    given = _arguments(None)
    told = machine()
    with tempfile.TemporaryDirectory(prefix="foyer-http-") as folder:
        run = Run(given, Path(folder))
        for database in DATABASES[given.database] if "foyer" in given.only else []:
            run.measure_foyer(database)
        for name in PEERS:
            if name in given.only:
                run.measure_peer(name)
    add_bars(run.table, given.sizes)
    print(
        f"\n{given.connections} connections, median of {RUNS} runs of "
        f"{given.seconds} s, {given.sizes[0]:,} comments stored unless said.\n"
        f"{told}.\n\n{run.table.markdown()}\n\n{run.failures()}"
    )
    is_whole = run.whole()
    if given.json:
        values = {"machine": told, **run.values()}
        given.json.write_text(json.dumps(values, indent=2), encoding="utf-8")
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
