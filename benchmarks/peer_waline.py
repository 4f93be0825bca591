"""Waline as a peer: one process of Node.js on SQLite with the settings it comes with.

It publishes at once, and asks nobody outside. Its limit looks for comments of the same
address that are younger than so many seconds, here none: it asks and finds nothing.
While it runs it listens on all addresses of the machine, which cannot be set.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.load import Read, Submit
from benchmarks.oauth_answer import oauth_answer
from benchmarks.peer import FIXED_PAGES, NotInstalled, await_answer, install
from benchmarks.programs import COUNTED, FIRST, HUNDRED, Processes, Target
from benchmarks.texts import VARIANTS, pages_of, variants, written_at
from tests.running import clean_environment
from tests.servers import free_port

PACKAGE = "@waline/vercel@1.39.3"

# As in the project's own empty database (assets/waline.sqlite).
_TABLES = """\
CREATE TABLE wl_Comment (
    id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER DEFAULT NULL, comment TEXT,
    insertedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP, ip VARCHAR(100) DEFAULT '',
    link VARCHAR(255), mail VARCHAR(255), nick VARCHAR(255), pid INT, rid INT,
    sticky NUMERIC, status VARCHAR(50) NOT NULL DEFAULT '', "like" INT, ua TEXT,
    url VARCHAR(255), createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE wl_Counter (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time INT, reaction0 INT, url VARCHAR(255),
    createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE wl_Users (
    id INTEGER PRIMARY KEY AUTOINCREMENT, display_name VARCHAR(255), email VARCHAR(255),
    password VARCHAR(255), type VARCHAR(50), label VARCHAR(255), url VARCHAR(255),
    avatar VARCHAR(255), "2fa" VARCHAR(32),
    createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
"""


class Waline:
    """Waline, one process of Node.js.

    :param programs: where it is installed, or will be.
    :param folder: holds its database and log.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._home = programs / "waline"
        self._folder = folder
        self._port = free_port()
        self.processes = Processes(folder / "log")
        self.target = Target(
            base_url=f"http://127.0.0.1:{self._port}",
            submit=self._submit("/page/{page}/"),
            publish=self._submit(FIRST),
            thread=Read(path=self._thread(HUNDRED)),
            first=Read(path=self._thread(FIRST)),
            counts=Read(path=f"/api/comment?type=count&url={','.join(COUNTED)}"),
        )

    def _thread(self, page: str) -> str:
        return f"/api/comment?path={page}&pageSize=100&page=1"

    def _submit(self, page: str) -> Submit:
        fields = {"url": page, "nick": "{name}", "mail": "{mail}", "comment": "{text}"}
        body = json.dumps({**fields, "link": "", "ua": "Mozilla/5.0"})
        return Submit(path="/api/comment", body=body, status=200, holds='"errno":0')

    def install(self) -> None:
        """Install it, unless it is there.

        :raises NotInstalled: saying why.
        """
        if self._script.exists():
            return
        npm = shutil.which("npm")
        if npm is None or shutil.which("node") is None:
            raise NotInstalled("node and npm are not there")
        self._home.mkdir(parents=True, exist_ok=True)
        options = ["--prefix", str(self._home), "--no-audit", "--no-fund", "--silent"]
        install([npm, "install", *options, PACKAGE], self._home)

    @property
    def _script(self) -> Path:
        return self._home / "node_modules" / "@waline" / "vercel" / "vanilla.js"

    def start(self, stored: int) -> None:
        """Start it with so many comments.

        :raises NotInstalled: if it does not start.
        """
        with closing(sqlite3.connect(self._folder / "waline.sqlite")) as connection:
            connection.executescript(_TABLES)
            self._fill(connection, stored)
        env = {
            "SQLITE_PATH": str(self._folder),
            "JWT_TOKEN": "of-no-use-here",
            "AKISMET_KEY": "false",
            "IPQPS": "0",
            "OAUTH_URL": oauth_answer(),
        }
        node = str(shutil.which("node"))
        self.processes.start(
            [node, str(self._script), str(self._port)],
            clean_environment(env),
            self._folder,
        )
        await_answer(self.processes, self._port, self.target.counts.path)

    def _fill(self, connection: sqlite3.Connection, stored: int) -> None:
        made = variants()
        with connection:
            connection.executemany(
                "INSERT INTO wl_Comment (comment, insertedAt, ip, link, mail, nick,"
                " status, ua, url) VALUES (?, ?, '10.1.2.3', '', ?, ?, 'approved',"
                " 'Mozilla/5.0', ?)",
                (
                    (
                        made[n % VARIANTS].source,
                        f"{written_at(n, stored):%Y-%m-%d %H:%M:%S}",
                        f"reader{n}@example.com",
                        made[n % VARIANTS].name,
                        page,
                    )
                    for n, page in enumerate(pages_of(stored, FIXED_PAGES))
                ),
            )
