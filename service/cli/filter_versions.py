"""`foyer filter versions|rollback|rebuild`: what the filter has learned on a site."""

from collections.abc import Sequence

import click
from sqlalchemy.orm import Session

from service.cli.doors import Doors, opened, utc_now
from service.domain.errors import Unknown
from service.operations.model_upkeep import note_written_off, write_off
from service.operations.model_versions import VersionView, roll_back
from service.operations.model_versions import versions as kept_versions
from service.operations.moderators import all_moderators, moderator_by_email
from service.operations.sites import SiteView, site_by_key

_SITE = click.option(
    "--site", "key", metavar="KEY", required=True, help="The site's key."
)


def _line(version: VersionView) -> str:
    figures = version.figures
    return (
        f"{'*' if version.active else ' '} {version.version:>5}  "
        f"{version.created_at:%Y-%m-%d %H:%M}  {version.made_by:<8} "
        f"{figures.get('spam', 0)} spam, {figures.get('good', 0)} good"
    )


@click.command
@_SITE
def versions(key: str) -> None:
    """List the versions of a site's model that are kept, the active one with a star."""
    with opened() as doors:
        known = doors.store.read(lambda s: kept_versions(s, site_by_key(s, key).id))
    if not known:
        click.echo("Nothing was learned on this site yet; the shared base acts.")
    elif not any(version.active for version in known):
        click.echo("* none: the shared base acts alone")
    for version in known:
        click.echo(_line(version))


@click.command
@_SITE
@click.option(
    "--to",
    type=click.IntRange(min=0),
    help="A version that is kept, or 0 for none; the one before by default.",
)
def rollback(key: str, to: int | None) -> None:
    """Have an older version of a site's model act again.

    What was learned since is out until the model is built anew from the labels that
    stand. To keep a moderator's labels out for good: foyer filter rebuild --without.
    """
    with opened() as doors:
        version = doors.store.write(
            lambda s: roll_back(s, site_by_key(s, key).id, to=to, now=utc_now())
        )
    click.echo(
        f"Version {version} acts on {key} now."
        if version
        else f"The shared base acts alone on {key} now."
    )


def _moderator(session: Session, doors: Doors, who: str) -> int:
    """The row number of the moderator with this address or number.

    :raises Unknown: if there is none.
    """
    if not who.isdecimal():
        return moderator_by_email(session, doors.keyring, who).id
    if int(who) not in {each.id for each in all_moderators(session)}:
        raise Unknown("There is no moderator with this number.")
    return int(who)


def _written_off(doors: Doors, site: SiteView, numbers: Sequence[int]) -> int:
    """Write off all labels of these moderators; how many there were."""
    count = 0
    for number in numbers:
        # Some at a time, so that others can write in between.
        while done := doors.store.write(lambda s, n=number: write_off(s, site.id, n)):  # type: ignore[misc]  # bound now
            count += done
    if count:
        doors.store.write(lambda s: note_written_off(s, site.id, numbers, utc_now()))
    return count


@click.command
@_SITE
@click.option(
    "--without",
    metavar="MODERATOR",
    multiple=True,
    help="Address or number of a moderator whose labels shall never count again.",
)
def rebuild(key: str, without: tuple[str, ...]) -> None:
    """Build a site's model anew from the labels that stand, and have it act."""
    # They load NumPy, which no other command needs.
    from worker.filter.storage import shipped_base  # noqa: PLC0415
    from worker.training.anew import REBUILT_MOST, build, store_built  # noqa: PLC0415

    with opened() as doors:
        site, numbers = doors.store.read(
            lambda s: (
                site_by_key(s, key),
                [_moderator(s, doors, who) for who in without],
            )
        )
        count = _written_off(doors, site, numbers)
        built = build(doors.store, site.id, shipped_base(), REBUILT_MOST)
        version = store_built(doors.store, built, "rebuild", now=utc_now())
    if without:
        click.echo(f"{count} labels were written off.")
    pupil = built.pupil
    click.echo(
        f"Version {version} acts on {key} now: {pupil.spam} spam, {pupil.good} good."
    )
