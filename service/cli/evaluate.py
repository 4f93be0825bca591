"""`foyer filter evaluate`: how well the filter does on labelled comments."""

import json
from pathlib import Path
from typing import Any

import click
from typing_extensions import override

from service.domain.errors import MalformedInput

PROTOCOLS = {
    "split": "the first 70 % of each label teach, the rest is scored, file by file",
    "split-dated": "the same by date",
    "leave-one-out": "each file is scored by what all others teach",
    "prequential": "score, then learn, as on a site; each file is one",
    "transfer": "--train files teach, --test files are scored",
    "attack": "spam with its letters and links disguised",
    "budget": "what thresholds block that are drawn from past scores",
    "poison": "how much hostile labels spoil",
}
MANY = ("--train", "--ham", "--test")


class _Mistake(click.ClickException):
    """What must be mended in a file or in what was asked."""

    exit_code = 2


class _ManyFiles(click.Command):
    """Takes several files after one option, as shells expand a pattern."""

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given, option = list[str](), ""
        for arg in args:
            if arg.startswith("--"):
                option = arg if arg in MANY else ""
                if not option:
                    given.append(arg)
            elif option:
                given += [option, arg]
            else:
                given.append(arg)
        return super().parse_args(ctx, given)


_FILES = click.Path(path_type=Path)


@click.command(cls=_ManyFiles)
@click.argument("files", nargs=-1, type=_FILES, metavar="[FILE]...")
@click.option(
    "--protocol",
    required=True,
    type=click.Choice(list(PROTOCOLS)),
    help="; ".join(f"{name}: {said}" for name, said in PROTOCOLS.items()) + ".",
)
@click.option(
    "--train", multiple=True, type=_FILES, help="Files that teach; several may follow."
)
@click.option(
    "--ham",
    multiple=True,
    type=_FILES,
    help="Files from elsewhere; their good comments teach beside --train, as in "
    "build-base.",
)
@click.option(
    "--test", multiple=True, type=_FILES, help="Files that are scored, as FILE."
)
@click.option("--base", "base", is_flag=True, help="Start from the shipped base.")
@click.option(
    "--base-file", type=_FILES, help="Start from this base, made by build-base."
)
@click.option("--cold", is_flag=True, help="Start from nothing.")
@click.option(
    "--full",
    is_flag=True,
    help="All checks that need no database, not the text model alone.",
)
@click.option(
    "--origin",
    multiple=True,
    metavar="URL",
    help="An origin of the scored sites, with --full: their own pages say nothing.",
)
@click.option(
    "--seed", default=1, show_default=True, help="Of tricks and hostile labels."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(files: tuple[Path, ...], **given: Any) -> None:
    """Measure the filter on labelled comments in CSV files.

    A FILE has a line of column names; text and label (1 or spam, 0 or ham) are needed;
    author, url, date and post are used when they are there. The protocols prequential,
    budget, poison and attack start from the shipped base unless --cold or --train is
    given; the others from nothing unless --base is.
    """
    # It loads NumPy, which no other command needs.
    from worker.filter.evaluation.asking import Asked, answer  # noqa: PLC0415

    as_json = given.pop("as_json")
    asked = Asked(files=(*files, *given.pop("test")), **given)
    try:
        result = answer(asked)
    except MalformedInput as err:
        raise _Mistake(str(err)) from err
    click.echo(json.dumps(result.to_json(), indent=2) if as_json else result.to_text())
