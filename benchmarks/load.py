"""Load by wrk: so many connections ask as fast as they are answered."""

import json
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
RUNS = 3
"""The median of so many counts."""
SLOW_RPS = 50
"""What answers fewer requests in a second is given longer runs, or one would be a
handful of answers."""
SLOW_TIMES = 3
TIMEOUT_SECONDS = 20
"""What an answer may take before wrk calls it an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A request that is asked again and again."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """How a program takes a comment; `submit.lua` says what the templates may hold."""

    path: str
    body: str
    status: int
    """Status of the answer when the comment was taken."""
    holds: str = ""
    """Text in the answer when the comment was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one load showed; times in milliseconds."""

    rps: float
    p50: float
    p99: float
    good: int
    """How many answers were as they should be."""
    errors: int
    """How many were not, or never came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrk:
    """How hard and how long to ask."""

    connections: int
    seconds: int
    """Of each run."""

    def reads(self, base_url: str, what: Read) -> Load:
        """The median of the runs of this request, after a warm-up."""
        options = [f"-H{name}: {value}" for name, value in what.headers.items()]
        rest = [what.method, what.body] if what.body else []
        return self._median(base_url + what.path, "read.lua", options, rest)

    def submits(self, base_url: str, what: Submit, ids: Path | None = None) -> Load:
        """The median of the runs of unique comments, after a warm-up.

        :param ids: the files whose names begin so get the id in every good answer.
        """
        rest = _submit_arguments(what, ids)
        return self._median(base_url, "submit.lua", [], rest)

    def submits_once(self, base_url: str, what: Submit, ids: Path | None) -> Load:
        """One run of unique comments."""
        rest = _submit_arguments(what, ids)
        return self._run(self.seconds, base_url, "submit.lua", [], rest)

    def _median(
        self, url: str, script: str, options: Sequence[str], rest: Sequence[str]
    ) -> Load:
        warm = self._run(max(1, self.seconds // 3), url, script, options, rest)
        seconds = self.seconds * (SLOW_TIMES if warm.rps < SLOW_RPS else 1)
        runs = [self._run(seconds, url, script, options, rest) for _ in range(RUNS)]
        return Load(
            rps=statistics.median(run.rps for run in runs),
            p50=statistics.median(run.p50 for run in runs),
            p99=statistics.median(run.p99 for run in runs),
            good=sum(run.good for run in runs),
            errors=sum(run.errors for run in runs),
        )

    def _run(
        self,
        seconds: int,
        url: str,
        script: str,
        options: Sequence[str],
        rest: Sequence[str],
    ) -> Load:
        command = [
            *(require_wrk(), f"-t{min(2, self.connections)}", f"-c{self.connections}"),
            *(f"-d{seconds}s", f"--timeout={TIMEOUT_SECONDS}s"),
            *("-s", str(HERE / script), *options, url, "--", *rest),
        ]
        told = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds + 3 * TIMEOUT_SECONDS,
        )
        found = re.search(r"^RESULT (.*)$", told.stdout, re.MULTILINE)
        if found is None:
            raise RuntimeError(f"wrk did not finish: {told.stdout}{told.stderr}")
        if told.stderr:
            print(told.stderr.strip(), file=sys.stderr)
        return _read_result(found[1])


def _submit_arguments(what: Submit, ids: Path | None) -> list[str]:
    return [
        *(what.path, what.body, str(what.status), what.holds),
        str(ids) if ids else "-",
    ]


def _read_result(text: str) -> Load:
    told = json.loads(text)
    return Load(
        rps=told["good"] / told["seconds"],
        p50=told["p50"],
        p99=told["p99"],
        good=told["good"],
        errors=told["bad"],
    )


def require_wrk() -> str:
    """Where wrk is.

    :raises SystemExit: with a line on how to get it, if it is not there.
    """
    found = shutil.which("wrk")
    if found is None:
        sys.exit("wrk is not installed. On Debian and Ubuntu: apt install wrk")
    return found
