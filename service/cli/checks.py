"""`foyer check …`: the checks of a site that ask a service outside."""

import sys

import click
from sqlalchemy.orm import Session

from service.cli.doors import opened, utc_now
from service.domain.errors import InvalidInput
from service.domain.outside import CUSTOM, OUTSIDE_NAMES
from service.operations.outside.inquiries import owed_count
from service.operations.outside.secrets import (
    forget_secret,
    new_secret,
    secrets_since,
    set_secret,
)
from service.operations.sites import site_by_key

_CHECK = click.argument(
    "check", metavar="|".join(OUTSIDE_NAMES), type=click.Choice(tuple(OUTSIDE_NAMES))
)


@click.group("check")
def checks() -> None:
    """Set up the checks that ask a service outside; see docs/outside-checks.md."""


@checks.command
@click.argument("key")
def show(key: str) -> None:
    """Show both checks: mode, address, what they are told, and what they owe."""
    with opened() as doors:
        site = doors.store.read(lambda s: site_by_key(s, key))
        since = doors.store.read(lambda s: secrets_since(s, site.id))
        owed = doors.store.read(lambda s: owed_count(s, site.id))
    for check in OUTSIDE_NAMES:
        policy = site.policy
        url = getattr(policy, f"{check}_url") or "-"
        told = "with" if getattr(policy, f"{check}_address") else "without"
        at = since.get(check)
        words = f"key set {at:%Y-%m-%d}" if at else "no key"
        click.echo(
            f"{check}\t{policy.check_mode(check)}\t{url}\t{told} e-mail addresses\t"
            f"{words}\t{owed.get(check, 0)} unanswered"
        )


@checks.command
@click.argument("key")
@_CHECK
@click.option("--stdin", "by_stdin", is_flag=True, help="Read it from standard input.")
@click.option(
    "--new", is_flag=True, help="Make a fresh one and show it once; custom only."
)
@click.option("--forget", is_flag=True, help="Take the one that is set away.")
def secret(key: str, check: str, by_stdin: bool, new: bool, forget: bool) -> None:
    """Set the key or secret with which a check asks; it is never shown again."""
    if by_stdin + new + forget > 1:
        raise InvalidInput({"secret": ["Say only one of --stdin, --new, --forget."]})
    if new and check != CUSTOM:
        raise InvalidInput({"new": ["Akismet gives out its keys itself."]})
    if forget:
        _forget(key, check)
        return
    text = new_secret() if new else _asked(check, by_stdin=by_stdin)
    with opened() as doors:

        def act(session: Session) -> None:
            set_secret(session, doors.keyring, None, key, check, text, now=utc_now())

        doors.store.write(act)
    click.echo(text if new else "Set.")


def _forget(key: str, check: str) -> None:
    with opened() as doors:
        had = doors.store.write(
            lambda s: forget_secret(s, None, key, check, now=utc_now())
        )
    click.echo("Forgotten." if had else "None was set.")


def _asked(check: str, *, by_stdin: bool) -> str:
    if by_stdin:
        return sys.stdin.readline()
    return str(click.prompt(f"Key or secret of {check}", hide_input=True))
