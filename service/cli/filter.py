"""`foyer filter …`: the learned filter, measured and taken care of."""

import click

from service.cli.build_base import build_base
from service.cli.evaluate import evaluate
from service.cli.filter_checks import checks


@click.group("filter", no_args_is_help=True)
def filters() -> None:
    """Measure the learned spam filter, and look after what it learned.

    Commands are added in modules of their own. They import the filter when they run:
    it loads NumPy, which no other command needs.
    """


for _command in (evaluate, build_base, checks):
    filters.add_command(_command)
