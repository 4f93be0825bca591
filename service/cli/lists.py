"""`foyer list …`: what sends a comment to a moderator, or makes it spam at once."""

from collections.abc import Callable
from functools import partial
from typing import TextIO, TypeVar

import click
from sqlalchemy.orm import Session

from service.cli.doors import Doors, opened, utc_now
from service.domain.errors import Unknown
from service.operations.entry_form import FIELDS, LISTS
from service.operations.lists import add_entry, entries, import_entries, remove_entry
from service.operations.sites import SiteView, all_sites, site_by_key

T = TypeVar("T")


@click.group("list")
def lists() -> None:
    """Change the hold and the spam list of a site."""


def _sites(session: Session, key: str | None) -> list[SiteView]:
    found = [site_by_key(session, key)] if key else all_sites(session)
    if not found:
        raise Unknown(
            "There is no site yet. First run: foyer site add KEY --origin URL"
        )
    return found


def _on_each(key: str | None, act: Callable[[Session, Doors, int], T]) -> dict[str, T]:
    """What the act returns, by key of each site it was done for, all in one."""
    with opened() as doors:
        return doors.store.write(
            lambda s: {site.key: act(s, doors, site.id) for site in _sites(s, key)}
        )


_LIST = click.argument("list_name", metavar="hold|spam|trust", type=click.Choice(LISTS))
_FIELD = click.option(
    "--field",
    type=click.Choice(FIELDS),
    default="any",
    show_default=True,
    help="Where to look for it.",
)
_SITE = click.option(
    "--site", "key", metavar="KEY", help="The site's key; every site by default."
)


def _say(done: dict[str, bool], yes: str, no: str) -> None:
    for word, which in ((yes, True), (no, False)):
        keys = [key for key, was in done.items() if was is which]
        if keys:
            click.echo(f"{word}: {', '.join(keys)}")


@lists.command
@_LIST
@click.argument("text")
@_FIELD
@_SITE
def add(list_name: str, text: str, field: str, key: str | None) -> None:
    """Add an entry: a word, an address, a host, a network."""

    def act(session: Session, doors: Doors, site_id: int) -> bool:
        return add_entry(
            session, doors.keyring, site_id, list_name, field, text, utc_now()
        )

    _say(_on_each(key, act), f"Added to the {list_name} list of", "It was on that of")


@lists.command
@_LIST
@click.argument("text")
@_FIELD
@_SITE
def remove(list_name: str, text: str, field: str, key: str | None) -> None:
    """Remove an entry, written as it was added."""

    def act(session: Session, doors: Doors, site_id: int) -> bool:
        return remove_entry(
            session, doors.keyring, site_id, list_name, field, text, utc_now()
        )

    done = _on_each(key, act)
    _say(done, f"Removed from the {list_name} list of", "It was not on that of")
    if not any(done.values()):
        raise click.ClickException("Nothing was removed.")


def _lines(file: TextIO) -> list[str]:
    try:
        return file.read().splitlines()
    except UnicodeDecodeError:
        raise click.BadParameter("it is not UTF-8 text", param_hint="FILE") from None


@lists.command("import")
@_LIST
@click.argument("file", type=click.File(encoding="utf-8"))
@_FIELD
@_SITE
def import_(list_name: str, file: TextIO, field: str, key: str | None) -> None:
    """Add the lines of FILE, '-' for standard input; safe to repeat."""
    lines = _lines(file)

    def act(session: Session, doors: Doors, site_id: int) -> tuple[int, int]:
        return import_entries(
            session, doors.keyring, site_id, list_name, field, lines, utc_now()
        )

    for site, (added, skipped) in _on_each(key, act).items():
        click.echo(f"{site}: {added} added, {skipped} skipped")


@lists.command
@_LIST
@_SITE
def show(list_name: str, key: str | None) -> None:
    """Show the entries of a list: site, field, entry. Addresses are masked.

    A rule on trial, which does nothing yet, is marked as such.
    """
    with opened() as doors:
        for site in doors.store.read(lambda s: _sites(s, key)):
            for each in doors.store.read(partial(entries, site_id=site.id)):
                if each.list_name == list_name:
                    trial = "\tonly logs" if each.mode == "log" else ""
                    click.echo(f"{site.key}\t{each.field}\t{each.shown}{trial}")
