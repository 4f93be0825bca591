"""`foyer person …`: what the law lets people ask for, without an account."""

import click
import orjson
from sqlalchemy.orm import Session

from service.cli.doors import opened, utc_now
from service.operations.person import erase_person, export_person
from service.operations.sites import site_by_key

_SITE = click.option(
    "--site", "key", required=True, metavar="KEY", help="The site's key."
)


@click.group
def person() -> None:
    """Export or erase what is kept about the owner of an address."""


@person.command
@click.argument("email")
@_SITE
def export(email: str, key: str) -> None:
    """Write all that is kept about EMAIL to standard output, as JSON."""
    with opened() as doors:

        def act(session: Session) -> dict[str, object]:
            site = site_by_key(session, key)
            return export_person(session, doors.keyring, site.id, email)

        found = doors.store.read(act)
    click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())


@person.command
@click.argument("email")
@_SITE
@click.option(
    "--text",
    "with_text",
    is_flag=True,
    help="Erase the comments themselves too, not only who wrote them.",
)
def erase(email: str, key: str, with_text: bool) -> None:
    """Erase EMAIL and what is kept with it; this cannot be undone.

    Nothing leads to the comments afterwards, so decide on --text the first time.
    """
    with opened() as doors:

        def act(session: Session) -> int:
            site = site_by_key(session, key)
            return erase_person(
                session,
                doors.keyring,
                site.id,
                email,
                with_text=with_text,
                now=utc_now(),
            )

        count = doors.store.write(act)
        doors.store.forget_log()
    click.echo(f"Erased from {count} comment{'' if count == 1 else 's'}.")
