"""What every view needs, opened once per process and kept at the application."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from flask import current_app, g

from service.db.store import Act, Quick, Store
from service.jobs import Bell
from service.operations.kept_sites import KeptSites
from service.operations.published import PublishedThreads
from service.privacy.keyring import Keyring
from service.settings import Settings

T = TypeVar("T")


def utc_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The doors of the web process."""

    settings: Settings
    store: Store
    keyring: Keyring
    bell: Bell
    published: PublishedThreads
    sites: KeptSites = field(default_factory=KeptSites)
    clock: Callable[[], datetime] = utc_now


def here() -> Context:
    """The context of the application that handles the present request."""
    context: Context = current_app.extensions["foyer"]
    return context


def read(act: Act[T]) -> T:
    """What ``act`` returns, run on one consistent view of the store."""
    return here().store.read(act)


def write(act: Act[T], quick: Quick[T] | None = None) -> T:
    """What ``act`` returns, after what it did is on disk.

    :param quick: tried first, as `Store.write` says.
    """
    done = here().store.write(act, quick)
    g.foyer_written = True
    return done


def has_written() -> bool:
    """True if the present request has changed the store."""
    return bool(g.get("foyer_written", False))
