"""The sign of life is fresh, and not written more often than anyone reads it."""

import time

import pytest

from tests.worker.laboratory import Laboratory
from worker import heartbeat
from worker.heartbeat import BEAT_SECONDS, beat, seen_at


def test_sign_is_written_at_most_every_ten_seconds(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors, passed = laboratory.doors(), [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: passed[0])
    monkeypatch.setattr(heartbeat, "_last_beat", -BEAT_SECONDS)
    began = laboratory.clock()
    written = []
    for _ in range(25):
        beat(doors, "host:1")
        seen = laboratory.store.read(lambda s: seen_at(s, "host:1"))
        assert seen is not None
        written.append((seen - began).total_seconds())
        laboratory.clock.advance(seconds=1)
        passed[0] += 1
    assert sorted(set(written)) == [0.0, BEAT_SECONDS, 2 * BEAT_SECONDS]


def test_each_worker_has_its_own(laboratory: Laboratory) -> None:
    assert laboratory.store.read(lambda s: seen_at(s, "host:2")) is None
