"""Isso as a peer: four gunicorn workers on SQLite with the settings it comes with.

It publishes at once; its limits are on, and too high to be reached.
"""

import json
import sqlite3
import venv
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from benchmarks.load import Read, Submit
from benchmarks.peer import FIXED_PAGES, await_answer, install
from benchmarks.programs import COUNTED, FIRST, HUNDRED, Processes, Target
from benchmarks.texts import VARIANTS, pages_of, variants, written_at
from tests.running import clean_environment
from tests.servers import free_port

PACKAGES = ("isso==0.14.0", "gunicorn==27.0.1")
ADMIN_WORDS = "seven quiet lanterns"
PUBLISHED, WAITING = 1, 2
"""Isso's modes of a comment."""
_VOTERS = bytes(256)
"""Isso's Bloom filter of those who voted, when nobody has."""

_SETTINGS = """\
[general]
dbpath = {database}
host = http://blog.example/
[server]
trusted-proxies = 127.0.0.1
[guard]
ratelimit = 1000000
direct-reply = 1000000
[admin]
enabled = true
password = {password}
"""


class Isso:
    """Isso with four gunicorn workers.

    :param programs: where it is installed, or will be.
    :param folder: holds its database, settings and log.
    :param mode: of the comments it is filled with: `PUBLISHED` or `WAITING`.
    """

    def __init__(self, programs: Path, folder: Path, mode: int = PUBLISHED) -> None:
        self._home = programs / "isso"
        self._folder = folder
        self._mode = mode
        self._port = free_port()
        self.processes = Processes(folder / "log")
        fields = {"text": "{text}", "author": "{name}", "email": "{mail}"}
        body = json.dumps({**fields, "website": "", "parent": None, "title": "A page"})
        self.target = Target(
            base_url=f"http://127.0.0.1:{self._port}",
            submit=Submit(path="/new?uri=/page/{page}/", body=body, status=201),
            publish=Submit(path=f"/new?uri={FIRST}", body=body, status=201),
            thread=Read(path=f"/?uri={quote(HUNDRED, safe='')}"),
            first=Read(path=f"/?uri={quote(FIRST, safe='')}"),
            counts=Read(
                path="/count",
                headers={"Content-Type": "application/json"},
                method="POST",
                body=json.dumps(COUNTED),
            ),
        )

    def install(self) -> None:
        """Install it, unless it is there.

        :raises NotInstalled: saying why.
        """
        if (self._home / "bin" / "isso").exists():
            return
        venv.create(self._home, clear=True, with_pip=True)
        pip = str(self._home / "bin" / "python")
        install([pip, "-m", "pip", "install", "--quiet", *PACKAGES], self._home)

    def start(self, stored: int) -> None:
        """Start it with so many comments.

        :raises NotInstalled: if it does not start.
        """
        database = self._folder / "comments.db"
        settings = self._folder / "isso.cfg"
        settings.write_text(
            _SETTINGS.format(database=database, password=ADMIN_WORDS),
            encoding="utf-8",
        )
        self.processes.start(
            [
                *(
                    str(self._home / "bin" / "gunicorn"),
                    "-b",
                    f"127.0.0.1:{self._port}",
                ),
                *("-w", "4", "--preload", "isso.run"),
            ],
            clean_environment({"ISSO_SETTINGS": str(settings)}),
            self._folder,
        )
        await_answer(self.processes, self._port, "/config")
        self._fill(database, stored)

    def _fill(self, database: Path, stored: int) -> None:
        made = variants()
        pages = pages_of(stored, FIXED_PAGES)
        numbers = {page: n for n, page in enumerate(dict.fromkeys(pages), 1)}
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.executemany(
                "INSERT INTO threads (id, uri, title) VALUES (?, ?, 'A page')",
                [(number, page) for page, number in numbers.items()],
            )
            connection.executemany(
                "INSERT INTO comments (tid, created, mode, remote_addr, text, author,"
                " email, voters) VALUES (?, ?, ?, '10.1.2.0', ?, ?, ?, ?)",
                (
                    (
                        numbers[page],
                        written_at(n, stored).timestamp(),
                        self._mode,
                        made[n % VARIANTS].source,
                        made[n % VARIANTS].name,
                        f"reader{n}@example.com",
                        _VOTERS,
                    )
                    for n, page in enumerate(pages)
                ),
            )
