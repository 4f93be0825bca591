"""`foyer site …`: the blogs that send their comments here."""

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any, get_args

import click
from sqlalchemy.orm import Session

from service.cli.doors import opened, utc_now
from service.cli.posts import map_posts_of
from service.domain.errors import InvalidInput
from service.domain.policy import Mode, SitePolicy
from service.operations.moderators import Role, all_moderators, set_role
from service.operations.site_changes import Change, Place, change_page
from service.operations.sites import (
    SiteView,
    add_site,
    all_sites,
    set_name,
    set_policy,
    site_by_key,
)


@click.group
def site() -> None:
    """Add, show and change sites."""


site.add_command(map_posts_of)


def _own_too(session: Session, others: list[SiteView], added: SiteView) -> list[str]:
    """Names of the moderators who own all other sites, and now this one."""
    names = []
    for each in all_moderators(session):
        roles = [each.roles.get(other.id) for other in others]
        if roles and all(role is Role.OWNER for role in roles):
            set_role(session, each.id, added.id, Role.OWNER, now=utc_now())
            names.append(each.name)
    return names


@site.command
@click.argument("key")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    required=True,
    metavar="URL",
    help="Where the blog is, such as https://blog.example; may be repeated.",
)
@click.option("--name", default="", help="What people call the blog.")
def add(key: str, origins: tuple[str, ...], name: str) -> None:
    """Add a site.

    Moderators who own every other site own the new one too.
    """
    with opened() as doors:

        def act(session: Session) -> list[str]:
            others = all_sites(session)
            policy = SitePolicy(origins=origins)
            added = add_site(session, key, name=name, policy=policy, now=utc_now())
            return _own_too(session, others, added)

        owners = doors.store.write(act)
        url = doors.settings.public_url
    click.echo(f"Added. Its forms post to {url}/api/v1/sites/{key}/comments")
    if owners:
        click.echo(f"Owned by {', '.join(owners)}, like every other site.")


@site.command("list")
def list_sites() -> None:
    """List the sites: key, name, origins."""
    with opened() as doors:
        for each in doors.store.read(all_sites):
            click.echo(f"{each.key}\t{each.name}\t{' '.join(each.policy.origins)}")


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name}={mode}" for name, mode in value.items()) or "as usual"
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) or "-"


def _show(view: SiteView) -> None:
    rows = [("key", view.key), ("name", view.name)]
    for each in fields(SitePolicy):
        name = each.name.replace("_", "-")
        rows.append((name, _shown(getattr(view.policy, each.name))))
    for name, value in rows:
        click.echo(f"{name:18}{value}")


@site.command
@click.argument("key")
def show(key: str) -> None:
    """Show how a site is set."""
    with opened() as doors:
        _show(doors.store.read(lambda s: site_by_key(s, key)))


def _words(_context: object, _parameter: object, text: str | None) -> Any:
    if text is None:
        return None
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _modes(_context: object, _parameter: object, given: tuple[str, ...]) -> Any:
    """Modes by name of check; what has no ``=`` is left for the policy to refuse."""
    pairs = (text.partition("=") for text in given)
    return {name.strip(): mode.strip() for name, _, mode in pairs} or None


def _repeated(_context: object, _parameter: object, given: tuple[str, ...]) -> Any:
    return tuple(filter(None, given)) if given else None


