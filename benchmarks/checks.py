"""Measure the checks on real comments of four blogs, without the learned filter.

Usage: ``python benchmarks/checks.py DIRECTORY`` with the ``blog_*.csv`` files in it.

Every blog is one site whose comments come in the order of their dates, without form
tokens, addresses and lists. What earlier comments teach (repeats, hosts) is kept in
memory. It is told twice: as if no moderator ever decided, and as if one decided every
held comment rightly before the next came. Weights were tuned on ``dylan`` alone.
"""

import csv
import html
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.corpora import ORIGINS
from service.domain.checking import Alike, CheckInput, Evidence, Page, Reading, Tally
from service.domain.findings import weigh
from service.domain.policy import SitePolicy
from service.domain.status import Status
from service.operations.page_past import COUNTED_TO, SAMPLE_CHARS, SAMPLES
from service.text.reading import read
from worker.checks.registry import CHECKS

SEED = 20_240_229
SAMPLE = 300
SAME_FOR, NEAR_FOR, DAY = timedelta(days=30), timedelta(days=7), timedelta(days=1)
VERDICTS = (Status.PUBLISHED, Status.HELD, Status.SPAM)


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled comment."""

    blog: str
    is_spam: bool
    at: datetime
    page: str
    reading: Reading


@dataclass(slots=True)
class Earlier:
    """An earlier comment, as far as repeats need it."""

    at: datetime
    page: str
    writer: str
    normal_hash: str
    status: Status


@dataclass(slots=True)
class Memory:
    """What one site has learned so far."""

    policy: SitePolicy
    same: dict[str, list[Earlier]] = field(default_factory=lambda: defaultdict(list))
    bands: dict[str, list[Earlier]] = field(default_factory=lambda: defaultdict(list))
    hosts: dict[str, Counter[Status]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    known: dict[str, datetime] = field(default_factory=dict)
    """Since when a host stands in a published comment; long ago if it was decided."""
    pages: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    first_published: list[datetime] = field(default_factory=list)
    """Since when the first 20 are public; a day more for those that were decided."""

    def alike(self, row: Row) -> Alike:
        """Earlier comments whose text repeats, as `Alike` defines them."""
        mine = row.reading
        always = self.same[mine.normal_hash]
        same = [e for e in always if row.at - e.at <= SAME_FOR]
        sharing = {
            id(e): e
            for band in mine.bands
            for e in self.bands[band]
            if e.writer != mine.name and e.normal_hash != mine.normal_hash
        }.values()
        near = [e for e in sharing if row.at - e.at <= NEAR_FOR]
        copied = [
            e for e in always if e.status is Status.PUBLISHED and e.writer != mine.name
        ]
        return Alike(
            same=len(same),
            same_other_pages=sum(e.page != row.page for e in same),
            near=len(near),
            spam=sum(e.status is Status.SPAM for e in (*same, *near)),
            near_today=sum(row.at - e.at <= DAY for e in near),
            copied=len(copied),
            copied_here=sum(e.page == row.page for e in copied),
            nearly_copied=sum(e.status is Status.PUBLISHED for e in sharing),
        )

    def evidence(self, row: Row) -> Evidence:
        """Everything known when the comment comes."""
        named = {*row.reading.hosts, row.reading.website_host}
        hosts = named & self.hosts.keys()
        known = {h for h in named & self.known.keys() if self.known[h] <= row.at - DAY}
        return Evidence(
            known_hosts=frozenset(known),
            site_seen=sum(at <= row.at - DAY for at in self.first_published),
            page=Page(title=row.page, texts=tuple(self.pages[row.page])),
            policy=self.policy,
            alike=self.alike(row),
            host_tallies={
                host: Tally(
                    published=self.hosts[host][Status.PUBLISHED],
                    spam=self.hosts[host][Status.SPAM],
                )
                for host in hosts
            },
        )

    def learn(self, row: Row, status: Status, decided: bool) -> None:
        """Keep the comment; a moderator's decision counts for its hosts as well."""
        mine = row.reading
        entry = Earlier(row.at, row.page, mine.name, mine.normal_hash, status)
        if status is Status.PUBLISHED:
            self._publish(row, decided)
        if mine.normal_hash:
            self.same[mine.normal_hash].append(entry)
        for band in mine.bands:
            self.bands[band].append(entry)
        for host in {*mine.hosts, mine.website_host} - {""} if decided else ():
            self.hosts[host][status] += 1

    def _publish(self, row: Row, decided: bool) -> None:
        if len(self.pages[row.page]) < SAMPLES:
            self.pages[row.page].append(row.reading.text[:SAMPLE_CHARS])
        since = row.at - DAY if decided else row.at
        if len(self.first_published) < COUNTED_TO:
            self.first_published.append(since)
        for host in {*row.reading.hosts, row.reading.website_host} - {""}:
            self.known[host] = min(since, self.known.get(host, since))


