"""`foyer site map-posts`: which page WordPress meant by which number."""

from typing import IO

import click

from service.cli.doors import opened, utc_now
from service.domain.errors import InvalidInput
from service.operations.post_numbers import MAX_NUMBER, map_posts
from service.operations.sites import site_by_key
from service.transfer.post_rows import PostPages, read_posts
from service.transfer.wordpress_posts import rows_of

_MOST_TOLD = 100


@click.command("map-posts")
@click.argument("key")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def map_posts_of(key: str, file: IO[bytes], *, dry_run: bool) -> None:
    """Tell which page a WordPress post's number means, for its form and REST API.

    FILE is WordPress's own export (WXR), or CSV with lines such as
    '17,https://blog.example/hello/'; '-' is standard input. Safe to repeat.
    """
    with opened() as doors:
        site = doors.store.read(lambda s: site_by_key(s, key))
        found = read_posts(rows_of(file), site.policy, most=MAX_NUMBER)
        _tell_bad(found)
        if not found.pages:
            raise InvalidInput({"file": ["It names no post of this site."]})
        mapped = doors.store.write(
            lambda s: map_posts(s, site, found.pages, now=utc_now(), is_trial=dry_run)
        )
    trial = "Nothing was changed; it would be: " if dry_run else ""
    click.echo(
        f"{trial}{mapped.added} added, {mapped.changed} changed, "
        f"{mapped.same} as they were, {len(found.bad)} left out"
    )


def _tell_bad(found: PostPages) -> None:
    for row in found.bad[:_MOST_TOLD]:
        click.echo(f"line {row.line}: {row.why}", err=True)
    more = len(found.bad) - _MOST_TOLD
    if more > 0:
        click.echo(f"and {more} lines more", err=True)
