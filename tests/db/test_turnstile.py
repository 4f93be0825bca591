"""Processes that write to one file go by turns."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.db.turnstile import Turnstile

_WRITER = """
import sys, time
from pathlib import Path
from service.db.turnstile import Turnstile

turnstile = Turnstile(Path(sys.argv[1]))
if sys.argv[2] == "hold":
    with turnstile.turn(5):
        print("held", flush=True)
        time.sleep(60)
while True:
    # As a busy writer does: no pause between one turn and the next.
    with turnstile.turn(5):
        print("turn", flush=True)
        time.sleep(0.01)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "foyer.sqlite3"


@contextmanager
def other(database: Path, way: str) -> Iterator["subprocess.Popen[str]"]:
    """Another process, once it has had a turn."""
    command = [sys.executable, "-c", _WRITER, str(database), way]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process
        process.kill()


def test_busy_writer_lets_another_in(database: Path) -> None:
    turnstile = Turnstile(database)
    with other(database, "write") as process:
        assert process.stdout is not None
        for _ in range(20):
            with turnstile.turn(2):
                time.sleep(0.001)
        # The other one had its turns, too.
        assert process.stdout.readline() == "turn\n"
    turnstile.close()


def test_turn_that_does_not_come_is_given_up(database: Path) -> None:
    turnstile = Turnstile(database)
    with other(database, "hold") as process:
        with pytest.raises(TimeoutError), turnstile.turn(0.05):
            pass
        process.kill()
        process.wait()
        with turnstile.turn(2):
            pass
    turnstile.close()


def test_nobody_is_kept_out_after_a_failure(database: Path) -> None:
    first, second = Turnstile(database), Turnstile(database)
    with pytest.raises(ValueError, match="no"), first.turn(1):
        raise ValueError("no")
    with second.turn(0.05):
        pass
    with first.turn(0.05), pytest.raises(TimeoutError), second.turn(0.01):
        pass
    with second.turn(0.05):
        pass
    first.close()
    second.close()


def test_files_are_for_their_owner_only(database: Path) -> None:
    turnstile = Turnstile(database)
    with turnstile.turn(1):
        pass
    turnstile.close()
    made = sorted(database.parent.iterdir())
    assert [path.name for path in made] == ["foyer.sqlite3-turn", "foyer.sqlite3-write"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in made)
