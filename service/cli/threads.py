"""`foyer thread …`: open and close the thread of a page."""

import click
from sqlalchemy.orm import Session

from service.cli.doors import opened, utc_now
from service.operations.sites import site_by_key
from service.operations.threads import open_thread


@click.group
def thread() -> None:
    """Open and close threads."""


def _set(page: str, key: str, *, is_open: bool) -> None:
    def act(session: Session) -> None:
        site = site_by_key(session, key)
        open_thread(session, site, page, is_open=is_open, now=utc_now())

    with opened() as doors:
        doors.store.write(act)


@thread.command("open")
@click.argument("page")
@click.option("--site", "key", required=True, metavar="KEY", help="The site's key.")
def open_(page: str, key: str) -> None:
    """Let a page take new comments."""
    _set(page, key, is_open=True)
    click.echo("Open.")


@thread.command
@click.argument("page")
@click.option("--site", "key", required=True, metavar="KEY", help="The site's key.")
def close(page: str, key: str) -> None:
    """Let a page take no more comments; those there are stay."""
    _set(page, key, is_open=False)
    click.echo("Closed.")
