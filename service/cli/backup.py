"""`foyer backup` and `foyer restore`: all that is kept, in one file, and back."""

import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from service import logs
from service.cli.doors import Doors, make_data_folder, opened, utc_now
from service.db import migrate
from service.db.store import make_engine
from service.domain.errors import InvalidInput, Unavailable
from service.privacy.keyring import Keyring
from service.settings import Settings, load
from service.transfer.archive import Archive, opened_archive
from service.transfer.backup import write_backup
from service.transfer.manifest import Manifest
from service.transfer.private_file import new_private_file
from service.transfer.restore import Restored
from service.transfer.restore import restore as put_back

_STANDARD = Path("-")
_FILE = click.argument("file", type=click.Path(path_type=Path, allow_dash=True))


def _say(text: str) -> None:
    # Standard output may be the backup itself.
    click.echo(text, err=True)


def _content(manifest: Manifest) -> str:
    names = ("site", "thread", "comment")
    counts = ", ".join(_counted(manifest.rows(name), name) for name in names)
    return f"{counts}; taken at {manifest.taken_at}"


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _about_keys(settings: Settings) -> str:
    return (
        "The keys are not in it: without them no address in it can be read and it "
        f"cannot be restored. Keep a copy of {settings.keys_path} at another place."
    )


def _take(doors: Doors, file: IO[bytes]) -> Manifest:
    now = utc_now()
    return doors.store.read(lambda s: write_backup(s, doors.keyring, file, now))


def _save(doors: Doors, path: Path) -> Manifest:
    if path == _STANDARD:
        if sys.stdout.isatty():
            raise InvalidInput({"file": ["A terminal cannot take a backup."]})
        return _take(doors, sys.stdout.buffer)
    with new_private_file(path) as file:
        return _take(doors, file)


def _on_disk(source: IO[bytes], folder: Path) -> IO[bytes]:
    """What comes from the source, in a file without a name."""
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # the caller closes it
    shutil.copyfileobj(source, file)
    return file


@contextmanager
def _reading(path: Path, settings: Settings) -> Iterator[Archive]:
    """The backup in the file, or in what comes by standard input.

    :raises BrokenBackup: if it is none.
    :raises Unavailable: if it cannot be read.
    """
    try:
        if path == _STANDARD:
            file = _on_disk(sys.stdin.buffer, settings.data)
        else:
            file = path.open("rb")
    except OSError as err:
        raise Unavailable(f"Cannot read {path}: {err.strerror}.") from err
    with file, opened_archive(file) as archive:
        yield archive


def _try(archive: Archive, keyring: Keyring, folder: Path) -> Restored:
    """What restoring into a new database leads to, which is thrown away."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        engine = make_engine(f"sqlite:///{place}/trial.sqlite3")
        try:
            migrate.upgrade(engine)
            return put_back(engine, keyring, archive, utc_now(), replace=False)
        finally:
            engine.dispose()


def _verify(path: Path) -> None:
    settings = load()
    logs.set_up("ERROR")
    make_data_folder(settings)
    keyring = Keyring.load(settings.keys_path)
    with _reading(path, settings) as archive:
        done = _try(archive, keyring, settings.data)
    _say(f"Whole, unchanged, and restored for trial: {_content(done.manifest)}.")


@click.command
@_FILE
@click.option(
    "--verify",
    is_flag=True,
    help="Check FILE instead, by restoring it into a database that is thrown away.",
)
def backup(file: Path, verify: bool) -> None:
    """Write all that is kept into the new FILE, while everything runs on.

    The keys file is not in it. With - for FILE it goes to standard output.
    """
    if verify:
        _verify(file)
        return
    with opened() as doors:
        manifest = _save(doors, file)
        _say(f"Saved {_content(manifest)}.")
        _say(_about_keys(doors.settings))


@click.command
@_FILE
@click.option(
    "--replace", is_flag=True, help="Lose all that is in the database, if it has any."
)
def restore(file: Path, replace: bool) -> None:
    """Put the backup in FILE into the database: all of it, or nothing.

    The database may be of another kind than the one that was saved. Whoever was erased
    stays erased. With - for FILE it is read from standard input.
    """
    with opened() as doors:
        with _reading(file, doors.settings) as archive:
            done = put_back(
                doors.store.engine, doors.keyring, archive, utc_now(), replace=replace
            )
        # What was replaced may have been erased since; no old page of it may stay.
        doors.store.forget_log()
    _say(f"Restored {_content(done.manifest)}.")
    if done.erased_again:
        _say(f"Erased again from {_counted(done.erased_again, 'comment')}.")
    if done.erasures_lost:
        _say(
            f"Not carried over: {done.erasures_lost:,} erasures, whose sites have "
            "another number in the backup. Erase those people again."
        )
