"""Foyer under load, started by its real commands on a store filled before."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.databases import fresh_database
from benchmarks.load import Read, Submit
from benchmarks.programs import (
    COUNTED,
    FIRST,
    FIRST_SEEDED,
    HUNDRED,
    Processes,
    Target,
    answers,
)
from benchmarks.seeding import fill
from benchmarks.servers import Servers
from service.settings import load
from tests.needs import ROOT
from tests.running import clean_environment
from tests.servers import free_port, wait_until

SITE = "bench"
START_SECONDS = 60.0
_PATH = f"/api/v1/sites/{SITE}"
_SETTINGS = {
    # On, as everything else, but in nobody's way.
    "FOYER_SUBMIT_LIMIT": "100000000/minute",
    "FOYER_DNS_SECONDS": "0",
    # So that the load comes from many clients, as it would.
    "FOYER_TRUSTED_PROXIES": "127.0.0.1",
    "FOYER_LOG_LEVEL": "WARNING",
}


def thread_path(page: str, more: str = "") -> str:
    """Where a page's thread is read."""
    return f"{_PATH}/thread?page={page}{more}"


def _submit(page: str) -> Submit:
    fields = {"page": page, "name": "{name}", "email": "{mail}", "comment": "{text}"}
    return Submit(
        path=f"{_PATH}/comments",
        body=json.dumps(fields),
        status=http.client.ACCEPTED,
        holds='"id":',
    )


class Foyer:
    """One installation of the embedded form, or of the larger one on its servers.

    :param folder: holds data and log.
    :param database_url: empty for the embedded form.
    """

    def __init__(
        self, folder: Path, database_url: str = "", broker_url: str = ""
    ) -> None:
        port = free_port()
        own = {"FOYER_DATA": str(folder / "data"), "PORT": str(port)}
        if database_url:
            own["FOYER_DATABASE_URL"] = database_url
            own["FOYER_BROKER_URL"] = broker_url
        self.env = clean_environment({**_SETTINGS, **own})
        """The environment of its commands."""
        self.database = load(self.env).database
        """The database's address as SQLAlchemy takes it."""
        self._embedded = not database_url
        self.port = port
        self.processes = Processes(folder / "log")
        self.target = Target(
            base_url=f"http://127.0.0.1:{port}",
            submit=_submit("/page/{page}/"),
            publish=_submit(FIRST),
            thread=Read(path=thread_path(HUNDRED)),
            first=Read(path=thread_path(FIRST)),
            counts=Read(
                path=f"{_PATH}/counts?" + "&".join(f"page={page}" for page in COUNTED)
            ),
        )

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "service.cli", *arguments]

    def prepare(self, stored: int) -> None:
        """Make the tables and a site with so many published comments."""
        for arguments in (
            ("migrate",),
            ("site", "add", SITE, "--origin", "https://blog.example"),
        ):
            subprocess.run(
                self._command(*arguments),
                env=self.env,
                cwd=ROOT,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        fill(self.database, SITE, stored, {HUNDRED: 100, FIRST: FIRST_SEEDED})

    def start(self, *commands: str) -> None:
        """Start these commands, by default all; return when the web answers."""
        whole = ("run",) if self._embedded else ("web", "worker")
        for command in commands or whole:
            self.processes.start(self._command(command), self.env, ROOT)
        wait_until(self._is_up, "the start of Foyer", START_SECONDS)

    def _is_up(self) -> bool:
        self.processes.require_alive()
        return answers(self.port, "/healthz")


@contextmanager
def foyer(folder: Path, stored: int, servers: Servers | None) -> Iterator[Foyer]:
    """A filled installation, not yet started; it is stopped and gone at the end.

    :param servers: those of the larger form; None for the embedded one.
    """
    if servers is None:
        made = Foyer(folder)
        try:
            made.prepare(stored)
            yield made
        finally:
            made.processes.stop()
        return
    with fresh_database(servers.database_url) as url:
        made = Foyer(folder, url, servers.broker_url)
        try:
            made.prepare(stored)
            yield made
        finally:
            made.processes.stop()
