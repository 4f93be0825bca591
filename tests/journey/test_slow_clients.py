"""Who takes their time shuts nobody else out."""

import json

from tests.running import Running
from tests.slow_clients import Normal, ask, slow_clients

SLOW = 400
"""Each is an open file of this process, of which it may have a thousand."""
ASKED = 40
MEDIAN_MILLISECONDS = 2_000.0
"""Ten times what it takes on a slow machine."""
_PATH = "/api/v1/sites/demo"


def _comment(number: int) -> Normal:
    fields = {
        "page": f"/slow/{number}",
        "comment": f"I am in no hurry, said number {number}.",
        "name": "Ana",
        "email": "ana@example.org",
    }
    return Normal(
        method="POST",
        path=f"{_PATH}/comments",
        body=json.dumps(fields).encode(),
        headers={"Content-Type": "application/json"},
        status=202,
    )


def _read(number: int) -> Normal:
    return Normal(path=f"{_PATH}/thread?page=/slow/{number}", status=200)


def test_everybody_is_answered_beside_slow_clients(running: Running) -> None:
    with slow_clients(
        running.port, f"{_PATH}/comments", in_headers=SLOW // 2, in_bodies=SLOW // 2
    ) as slow:
        met = ask(
            running.port, [f(n) for n in range(ASKED // 2) for f in (_comment, _read)]
        )
        assert slow.opened == SLOW
    assert met.failures == []
    assert met.answered == ASKED
    assert met.percentile(50) < MEDIAN_MILLISECONDS