@site.command("set")
@click.argument("key")
@click.option("--name", help="What people call the blog.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    callback=_repeated,
    metavar="URL",
    help="Where the blog is; all of them, since they replace those there were.",
)
@click.option(
    "--mode",
    type=click.Choice(get_args(Mode)),
    help="Which comments wait: all, those of new writers, or doubtful ones.",
)
@click.option(
    "--held-from", type=float, help="Score from which a comment is held, 0-1."
)
@click.option("--spam-from", type=float, help="Score from which it is spam, 0-1.")
@click.option(
    "--edit-seconds", type=int, help="How long a writer may edit; 0 is never."
)
@click.option("--max-depth", type=int, help="Depth to which replies nest.")
@click.option(
    "--close-after-days", type=int, help="Age of a closing thread; 0 is never."
)
@click.option(
    "--required",
    callback=_words,
    metavar="FIELDS",
    help="Fields that must be filled, such as name,email; '' means none.",
)
@click.option(
    "--consent",
    metavar="TEXT",
    help="What a writer must agree to by ticking a box; '' asks for nothing.",
)
@click.option(
    "--query-key",
    "query_keys",
    multiple=True,
    callback=_repeated,
    metavar="KEY",
    help="Query key that tells pages apart, such as p; may be repeated; '' means none.",
)
@click.option(
    "--budget",
    type=float,
    help="Share of good comments that may be called spam by mistake, 0.001-0.1: "
    "with 0.01 at most 1 in 100.",
)
@click.option(
    "--audit-share",
    type=float,
    help="Share of what the checks decide alone that you are asked about, 0-1.",
)
@click.option(
    "--origin-days",
    type=int,
    help="Days for which IP addresses and user agents are kept, 1-30.",
)
@click.option(
    "--spam-days",
    type=int,
    help="Days after which comments called spam are emptied: writer and text are "
    "erased; 0 is never.",
)
@click.option("--trash-days", type=int, help="The same for trashed comments.")
@click.option(
    "--check",
    "checks",
    multiple=True,
    callback=_modes,
    metavar="NAME=MODE",
    help="Whether a check acts: off, log (it says only what it would have done) or "
    "on; may be repeated, and the others stay.",
)
@click.option(
    "--akismet-url",
    metavar="URL",
    help="Where the check akismet asks; '' means Akismet's own service.",
)
@click.option(
    "--akismet-address/--no-akismet-address",
    default=None,
    help="Whether the check akismet is told the writer's e-mail address, too.",
)
@click.option(
    "--custom-url",
    metavar="URL",
    help="Where the check custom asks; '' means nowhere.",
)
@click.option(
    "--custom-address/--no-custom-address",
    default=None,
    help="Whether the check custom is told the writer's e-mail address, too.",
)
def set_site(key: str, **options: Any) -> None:
    """Change how a site is set; what is not named stays."""
    given = {name: value for name, value in options.items() if value is not None}
    if not given:
        raise InvalidInput({"set": ["Say what to change; see foyer site set --help."]})
    name = given.pop("name", None)
    with opened() as doors:

        def act(session: Session) -> SiteView:
            view = site_by_key(session, key)
            if name is not None:
                set_name(session, view.id, name, now=utc_now())
            modes = {**view.policy.checks, **given.get("checks", {})}
            policy = replace(view.policy, **{**given, "checks": modes})
            return set_policy(
                session, view.id, policy, changed_by="operator", now=utc_now()
            )

        _show(doors.store.write(act))


def _change_words(change: Change) -> str:
    if change.version is None:
        return " ".join(
            (change.action, *(f"{k}={v}" for k, v in change.detail.items()))
        )
    if change.old is None:
        return "the first settings that are kept"
    return "; ".join(
        f"{name.replace('_', '-')}: {_shown(getattr(change.old, name))} -> "
        f"{_shown(getattr(change.new, name))}"
        for name in change.fields
    )


@site.command
@click.argument("key")
def changes(key: str) -> None:
    """List what was changed on a site, the newest first: when, who, what."""
    with opened() as doors:
        number = doors.store.read(lambda s: site_by_key(s, key)).id
        place: Place | None = None
        while True:
            page = doors.store.read(partial(change_page, site_id=number, before=place))
            for each in page.changes:
                who = each.who or "operator"
                click.echo(f"{each.at:%Y-%m-%d %H:%M}\t{who}\t{_change_words(each)}")
            place = page.next
            if place is None:
                break
