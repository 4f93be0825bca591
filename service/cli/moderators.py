"""`foyer moderator …`: the people who decide on comments."""

import sys

import click
from sqlalchemy.orm import Session

from service.cli.doors import Doors, opened, utc_now
from service.domain.errors import Conflict, InvalidInput, Unknown
from service.operations.access import set_password
from service.operations.api_tokens import Scope, make_token
from service.operations.members import change_role
from service.operations.moderators import (
    Role,
    add_moderator,
    all_moderators,
    masked_address,
    moderator_by_email,
    set_role,
)
from service.operations.passwords import MAX_CHARS, hash_password
from service.operations.second_factor import drop_factor
from service.operations.sign_in_links import make_link
from service.operations.sites import SiteView, all_sites, site_by_id, site_by_key


@click.group
def moderator() -> None:
    """Add moderators and set their passwords."""


def _password_from_stdin() -> str:
    line = sys.stdin.readline(4 * MAX_CHARS)
    password = line.rstrip("\r\n")
    if not password:
        raise InvalidInput({"password": ["There was none on standard input."]})
    return password


def _ask_password() -> str:
    if not sys.stdin.isatty():
        raise InvalidInput({"password": ["Give it by --password-stdin."]})
    answer: str = click.prompt(
        "New password", hide_input=True, confirmation_prompt=True
    )
    return answer


def _sites(session: Session, keys: tuple[str, ...]) -> list[SiteView]:
    if keys:
        return [site_by_key(session, key) for key in keys]
    found = all_sites(session)
    if not found:
        raise Unknown(
            "There is no site yet. First run: foyer site add KEY --origin URL"
        )
    return found


def _add_or_extend(
    session: Session,
    doors: Doors,
    email: str,
    name: str,
    sites: tuple[str, ...],
    role: Role,
) -> int:
    roles = {site.id: role for site in _sites(session, sites)}
    try:
        known = moderator_by_email(session, doors.keyring, email)
    except Unknown:
        return add_moderator(
            session, doors.keyring, email, name=name, roles=roles, now=utc_now()
        )
    if not sites:
        raise Conflict(
            "There is a moderator with this address already. Name sites by --site to "
            "give more of them."
        )
    for site_id in roles:
        if site_id in known.roles:
            key = site_by_id(session, site_id).key
            change_role(session, None, key, known.id, role, seen=None, now=utc_now())
        else:
            set_role(session, known.id, site_id, role, now=utc_now())
    return known.id


_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


@moderator.command
@click.argument("email")
@click.option("--name", default="Moderator", help="Shown in the log.")
@click.option(
    "--site",
    "sites",
    multiple=True,
    metavar="KEY",
    help="Site to look after; may be repeated; all of them by default.",
)
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.MODERATOR.value,
    show_default=True,
)
@_STDIN
def add(
    email: str, name: str, sites: tuple[str, ...], role: str, password_stdin: bool
) -> None:
    """Add a moderator, or give one who is there more sites.

    Without a password, a link is printed that signs in once.
    """
    # The slow hash is made before the transaction begins.
    new_hash = hash_password(_password_from_stdin()) if password_stdin else None
    with opened() as doors:

        def act(session: Session) -> str:
            number = _add_or_extend(session, doors, email, name, sites, Role(role))
            if new_hash is not None:
                set_password(session, number, new_hash, now=utc_now(), by_operator=True)
            if moderator_by_email(session, doors.keyring, email).has_password:
                return ""
            return make_link(session, number, now=utc_now())

        token = doors.store.write(act)
        url = doors.settings.public_url
    click.echo(f"Added. The queue is at {url}/queue")
    if token:
        click.echo(f"Sign in once, within 24 hours, by: {url}/login/link/{token}")


def _give(email: str, key: str, role: Role | None) -> None:
    with opened() as doors:

        def act(session: Session) -> None:
            found = moderator_by_email(session, doors.keyring, email)
            change_role(session, None, key, found.id, role, seen=None, now=utc_now())

        doors.store.write(act)


_ONE_SITE = click.option(
    "--site", "key", required=True, metavar="KEY", help="The site's key."
)


@moderator.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@_ONE_SITE
def role_(email: str, role: str, key: str) -> None:
    """Give a moderator another role on a site; it counts at once."""
    _give(email, key, Role(role))
    click.echo("The role is set.")


@moderator.command
@click.argument("email")
@_ONE_SITE
def remove(email: str, key: str) -> None:
    """Take a moderator's role on a site away; decisions made stay in the log."""
    _give(email, key, None)
    click.echo("Removed.")


@moderator.command("list")
def list_moderators() -> None:
    """List the moderators: name, masked address, password, roles."""
    with opened() as doors:

        def act(session: Session) -> list[str]:
            keys = {site.id: site.key for site in all_sites(session)}
            lines = []
            for each in all_moderators(session):
                roles = (f"{keys[i]}={role}" for i, role in each.roles.items())
                columns = (
                    each.name,
                    masked_address(session, doors.keyring, each.id),
                    "password set" if each.has_password else "no password",
                    "disabled" if each.disabled else " ".join(roles) or "no site",
                )
                lines.append("\t".join(columns))
            return lines

        for line in doors.store.read(act):
            click.echo(line)


@moderator.command("password")
@click.argument("email")
@_STDIN
def password_(email: str, password_stdin: bool) -> None:
    """Set a moderator's password; older sessions and links end."""
    with opened() as doors:
        # Asked first, so that nobody thinks up a password for a mistyped address.
        found = doors.store.read(lambda s: moderator_by_email(s, doors.keyring, email))
        new_hash = hash_password(
            _password_from_stdin() if password_stdin else _ask_password()
        )
        doors.store.write(
            lambda s: set_password(
                s, found.id, new_hash, now=utc_now(), by_operator=True
            )
        )
    click.echo("The password is set.")


@moderator.command("second-factor")
@click.argument("email")
@click.option(
    "--off", is_flag=True, required=True, help="Let signing in take no code any more."
)
def second_factor(email: str, off: bool) -> None:  # noqa: ARG001  # asked for by name
    """Switch a moderator's second factor off, when phone and codes are lost."""
    with opened() as doors:

        def act(session: Session) -> bool:
            found = moderator_by_email(session, doors.keyring, email)
            return drop_factor(session, found.id, now=utc_now(), by_operator=True)

        was_on = doors.store.write(act)
    click.echo("Signing in takes no code any more." if was_on else "It was off.")


@moderator.command("token")
@click.argument("email")
@click.option("--name", required=True, help="What it is for.")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    default=Scope.READ.value,
    show_default=True,
    help="What it is good for.",
)
@click.option(
    "--days", type=int, help="After which it is over; by default it must be revoked."
)
def token_(email: str, name: str, scope: str, days: int | None) -> None:
    """Make an API token for a moderator's programs; it is printed this once."""
    with opened() as doors:

        def act(session: Session) -> str:
            found = moderator_by_email(session, doors.keyring, email)
            return make_token(
                session,
                found.id,
                name=name,
                scope=Scope(scope),
                days=days,
                now=utc_now(),
                by_operator=True,
            )

        made = doors.store.write(act)
    click.echo(made)
