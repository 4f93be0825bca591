"""`foyer web`, `foyer worker` and `foyer migrate`: the parts of the larger form."""

import os
import sys

import click

from service import logs
from service.cli.doors import prepare, require_migrated
from service.settings import load

WEB = [sys.executable, "-m", "service.web.server"]
"""The command of the web process."""
WORKER = [sys.executable, "-m", "worker"]
"""The command of the worker process."""


def _become(command: list[str]) -> None:
    # Neither is imported here, so that web and worker load only what is theirs.
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606  # no shell is wanted


@click.command
def web() -> None:
    """Run a web process."""
    require_migrated(load())
    _become(WEB)


@click.command
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many comments are checked at once.",
)
def worker(concurrency: int) -> None:
    """Run a worker process."""
    require_migrated(load())
    _become([*WORKER, "--concurrency", str(concurrency)])


@click.command
def migrate() -> None:
    """Make what is missing: data folder, keys file, tables."""
    settings = load()
    logs.set_up(settings.log_level)
    prepare(settings).store.close()
    click.echo("The database and the keys are ready.")
