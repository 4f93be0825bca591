"""CPU time of one POST, the application called directly: no server, no sockets.

``python -m benchmarks.intake [sqlite|postgres] …``. All is on: limit, duplicates,
``Idempotency-Key``, token, sealing, durable commits. The least of several rounds is
told, for other work on the machine only ever adds to it.
"""

import io
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from benchmarks.databases import fresh_database
from benchmarks.servers import servers
from service.db.migrate import upgrade
from service.db.store import Store, make_engine
from service.db.together import Together
from service.domain.policy import SitePolicy
from service.operations.published import PublishedThreads
from service.operations.sites import add_site
from service.privacy.keyring import Keyring, generate
from service.privacy.tokens import form_token
from service.settings import load
from service.web.app import create_app
from service.web.context import Context, utc_now
from tests.doubles import RememberingBell

BLOG = "https://blog.example"
PAGES = 100
POSTS = 500
ROUNDS = 5
WORDS = [
    "the",
    "quick",
    "answer",
    "about",
    "your",
    "article",
    "reads",
    "well",
    "but",
    "one",
    "section",
    "seems",
    "to",
    "mix",
    "two",
    "ideas",
    "and",
    "would",
    "expect",
    "another",
    "example",
    "before",
    "that",
    "claim",
    "thanks",
    "for",
    "sharing",
]

_random = random.Random()  # noqa: S311  # nothing is secret here

Environ = dict[str, Any]


def _environ(keyring: Keyring, number: int) -> Environ:
    mark = f"{number}x{uuid4().hex[:8]}"
    page = f"/p{_random.randrange(PAGES)}/"
    body = orjson.dumps(
        {
            "page": page,
            "comment": f"Note {mark}: {' '.join(_random.choices(WORDS, k=40))}.",
            "name": f"Reader {mark}",
            "email": f"r{mark}@example.com",
            "website": "https://ana.example/about",
            "token": form_token(keyring, "blog", page, time.time() - 30),
        }
    )
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/api/v1/sites/blog/comments",
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": ".".join(str(_random.randrange(11, 99)) for _ in range(4)),
        "HTTP_HOST": "localhost:8000",
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0",
        "HTTP_ACCEPT": "*/*",
        "HTTP_ORIGIN": BLOG,
        "HTTP_IDEMPOTENCY_KEY": str(uuid4()),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _send(app: Any, environ: Environ) -> None:
    said: list[str] = []

    def start_response(status: str, headers: object, error: object = None) -> None:  # noqa: ARG001  # as WSGI has it
        said.append(status)

    answer: Iterable[bytes] = app(environ, start_response)
    body = b"".join(answer)
    if not said[0].startswith("202"):
        raise RuntimeError(f"{said[0]}: {body[:300]!r}")


def _in_threads(app: Any, environs: list[Environ], threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda environ: _send(app, environ), environs):
            pass


def _together(app: Any, environs: list[Environ], size: int) -> None:
    """As the web process does it: so many are begun before they are written."""
    for first in range(0, len(environs), size):
        together = Together()
        for environ in environs[first : first + size]:
            together.begin(partial(_send, app, environ))
        together.finish()


Way = Callable[[Any, list[Environ], int], None]


def _round(way: Way, app: Any, keyring: Keyring, count: int) -> tuple[float, float]:
    """Milliseconds of processor time a POST, and POSTs a second."""
    environs = [_environ(keyring, number) for number in range(POSTS)]
    cpu, begun = time.process_time(), time.perf_counter()
    way(app, environs, count)
    took = time.perf_counter() - begun
    return 1000 * (time.process_time() - cpu) / POSTS, POSTS / took


@contextmanager
def _database(kind: str) -> Iterator[str]:
    with ExitStack() as stack:
        if kind == "sqlite":
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            yield f"sqlite:///{folder}/data/foyer.sqlite3"
        else:
            found = stack.enter_context(servers())
            yield stack.enter_context(fresh_database(found.database_url))


@contextmanager
def _application(url: str, keyring: Keyring) -> Iterator[Any]:
    store = Store(make_engine(url))
    upgrade(store.engine)
    policy = SitePolicy(origins=(BLOG,))
    store.write(lambda s: add_site(s, "blog", name="", policy=policy, now=utc_now()))
    with tempfile.TemporaryDirectory() as folder:
        context = Context(
            settings=load({"FOYER_DATA": str(Path(folder))}),
            store=store,
            keyring=keyring,
            bell=RememberingBell(),
            published=PublishedThreads(),
        )
        yield create_app(context).wsgi_app
    store.close()


def main(kinds: list[str]) -> None:
    """Print a line for each kind of database, way and number."""
    keyring = Keyring.from_text(generate())
    for kind in kinds or ["sqlite", "postgres"]:
        with _database(kind) as url, _application(url, keyring) as app:
            for count in (1, 4, 16):
                for name, way in (("in threads", _in_threads), ("together", _together)):
                    rounds = [_round(way, app, keyring, count) for _ in range(ROUNDS)]
                    cpu, rate = min(r[0] for r in rounds), max(r[1] for r in rounds)
                    print(
                        f"{kind:8}  {count:2} {name:10}  {cpu:.2f} ms CPU a POST"
                        f"  {rate:.0f} POSTs/s"
                    )


if __name__ == "__main__":
    main(sys.argv[1:])
