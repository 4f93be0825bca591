"""`foyer run` as an operator knows it."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import MakeDatabase
from tests.needs import ROOT
from tests.processes import descendants, is_alive
from tests.running import Running
from tests.servers import wait_until

SECONDS = 30.0
FAMILY = 5
"""The web and its two forks, the worker and its child."""


@pytest.fixture
def foyer(tmp_path: Path) -> Iterator[Running]:
    """An installation that is not started yet, and is stopped at the end."""
    made = Running(tmp_path, {"FOYER_WEB_PROCESSES": "2"})
    yield made
    if made.is_running:
        made.kill()


def test_prints_where_to_go(foyer: Running) -> None:
    foyer.start()
    assert f"{foyer.base_url}/demo/\n" in foyer.log
    assert f"{foyer.base_url}/queue\n" in foyer.log
    assert "Leave a Reply" in foyer.get("/demo/")
    path = foyer.sign_in_link.removeprefix(foyer.base_url)
    assert "<form" in foyer.get(path)


def test_what_stays_is_small_and_says_no_secret_to_who_lists_processes(
    foyer: Running,
) -> None:
    foyer.start()
    place = Path("/proc", str(foyer.process.pid))
    _, _, token = foyer.sign_in_link.rpartition("/")
    arguments, environment = place / "cmdline", place / "environ"
    assert b"service.caretaker" in arguments.read_bytes()
    assert token.encode() not in arguments.read_bytes() + environment.read_bytes()
    # What prepares is ten times as large; neither library is loaded here.
    loaded = (place / "maps").read_text().split("/")
    assert not {"sqlalchemy", "cryptography"}.intersection(loaded)


def test_everything_it_writes_is_closed_to_others(foyer: Running) -> None:
    foyer.start()
    for path in (foyer.data, *foyer.data.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0, f"{path} has mode {mode:o}"


def test_second_start_keeps_data_and_keys(foyer: Running) -> None:
    foyer.start()
    added = foyer.command("site", "add", "blog", "--origin", "https://blog.example")
    assert added.returncode == 0, added.stderr
    keys = (foyer.data / "keys").read_bytes()
    foyer.kill()
    foyer.start()
    assert "blog" in foyer.command("site", "list").stdout
    assert (foyer.data / "keys").read_bytes() == keys
    assert foyer.command("doctor").returncode == 0


def test_link_is_fresh_until_a_password_is_set(foyer: Running) -> None:
    foyer.start()
    first = foyer.sign_in_link
    foyer.kill()
    foyer.start()
    assert foyer.sign_in_link != first
    email = "moderator@demo.example"
    words = "seven quiet lanterns\n"
    set_ = foyer.command("moderator", "password", email, "--password-stdin", text=words)
    assert set_.returncode == 0, set_.stderr
    foyer.kill()
    said = len(foyer.log)
    foyer.start()
    assert "/queue" in foyer.log[said:]
    assert "/login/link/" not in foyer.log[said:]


def test_demo_site_follows_the_port(foyer: Running) -> None:
    foyer.start()
    foyer.kill()
    foyer.port += 1
    foyer.start()
    shown = foyer.command("site", "show", "demo").stdout
    assert f"http://localhost:{foyer.port} http://127.0.0.1:{foyer.port}\n" in shown


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_everything_cleanly(foyer: Running, number: signal.Signals) -> None:
    foyer.start()
    wait_until(lambda: len(foyer.family()) == FAMILY, "all processes", SECONDS)
    family = foyer.family()
    assert foyer.stop(number) == 0
    assert not any(map(is_alive, family))
    assert "killed" not in foyer.log
    assert "Traceback" not in foyer.log


@pytest.mark.parametrize("name", ["web", "worker"])
def test_killed_child_comes_back(foyer: Running, name: str) -> None:
    foyer.start()
    wait_until(lambda: len(foyer.family()) == FAMILY, "all processes", SECONDS)
    victim = foyer.pids(name)[0]
    its_own = {victim} | descendants(victim)
    assert len(its_own) > 1
    others = foyer.family() - its_own
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: len(foyer.pids(name)) == 2, "the second start", SECONDS)
    wait_until(foyer.answers, "an answer", SECONDS)
    assert is_alive(foyer.pids(name)[1])
    assert not any(map(is_alive, its_own)), "what it had started dies with it"
    assert all(map(is_alive, others))


def test_killed_fork_of_the_web_comes_back_alone(foyer: Running) -> None:
    foyer.start()
    wait_until(lambda: len(foyer.family()) == FAMILY, "all processes", SECONDS)
    # Killed before it serves, it would say so once less.
    wait_until(lambda: foyer.log.count("listening on") == 2, "both to serve", SECONDS)
    (victim,) = foyer.pids("web 2")
    others = foyer.family() - {victim}
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: len(foyer.pids("web 2")) == 2, "the second start", SECONDS)
    wait_until(lambda: foyer.log.count("listening on") == 3, "its service", SECONDS)
    assert all(map(is_alive, others))
    assert foyer.stop() == 0


def test_killing_the_supervisor_leaves_no_process_behind(foyer: Running) -> None:
    foyer.start()
    wait_until(lambda: len(foyer.family()) == FAMILY, "all processes", SECONDS)
    foyer.kill()
    foyer.start()
    assert foyer.answers()


def test_port_in_use_is_one_line_that_names_port(foyer: Running) -> None:
    with socket.create_server(("127.0.0.1", foyer.port)):
        ended = foyer.command("run", "--demo")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert "PORT" in ended.stderr
    assert str(foyer.port) in ended.stderr


def test_second_run_on_the_same_data_is_one_line(foyer: Running) -> None:
    foyer.start()
    again = foyer.command("run", "--demo")
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1
    assert "runs already" in again.stderr
    assert foyer.answers()


def test_lost_keys_are_not_replaced(foyer: Running) -> None:
    foyer.start()
    foyer.kill()
    (foyer.data / "keys").unlink()
    ended = foyer.command("run", "--demo")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("foyer: There is no keys file")
    assert not (foyer.data / "keys").exists()


def test_hang_up_is_ignored_under_nohup(foyer: Running) -> None:
    # As `nohup` does it: the signal is ignored before the program starts.
    program = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    program += "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    with (foyer.data.parent / "log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", program, "-m", "service.cli", "run"],
            env=foyer.env,
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(foyer.answers, "an answer", SECONDS)
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    finally:
        process.kill()
        process.wait()


def test_same_command_runs_on_postgresql_and_redis(
    tmp_path: Path, postgres_making: MakeDatabase, redis_url: str
) -> None:
    env = {"FOYER_DATABASE_URL": postgres_making(), "FOYER_BROKER_URL": redis_url}
    larger = Running(tmp_path, env)
    try:
        larger.start()
        seen = larger.command("doctor")
        assert "ok    database: postgresql" in seen.stdout
        assert seen.returncode == 0, seen.stdout
        assert not list(larger.data.glob("foyer.sqlite3*"))
    finally:
        larger.kill()
