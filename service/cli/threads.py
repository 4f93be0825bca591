"""`foyer thread …`: open, close and name the thread of a page."""

from functools import partial

import click
from sqlalchemy.orm import Session

from service.cli.doors import opened, utc_now
from service.operations.site_threads import ThreadLine, thread_page
from service.operations.sites import site_by_key
from service.operations.threads import open_thread, title_thread


@click.group
def thread() -> None:
    """Open, close and name threads."""


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


@thread.command
@click.argument("page")
@click.argument("title")
@click.option("--site", "key", required=True, metavar="KEY", help="The site's key.")
def title(page: str, title: str, key: str) -> None:
    """Give the thread of a page a title; '' lets the next comment give it."""

    def act(session: Session) -> None:
        title_thread(session, site_by_key(session, key), page, title, now=utc_now())

    with opened() as doors:
        doors.store.write(act)
    click.echo("Set.")


def _state(line: ThreadLine) -> str:
    if not line.open:
        return "closed"
    if line.closes_at is None:
        return "open"
    is_over = line.closes_at <= utc_now()
    return f"{'closed' if is_over else 'open until'} {line.closes_at:%Y-%m-%d}"


@thread.command("list")
@click.option("--site", "key", required=True, metavar="KEY", help="The site's key.")
def list_threads(key: str) -> None:
    """List the threads of a site: page, state, published comments, title."""
    with opened() as doors:
        site = doors.store.read(lambda s: site_by_key(s, key))
        after: str | None = ""
        while after is not None:
            page = doors.store.read(partial(thread_page, site=site, after=after))
            for each in page.threads:
                columns = (each.page, _state(each), str(each.count), each.title)
                click.echo("\t".join(columns))
            after = page.next