def load(path: Path) -> Iterator[Row]:
    """Read the rows of one blog, with the entities of the export resolved once."""
    blog = path.stem.removeprefix("blog_")
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            at = datetime.strptime(line["date"], "%Y-%m-%d %H:%M:%S %z")
            name, url, text = (
                html.unescape(line[column]) for column in ("author", "url", "text")
            )
            reading = read(name=name, website=url, text=text)
            is_spam = line["label"] == "1"
            yield Row(blog, is_spam, at.astimezone(UTC), line["post"], reading)


def sample(rows: Sequence[Row]) -> list[Row]:
    """300 good comments and 300 spam, as evenly from the blogs as these have them."""
    chance = random.Random(SEED)  # noqa: S311  # repeatable, no secret
    shuffled = chance.sample(rows, len(rows))
    drawn: list[Row] = []
    for is_spam in (False, True):
        ranks: Counter[str] = Counter()
        ranked = []
        for row in (row for row in shuffled if row.is_spam is is_spam):
            ranks[row.blog] += 1
            ranked.append((ranks[row.blog], row))
        ranked.sort(key=lambda pair: pair[0])
        drawn += [row for _, row in ranked[:SAMPLE]]
    return drawn


Result = tuple[Row, Status]


def run(rows: Iterable[Row], moderated: bool) -> tuple[list[Result], float]:
    """Check all comments in order; also give the seconds that the checks took."""
    memories = {
        blog: Memory(SitePolicy(origins=origins)) for blog, origins in ORIGINS.items()
    }
    results = []
    seconds = 0.0
    for row in sorted(rows, key=lambda row: row.at):
        memory = memories[row.blog]
        given = CheckInput(reading=row.reading, evidence=memory.evidence(row))
        begin = time.perf_counter()
        findings = [said for check in CHECKS if (said := check.run(given))]
        verdict = weigh(findings, memory.policy)
        seconds += time.perf_counter() - begin
        results.append((row, verdict.status))
        decided = moderated and verdict.status is Status.HELD
        right = Status.SPAM if row.is_spam else Status.PUBLISHED
        memory.learn(row, right if decided else verdict.status, decided)
    return results, seconds


def is_pingback(row: Row) -> bool:
    """True for what another page sent by itself; Foyer takes no such notices."""
    return row.reading.text.lstrip("<p> ").startswith(("[...]", "[…]", "[&#8230;]"))


KINDS: dict[str, Callable[[Row], bool]] = {
    "good": lambda row: not row.is_spam,
    "good, typed by people": lambda row: not row.is_spam and not is_pingback(row),
    "spam": lambda row: row.is_spam,
}


def _line(blog: str, kind: str, results: Sequence[Result]) -> str:
    counts = Counter(status for row, status in results if KINDS[kind](row))
    total = counts.total()
    rates = "".join(f"{counts[s] / max(1, total):>11.1%}" for s in VERDICTS)
    return f"{blog:<13} {kind:<22} {total:>6}{rates}"


def report(title: str, rows: Sequence[Row], moderated: bool) -> None:
    """Print rates for all blogs and each one, and the time a comment takes."""
    results, seconds = run(rows, moderated)
    print(f"\n{title}, {'moderated' if moderated else 'no moderator'}")
    print(
        f"{'':<24} {'':<5} {'count':>6}" + "".join(f"{s.value:>11}" for s in VERDICTS)
    )
    for blog in ("", *ORIGINS):
        some = [result for result in results if blog in {"", result[0].blog}]
        for kind in KINDS:
            print(_line(blog or "all blogs", kind, some))
    print(f"{seconds / len(results) * 1e6:.0f} us a comment for all checks")


def main(directory: str) -> None:
    """Measure the sample and everything, unmoderated and moderated."""
    csv.field_size_limit(2**31 - 1)
    begin = time.perf_counter()
    rows = [
        row for blog in ORIGINS for row in load(Path(directory, f"blog_{blog}.csv"))
    ]
    spent = (time.perf_counter() - begin) / len(rows) * 1e6
    print(f"{len(rows)} comments read, {spent:.0f} us each")
    for title, some in (("Sample of 300 + 300", sample(rows)), ("All", rows)):
        for moderated in (False, True):
            report(title, some, moderated)


if __name__ == "__main__":
    if len(sys.argv) != len(("program", "directory")):
        sys.exit(__doc__)
    main(sys.argv[1])
