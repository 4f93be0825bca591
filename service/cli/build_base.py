"""`foyer filter build-base`: the shared base of the filter, from labelled comments."""

from pathlib import Path

import click

from service.domain.errors import MalformedInput

_FILE = click.Path(path_type=Path, dir_okay=False)


class _Mistake(click.ClickException):
    """What must be mended in a file."""

    exit_code = 2


@click.command("build-base")
@click.argument("blogs", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@click.option(
    "--ham",
    "ham",
    multiple=True,
    type=_FILE,
    metavar="FILE",
    help="A file from elsewhere than blogs, of which only good comments are learned; "
    "may be repeated.",
)
@click.option(
    "--output",
    type=_FILE,
    default="base.model",
    show_default=True,
    help="Where to write the base.",
)
def build_base(blogs: tuple[Path, ...], ham: tuple[Path, ...], output: Path) -> None:
    """Build the base that all sites start from, out of CSV files.

    Each FILE is one blog, with the columns that `foyer filter evaluate` reads. The same
    files in the same order give the same bytes. The base holds weights, no texts.
    """
    from service.text.reading import read  # noqa: PLC0415  # loads NumPy from here on
    from worker.filter.building import BuildError, Sample, build  # noqa: PLC0415
    from worker.filter.evaluation.comments import (  # noqa: PLC0415
        CommentFile,
        read_files,
    )
    from worker.filter.features import features  # noqa: PLC0415
    from worker.filter.storage import to_bytes  # noqa: PLC0415

    def samples(file: CommentFile) -> list[Sample]:
        return [
            Sample(features(read(name=c.author, website=c.url, text=c.text)), c.is_spam)
            for c in file.comments
        ]

    try:
        base = build(
            [samples(file) for file in read_files(blogs)],
            [samples(file) for file in read_files(ham)],
        )
    except (MalformedInput, BuildError) as err:
        raise _Mistake(str(err)) from err
    data = to_bytes(base)
    try:
        output.write_bytes(data)
    except OSError as err:
        raise click.ClickException(f"{output}: {err.strerror}") from err
    click.echo(f"{output}: base {base.name}, {len(data)} bytes")
