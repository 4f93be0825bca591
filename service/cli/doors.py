"""What commands open: settings, database, keys, and the folder that holds them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from service import logs
from service.db import migrate
from service.db.models import KeyCanary
from service.db.revision import HEAD
from service.db.store import Store, make_engine
from service.domain.errors import Unavailable
from service.operations.keys import ensure_canary
from service.privacy.keyring import Keyring, create
from service.settings import Settings, load

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What a command works with."""

    settings: Settings
    store: Store
    keyring: Keyring


def utc_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


def make_data_folder(settings: Settings) -> None:
    """Make the data folder, and close it to everybody but its owner.

    :raises Unavailable: if that is not allowed.
    """
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.data.chmod(0o700)
    except OSError as err:
        raise Unavailable(
            f"FOYER_DATA: cannot use the folder {settings.data}: {err.strerror}."
        ) from err


def _keyring(settings: Settings, store: Store) -> Keyring:
    """The keys, made if nothing was sealed yet: new ones cannot open what is."""
    used = store.read(lambda s: s.scalars(select(KeyCanary.key_id).limit(1)).first())
    if used is None:
        return create(settings.keys_path)
    return Keyring.load(settings.keys_path)


def prepare(settings: Settings) -> Doors:
    """The doors, after making whatever is not there yet: folder, tables and keys.

    :raises KeysError: if the keys are missing, unsafe, or not those of this database.
    :raises Unavailable: if folder or database cannot be used.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    make_data_folder(settings)
    engine = make_engine(settings.database)
    before = migrate.current(engine)
    if before != HEAD:
        migrate.upgrade(engine)
        log.info("database migrated from %s to %s", before or "nothing", HEAD)
    store = Store(engine)
    keyring = _keyring(settings, store)
    store.write(lambda s: ensure_canary(s, keyring, utc_now()))
    return Doors(settings=settings, store=store, keyring=keyring)


@contextmanager
def opened() -> Iterator[Doors]:
    """The doors of what is there already.

    :raises KeysError: if the keys are missing or unsafe.
    :raises Unavailable: if the database is not at the version that this code expects.
    """
    settings = load()
    logs.set_up("ERROR")
    engine = make_engine(settings.database)
    try:
        require_migrated(settings)
        yield Doors(
            settings=settings,
            store=Store(engine),
            keyring=Keyring.load(settings.keys_path),
        )
    finally:
        engine.dispose()


def require_migrated(settings: Settings) -> None:
    """Pass if the database is at the version that this code expects.

    :raises Unavailable: saying what to run.
    """
    engine = make_engine(settings.database)
    try:
        found = migrate.current(engine)
    finally:
        engine.dispose()
    if found != HEAD:
        raise Unavailable(
            "The database is not ready for this version; run: foyer migrate"
        )
