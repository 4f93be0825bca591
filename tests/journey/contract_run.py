"""A run of schemathesis over a running server, and what came of it."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

SEED = "20260301"
CASES_PER_OPERATION = "70"
RUN_SECONDS = 900

_NOT_CHECKED = ",".join(
    (
        # Lengths and characters count as they are after normalisation (Unicode NFC,
        # controls dropped), and whether a parent or a page is right is known to the
        # data alone: no schema can say either. Tests of their own walk the mistakes.
        "positive_data_acceptance",
        "negative_data_rejection",
        # Wants 401; ours is 403, as for a wrong token (tested by itself).
        "missing_required_header",
    )
)


@dataclass(slots=True)
class Outcome:
    """What a run has shown."""

    text: str = field(repr=False)
    """What it printed."""
    failed: bool
    successes: Counter[str] = field(default_factory=Counter)
    """Answers with 2xx or 3xx, by operation such as ``GET /healthz``."""
    requests: int = 0
    worst_status: int = 0


@dataclass(frozen=True, slots=True)
class Program:
    """A moderator's program, and the comments that it decides on."""

    token: str = field(repr=False)
    comments: Mapping[str, str]
    """Public id of a comment, or its number, by the operation that takes one."""


_FOR_PROGRAMS = (
    *("listQueue", "countQueue", "queueLog"),
    *("getQueued", "decideQueued", "decideManyQueued"),
    *("wordpressComment", "wordpressChange", "wordpressPut", "wordpressPatch"),
    "wordpressTrash",
)


def _config(
    own: Mapping[str, Mapping[str, str]],
    program: Program,
    isso: Mapping[str, tuple[str, str]],
) -> str:
    """Real comments for the operations that need one: nobody guesses a token.

    :param own: mapping of operation id to the answer to a submission.
    :param isso: mapping of operation id to the number and the cookie of a comment.
    """
    hooks = Path(__file__).with_name("contract_hooks.py")
    lines = [f'hooks = "{hooks}"', "continue-on-failure = true"]
    lines += ["[parameters]", '"path.site" = "demo"']
    for operation, receipt in own.items():
        lines += [
            "[[operations]]",
            f'include-operation-id = "{operation}"',
            f'headers = {{ Authorization = "Bearer {receipt["edit_token"]}" }}',
            f'parameters = {{ "path.site" = "demo", "path.id" = "{receipt["id"]}" }}',
        ]
    for operation, (number, cookie) in isso.items():
        lines += [
            "[[operations]]",
            f'include-operation-id = "{operation}"',
            f'headers = {{ Cookie = "{cookie}" }}',
            # The cookie bears the comment's number as its name, which no document can
            # say: one of the documented name is put beside it, and taken for the key.
            "checks = { ignored_auth = { enabled = false } }",
            f'parameters = {{ "path.site" = "demo", "path.id" = "{number}" }}',
        ]
    for operation in _FOR_PROGRAMS:
        lines += [
            "[[operations]]",
            f'include-operation-id = "{operation}"',
            f'headers = {{ Authorization = "Bearer {program.token}" }}',
        ]
        if operation in program.comments:
            public_id = program.comments[operation]
            lines.append(f'parameters = {{ "path.id" = "{public_id}" }}')
    return "\n".join(lines) + "\n"


def run(
    url: str,
    folder: Path,
    own: Mapping[str, Mapping[str, str]],
    program: Program,
    isso: Mapping[str, tuple[str, str]],
) -> Outcome:
    """Run all phases over the server whose document is at ``url``.

    :param folder: for what the run writes.
    """
    config, events = folder / "schemathesis.toml", folder / "events.ndjson"
    config.write_text(_config(own, program, isso), encoding="utf-8")
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--no-color"),
        *("--config-file", str(config), "run", url),
        *("--exclude-checks", _NOT_CHECKED, "--warnings", "off"),
        *("--max-examples", CASES_PER_OPERATION, "--seed", SEED),
        *("--report", "ndjson", "--report-ndjson-path", str(events)),
    ]
    done = subprocess.run(
        command,
        cwd=folder,
        env={
            **os.environ,
            "FOYER_CONTRACT_TOKEN": program.token,
            "FOYER_CONTRACT_BLOG": urljoin(url, "/"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )
    outcome = Outcome(done.stdout + done.stderr, failed=done.returncode != 0)
    with events.open(encoding="utf-8") as lines:
        for line in lines:
            _count(outcome, json.loads(line).get("ScenarioFinished", {}))
    return outcome


def _count(outcome: Outcome, scenario: Mapping[str, Any]) -> None:
    recorder = scenario.get("recorder", {})
    for case_id, interaction in recorder.get("interactions", {}).items():
        case = recorder["cases"][case_id]["value"]
        status = (interaction.get("response") or {}).get("status_code", 0)
        outcome.requests += 1
        outcome.worst_status = max(outcome.worst_status, status)
        if 200 <= status < 400:
            outcome.successes[f"{case['method']} {case['path']}"] += 1
