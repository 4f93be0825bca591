"""The `foyer` command, put together; every mistake ends in one line and a status."""

import os
import re
import sys
from collections.abc import Sequence

import click
from sqlalchemy.exc import DBAPIError, OperationalError

from service.cli.backup import backup, restore
from service.cli.checks import checks
from service.cli.doctor import doctor
from service.cli.export import export
from service.cli.filter import filters
from service.cli.lists import lists
from service.cli.moderators import moderator
from service.cli.people import person
from service.cli.processes import migrate, web, worker
from service.cli.run import run
from service.cli.sites import site
from service.cli.threads import thread
from service.cli.worker_health import worker_health
from service.domain.errors import FoyerError, InvalidInput
from service.privacy.keyring import KeysError
from service.settings import SettingsError

BAD_INPUT = 2
FAILED = 1

# Whatever has an @ in it may be somebody's address, or a database's password.
_PRIVATE = re.compile(r"\S*@\S*")


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True
)
def foyer() -> None:
    """Check comments before they are published.

    Settings come from FOYER_* variables; the README has the table.
    """


for _command in (
    run,
    web,
    worker,
    migrate,
    doctor,
    site,
    moderator,
    lists,
    checks,
    thread,
    person,
    filters,
    export,
    backup,
    restore,
    worker_health,
):
    foyer.add_command(_command)


def _mistakes(err: InvalidInput) -> str:
    return " ".join(
        f"{field.replace('_', '-')}: {' '.join(messages)}"
        for field, messages in err.errors.items()
    )


def _database_trouble(err: DBAPIError) -> str:
    # The driver's words on a statement quote its values, which may be private; those
    # on a connection that failed name the server only.
    detail = type(err.orig).__name__
    if isinstance(err, OperationalError) and str(err.orig).strip():
        detail = str(err.orig).strip().splitlines()[0]
    return f"The database cannot be used: {detail}"


def _end(why: str, status: int) -> None:
    line = " ".join(_PRIVATE.sub("…", why).split())
    click.echo(f"foyer: {line}", err=True)
    sys.exit(status)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of these arguments, the process's own by default; then exit.

    The status is 0, 1 for what failed, or 2 for input that must be mended. Nothing
    that looks like an e-mail address is ever echoed.
    """
    # Whatever any process of ours writes is for its owner only.
    os.umask(0o077)
    try:
        status = foyer.main(arguments, prog_name="foyer", standalone_mode=False)
    except click.Abort:
        _end("Stopped.", FAILED)
    except click.ClickException as err:
        _end(err.format_message(), err.exit_code)
    except InvalidInput as err:
        _end(_mistakes(err), BAD_INPUT)
    except SettingsError as err:
        _end(str(err), BAD_INPUT)
    except (FoyerError, KeysError) as err:
        _end(str(err), FAILED)
    except DBAPIError as err:
        _end(_database_trouble(err), FAILED)
    else:
        sys.exit(status if isinstance(status, int) else 0)
