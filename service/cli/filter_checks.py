"""`foyer filter checks`: how often each check spoke, and how often it was right."""

import click

from service.cli.doors import opened, utc_now
from service.operations.insights import CheckLine, checks_of
from service.operations.tallies import LOOKED_BACK

_HEAD = ("check", "mode", "spoke", "decided", "right")
_WIDTHS = (18, 13, 9, 9, 7)


def _line(cells: tuple[str, ...]) -> str:
    return "".join(
        f"{cell:<{width}}" if place < 2 else f"{cell:>{width}}"  # noqa: PLR2004  # words
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )


def _cells(line: CheckLine) -> tuple[str, ...]:
    record, share = line.record, line.record.share_right
    return (
        line.check,
        line.mode if line.is_present else f"{line.mode} (before)",
        str(record.fired),
        str(record.right + record.wrong),
        "-" if share is None else f"{100 * share:.1f} %",
    )


@click.command
@click.option("--site", "key", required=True, metavar="KEY", help="The site's key.")
def checks(key: str) -> None:
    """Show each check's mode, and how often it was right in 90 days.

    "decided" counts comments on which a moderator decided too, "right" how many of them
    the check pointed the same way for.
    """
    with opened() as doors:
        lines = doors.store.read(lambda s: checks_of(s, key, utc_now()))
    click.echo(_line(_HEAD))
    for each in lines:
        click.echo(_line(_cells(each)))
    click.echo(f"Of the last {LOOKED_BACK.days} days.")
