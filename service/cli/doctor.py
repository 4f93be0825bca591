"""`foyer doctor`: looks for what would go wrong, and says how to mend it."""

import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import click
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from service import logs
from service.cli.doors import utc_now
from service.cli.grades import Finding, Grade
from service.cli.outside_doctor import outside_findings
from service.db import migrate
from service.db.revision import HEAD
from service.db.store import Store, make_engine
from service.domain.errors import FoyerError
from service.jobs import make_celery
from service.operations.keys import ensure_canary
from service.operations.readiness import readiness
from service.privacy.keyring import Keyring, KeysError
from service.settings import Settings, SettingsError, load

BROKER_SECONDS = 3
WORKER_SILENT = timedelta(seconds=60)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data
    if not folder.is_dir():
        return Grade.FAIL, f"data folder: {folder} is not there; run: foyer migrate"
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Grade.FAIL, f"data folder: others can look in; run: chmod 700 {folder}"
    return Grade.OK, f"data folder: {folder}, closed to others"


def _base_url(settings: Settings) -> Finding:
    url = settings.public_url
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        return Grade.FAIL, (
            f"base URL: {url} sends passwords and addresses in the clear; put a proxy "
            "with TLS in front and set FOYER_BASE_URL=https://…"
        )
    return Grade.OK, f"base URL: {url}"


def _proxies(settings: Settings) -> Finding:
    trusted = settings.trusted_proxies
    if any(network.prefixlen == 0 for network in trusted):
        return Grade.FAIL, (
            "trusted proxies: the whole internet may say who it is; name your proxies "
            "only in FOYER_TRUSTED_PROXIES"
        )
    if not trusted and settings.public_url.startswith("https://"):
        return Grade.WARN, (
            "trusted proxies: none, so that all readers behind your proxy count as one "
            "for limits; name it in FOYER_TRUSTED_PROXIES"
        )
    return Grade.OK, f"trusted proxies: {', '.join(map(str, trusted)) or 'none'}"


def _broker(settings: Settings) -> Finding:
    try:
        with make_celery(settings).connection_for_write() as connection:
            connection.ensure_connection(
                max_retries=1, interval_start=0, timeout=BROKER_SECONDS
            )
    except Exception as err:  # noqa: BLE001  # every broker fails in its own way
        return Grade.FAIL, (
            f"broker: cannot be reached ({type(err).__name__}); see FOYER_BROKER_URL"
        )
    return Grade.OK, "broker: reached"


def _keys(settings: Settings) -> Finding:
    try:
        keyring = Keyring.load(settings.keys_path)
    except KeysError as err:
        return Grade.FAIL, f"keys: {err}"
    return Grade.OK, f"keys: {len(keyring.ids)} in {settings.keys_path}, private"


def _migrations(engine: Engine) -> Finding:
    try:
        found = migrate.current(engine)
    except DBAPIError as err:
        return Grade.FAIL, (
            f"database: cannot be reached ({type(err.orig).__name__}); correct "
            "FOYER_DATABASE_URL"
        )
    if found != HEAD:
        return Grade.FAIL, (
            f"database: at {found or 'nothing'}, not at {HEAD}; run: foyer migrate"
        )
    return Grade.OK, f"database: {engine.dialect.name}, at {found}"


def _canary(settings: Settings, store: Store) -> Finding:
    try:
        keyring = Keyring.load(settings.keys_path)
        store.write(lambda s: ensure_canary(s, keyring, utc_now()))
    except (KeysError, FoyerError) as err:
        return Grade.FAIL, f"keys fit the database: {err}"
    return Grade.OK, "keys fit the database: yes"


def _workers(store: Store) -> Finding:
    seen_at = store.read(readiness).worker_seen_at
    if seen_at is None or utc_now() - seen_at > WORKER_SILENT:
        return (
            Grade.WARN,
            "workers: none was seen in the last minute; run: foyer worker",
        )
    return Grade.OK, "workers: at work"


_STATIC: tuple[Callable[[Settings], Finding], ...] = (
    _data_folder,
    _keys,
    _base_url,
    _proxies,
    _broker,
)


def _findings(settings: Settings) -> Iterator[Finding]:
    for check in _STATIC:
        yield check(settings)
    engine = make_engine(settings.database)
    try:
        found = _migrations(engine)
        yield found
        if found[0] is Grade.OK:
            store = Store(engine)
            yield _canary(settings, store)
            yield _workers(store)
            yield from outside_findings(settings, store)
    finally:
        engine.dispose()


@click.command
def doctor() -> int:
    """Check settings, folder, keys, database and broker; exit with 1 if one fails."""
    logs.set_up("CRITICAL")
    try:
        settings = load()
    except SettingsError as err:
        click.echo(f"{Grade.FAIL:5} settings: {err}")
        return 1
    click.echo(f"{Grade.OK:5} settings: readable")
    failed = False
    for grade, text in _findings(settings):
        click.echo(f"{grade:5} {text}")
        failed = failed or grade is Grade.FAIL
    return int(failed)
